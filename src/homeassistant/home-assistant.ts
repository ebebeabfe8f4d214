import type { ModemCard } from '../bridge/outlet.ts'
import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { IncomingMessage, Subscription } from '../mqtt/network-connection.ts'
import type { HomeAssistantDesk } from '../mqtt/publisher.ts'
import type { RetainedConnection } from '../mqtt/retained.ts'
import { retainedTopics } from '../mqtt/topics.ts'
import { Announcer } from './announcer.ts'
import { CatchUp } from './catch-up.ts'
import type { DiscoveryMessage, DiscoveryOptions } from './discovery.ts'
import { deviceTopic, discover } from './discovery.ts'
import { pause, SETTLE_MS } from './settling.ts'

/** The part of `MqttConnection` that is needed here. */
export interface HomeAssistantConnection extends RetainedConnection {
  subscribe(subscriptions: readonly Subscription[]): void
  unsubscribe(topics: readonly string[]): void
}

/** What is needed to live with Home Assistant. */
export interface HomeAssistantOptions {
  readonly connection: HomeAssistantConnection
  readonly journal: Journal
  /** All configured modems. */
  readonly modems: readonly ModemId[]
  readonly discovery: DiscoveryOptions
  /** `homeassistant.enabled`; off: what was announced is taken back. */
  readonly isEnabled: boolean
  /** `homeassistant.status_topic` */
  readonly statusTopic: string
  /** `homeassistant.catch_up` in ms */
  readonly catchUpMs: number
  /** ms since the epoch */
  readonly now: () => number
  readonly onProblem: (problem: string, cause: ModemError) => void
  /** Makes the discovery messages. */
  readonly announce?: (cards: readonly ModemCard[], options: DiscoveryOptions) => readonly DiscoveryMessage[]
}

/** Home Assistant's life beside ours: what it is told when one of the two, or the broker between them, starts again. */
export class HomeAssistant implements HomeAssistantDesk {
  readonly #options: HomeAssistantOptions
  readonly #announcer: Announcer
  readonly #catchUp: CatchUp
  readonly #search: string
  #isSearching: boolean
  #connection: AbortController | undefined

  constructor(options: HomeAssistantOptions) {
    const { connection, journal, modems, discovery, isEnabled, statusTopic, catchUpMs, now } = options
    const ids = [...modems, 'bridge']
    const tolerantly = (work: () => void): boolean => this.#tolerantly(work)
    this.#options = options
    this.#announcer = new Announcer({
      connection,
      journal,
      expected: new Set(isEnabled ? ids.map((id) => deviceTopic(id, discovery)) : []),
      inUse: new Set(ids.flatMap((id) => retainedTopics(discovery.topics, id))),
      tolerantly,
    })
    const maxAgeMs = isEnabled ? catchUpMs : 0
    const { topics } = discovery
    this.#catchUp = new CatchUp({ connection, topics, modems: new Set(modems), journal, maxAgeMs, now, tolerantly })
    this.#search = `${discovery.prefix}/device/+/config`
    this.#isSearching = isEnabled && !this.#announcer.hasMemory
    connection.subscribe([
      ...(isEnabled || this.#announcer.hasMemory ? [{ topic: statusTopic, qos: 0 as const }] : []),
      ...(this.#isSearching ? [{ topic: this.#search, qos: 0 as const }] : []),
    ])
  }

  describe(cards: readonly ModemCard[]): void {
    const { isEnabled, discovery, announce = discover } = this.#options
    if (isEnabled) this.#announcer.announce(announce(cards, discovery))
  }

  smsReceived(modem: ModemId, sms: InboundSms): void {
    if (this.#options.isEnabled) this.#catchUp.received(modem, sms)
  }

  connected(): void {
    this.#connection = new AbortController()
    this.#announcer.connected()
    this.#catchUp.connected()
    if (this.#isSearching) void this.#endSearch(this.#connection.signal)
  }

  disconnected(): void {
    this.#connection?.abort()
    this.#announcer.disconnected()
  }

  heard({ topic, payload, retain }: IncomingMessage): boolean {
    const text = payload.toString('utf8')
    if (retain && this.#isSearching) this.#find(topic, text)
    // A retained one only tells of a birth before this connection, on which everything was just published.
    if (topic !== this.#options.statusTopic || retain) return false
    if (text === 'offline') {
      this.#announcer.gone()
      this.#catchUp.gone()
    }
    if (text !== 'online') return false
    this.#announcer.born()
    this.#catchUp.born()
    return true
  }

  end(): void {
    this.#connection?.abort()
    this.#announcer.end()
    this.#catchUp.end()
  }

  /** Without a memory, what an earlier bridge announced is looked for in the broker. */
  #find(topic: string, payload: string): void {
    const { discovery } = this.#options
    const id = announcedId(topic, payload, discovery)
    if (id !== undefined) this.#announcer.found(topic, payload, retainedTopics(discovery.topics, id))
  }

  /** What the broker has retained comes at once. */
  async #endSearch(signal: AbortSignal): Promise<void> {
    await pause(SETTLE_MS, signal)
    if (signal.aborted) return
    this.#isSearching = false
    this.#options.connection.unsubscribe([this.#search])
  }

  #tolerantly(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      if (!(error instanceof ModemError)) throw error
      this.#options.onProblem(`What Home Assistant knows could not be noted. ${error.message}`, error)
      return false
    }
  }
}

/**
 * The modem of a discovery message that only this bridge can have written, or `bridge`. Another one's has the same origin, and another
 * program's may have our availability.
 */
function announcedId(topic: string, payload: string, discovery: DiscoveryOptions): ModemId | undefined {
  const ending = '/config'
  const beginning = deviceTopic('', discovery).slice(0, -ending.length)
  if (!topic.startsWith(beginning) || !topic.endsWith(ending) || !isJson(payload)) return undefined
  const isOurs =
    payload.includes('"name":"zte2mqtt"') && payload.includes(JSON.stringify(discovery.topics.bridge('state')))
  return isOurs ? topic.slice(beginning.length, -ending.length) : undefined
}

function isJson(payload: string): boolean {
  try {
    return typeof JSON.parse(payload) === 'object'
  } catch {
    return false
  }
}
