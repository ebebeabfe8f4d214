import type { EventEmitter } from 'node:events'
import type { IncomingCall, ModemCard, ModemHappening, ModemStatus, Outlet } from '../bridge/outlet.ts'
import type { UssdReport } from '../bridge/ussd-report.ts'
import type { InboundSms, OutboundStatus } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Farewell, MqttConnectionEvents } from './connection-options.ts'
import type { HealthReport, LogEntry } from './health-payload.ts'
import { formatHealth, formatLog } from './health-payload.ts'
import type { IncomingMessage } from './network-connection.ts'
import { Offers } from './offers.ts'
import type { BridgeFacts } from './payloads.ts'
import {
  formatBridgeInfo,
  formatCall,
  formatCallEvent,
  formatEvent,
  formatInfo,
  formatReceived,
  formatState,
  formatStatus,
  formatStatusEvent,
  formatUssd,
  formatUssdEvent,
} from './payloads.ts'
import type { RetainedConnection } from './retained.ts'
import { RetainedTopics } from './retained.ts'
import type { Topics } from './topics.ts'

/** So many events that the broker did not acknowledge are kept. */
const MOST_EVENTS_WAITING = 64

/** The part of `MqttConnection` that the publisher needs. */
type PublisherConnection = RetainedConnection & EventEmitter<MqttConnectionEvents>

/** Who sees to what only Home Assistant gets. Nothing of it throws. */
export interface HomeAssistantDesk {
  /** All modems known by now. */
  describe(cards: readonly ModemCard[]): void
  smsReceived(modem: ModemId, sms: InboundSms): void
  connected(): void
  disconnected(): void
  /** @returns whether all that is retained is to be published again */
  heard(message: IncomingMessage): boolean
  /** The bridge ends. */
  end(): void
}

/** What a publisher is told when it is made. */
export interface PublisherOptions {
  readonly connection: PublisherConnection
  readonly topics: Topics
  /** All configured modems; offline until the bridge says otherwise. */
  readonly modems: readonly ModemId[]
  readonly facts: BridgeFacts
  /** `privacy.publish_identity` */
  readonly publishIdentity: boolean
  /** `privacy.retain_messages` */
  readonly retainMessages: boolean
  /** `null`: Home Assistant gets nothing of its own. */
  readonly homeAssistant: HomeAssistantDesk | null
  /** On each connection, once the broker has answered something that was sent after it was made. */
  readonly onBrokerAnswered: () => void
}

/** The bridge's way out over MQTT. All that is retained is remembered, and published on every connection. */
export class Publisher implements Outlet {
  readonly #options: PublisherOptions
  readonly #offers: Offers
  readonly #bridgeState: string
  readonly #cards = new Map<ModemId, ModemCard>()
  readonly #retained: RetainedTopics
  #protocol: 5 | 4 | null = null

