import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ModemCard } from '../../src/bridge/outlet.ts'
import { deviceTopic } from '../../src/homeassistant/discovery.ts'
import { HomeAssistant } from '../../src/homeassistant/home-assistant.ts'
import { Journal } from '../../src/journal/journal.ts'
import type { MqttConnectionEvents, PublishOptions } from '../../src/mqtt/connection-options.ts'
import { Publisher } from '../../src/mqtt/publisher.ts'
import { createTopics, retainedTopics } from '../../src/mqtt/topics.ts'
import { incoming } from '../mqtt/fake-connection.ts'
import { CARD, NOTHING_KNOWN, SMS } from '../mqtt/samples.ts'
import { RegistryModel } from './registry-model.ts'

/** Components by key: their platform. */
export type Components = Readonly<Record<string, string>>

export interface Setup {
  readonly base?: string
  readonly prefix?: string
  /** Components by modem. */
  readonly modems: Readonly<Record<string, Components>>
  /** Modems that nobody has opened yet. */
  readonly unopened?: readonly string[]
  readonly isEnabled?: boolean
  readonly catchUpMs?: number
}

/** Until a bridge tries a lost broker again. */
const BRIDGE_RETRY_MS = 1_000

/** A bridge's connection to the broker of the house. */
class Line extends EventEmitter<MqttConnectionEvents> {
  isConnected = false
  readonly #house: House
  readonly #filters = new Set<string>()
  readonly #waiting: (() => void)[] = []
  onMessage: (topic: string, payload: string, retain: boolean) => void = () => {}

  constructor(house: House) {
    super()
    this.#house = house
  }

  subscribe(subscriptions: readonly { topic: string }[]): void {
    for (const { topic } of subscriptions) this.#filters.add(topic)
  }

  unsubscribe(topics: readonly string[]): void {
    for (const topic of topics) this.#filters.delete(topic)
  }

  publish(topic: string, payload: string, { retain = false }: PublishOptions): Promise<void> {
    return new Promise((resolve) => {
      const send = (): void => {
        this.#house.publish(topic, payload, retain)
        resolve()
      }
      if (this.isConnected) send()
      else this.#waiting.push(send)
    })
  }

