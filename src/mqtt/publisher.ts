import type { EventEmitter } from 'node:events'
import type { IncomingCall, ModemCard, ModemHappening, ModemStatus, Outlet } from '../bridge/outlet.ts'
import type { UssdReport } from '../bridge/ussd-report.ts'
import type { InboundSms, OutboundStatus } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Farewell, MqttConnectionEvents } from './connection-options.ts'
import type { HealthReport, LogEntry } from './health-payload.ts'
import { formatHealth, formatLog } from './health-payload.ts'
import type { IncomingMessage } from './network-connection.ts'
import type { Publishing } from './offers.ts'
import { Offers } from './offers.ts'
import type { BridgeFacts } from './payloads.ts'
import {
  formatBridgeInfo,
  formatCall,
  formatEvent,
  formatInfo,
  formatReceived,
  formatReceivedEvent,
  formatState,
  formatStatus,
  formatUssd,
} from './payloads.ts'
import type { Topics } from './topics.ts'

/** So many events that the broker did not acknowledge are kept. */
const MOST_EVENTS_WAITING = 64

/** The part of `MqttConnection` that the publisher needs. */
type PublisherConnection = Publishing & { readonly isConnected: boolean } & EventEmitter<MqttConnectionEvents>

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
  readonly homeAssistant: {
    readonly statusTopic: string
    /** The retained discovery messages for the modems known by now. */
    readonly discover: (cards: readonly ModemCard[]) => readonly { readonly topic: string; readonly payload: string }[]
  } | null
  /** On each connection, once the broker has answered something that was sent after it was made. */
  readonly onBrokerAnswered: () => void
}

/**
 * The bridge's way out over MQTT. Of a retained topic only the newest value counts: it is remembered, published on every
 * connection, and one publication per topic is under way at most, so that a long outage costs no memory.
 */
export class Publisher implements Outlet {
  readonly #options: PublisherOptions
  readonly #offers: Offers
  readonly #bridgeState: string
  readonly #cards = new Map<ModemId, ModemCard>()
  /** Newest payload by retained topic. */
  readonly #remembered = new Map<string, string>()
  /** Retained topics with a publication that the broker has not acknowledged yet. */
  readonly #underWay = new Set<string>()
  #protocol: 5 | 4 | null = null
  #isEnding = false

  constructor(options: PublisherOptions) {
    const { connection, topics, modems, retainMessages } = options
    this.#options = options
    this.#offers = new Offers(connection, MOST_EVENTS_WAITING)
    this.#bridgeState = topics.bridge('state')
    for (const modem of modems) {
      // The will speaks for the bridge alone: after a crash the broker still has the modem as online.
      this.#remembered.set(topics.modem(modem, 'availability'), 'offline')
      // An earlier configuration may have left a message, with a one-time code, in the broker.
      if (retainMessages) continue
      for (const path of ['sms/last', 'ussd/last'] as const) this.#remembered.set(topics.modem(modem, path), '')
    }
    this.#describeBridge()
    connection.on('connected', ({ protocol }) => {
      this.#protocol = protocol
      this.#describeBridge()
      this.republish()
    })
  }

