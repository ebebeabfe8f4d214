import type { PublishOptions } from './connection-options.ts'

/**
 * So many unacknowledged courtesies are kept; a broker whose access rules refuse them never acknowledges any. Enough for every answer to
 * a runaway automation, about half a kilobyte each.
 */
const MOST_WAITING = 5_000

/** The part of a connection that publishes. */
export interface Publishing {
  publish(topic: string, payload: string, options: PublishOptions): Promise<void>
}

/** QoS 1 messages that nobody waits for: kept over connections like all others, but never more than a few. */
export class Offers {
  readonly #connection: Publishing
  #waiting = 0

  constructor(connection: Publishing) {
    this.#connection = connection
  }

  /** Publishes with QoS 1, not retained; drops the message when too many are unacknowledged. */
  publish(topic: string, payload: string, properties?: PublishOptions['properties']): void {
    if (this.#waiting >= MOST_WAITING) return
    this.#waiting++
    const over = (): void => {
      this.#waiting--
    }
    // Rejected only when the connection was ended for good, and then nobody is left to be told.
    void this.#connection.publish(topic, payload, { qos: 1, properties }).then(over, over)
  }
}
