import { execFileSync, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import type { Taken } from '../../src/simulator/cellular-network.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { startMosquitto, temporaryFolder, UNLIMITED } from './house.ts'
import type { Road } from './kill-roads.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KILLER = fileURLToPath(new URL('kill-at.mjs', import.meta.url))
/** Only a failure takes so long, whatever else this machine has to do. */
const DEADLINE_MS = 90_000
/** First level of the base topics of all bridges here. */
const ABOVE = 'kill'

/** Steps towards disk, modem and broker at which the bridge can be killed; see kill-at.mjs. */
export const JOURNAL = ['journal-before', 'journal-after'] as const
export const MODEM = ['modem-write-before', 'modem-write-after', 'modem-read'] as const
export const BROKER = ['mqtt-write-before', 'mqtt-write-after', 'mqtt-read'] as const
export type Kind = (typeof JOURNAL | typeof MODEM | typeof BROKER)[number]

/** One step of a bridge: its kind, the statement, the octets or the packet, and what steps of its kind are counted by. */
export type Step = readonly [kind: Kind, what: string, label: string]
export type Json = Readonly<Record<string, unknown>>
type Device = Awaited<ReturnType<Road['plugIn']>>

/** One message as the independent subscriber got it; `path` without the base topic. */
interface Seen {
  readonly path: string
  readonly text: string
}

/** The network, telling whenever something in it or in its modem changed. */
class WatchedNetwork extends CellularNetwork {
  watcher: (() => void) | undefined

  override deliverWaiting(number: string): void {
    super.deliverWaiting(number)
    this.watcher?.()
  }

  override submit(...taken: Parameters<CellularNetwork['submit']>): number | null {
    const result = super.submit(...taken)
    this.watcher?.()
    return result
  }
}

/** What all kill points share: the compiled program, a broker and a subscriber who is there throughout. */
export class KillHouse {
  readonly road: Road
  readonly main: string
  readonly brokerPort: number
  readonly client: MqttClient
  readonly #folder: string
  readonly #cleanUps: (() => unknown)[]
  readonly #scenes = new Map<string, Scene>()

  private constructor(road: Road, folder: string, brokerPort: number, client: MqttClient, cleanUps: (() => unknown)[]) {
    this.road = road
    this.#folder = folder
    this.main = join(folder, 'dist', 'main.js')
    this.brokerPort = brokerPort
    this.client = client
    this.#cleanUps = cleanUps
    process.once('SIGTERM', this.#abandon)
    client.on('message', (topic, payload) => {
      const [above, name, ...path] = topic.split('/')
      this.#scenes.get(`${above}/${name}`)?.saw({ path: path.join('/'), text: payload.toString() })
    })
  }

  static async build(road: Road): Promise<KillHouse> {
    const cleanUps: (() => unknown)[] = []
    const lifetime = { after: (cleanUp: () => unknown) => cleanUps.unshift(cleanUp) } as unknown as TestContext
    const folder = temporaryFolder(lifetime)
    const out = ['--outDir', join(folder, 'dist'), '--tsBuildInfoFile', join(folder, 'tsbuildinfo')]
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'tsconfig.json'), ...out])
    copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const brokerPort = await startMosquitto(lifetime)
    const client = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, { clientId: 'subscriber', protocolVersion: 5 })
    cleanUps.unshift(() => client.endAsync(true))
    await client.subscribeAsync(`${ABOVE}/#`, { qos: 1 })
    return new KillHouse(road, folder, brokerPort, client, cleanUps)
  }

  async close(): Promise<void> {
    process.off('SIGTERM', this.#abandon)
    for (const cleanUp of this.#cleanUps) await cleanUp()
  }

  /** At its time limit the test runner ends a test file so: nothing may go on without it. */
  readonly #abandon = (): void => {
    for (const scene of this.#scenes.values()) scene.kill()
    for (const cleanUp of this.#cleanUps) void cleanUp()
    process.exit(1)
  }

  /** A modem, a network, a place for a journal and a base topic that nobody else has. @param journal to begin with */
  async scene(name: string, journal?: string): Promise<Scene> {
    const folder = join(this.#folder, name)
    mkdirSync(folder)
    if (journal !== undefined) copyFileSync(journal, join(folder, 'journal.db'))
    const network = new WatchedNetwork()
    const device = await this.road.plugIn(network, Scene.NUMBER)
    const scene = new Scene(this, `${ABOVE}/${name}`, folder, network, device)
    network.watcher = () => scene.look()
    this.#scenes.set(scene.base, scene)
    return scene
  }

  leave(scene: Scene): void {
    this.#scenes.delete(scene.base)
  }
}

/** One kill point: everything around one bridge, which is killed and started again. */
export class Scene {
  static readonly NUMBER = '+447700900001'
  readonly base: string
  readonly journal: string
  readonly network: CellularNetwork
  readonly #device: Device
  readonly #house: KillHouse
  readonly #trace: string
  readonly #seen: Seen[] = []
  readonly #changes = new EventEmitter()
  #bridge: ReturnType<typeof spawn> | undefined
  #output = ''

  constructor(house: KillHouse, base: string, folder: string, network: CellularNetwork, device: Device) {
    this.#house = house
    this.base = base
    this.journal = join(folder, 'journal.db')
    this.#trace = join(folder, 'trace')
    this.network = network
    this.#device = device
    this.#changes.setMaxListeners(0)
  }

  /** @param killAt `<kind>:<n>:<label>`, empty: only note the steps; `undefined`: as a user starts it */
  start(killAt?: string): void {
    const options = [
      `--mqtt.url=mqtt://127.0.0.1:${this.#house.brokerPort}`,
      `--mqtt.base_topic=${this.base}`,
      // A bridge without a memory reads what is announced there, and others go on beside it.
      `--homeassistant.discovery_prefix=${this.base}/announced`,
      `--modems=${JSON.stringify([{ id: 'modem', ...this.#device.entry }])}`,
      `--journal.path=${this.journal}`,
      '--sms.repeat_window=0',
      ...UNLIMITED,
      ...this.road.options,
    ]
    const preload = killAt === undefined ? [] : ['--import', KILLER]
    const env = {
      ...process.env,
      KILL_AT: killAt,
      KILL_TRACE: this.#trace,
      KILL_MODEM_PORT: String(this.#device.port),
      KILL_BROKER_PORT: String(this.#house.brokerPort),
    }
    const bridge = spawn(process.execPath, [...preload, this.#house.main, 'start', ...options], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [bridge.stdout, bridge.stderr]) stream?.on('data', (chunk) => (this.#output += chunk))
    bridge.once('exit', () => this.look())
    this.#bridge = bridge
  }

  get road(): Road {
    return this.#house.road
  }

  get isDead(): boolean {
    return this.#bridge !== undefined && (this.#bridge.exitCode !== null || this.#bridge.signalCode !== null)
  }

  /** What the steps were, up to and including the one it was killed at. */
  steps(): Step[] {
    if (!existsSync(this.#trace)) return []
    const lines = readFileSync(this.#trace, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as Step)
  }

  /** Ends the bridge, unless the kill has done so already. @throws Error when it ended in any other way than these two */
  async end(): Promise<void> {
    const bridge = this.#bridge
    if (bridge === undefined) return
    if (!this.isDead) {
      bridge.kill('SIGTERM')
      await once(bridge, 'exit')
    }
    if (bridge.signalCode !== 'SIGKILL' && bridge.exitCode !== 0)
      throw new Error(`It ended by itself:\n${this.#output}`)
  }

  saw(seen: Seen): void {
    this.#seen.push(seen)
    this.look()
  }

  /** Something changed: whoever waits looks again. */
  look(): void {
    this.#changes.emit('change')
  }

  /** What was published there, in order. */
  on(path: string): Json[] {
    return this.#seen.filter((seen) => seen.path === path && seen.text !== '').map(({ text }) => JSON.parse(text))
  }

  /** Submissions to this number that the network took, in order. */
  taken(to: string): Taken[] {
    return this.network.taken.filter(({ submit }) => submit.to.number === to)
  }

  get storedMessages(): number {
    return this.#device.received()
  }

  /** @throws Error with the last of what was seen, when it does not come true in time */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE_MS)
    while (!isSo()) {
      await once(this.#changes, 'change', { signal }).catch(() => {
        const tail = this.#seen
          .filter(({ path }) => /sms|availability/.test(path))
          .map(({ path, text }) => `${path} ${text.slice(0, 250)}`)
        throw new Error(`${what}: not within ${DEADLINE_MS} ms. Last seen:\n${tail.join('\n')}\n${this.#output}`)
      })
    }
  }

  /** Resolves when it is so, or at the kill if that comes first. @returns whether the bridge still lives */
  async lives(what: string, isSo: () => boolean): Promise<boolean> {
    await this.until(what, () => this.isDead || isSo())
    return !this.isDead
  }

  async publish(command: string, payload: Json): Promise<void> {
    await this.#house.client.publishAsync(`${this.base}/modem/command/${command}`, JSON.stringify(payload), { qos: 1 })
  }

  /** What an earlier run left in the broker: a session that keeps the commands that wait. */
  async leaveSession(): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.#house.brokerPort}`, {
      clientId: this.base,
      clean: false,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 3600 },
    })
    await client.subscribeAsync(`${this.base}/+/command/sms/send`, { qos: 1 })
    await client.endAsync()
  }

  kill(): void {
    if (!this.isDead) this.#bridge?.kill('SIGKILL')
  }

  async close(): Promise<void> {
    this.kill()
    this.#device.close()
    this.network.close()
    this.#house.leave(this)
  }
}
