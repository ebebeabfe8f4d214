import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import { BRIDGE_TOPICS, MODEM_TOPICS, PRIVATE_TOPICS } from '../../src/mqtt/topics.ts'

const DEADLINE_MS = 30_000
const MAIN = new URL('../../src/main.ts', import.meta.url).pathname

/** Where programs and folders are for a while: a test, or whatever else ends them. */
export type Stage = Pick<TestContext, 'after'>

/** One message as an ordinary client sees it. */
export interface Seen {
  readonly topic: string
  readonly text: string
  readonly retain: boolean
}

/** A folder that goes with the test. */
export function temporaryFolder(t: Stage): string {
  const folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** Resolves when something listens there. */
export async function listening(port: number): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isUp) return
    if (Date.now() > deadline) throw new Error(`nothing listens on ${port}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Ends with the test, whatever happens in it. */
export function run(
  t: Stage,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess & { output: string } {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const told = Object.assign(child, { output: '' })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (told.output += chunk))
  t.after(() => child.kill('SIGKILL'))
  return told
}

export async function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null)
    await once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) })
  return child.exitCode ?? child.signalCode
}

/** mosquitto with persistence, on loopback. @param more lines for its configuration, such as a second listener */
export async function startMosquitto(t: Stage, more = ''): Promise<number> {
  const folder = temporaryFolder(t)
  const port = await freePort()
  const file = join(folder, 'mosquitto.conf')
  const own = `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location ${folder}/\nuser root\n`
  writeFileSync(file, `per_listener_settings true\n${own}${more}`)
  run(t, existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto', ['-c', file])
  await listening(port)
  return port
}

/** A pseudo-terminal whose other end is a TCP port. */
export async function startPty(t: Stage, tcpPort: number): Promise<string> {
  const folder = temporaryFolder(t)
  const link = join(folder, 'tty')
  const appears = new Promise<void>((resolve, reject) => {
    const watcher = watch(folder, () => {
      if (!existsSync(link)) return
      watcher.close()
      resolve()
    })
    AbortSignal.timeout(DEADLINE_MS).addEventListener('abort', () => reject(new Error('socat made no pty')))
  })
  run(t, 'socat', [`pty,raw,echo=0,link=${link}`, `tcp:127.0.0.1:${tcpPort}`])
  await appears
  return link
}

/** Tests of other things send more than anybody should in a minute. */
export const UNLIMITED = ['per_minute', 'per_hour', 'per_day', 'per_month'].map((limit) => `--sms.limits.${limit}=0`)

/** The program as a user starts it; options as on the command line. */
export function startBridge(
  t: Stage,
  options: readonly string[],
  env: NodeJS.ProcessEnv = {},
  preload: readonly string[] = [],
) {
  const folder = temporaryFolder(t)
  const own = [...UNLIMITED, `--journal.path=${join(folder, 'journal.db')}`, `--broker.path=${join(folder, 'broker')}`]
  const given = own.filter((option) => !options.some((other) => other.startsWith(option.split('=')[0] ?? '')))
  return run(t, process.execPath, ['--import', 'tsx', ...preload, MAIN, 'start', ...given, ...options], env)
}

/** An ordinary MQTT client that remembers everything and can wait for what it wants. */
/** Nothing that somebody wrote has become a line of the log or a topic, when nothing but `sms/send` was commanded. */
export function assertNothingForged(bridge: { readonly output: string }, observer: Observer, modem: string): void {
  const ofModem = [...MODEM_TOPICS, { path: 'command/sms/send' }, { path: 'response/sms/send' }]
  const ofBoth = PRIVATE_TOPICS.map(({ path }) => `homeassistant/${path}`)
  const known = [
    ...ofModem.map(({ path }) => `/${modem}/${path}`),
    ...BRIDGE_TOPICS.map(({ path }) => `/bridge/${path}`),
    ...['bridge', modem].flatMap((owner) => ofBoth.map((path) => `/${owner}/${path}`)),
    ...['bridge', modem].map((owner) => `${owner}/config`),
  ]
  for (const line of bridge.output.trimEnd().split('\n')) {
    const entry = parsed(line) as { level?: unknown; time?: unknown; msg?: unknown }
    assert.ok(typeof entry === 'object' && Number(entry.time) > 1e12, `a line of the log: ${line}`)
    assert.doesNotMatch(line, /forged/)
  }
  for (const { topic, text } of observer.seen) {
    assert.ok(
      known.some((ending) => topic.endsWith(ending)),
      `an unknown topic: ${topic}`,
    )
    if (text.startsWith('{')) assert.equal(typeof parsed(text), 'object', `no JSON on ${topic}: ${text}`)
  }
}

export class Observer {
  readonly seen: Seen[] = []
  readonly client: MqttClient
  #look: () => void = () => {}

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload, { retain }) => {
      this.seen.push({ topic, text: payload.toString(), retain })
      this.#look()
    })
  }

  static async connect(t: Stage, port: number, clientId: string, topics: readonly string[]): Promise<Observer> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId, clean: true, reconnectPeriod: 200 })
    t.after(() => client.endAsync(true))
    return Observer.with(client, topics)
  }

  /** For a client that had to log in. */
  static async with(client: MqttClient, topics: readonly string[]): Promise<Observer> {
    const observer = new Observer(client)
    await client.subscribeAsync([...topics], { qos: 1 })
    return observer
  }

  /** Messages on topics that end so, as JSON where they are. */
  on(ending: string): unknown[] {
    return this.seen.filter(({ topic }) => topic.endsWith(ending)).map(({ text }) => parsed(text))
  }

  /** Resolves with what `find` gives as soon as it gives something. */
  until<Found>(what: string, find: () => Found | undefined | false, withinMs = DEADLINE_MS): Promise<Found> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        const tail = this.seen.slice(-12).map(({ topic, text }) => `${topic} ${text.slice(0, 200)}`)
        reject(new Error(`${what}: not within ${withinMs} ms. Last seen:\n${tail.join('\n')}`))
      }, withinMs)
      this.#look = () => {
        const found = find()
        if (found === undefined || found === false) return
        clearTimeout(deadline)
        this.#look = () => {}
        resolve(found)
      }
      this.#look()
    })
  }

  /** Publishes a command with QoS 1. */
  async command(modem: string, name: string, payload: unknown): Promise<void> {
    const text = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload)
    await this.client.publishAsync(`zte2mqtt/${modem}/command/${name}`, text, { qos: 1 })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