  receive(topic: string, payload: string, retain: boolean): void {
    const matches = (filter: string): boolean => new RegExp(`^${filter.replace('+', '[^/]+')}$`).test(topic)
    if (this.isConnected && [...this.#filters].some(matches)) this.onMessage(topic, payload, retain)
  }

  connect(): void {
    this.isConnected = true
    for (const [topic, payload] of [...this.#house.retained]) this.receive(topic, payload, true)
    for (const send of this.#waiting.splice(0)) send()
    this.emit('connected', { sessionPresent: false, protocol: 5, first: true })
  }

  disconnect(): void {
    if (!this.isConnected) return
    this.isConnected = false
    this.emit('disconnected')
  }
}

/** A whole bridge as far as Home Assistant sees it, with a journal that outlives it. */
export class BridgeRun {
  readonly #line: Line
  readonly #journal: Journal
  readonly #publisher: Publisher
  readonly #modem: string
  #isPublishing = false
  #isOver = false

  constructor(house: House, path: string, setup: Setup) {
    const {
      base = 'zte',
      prefix = 'homeassistant',
      modems,
      unopened = [],
      isEnabled = true,
      catchUpMs = 3_600_000,
    } = setup
    const ids = Object.keys(modems)
    this.#modem = ids[0] ?? ''
    this.#line = new Line(house)
    this.#journal = new Journal(path, Date.now, () => {})
    const topics = createTopics(base)
    const homeAssistant = new HomeAssistant({
      connection: this.#line,
      journal: this.#journal,
      modems: ids,
      discovery: {
        prefix,
        topics,
        version: '0.1.0',
        settings: { publishIdentity: false, retainMessages: true, notify: [], queries: [] },
      },
      isEnabled,
      statusTopic: `${prefix}/status`,
      catchUpMs,
      now: Date.now,
      onProblem: (problem) => house.problems.push(problem),
      announce: (cards, options) =>
        ['bridge', ...cards.map(({ id }) => id)].map((id) => ({
          topic: deviceTopic(id, options),
          payload: messageOf(base, id, modems[id] ?? { state: 'binary_sensor' }),
          isComplete: !unopened.includes(id),
          states: retainedTopics(topics, id),
        })),
    })
    this.#publisher = new Publisher({
      connection: this.#line,
      topics,
      modems: ids,
      facts: { version: '0.1.0', nodeVersion: '20.20.0', startedAt: '2026-11-22T09:30:07Z', config: {} },
      publishIdentity: false,
      retainMessages: true,
      homeAssistant,
      onBrokerAnswered: () => {},
    })
    this.#line.onMessage = (topic, payload, retain) => this.#publisher.heard(incoming(topic, payload, { retain }))
    for (const id of ids) {
      const card: ModemCard = { ...CARD, id }
      void this.#publisher.announce(card)
      void this.#publisher.availability(id, true)
      void this.#publisher.state(id, NOTHING_KNOWN)
    }
  }

  get isConnected(): boolean {
    return this.#line.isConnected
  }

  connect(): void {
    if (this.#isOver) return
    this.#line.connect()
    void this.#publishAll()
  }

  brokerLost(): void {
    this.#line.disconnect()
  }

  hear(topic: string, payload: string): void {
    this.#line.receive(topic, payload, false)
  }

  /** A message arrives at the first modem. */
  receive(id: string): void {
    const sms = { ...SMS, id, receivedAt: new Date().toISOString() }
    this.#journal.received.received(this.#modem, sms, { segments: [], publish: true, replaceType: null })
    void this.#publishAll()
  }

  /** Without a word, as a kill does it. */
  kill(): void {
    this.#isOver = true
    this.#publisher.farewells()
    this.#line.disconnect()
    this.#journal.close()
  }

  /** What is left in the journal for Home Assistant. */
  get announced(): readonly string[] {
    return this.#journal.announced.all().map(({ topic }) => topic)
  }

  async #publishAll(): Promise<void> {
    if (this.#isPublishing) return
    this.#isPublishing = true
    for (let next = this.#journal.publications.next(this.#modem); next !== undefined; ) {
      if (next.kind === 'received') await this.#publisher.smsReceived(this.#modem, next.body)
      if (this.#isOver) return
      this.#journal.publications.published(next.seq)
      next = this.#journal.publications.next(this.#modem)
    }
    this.#isPublishing = false
  }
}

function messageOf(base: string, id: string, components: Components): string {
  const name = `${base}_${id}`
  const cmps = Object.entries(components).map(([key, p]) => [
    key,
    {
      p,
      ...(p === 'device_automation' ? {} : { uniq_id: `${name}_${key}` }),
      stat_t: p === 'event' ? `${base}/${id}/homeassistant/${key}` : `${base}/bridge/state`,
    },
  ])
  return JSON.stringify({ dev: { ids: [name] }, o: { name: 'zte2mqtt' }, cmps: Object.fromEntries(cmps) })
}

/** Broker, Home Assistant and bridges, on a clock that moves only when told. */
export class House {
  readonly retained = new Map<string, string>()
  /** Every publication, as `<topic> <payload>`. */
  readonly log: string[] = []
  readonly problems: string[] = []
  readonly homeAssistant: RegistryModel
  isUp = true
  readonly #t: TestContext
  readonly #folder: string
  readonly #bridges = new Map<string, BridgeRun>()

  constructor(t: TestContext, prefix?: string) {
    this.#t = t
    this.#folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-'))
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-22T10:00:00Z') })
    this.homeAssistant = new RegistryModel(this, prefix)
    t.after(() => {
      for (const bridge of this.#bridges.values()) bridge.kill()
      rmSync(this.#folder, { recursive: true })
    })
  }

  publish(topic: string, payload: string, retain = false): void {
    this.log.push(`${topic} ${payload}`)
    if (retain && payload === '') this.retained.delete(topic)
    if (retain && payload !== '') this.retained.set(topic, payload)
    this.homeAssistant.receive(topic, payload)
    for (const bridge of this.#bridges.values()) bridge.hear(topic, payload)
  }

  /** Lets time pass, and everybody do what they do in it. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      this.#t.mock.timers.tick(100)
      await new Promise(setImmediate)
    }
  }

  /** Starts a bridge; what ran before under this name ends. @param journal `lost`: it begins with an empty one */
  startBridge(setup: Setup, name = 'bridge', journal: 'kept' | 'lost' = 'kept'): BridgeRun {
    this.stopBridge(name)
    const path = join(this.#folder, `${name}.db`)
    if (journal === 'lost') for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    const bridge = new BridgeRun(this, path, setup)
    this.#bridges.set(name, bridge)
    if (this.isUp) bridge.connect()
    return bridge
  }

  stopBridge(name = 'bridge'): void {
    this.#bridges.get(name)?.kill()
    this.#bridges.delete(name)
  }

  bridge(name = 'bridge'): BridgeRun | undefined {
    return this.#bridges.get(name)
  }

  stopBroker(): void {
    this.isUp = false
    this.homeAssistant.brokerLost()
    for (const bridge of this.#bridges.values()) bridge.brokerLost()
  }

  startBroker(memory: 'kept' | 'lost' = 'kept'): void {
    this.isUp = true
    if (memory === 'lost') this.retained.clear()
    this.homeAssistant.brokerBack()
    for (const bridge of this.#bridges.values()) setTimeout(() => bridge.connect(), BRIDGE_RETRY_MS)
  }
}
