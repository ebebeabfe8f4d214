import type { PublishOptions } from './connection-options.ts'

/** The part of a connection that publishes. */
export interface Publishing {
  publish(topic: string, payload: string, options: PublishOptions): Promise<void>
}

/** QoS 1 messages that nobody waits for: kept over connections like all others, but never more than a few. */
export class Offers {
  readonly #connection: Publishing
  readonly #mostWaiting: number
  #waiting = 0

  /** @param mostWaiting so many unacknowledged ones are kept; a broker whose access rules refuse them never acknowledges any */
  constructor(connection: Publishing, mostWaiting: number) {
    this.#connection = connection
    this.#mostWaiting = mostWaiting
  }

  /** Publishes with QoS 1, not retained; drops the message when too many are unacknowledged. */
  publish(topic: string, payload: string, properties?: PublishOptions['properties']): void {
    if (this.#waiting >= this.#mostWaiting) return
    this.#waiting++
    const over = (): void => {
      this.#waiting--
    }
    // Rejected only when the connection was ended for good, and then nobody is left to be told.
    void this.#connection.publish(topic, payload, { qos: 1, properties }).then(over, over)
  }
}
