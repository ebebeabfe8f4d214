import type { Publishing } from './offers.ts'

/** Whether there is a connection now, and the way to publish on it. */
export type RetainedConnection = Publishing & { readonly isConnected: boolean }

/**
 * Retained topics, of which only the newest value counts: it is remembered, and one publication per topic is under way at most, so
 * that a long outage costs no memory.
 */
export class RetainedTopics {
  readonly #connection: RetainedConnection
  readonly #onAcknowledged: (topic: string) => void
  /** Newest payload by topic. */
  readonly #remembered = new Map<string, string>()
  /** With a publication that the broker has not acknowledged yet. */
  readonly #underWay = new Set<string>()
  /** Who waits until the broker has the newest payload of a topic. */
  readonly #waiting = new Map<string, () => void>()
  #isEnding = false

  /** @param onAcknowledged called at each PUBACK */
  constructor(connection: RetainedConnection, onAcknowledged: (topic: string) => void = () => {}) {
    this.#connection = connection
    this.#onAcknowledged = onAcknowledged
  }

  get topics(): readonly string[] {
    return [...this.#remembered.keys()]
  }

  /** The newest payload. */
  get(topic: string): string | undefined {
    return this.#remembered.get(topic)
  }

  /** To be published now, or as soon as somebody asks for it while there is a connection. */
  remember(topic: string, payload: string): void {
    this.#remembered.set(topic, payload)
    this.#waiting.delete(topic)
    this.send(topic)
  }

  /** The same; resolves at the PUBACK for this payload, and never when a newer one takes its place before. */
  tell(topic: string, payload: string): Promise<void> {
    return new Promise((resolve) => {
      this.#remembered.set(topic, payload)
      this.#waiting.set(topic, resolve)
      this.send(topic)
    })
  }

  /** The broker has it; it need not be published again. */
  forget(topic: string): void {
    this.#remembered.delete(topic)
  }

  /** Nothing is published after this call. */
  end(): void {
    this.#isEnding = true
  }

  /** Publishes what is remembered of this topic once more. */
  send(topic: string): void {
    const payload = this.#remembered.get(topic)
    if (payload === undefined || this.#isEnding || !this.#connection.isConnected || this.#underWay.has(topic)) return
    this.#underWay.add(topic)
    const acknowledged = (): void => {
      this.#underWay.delete(topic)
      this.#onAcknowledged(topic)
      if (this.#remembered.get(topic) !== payload) this.send(topic)
      else this.#answer(topic)
    }
    // Rejected only when the connection was ended for good, and then nothing is left to be done.
    void this.#connection.publish(topic, payload, { qos: 1, retain: true }).then(acknowledged, () => undefined)
  }

  #answer(topic: string): void {
    const resolve = this.#waiting.get(topic)
    this.#waiting.delete(topic)
    resolve?.()
  }
}
