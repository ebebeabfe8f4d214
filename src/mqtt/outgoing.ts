import type { IClientPublishOptions } from 'mqtt'

/** A QoS 1 message on its way to the broker. */
export interface Outgoing {
  readonly topic: string
  readonly payload: string | Buffer
  readonly retain: boolean
  readonly properties: IClientPublishOptions['properties']
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Progress {
  phase: 'waiting' | 'sent' | 'refused'
  /** It went out on an earlier connection, and nobody knows how far it came. */
  wasLost: boolean
}

/**
 * Every QoS 1 message that the broker has not yet acknowledged, in the order in which it was given; survives connections, not
 * the process. What was unanswered when a connection ended goes out again before anything newer (MQTT 5 section 4.6).
 */
export class OutgoingQueue {
  /** Insertion order is the order of sending. */
  readonly #messages = new Map<Outgoing, Progress>()
  #sentCount = 0

  /** Messages not yet acknowledged. */
  get size(): number {
    return this.#messages.size
  }

  add(message: Outgoing): void {
    this.#messages.set(message, { phase: 'waiting', wasLost: false })
  }

  /**
   * The next message to send and its DUP flag (MQTT 5 section 3.3.1.1); nothing while `window` of them are unanswered
   * (section 4.9, Receive Maximum).
   */
  take(window: number): { message: Outgoing; dup: boolean } | undefined {
    if (this.#sentCount >= window) return undefined
    for (const [message, progress] of this.#messages) {
      if (progress.phase !== 'waiting') continue
      progress.phase = 'sent'
      this.#sentCount++
      return { message, dup: progress.wasLost }
    }
    return undefined
  }

  acknowledged(message: Outgoing): void {
    if (this.#messages.delete(message)) this.#sentCount--
    message.resolve()
  }

  /** The broker answered that it does not take it; it is kept until `retryRefused` or the next connection. */
  refused(message: Outgoing): void {
    this.#messages.set(message, { phase: 'refused', wasLost: false })
    this.#sentCount--
  }

  retryRefused(): void {
    for (const progress of this.#messages.values()) if (progress.phase === 'refused') progress.phase = 'waiting'
  }

  connectionLost(): void {
    for (const progress of this.#messages.values()) {
      progress.wasLost ||= progress.phase === 'sent'
      progress.phase = 'waiting'
    }
    this.#sentCount = 0
  }

  /** Nobody will send these any more. */
  abandon(error: Error): void {
    for (const message of this.#messages.keys()) message.reject(error)
    this.#messages.clear()
    this.#sentCount = 0
  }
}
