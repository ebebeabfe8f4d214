import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { connect, MqttClient } from 'mqtt'
import { ModemError } from '../modem/errors.ts'
import type { ConnectFault } from './connect-faults.ts'
import { faultOf, isCut, UNSUPPORTED_PROTOCOL } from './connect-faults.ts'
import type { Farewell, MqttConnectionEvents, MqttConnectionOptions, PublishOptions } from './connection-options.ts'
import { brokerAddress, clientOptions } from './connection-options.ts'
import type { Subscription } from './network-connection.ts'
import { NetworkConnection } from './network-connection.ts'
import type { Outgoing } from './outgoing.ts'
import { OutgoingQueue } from './outgoing.ts'
import { Problems } from './problems.ts'

/** QoS 1 messages under way at once; a broker with MQTT 5 may ask for fewer. mosquitto's own limit is 20. */
const WINDOW = 16
/** After how long a message is offered again that the broker refused (by its access rules, for example). */
const REFUSED_RETRY_MS = 60_000
/** How long the broker may take to close its end after DISCONNECT. */
const CLOSE_TIMEOUT_MS = 1000
/** So many connections in a row, each ended soon, do not happen by chance. */
const SUSPICIOUS_CUTS = 3
const BACK_OFF = { first: 1000, longest: 30_000, stable: 60_000 }

/** How one network connection went. */
interface Outcome {
  readonly fault: ConnectFault | undefined
  /** The broker answered CONNECT, whatever it said. */
  readonly wasAnswered: boolean
  /** For how many ms it was usable, `undefined` when it never was. */
  readonly lastedMs: number | undefined
}

/**
 * The bridge's session with its broker, over as many network connections as it takes: publishes until PUBACK, acknowledges
 * after the handler, and says in plain words what keeps it from the broker.
 */
export class MqttConnection extends EventEmitter<MqttConnectionEvents> {
  readonly #options: MqttConnectionOptions
  readonly #problems: Problems
  readonly #outgoing = new OutgoingQueue()
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #ending = new AbortController()
  #running: Promise<void> = Promise.resolve()

  #network: NetworkConnection | undefined
  #readySince: number | undefined
  #isHandling = false
  #version: 5 | 4
  /** This broker has accepted this version before. */
  #versionWorks = false
  #hasConnected = false
  #attempts = 0
  #cuts = 0
  #retry: NodeJS.Timeout | undefined
  #whenFlushed: (() => void) | undefined
  #ended: Promise<void> | undefined

  constructor(options: MqttConnectionOptions) {
    super()
    this.#options = options
    this.#version = options.protocol === 4 ? 4 : 5
    this.#problems = new Problems(brokerAddress(options.url), options.clientId, options.onProblem)
  }

  /** Subscribed and ready. */
  get isConnected(): boolean {
    return this.#readySince !== undefined
  }

  /** QoS 1 messages that the broker has not acknowledged yet; the caller keeps this low. */
  get inFlight(): number {
    return this.#outgoing.size
  }

  /** Connects, and goes on doing so until `end`. */
  start(): void {
    this.#running = this.#run()
  }

  /** Wanted from now on; asked for at the start of every connection, before it counts as connected. */
  subscribe(subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) this.#subscriptions.set(subscription.topic, subscription)
    if (this.#network?.isAccepted) void this.#request(this.#network, subscriptions)
  }

