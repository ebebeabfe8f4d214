import type { IConnackPacket, IPublishPacket, ISubscriptionMap, MqttClient, Packet } from 'mqtt'
import type { ConnectFault } from './connect-faults.ts'
import { faultOf } from './connect-faults.ts'
import type { Outgoing } from './outgoing.ts'
import { PubackWitness } from './puback-witness.ts'

/** A message from the broker. */
export interface IncomingMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  /** Stored in the broker as a retained message, and shown because we subscribed (MQTT 5 section 3.3.1.3). */
  readonly retain: boolean
  /** Proves nothing when absent: some brokers deliver again without it. */
  readonly dup: boolean
  /** The connection resumed a session: this may be the second delivery of what an earlier connection brought. */
  readonly sessionPresent: boolean
  /** MQTT 5 only, like all below: where the publisher wants its answer. */
  readonly responseTopic: string | undefined
  readonly correlationData: Buffer | undefined
  /** Seconds for which the message is still good, counted by the broker. */
  readonly expirySeconds: number | undefined
}

/**
 * Takes a message before it is acknowledged: PUBACK goes out when this has returned. When it throws, there is no PUBACK and the
 * broker delivers the message again on the next connection. What it returns is called once the PUBACK has certainly reached the
 * broker, and never when the connection ended before that was known.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler with nothing to learn should need no return statement.
export type MessageHandler = (message: IncomingMessage) => void | (() => void)

/** A topic filter and the highest QoS with which its messages are wanted. */
export interface Subscription {
  readonly topic: string
  readonly qos: 0 | 1
}

/** What the owner of a connection hears from it. */
export interface NetworkEvents {
  /** The broker accepted us (CONNACK). */
  accepted(): void
  readonly message: MessageHandler
  /** The handler is done and its PUBACK, if one was due, is written. */
  handled(): void
}

/** One network connection (MQTT 5 section 4.2), made by MQTT.js and used once: lost means, make a new one. */
export class NetworkConnection {
  /** Settles when the connection is gone, for whatever reason. */
  readonly closed: Promise<void>
  /** The broker's answer to CONNECT, also a refusing one. */
  connack: IConnackPacket | undefined
  /** The broker has accepted us; requests can be sent. */
  isAccepted = false
  /** Why it failed, `undefined` while it is up and when the other side just closed it. */
  fault: ConnectFault | undefined

  readonly #client: MqttClient
  readonly #events: NetworkEvents
  readonly #witness = new PubackWitness()

  constructor(client: MqttClient, events: NetworkEvents) {
    this.#client = client
    this.#events = events
    client.handleMessage = (packet, done) => this.#handle(packet, done)
    client.on('packetsend', (packet) => this.#witness.sent(packet))
    client.on('packetreceive', (packet) => this.#received(packet))
    client.on('connect', () => {
      this.isAccepted = true
      events.accepted()
    })
    // After some errors (an unreadable packet, for one) MQTT.js leaves the stream as it is.
    client.on('error', (error) => this.cut(faultOf(error)))
    this.closed = new Promise((resolve) => client.once('close', resolve))
  }

  get sessionPresent(): boolean {
    return this.connack?.sessionPresent === true
  }

  /** @returns for each subscription the QoS granted, or a reason code from 0x80 on; nothing when the connection ended */
  subscribe(subscriptions: readonly Subscription[]): Promise<readonly number[] | undefined> {
    if (subscriptions.length === 0) return Promise.resolve([])
    const map: ISubscriptionMap = Object.fromEntries(subscriptions.map(({ topic, qos }) => [topic, { qos }]))
    return new Promise((resolve) => {
      this.#client.subscribe(map, (error, _granted, suback) => {
        if (error !== null && suback === undefined) this.cut(faultOf(error))
        resolve(suback?.granted.map(Number))
      })
    })
  }

  /** Nobody waits for the answer: what still comes is for somebody else to ignore. */
  unsubscribe(topics: readonly string[]): void {
    this.#client.unsubscribe([...topics], () => undefined)
  }

  /** Calls back at PUBACK, with an error when that refuses the message; never when the connection ends before. */
  publish({ topic, payload, retain, properties }: Outgoing, dup: boolean, answered: (error?: Error) => void): void {
    const options = { qos: 1, retain, dup, ...(properties === undefined ? {} : { properties }) } as const
    this.#client.publish(topic, payload, options, (error) => answered(error ?? undefined))
  }

  /** QoS 0: sent once, never answered. */
  publishUnanswered(topic: string, payload: string | Buffer, retain: boolean): void {
    this.#client.publish(topic, payload, { qos: 0, retain }, () => undefined)
  }

  /** Ends it without DISCONNECT, so that the broker publishes the will. */
  cut(fault?: ConnectFault): void {
    this.fault ??= fault
    this.#client.stream.destroy()
  }

  /** Ends it with DISCONNECT: no will. */
  disconnect(): void {
    this.#client.end()
  }

  #received(packet: Packet): void {
    if (packet.cmd === 'connack') this.connack = packet
    if (packet.cmd === 'disconnect' && packet.reasonCode !== undefined && packet.reasonCode !== 0) {
      this.fault ??= { code: packet.reasonCode, raw: `reason code ${packet.reasonCode}` }
    }
    this.#witness.received(packet)
  }

  /** MQTT.js sends PUBACK from inside `done`, and takes no further packet until it was called. */
  #handle(packet: IPublishPacket, done: () => void): void {
    // What was parsed before the connection broke can no longer be acknowledged; the broker delivers it again.
    if (this.#client.stream.destroyed) return
    try {
      const told = this.#events.message(this.#read(packet))
      // Noted before `done`, which writes the PUBACK first and may then go on to the next packet before it returns.
      if (packet.qos === 1 && told !== undefined) this.#witness.pubackSent(told)
    } catch (error) {
      this.cut({ code: 'untaken', raw: `${packet.topic}: ${error instanceof Error ? error.message : String(error)}` })
      return
    }
    done()
    this.#events.handled()
  }

  #read(packet: IPublishPacket): IncomingMessage {
    return {
      topic: packet.topic,
      payload: Buffer.from(packet.payload),
      qos: packet.qos,
      retain: packet.retain,
      dup: packet.dup,
      sessionPresent: this.sessionPresent,
      responseTopic: packet.properties?.responseTopic,
      correlationData: packet.properties?.correlationData,
      expirySeconds: packet.properties?.messageExpiryInterval,
    }
  }
}