  constructor(options: PublisherOptions) {
    const { connection, topics, modems, retainMessages, homeAssistant, onBrokerAnswered } = options
    this.#options = options
    this.#offers = new Offers(connection, MOST_EVENTS_WAITING)
    this.#bridgeState = topics.bridge('state')
    this.#retained = new RetainedTopics(connection, (topic) => {
      if (topic === this.#bridgeState) onBrokerAnswered()
    })
    for (const modem of modems) {
      // The will speaks for the bridge alone: after a crash the broker still has the modem as online.
      this.#retained.remember(topics.modem(modem, 'availability'), 'offline')
      // An earlier configuration may have left a message, with a one-time code, in the broker.
      if (retainMessages) continue
      for (const path of ['sms/last', 'ussd/last'] as const) this.#retained.remember(topics.modem(modem, path), '')
    }
    this.#describeBridge()
    connection.on('connected', ({ protocol }) => {
      this.#protocol = protocol
      this.#describeBridge()
      homeAssistant?.connected()
      this.republish()
    })
    connection.on('disconnected', () => homeAssistant?.disconnected())
  }

  /** Publishes everything retained again. Brokers lose it, and Home Assistant misses it. */
  republish(): void {
    for (const topic of this.#retained.topics) if (topic !== this.#bridgeState) this.#retained.send(topic)
    // Last, so that nobody believes what an earlier process left in the broker.
    this.#retained.remember(this.#bridgeState, 'online')
  }

  /** To be given every message from the broker: answers the birth of Home Assistant. */
  heard(message: IncomingMessage): void {
    if (this.#options.homeAssistant?.heard(message) === true) this.republish()
  }

  /** What to publish last when the bridge ends on purpose; nothing retained is published after this call. */
  farewells(): readonly Farewell[] {
    const { topics, modems, homeAssistant } = this.#options
    this.#retained.end()
    homeAssistant?.end()
    const offline = [...modems.map((modem) => topics.modem(modem, 'availability')), this.#bridgeState]
    return offline.map((topic) => ({ topic, payload: 'offline', retain: true }))
  }

  /** Each modem as it was announced last. */
  get cards(): ReadonlyMap<ModemId, ModemCard> {
    return this.#cards
  }

  /** Resolves at once, like all that is retained: it is remembered, and goes out as soon as there is a connection. */
  async announce(card: ModemCard): Promise<void> {
    this.#cards.set(card.id, card)
    this.#retained.remember(
      this.#options.topics.modem(card.id, 'info'),
      formatInfo(card, this.#options.publishIdentity),
    )
    this.#describeBridge()
  }

  async availability(modem: ModemId, online: boolean): Promise<void> {
    this.#retained.remember(this.#options.topics.modem(modem, 'availability'), online ? 'online' : 'offline')
  }

  async state(modem: ModemId, status: ModemStatus): Promise<void> {
    this.#retained.remember(this.#options.topics.modem(modem, 'state'), formatState(status))
  }

  /** Resolves at the PUBACK for `sms/received`. @throws ModemError `closed` */
  smsReceived(modem: ModemId, sms: InboundSms): Promise<void> {
    const { connection, topics, homeAssistant, retainMessages } = this.#options
    // Before `sms/received`, whose PUBACK then proves that the broker has read this one too (MQTT 5 section 4.6).
    homeAssistant?.smsReceived(modem, sms)
    if (retainMessages) this.#retained.remember(topics.modem(modem, 'sms/last'), formatReceived(sms))
    return connection.publish(topics.modem(modem, 'sms/received'), formatReceived(sms), { qos: 1 })
  }

  /** Resolves at PUBACK. @throws ModemError `closed` */
  smsStatus(modem: ModemId, status: OutboundStatus): Promise<void> {
    const { connection, topics } = this.#options
    this.#offerEvent(modem, 'homeassistant/sms_delivery', formatStatusEvent(status))
    return connection.publish(topics.modem(modem, 'sms/status'), formatStatus(status), { qos: 1 })
  }

  /** Resolves at once. A reply that comes while the broker is away is published when it is back, if the bridge still runs. */
  async ussdReply(modem: ModemId, report: UssdReport): Promise<void> {
    const { topics, retainMessages } = this.#options
    if (retainMessages) this.#retained.remember(topics.modem(modem, 'ussd/last'), formatUssd(report))
    this.#offers.publish(topics.modem(modem, 'ussd/reply'), formatUssd(report))
    this.#offerEvent(modem, 'homeassistant/ussd_reply', formatUssdEvent(report))
  }

  /** Resolves at once; dropped while there is no connection. */
  async event(modem: ModemId, event: ModemHappening): Promise<void> {
    const { connection, topics } = this.#options
    if (connection.isConnected) this.#offers.publish(topics.modem(modem, 'event'), formatEvent(event))
  }

  /** Resolves at once; kept over connections, because it says when it was. */
  async call(modem: ModemId, call: IncomingCall): Promise<void> {
    this.#offers.publish(this.#options.topics.modem(modem, 'call'), formatCall(call))
    this.#offerEvent(modem, 'homeassistant/call', formatCallEvent(call))
  }

  /** Publishes this retained, now and on every connection. */
  retain(topic: string, payload: string): void {
    this.#retained.remember(topic, payload)
  }

  get isReachable(): boolean {
    return this.#options.connection.isConnected
  }

  /** Resolves at PUBACK; kept over connections. @throws ModemError `closed` */
  publish(topic: string, payload: string): Promise<void> {
    return this.#options.connection.publish(topic, payload, { qos: 1 })
  }

  /** Dropped while there is no connection: the next one tells more. */
  health(report: HealthReport): void {
    const { connection, topics } = this.#options
    if (connection.isConnected) void connection.publish(topics.bridge('health'), formatHealth(report), { qos: 0 })
  }

  /** Dropped while there is no connection. With QoS 0 it is never answered, so it can cause no line of its own. */
  log(entry: LogEntry): void {
    const { connection, topics } = this.#options
    if (connection.isConnected) void connection.publish(topics.bridge('log'), formatLog(entry), { qos: 0 })
  }

  /** What follows from all modems together: `bridge/info` and discovery. */
  #describeBridge(): void {
    const { topics, facts, homeAssistant } = this.#options
    const cards = [...this.#cards.values()]
    const topic = topics.bridge('info')
    const info = formatBridgeInfo(facts, cards, this.#protocol)
    if (this.#retained.get(topic) !== info) this.#retained.remember(topic, info)
    homeAssistant?.describe(cards)
  }

  #offerEvent(modem: ModemId, path: `homeassistant/${'sms_delivery' | 'ussd_reply' | 'call'}`, payload: string): void {
    const { topics, homeAssistant } = this.#options
    if (homeAssistant !== null) this.#offers.publish(topics.modem(modem, path), payload)
  }
}
