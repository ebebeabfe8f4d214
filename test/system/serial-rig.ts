import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { AtStick } from '../../src/simulator/at-stick.ts'
import type { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { Observer, startBridge, startMosquitto } from './house.ts'
import type { PtyOptions } from './stick-on-pty.ts'
import { NUMBER, StickOnPty } from './stick-on-pty.ts'

const PEER = '+447700900123'
const LIMIT_MS = 30_000

export type Json = Readonly<Record<string, unknown>>

/** What a bridge on this pty is started with, and what happens to the stick before. */
interface RigOptions extends PtyOptions {
  readonly modem?: Json
  readonly bridge?: readonly string[]
  readonly prepare?: (pty: StickOnPty) => void | Promise<void>
}

const QUICK = [
  '--poll.signal=1s',
  '--poll.status=2s',
  '--poll.sms=5s',
  '--sms.repeat_window=0',
  '--sms.retry.backoff=1s',
  '--homeassistant.enabled=false',
]

/** The whole road: network, stick, pty, the real process, mosquitto and a listener; and an account of all messages. */
export class Rig {
  readonly pty: StickOnPty
  readonly observer: Observer
  readonly bridge: ReturnType<typeof startBridge>
  readonly #base: string
  readonly #injected: string[] = []
  readonly #sent = new Map<string, string>()

  private constructor(pty: StickOnPty, observer: Observer, bridge: ReturnType<typeof startBridge>, base: string) {
    this.pty = pty
    this.observer = observer
    this.bridge = bridge
    this.#base = base
  }

  /** Several rigs may share a broker: each has a base topic of its own. */
  static async setUp(t: TestContext, brokerPort: number, options: RigOptions = {}): Promise<Rig> {
    const { modem, bridge = [], prepare, ...rest } = options
    const pty = await StickOnPty.plugIn(t, rest)
    await prepare?.(pty)
    const base = `rig${rigs++}`
    const observer = await Observer.connect(t, brokerPort, `observer-${base}`, [`zte2mqtt/${base}/#`])
    const process = startBridge(t, [
      `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
      `--mqtt.base_topic=zte2mqtt/${base}`,
      `--modems=${JSON.stringify([{ id: 'stick', port: pty.port, ...modem }])}`,
      ...QUICK.filter((option) => !bridge.some((other) => other.startsWith(`${option.split('=')[0]}=`))),
      ...bridge,
    ])
    const rig = new Rig(pty, observer, process, base)
    await rig.until('the bridge is on line', () => observer.on('bridge/state').length > 0)
    return rig
  }

  get stick(): AtStick {
    return this.pty.stick
  }

  get network(): CellularNetwork {
    return this.pty.network
  }

  get states(): readonly Json[] {
    return this.observer.on('stick/state') as Json[]
  }

  /** Resolves with what `find` gives as soon as it gives something. */
  until<Found>(what: string, find: () => Found | undefined | false, withinMs = LIMIT_MS): Promise<Found> {
    const { client, seen } = this.observer
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined || found === false) return
        end()
        resolve(found)
      }
      const limit = setTimeout(() => {
        end()
        const tail = seen.slice(-12).map(({ topic, text }) => `${topic} ${text.slice(0, 300)}`)
        const log = this.bridge.output.split('\n').slice(-12)
        reject(new Error(`${what}: not within ${withinMs} ms.\n${[...tail, ...log].join('\n')}`))
      }, withinMs)
      const end = (): void => {
        clearTimeout(limit)
        client.off('message', look)
        this.bridge.off('exit', look)
      }
      client.on('message', look)
      look()
    })
  }

  phase(wanted: string, withinMs = LIMIT_MS): Promise<Json> {
    return this.until(
      `phase ${wanted}`,
      () => {
        const state = this.states.at(-1)
        return state?.['phase'] === wanted && state
      },
      withinMs,
    )
  }

  /** The state tells of it a little ahead of the event. */
  async ready(): Promise<void> {
    await this.phase('ready')
    await this.event('connected')
  }

  event(type: string): Promise<Json> {
    return this.until(`the event ${type}`, () => this.events(type).at(-1))
  }

  events(type: string): readonly Json[] {
    return (this.observer.on('stick/event') as Json[]).filter((event) => event['type'] === type)
  }

  /** Resolves when the modem has been lost and is ready again. */
  async lostAndFound(fault: () => unknown, withinMs = LIMIT_MS): Promise<void> {
    const before = this.events('connected').length
    await fault()
    await this.until('it is connected again', () => this.events('connected').length > before, withinMs)
    await this.ready()
  }

  /** Everything has been looked at once more. */
  async refreshed(): Promise<void> {
    await this.observer.command(`${this.#base}/stick`, 'refresh', { transaction: 'refresh' })
    await this.until('the answer to refresh', () => this.observer.on('stick/response/refresh').length > 0)
  }

  /** A USSD code; resolves with the answer to the command. */
  async ussd(code: string): Promise<Json> {
    const before = this.observer.on('stick/response/ussd/send').length
    await this.observer.command(`${this.#base}/stick`, 'ussd/send', { code })
    return this.until(`the answer to ${code}`, () => (this.observer.on('stick/response/ussd/send') as Json[])[before])
  }

  /** Somebody writes to the stick. */
  inject(text: string): void {
    this.#injected.push(text)
    this.network.inject({ to: NUMBER, from: PEER, text })
  }

  /** Old messages fill the store; they are all alike, so that the bridge takes them for one. */
  fillStore(): void {
    this.stick.fillStore()
    this.#injected.push('Hello from zte2mqtt')
  }

  /** A message goes out; resolves when the bridge has accepted it. */
  async send(text: string): Promise<string> {
    const id = `out-${this.#sent.size + 1}`
    this.#sent.set(id, text)
    await this.observer.command(`${this.#base}/stick`, 'sms/send', { to: PEER, text, id, transaction: id })
    const answer = await this.until(`the answer to ${id}`, () =>
      (this.observer.on('stick/response/sms/send') as Json[]).find((each) => each['transaction'] === id),
    )
    assert.equal(answer['status'], 'ok', JSON.stringify(answer))
    return id
  }

  /** Short and long ones in both directions. */
  async exchange(label: string): Promise<void> {
    this.inject(`${label} in!`)
    this.inject(long(`${label} in`))
    await this.send(`${label} out!`)
    await this.send(long(`${label} out`))
  }

  /** What was told of a message, in order. */
  statusesOf(id: string): readonly unknown[] {
    return (this.observer.on('stick/sms/status') as Json[])
      .filter((status) => status['id'] === id)
      .map(({ status }) => status)
  }

  status(id: string, wanted: readonly string[], withinMs = LIMIT_MS): Promise<unknown> {
    const isWanted = (): boolean => wanted.includes(String(this.statusesOf(id).at(-1)))
    return this.until(`${id} is ${wanted}`, isWanted, withinMs)
  }

  get published(): readonly Json[] {
    return this.observer.on('stick/sms/received') as Json[]
  }

  get takenTexts(): readonly string[] {
    return this.network.taken
      .filter(({ rejection }) => rejection === null)
      .map(({ submit }) => submit.content.text ?? '')
  }

  /**
   * Waits until everything that was written has arrived, and holds the bridge to its promises.
   * @param unknown what may have been lost on its way out, because nobody can know
   */
  async settled(unknown: readonly string[] = [], withinMs = LIMIT_MS): Promise<void> {
    for (const text of this.#injected) {
      await this.until(
        `"${text.slice(0, 30)}" is published`,
        () => this.published.some((sms) => sms['text'] === text),
        withinMs,
      )
    }
    for (const id of this.#sent.keys()) {
      await this.status(id, unknown.includes(id) ? ['unknown'] : ['sent', 'delivered'], withinMs)
    }
    await this.ready()
    this.#account(unknown)
    assert.equal(this.bridge.exitCode ?? this.bridge.signalCode, null, 'the process never ended')
    assert.deepEqual(this.observer.on(`${this.#base}/bridge/state`), ['online'], 'nor did it begin anew')
  }

  #account(unknown: readonly string[]): void {
    const ids = new Set(this.published.map((sms) => sms['id']))
    assert.deepEqual(
      this.published
        .filter((sms, at) => this.published.findIndex((other) => other['id'] === sms['id']) === at)
        .map((sms) => sms['text'])
        .sort(),
      [...this.#injected].sort(),
      'every message under one id, and no message that nobody wrote',
    )
    assert.equal(ids.size, this.#injected.length)
    for (const sms of this.published) assert.equal(sms['missing_parts'], 0, String(sms['text']))
    const taken = this.takenTexts
    assert.deepEqual(
      taken.filter((text, at) => taken.indexOf(text) !== at),
      [],
      'no part was handed over twice',
    )
    for (const [id, text] of this.#sent) {
      const parts = taken.filter((part) => text.includes(part)).sort((a, b) => text.indexOf(a) - text.indexOf(b))
      if (!unknown.includes(id)) assert.equal(parts.join(''), text, id)
    }
  }
}

let rigs = 1

/** More than one part, and no piece of it occurs in any other text. */
export function long(label: string): string {
  return Array.from({ length: 80 }, (_, at) => `${label} ${at}.`)
    .join(' ')
    .slice(0, 250)
}

/** Tests on the whole road that share a broker, three at a time. */
export function onTheRoad(
  title: string,
  tests: Readonly<Record<string, (setUp: (options?: RigOptions) => Promise<Rig>, t: TestContext) => Promise<void>>>,
): void {
  void test(title, { concurrency: 3 }, async (parent) => {
    const brokerPort = await startMosquitto(parent)
    const running = Object.entries(tests).map(([name, body]) =>
      parent.test(name, (t) => body((options) => Rig.setUp(t, brokerPort, options), t)),
    )
    await Promise.all(running)
  })
}