  /** Publishes everything retained again. Brokers lose it, and Home Assistant misses it. */
  republish(): void {
    for (const topic of this.#remembered.keys()) if (topic !== this.#bridgeState) this.#send(topic)
    // Last, so that nobody believes what an earlier process left in the broker.
    this.#remember(this.#bridgeState, 'online')
  }

  /** To be given every message from the broker: answers the birth of Home Assistant. */
  heard({ topic, payload, retain }: IncomingMessage): void {
    if (topic !== this.#options.homeAssistant?.statusTopic) return
    // A retained one only tells of a birth before this connection, on which everything was just published.
    if (!retain && payload.toString('utf8') === 'online') this.republish()
  }

  /** What to publish last when the bridge ends on purpose; nothing retained is published after this call. */
  farewells(): readonly Farewell[] {
    this.#isEnding = true
    const { topics, modems } = this.#options
    const offline = [...modems.map((modem) => topics.modem(modem, 'availability')), this.#bridgeState]
    return offline.map((topic) => ({ topic, payload: 'offline', retain: true }))
  }

  /** Resolves at once, like all that is retained: it is remembered, and goes out as soon as there is a connection. */
  async announce(card: ModemCard): Promise<void> {
    this.#cards.set(card.id, card)
    this.#remember(this.#options.topics.modem(card.id, 'info'), formatInfo(card, this.#options.publishIdentity))
    this.#describeBridge()
  }

  async availability(modem: ModemId, online: boolean): Promise<void> {
    this.#remember(this.#options.topics.modem(modem, 'availability'), online ? 'online' : 'offline')
  }

  async state(modem: ModemId, status: ModemStatus): Promise<void> {
    this.#remember(this.#options.topics.modem(modem, 'state'), formatState(status))
  }

  /** Resolves at the PUBACK for `sms/received`. @throws ModemError `closed` */
  smsReceived(modem: ModemId, sms: InboundSms): Promise<void> {
    const { connection, topics, homeAssistant, retainMessages } = this.#options
    // Before `sms/received`, whose PUBACK then proves that the broker has read this one too (MQTT 5 section 4.6).
    if (homeAssistant !== null) {
      this.#offers.publish(topics.modem(modem, 'homeassistant/sms_received'), formatReceivedEvent(sms))
    }
    if (retainMessages) this.#remember(topics.modem(modem, 'sms/last'), formatReceived(sms))
    return connection.publish(topics.modem(modem, 'sms/received'), formatReceived(sms), { qos: 1 })
  }

  /** Resolves at PUBACK. @throws ModemError `closed` */
  smsStatus(modem: ModemId, status: OutboundStatus): Promise<void> {
    const { connection, topics } = this.#options
    return connection.publish(topics.modem(modem, 'sms/status'), formatStatus(status), { qos: 1 })
  }

  /** Resolves at once. A reply that comes while the broker is away is published when it is back, if the bridge still runs. */
  async ussdReply(modem: ModemId, report: UssdReport): Promise<void> {
    const { topics, retainMessages } = this.#options
    if (retainMessages) this.#remember(topics.modem(modem, 'ussd/last'), formatUssd(report))
    this.#offers.publish(topics.modem(modem, 'ussd/reply'), formatUssd(report))
  }

  /** Resolves at once; dropped while there is no connection. */
  async event(modem: ModemId, event: ModemHappening): Promise<void> {
    const { connection, topics } = this.#options
    if (connection.isConnected) this.#offers.publish(topics.modem(modem, 'event'), formatEvent(event))
  }

  /** Resolves at once; kept over connections, because it says when it was. */
  async call(modem: ModemId, call: IncomingCall): Promise<void> {
    this.#offers.publish(this.#options.topics.modem(modem, 'call'), formatCall(call))
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
    const messages = [
      { topic: topics.bridge('info'), payload: formatBridgeInfo(facts, cards, this.#protocol) },
      ...(homeAssistant?.discover(cards) ?? []),
    ]
    for (const { topic, payload } of messages) {
      if (this.#remembered.get(topic) !== payload) this.#remember(topic, payload)
    }
  }

  #remember(topic: string, payload: string): void {
    this.#remembered.set(topic, payload)
    this.#send(topic)
  }

  #send(topic: string): void {
    const { connection, onBrokerAnswered } = this.#options
    const payload = this.#remembered.get(topic)
    if (payload === undefined || this.#isEnding || !connection.isConnected || this.#underWay.has(topic)) return
    this.#underWay.add(topic)
    const acknowledged = (): void => {
      this.#underWay.delete(topic)
      if (topic === this.#bridgeState) onBrokerAnswered()
      if (this.#remembered.get(topic) !== payload) this.#send(topic)
    }
    // Rejected only when the connection was ended for good, and then nothing is left to be done.
    void connection.publish(topic, payload, { qos: 1, retain: true }).then(acknowledged, () => undefined)
  }
}
