import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { Bridge } from '../bridge/bridge.ts'
import { transactionOf } from '../bridge/command-payload.ts'
import type { Answer } from '../bridge/commands.ts'
import type { ErrorCode } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import type { MqttConnectionEvents } from './connection-options.ts'
import type { IncomingMessage } from './network-connection.ts'
import type { Publishing } from './offers.ts'
import { Offers } from './offers.ts'
import { formatResponse } from './payloads.ts'
import type { Topics } from './topics.ts'

const MAX_PAYLOAD_BYTES = 64 * 1024

/** Half a kilobyte each; every command of a runaway automation shall have its answer. */
const MOST_ANSWERS_WAITING = 5_000

/** The part of the bridge that requests are handed to. */
export type CommandTaker = Pick<
  Bridge,
  'carryOut' | 'sessionResumed' | 'sessionStarted' | 'redeliveriesOver' | 'acknowledged'
>

/** What the requests need to know and to reach. */
export interface RequestsOptions {
  readonly connection: Publishing & EventEmitter<MqttConnectionEvents>
  readonly topics: Topics
  readonly bridge: CommandTaker
  /** Carries out a request to the bridge itself. */
  readonly askBridge: (
    verb: string,
    payload: Uint8Array,
  ) => { readonly answer: Promise<Answer>; readonly transaction: string | null }
  /** Is told how each command ended. */
  readonly answered: (modem: ModemId, command: string, answer: Answer) => void
  /** ms since the epoch */
  readonly now: () => number
  /** Lines for the log: what is wrong and what to do. */
  readonly onProblem: (line: string) => void
}

/** Topics of commands and requests → bridge → responses. */
export class Requests {
  readonly #options: RequestsOptions
  readonly #offers: Offers
  /** Messages of this connection may be redeliveries, and the bridge knows. */
  #isResumed = false
  /** The broker has answered something on this connection: whatever comes now is new. */
  #isSettled = false

  constructor(options: RequestsOptions) {
    this.#options = options
    this.#offers = new Offers(options.connection, MOST_ANSWERS_WAITING)
    options.connection.on('connected', ({ sessionPresent }) => {
      if (sessionPresent) this.#resume()
      else options.bridge.sessionStarted()
    })
    options.connection.on('disconnected', () => {
      this.#isResumed = false
      this.#isSettled = false
    })
  }

  /**
   * Takes a message from the broker. What the bridge is asked to keep is on disk when this returns.
   * @returns what to call when the PUBACK has certainly reached the broker
   */
  handle(message: IncomingMessage): (() => void) | undefined {
    const { topics } = this.#options
    // Retained messages are cleared by an empty payload, and clearing one must not reboot a modem.
    if (message.payload.length === 0) return undefined
    const verb = topics.parseBridgeRequest(message.topic)
    const target = verb === undefined ? topics.parseCommand(message.topic) : undefined
    // Redeliveries come right after CONNACK, which is before the connection counts as connected.
    if (target !== undefined && message.sessionPresent) this.#resume()
    if (verb !== undefined) this.#ask(message, verb)
    return target === undefined ? undefined : this.#carryOut(message, target.modem, target.command)
  }

  /** To be called when the broker has answered something that was sent after this connection was made. */
  brokerAnswered(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#options.bridge.redeliveriesOver()
  }

  #ask(message: IncomingMessage, verb: string): void {
    const answerOn = this.#options.topics.bridgeResponse(verb)
    if (this.#isRefused(message, answerOn)) return
    const { answer, transaction } = this.#options.askBridge(verb, message.payload)
    void answer.then((settled) => this.#respond(message, answerOn, settled, transaction))
  }

  #carryOut(message: IncomingMessage, modem: ModemId, command: string): (() => void) | undefined {
    const { topics, bridge, now } = this.#options
    const answerOn = topics.response(modem, command)
    if (this.#isRefused(message, answerOn)) return undefined
    const identity = createHash('sha256').update(message.topic).update('\0').update(message.payload).digest('hex')
    const messageExpiresAt = message.expirySeconds === undefined ? null : now() + message.expirySeconds * 1000
    const { answer, transaction } = bridge.carryOut(modem, command, message.payload, { identity, messageExpiresAt })
    void answer.then((settled) => {
      this.#respond(message, answerOn, settled, transaction)
      this.#options.answered(modem, command, settled)
    })
    return () => bridge.acknowledged(identity)
  }

  #resume(): void {
    if (this.#isResumed || this.#isSettled) return
    this.#isResumed = true
    this.#options.bridge.sessionResumed()
  }

  /** Whether it must not be carried out; that is then answered. */
  #isRefused(message: IncomingMessage, answerOn: string): boolean {
    const refusal = this.#refuse(message)
    if (refusal === undefined) return false
    // A payload that is cut off is no JSON any more, and so costs little to read.
    const transaction = transactionOf(message.payload.subarray(0, MAX_PAYLOAD_BYTES))
    this.#respond(message, answerOn, refusal, transaction)
    return true
  }

  #refuse({ topic, payload, retain }: IncomingMessage): Answer | undefined {
    if (retain) {
      const remedy = `Publish commands without the retain flag. To clear it, publish an empty retained message on ${topic}.`
      this.#options.onProblem(`The broker holds a retained command on ${topic}; it is not carried out. ${remedy}`)
      return failure('retained_refused', `The command was stored in the broker as a retained message. ${remedy}`)
    }
    if (payload.length > MAX_PAYLOAD_BYTES) {
      const found = `The payload has ${payload.length} bytes`
      return failure('invalid_request', `${found}; at most ${MAX_PAYLOAD_BYTES} are allowed.`)
    }
    return undefined
  }

  #respond(request: IncomingMessage, answerOn: string, answer: Answer, transaction: string | null): void {
    const payload = formatResponse(answer, transaction)
    this.#offers.publish(answerOn, payload)
    const { responseTopic, correlationData } = request
    if (responseTopic === undefined || !this.#mayAnswerOn(responseTopic)) return
    this.#offers.publish(responseTopic, payload, correlationData === undefined ? undefined : { correlationData })
  }

  /** The publisher names the topic: it must not speak in the bridge's own name, and must be one that can be published to. */
  #mayAnswerOn(topic: string): boolean {
    return topic !== '' && !/[+#\0]|^\$/.test(topic) && !this.#options.topics.owns(topic)
  }
}

function failure(code: ErrorCode, message: string): Answer {
  return { status: 'error', error: { code, message } }
}
