/** The real Node-RED as the flows of `examples/node-red/` meet it. It is a tool of this test and no dependency of the program. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freePort, run, temporaryFolder } from './house.ts'

/** The one place where it is said which Node-RED. Version 4 runs under Node 20. */
const VERSION = '4.1.15'
const DEADLINE_MS = 60_000
const FLOWS = new URL('../../examples/node-red/', import.meta.url)
const MAIN = 'node_modules/node-red/red.js'

/** A node as it stands in a file of flows. */
export interface FlowNode {
  readonly id: string
  readonly type: string
  readonly z?: string
  readonly name?: string
  readonly [key: string]: unknown
}

/** How Node-RED reaches the broker. */
export interface BrokerAccess {
  readonly port: number
  readonly user: string
  readonly password: string
}

export const flowNames = (): readonly string[] =>
  readdirSync(FLOWS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))

/** A file of flows, with other values for its tab's own variables. @throws when the tab has no variable of that name */
export function readFlow(name: string, values: Readonly<Record<string, string>> = {}): FlowNode[] {
  const nodes: FlowNode[] = JSON.parse(readFileSync(new URL(`${name}.json`, FLOWS), 'utf8'))
  const variables = nodes.flatMap((node) =>
    node.type === 'tab' ? (node['env'] as { name: string; value: string }[]) : [],
  )
  for (const [variable, value] of Object.entries(values)) {
    const found = variables.find((each) => each.name === variable)
    assert.ok(found, `${name} has no variable ${variable}`)
    found.value = value
  }
  return nodes
}

/** Installs it into a folder for temporary files, once for all runs with this version. @returns the folder */
function install(): string {
  const folder = join(tmpdir(), `zte2mqtt-node-red-${VERSION}`)
  if (existsSync(join(folder, MAIN))) return folder
  const building = mkdtempSync(`${folder}-`)
  const options = [
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
    '--loglevel=error',
  ]
  try {
    execFileSync('npm', ['install', '--prefix', building, ...options, `node-red@${VERSION}`], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  } catch (error) {
    rmSync(building, { recursive: true, force: true })
    throw new Error(`npm cannot install node-red@${VERSION}, which these tests need; is the package registry there?`, {
      cause: error,
    })
  }
  try {
    renameSync(building, folder)
  } catch (error) {
    // Somebody else was quicker.
    rmSync(building, { recursive: true, force: true })
    if (!existsSync(join(folder, MAIN))) throw error
  }
  return folder
}

/** Answers a retained message as soon as it hears it: by then everything before it in the flows is subscribed, too. */
function herald(broker: string): FlowNode[] {
  const ends = { broker, qos: '1', z: 'herald' }
  return [
    { id: 'herald', type: 'tab', label: 'Herald' },
    {
      ...ends,
      id: 'herald-in',
      type: 'mqtt in',
      topic: 'herald/call',
      datatype: 'utf8',
      inputs: 0,
      wires: [['herald-out']],
    },
    { ...ends, id: 'herald-out', type: 'mqtt out', topic: 'herald/answer', retain: 'false', wires: [] },
  ]
}

/** A Node-RED with nothing of its own, on loopback. */
export class NodeRed {
  readonly #url: string
  readonly #told: { readonly output: string }
  #nodes: readonly FlowNode[] = []

  private constructor(url: string, told: { readonly output: string }) {
    this.#url = url
    this.#told = told
  }

  static async start(t: TestContext, broker: BrokerAccess): Promise<NodeRed> {
    const folder = install()
    const userDir = temporaryFolder(t)
    const port = await freePort()
    const settings = {
      uiPort: port,
      uiHost: '127.0.0.1',
      credentialSecret: 'test',
      telemetry: { enabled: false, updateNotification: false },
      externalModules: { autoInstall: false, palette: { allowInstall: false } },
      logging: { console: { level: 'info', metrics: false, audit: false } },
    }
    writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings)}\n`)
    mkdirSync(join(userDir, 'node_modules'))
    const child = run(t, process.execPath, [join(folder, MAIN), '--userDir', userDir], {
      MQTT_HOST: '127.0.0.1',
      MQTT_PORT: String(broker.port),
      MQTT_USER: broker.user,
      MQTT_PASSWORD: broker.password,
    })
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`Node-RED did not start:\n${child.output}`)), DEADLINE_MS)
      const look = (): void => {
        if (!child.output.includes('Server now running')) return
        clearTimeout(deadline)
        resolve()
      }
      child.stdout?.on('data', look)
      child.once('exit', () => reject(new Error(`Node-RED ended:\n${child.output}`)))
    })
    return new NodeRed(`http://127.0.0.1:${port}`, child)
  }

  /** Everything it has said. */
  get output(): string {
    return this.#told.output
  }

  /** Types of nodes that Node-RED itself brings. */
  async coreTypes(): Promise<ReadonlySet<string>> {
    const answer = await fetch(`${this.#url}/nodes`, { headers: { accept: 'application/json' } })
    const sets = (await answer.json()) as { module: string; types: string[] }[]
    return new Set(sets.filter(({ module }) => module === 'node-red').flatMap(({ types }) => types))
  }

  /** Replaces all flows. Nodes that several files share, such as the broker, must be the same in each. */
  async deploy(files: readonly (readonly FlowNode[])[]): Promise<void> {
    const nodes = new Map<string, FlowNode>()
    for (const node of files.flat()) {
      if (nodes.has(node.id)) assert.deepEqual(node, nodes.get(node.id))
      nodes.set(node.id, node)
    }
    const broker = [...nodes.values()].find(({ type }) => type === 'mqtt-broker')
    this.#nodes = [...nodes.values(), ...(broker ? herald(broker.id) : [])]
    const answer = await fetch(`${this.#url}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.#nodes),
    })
    assert.equal(answer.status, 204, await answer.text())
  }

  /** Presses the button of an inject node. @param tab the label of its flow */
  async press(tab: string, button: string): Promise<void> {
    const z = this.#nodes.find(({ type, label }) => type === 'tab' && label === tab)?.id
    const node = this.#nodes.find(({ type, name, ...each }) => type === 'inject' && name === button && each.z === z)
    assert.ok(node, `no button ${button} in ${tab}`)
    const answer = await fetch(`${this.#url}/inject/${node.id}`, { method: 'POST' })
    assert.equal(answer.status, 200, `pressing ${button}`)
  }
}