  /** Not wanted any more, from this connection on. */
  unsubscribe(topics: readonly string[]): void {
    for (const topic of topics) this.#subscriptions.delete(topic)
    if (this.#network?.isAccepted) this.#network.unsubscribe(topics)
  }

  /**
   * QoS 1 resolves at PUBACK, however many connections that takes. QoS 0 resolves at once, and is lost while there is no connection.
   * @throws ModemError `closed` when the connection was ended before
   */
  publish(topic: string, payload: string | Buffer, options: PublishOptions): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.reject(endedError())
    const { qos, retain = false, properties } = options
    if (qos === 0) {
      if (this.isConnected) this.#network?.publishUnanswered(topic, payload, retain)
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.#outgoing.add({ topic, payload, retain, properties, resolve, reject })
      this.#pump()
    })
  }

  /**
   * Publishes the farewells, waits until the broker has everything, and disconnects. When that takes longer than `withinMs` (or
   * there is no connection), ends without DISCONNECT, so that the broker publishes the will instead.
   */
  end(last: { publishBefore: readonly Farewell[]; withinMs: number }): Promise<void> {
    this.#ended ??= this.#finish(last.publishBefore, last.withinMs)
    return this.#ended
  }

  async #finish(farewells: readonly Farewell[], withinMs: number): Promise<void> {
    const isFlushed = this.isConnected && (await this.#flush(farewells, withinMs))
    const network = this.#network
    this.#ending.abort()
    clearTimeout(this.#retry)
    if (isFlushed && this.isConnected) network?.disconnect()
    else network?.cut()
    const slow = setTimeout(() => network?.cut(), CLOSE_TIMEOUT_MS)
    await this.#running
    clearTimeout(slow)
    this.#outgoing.abandon(endedError())
  }

  async #flush(farewells: readonly Farewell[], withinMs: number): Promise<boolean> {
    for (const { topic, payload, retain } of farewells) {
      // What the limit cuts off is rejected in the end; the will says the same to everybody else.
      this.publish(topic, payload, { qos: 1, retain }).catch(() => undefined)
    }
    const flushed = new Promise<boolean>((resolve) => {
      this.#whenFlushed = () => resolve(true)
    })
    if (this.inFlight === 0) return true
    const done = new AbortController()
    const tooLate = pause(withinMs, false, { signal: done.signal }).catch(() => false)
    const isFlushed = await Promise.race([flushed, tooLate])
    done.abort()
    return isFlushed
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      const outcome = await this.#serve()
      if (signal.aborted) return
      await pause(this.#judge(outcome), undefined, { signal }).catch(() => undefined)
    }
  }

  /** The whole life of one network connection. */
  async #serve(): Promise<Outcome> {
    let network: NetworkConnection
    try {
      network = new NetworkConnection(this.#dial(), {
        accepted: () => void this.#becomeReady(network),
        message: (message) => {
          this.#isHandling = true
          return this.#options.onMessage(message)
        },
        handled: () => this.#resume(),
      })
    } catch (error) {
      // MQTT.js opens the stream at once: unusable certificates are found there.
      return { fault: faultOf(error), wasAnswered: false, lastedMs: undefined }
    }
    this.#network = network
    await network.closed
    const lastedMs = this.#readySince === undefined ? undefined : performance.now() - this.#readySince
    this.#network = undefined
    this.#readySince = undefined
    this.#isHandling = false
    this.#outgoing.connectionLost()
    // Messages came from the moment it was accepted, so also from one that never became ready.
    if (network.isAccepted) this.emit('disconnected')
    return { fault: network.fault, wasAnswered: network.connack !== undefined, lastedMs }
  }

  #dial(): MqttClient {
    const { url, connect: makeStream } = this.#options
    const options = clientOptions(this.#options, this.#version)
    return makeStream === undefined ? connect(url, options) : new MqttClient(makeStream, options)
  }

  async #becomeReady(network: NetworkConnection): Promise<void> {
    this.#versionWorks = true
    const isSubscribed = await this.#request(network, [...this.#subscriptions.values()])
    if (!isSubscribed || network !== this.#network) return
    this.#readySince = performance.now()
    const first = !this.#hasConnected
    this.#hasConnected = true
    this.#pump()
    this.emit('connected', { sessionPresent: network.sessionPresent, protocol: this.#version, first })
  }

  async #request(network: NetworkConnection, subscriptions: readonly Subscription[]): Promise<boolean> {
    const granted = await network.subscribe(subscriptions)
    if (granted === undefined) return false
    for (const [index, { topic, qos }] of subscriptions.entries()) {
      this.#problems.subscriptionAnswered(topic, qos, granted[index] ?? 0x80)
    }
    return true
  }

  #resume(): void {
    this.#isHandling = false
    this.#pump()
  }

  /**
   * Sends what the window allows. Not while a message is being handled: the answer that the handler publishes goes out after the
   * PUBACK, so that its own PUBACK proves that ours has arrived.
   */
  #pump(): void {
    const network = this.#network
    if (network === undefined || !this.isConnected || this.#isHandling) return
    const window = Math.min(WINDOW, network.connack?.properties?.receiveMaximum ?? WINDOW)
    for (let next = this.#outgoing.take(window); next !== undefined; next = this.#outgoing.take(window)) {
      const { message, dup } = next
      network.publish(message, dup, (error) => {
        if (network === this.#network) this.#answered(message, error)
      })
    }
  }

  #answered(message: Outgoing, error: Error | undefined): void {
    if (error === undefined) {
      this.#outgoing.acknowledged(message)
      this.#problems.publicationTaken(message.topic)
      if (this.inFlight === 0) this.#whenFlushed?.()
    } else {
      this.#outgoing.refused(message)
      this.#problems.publicationRefused(message.topic, error.message)
      this.#retry ??= setTimeout(() => this.#offerAgain(), REFUSED_RETRY_MS).unref()
    }
    this.#pump()
  }

  #offerAgain(): void {
    this.#retry = undefined
    this.#outgoing.retryRefused()
    this.#pump()
  }

  /** @returns how many ms to wait before the next connection */
  #judge(outcome: Outcome): number {
    const { fault, lastedMs } = outcome
    const { first, longest, stable } = this.#options.backOff ?? BACK_OFF
    if (lastedMs !== undefined && lastedMs >= stable) {
      this.#attempts = 0
      this.#cuts = 0
      this.#problems.forget()
    }
    if (this.#changeVersion(outcome)) return 0
    this.#cuts = lastedMs !== undefined && isCut(fault) ? this.#cuts + 1 : 0
    this.#problems.connectionFailed(this.#name(outcome))
    return Math.min(longest, first * 2 ** this.#attempts++)
  }

  /** @returns true when the other version should be tried at once */
  #changeVersion({ fault, wasAnswered }: Outcome): boolean {
    const isRefused = fault?.code !== undefined && UNSUPPORTED_PROTOCOL.includes(fault.code)
    // Some brokers close the connection instead of saying that they do not know the version.
    const isCutShort = !wasAnswered && isCut(fault) && !this.#versionWorks
    if (this.#options.protocol !== 'auto' || !(isRefused || isCutShort)) return false
    this.#version = this.#version === 5 ? 4 : 5
    this.#versionWorks = false
    return this.#version === 4
  }

  #name({ fault, wasAnswered, lastedMs }: Outcome): ConnectFault {
    if (this.#cuts >= SUSPICIOUS_CUTS) return { code: 'cut repeatedly', raw: '' }
    if (fault === undefined) return { code: wasAnswered ? 'lost' : 'closed', raw: '' }
    const isSocketError = typeof fault.code === 'string' && fault.code.startsWith('E')
    return lastedMs !== undefined && isSocketError ? { code: 'lost', raw: fault.raw } : fault
  }
}

function endedError(): ModemError {
  return new ModemError('closed', 'The bridge is ending and has closed its connection to the MQTT broker.')
}
