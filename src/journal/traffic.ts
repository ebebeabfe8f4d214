import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'

/** How much went through a modem. Times are ms since the epoch. `CROSS JOIN`: SQLite keeps to that order, which begins with the few. */
export class Traffic {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Segments handed over since then. */
  segmentsSent(modem: ModemId, since: number): number {
    return this.#number(
      `SELECT ifnull(sum(segments), 0) AS n FROM part CROSS JOIN outbound ON outbound = seq
       WHERE modem = ? AND state IN ('submitting', 'submitted', 'unknown') AND part.at >= ?`,
      modem,
      since,
    )
  }

  /** What was accepted since then and cost something or still may, in segments, oldest first. */
  spendings(modem: ModemId, since: number): { at: number; parts: number }[] {
    return this.#db.all(
      `SELECT accepted_at AS at, sum(segments) AS parts FROM outbound JOIN part ON outbound = seq
       WHERE modem = ? AND accepted_at >= ?
         AND (status IN ('queued', 'sending') OR state IN ('submitting', 'submitted', 'unknown'))
       GROUP BY seq ORDER BY accepted_at`,
      modem,
      since,
    )
  }

  /** Messages accepted for a recipient since then, whatever became of them. */
  sentTo(modem: ModemId, recipient: string, since: number): number {
    const counting = 'SELECT count(*) AS n FROM outbound WHERE modem = ? AND recipient = ? AND accepted_at >= ?'
    return this.#number(counting, modem, recipient, since)
  }

  /** Messages received from a sender since then. */
  receivedFrom(modem: ModemId, sender: string, since: number): number {
    const counting = 'SELECT count(*) AS n FROM message WHERE modem = ? AND sender = ? AND received_at >= ?'
    return this.#number(counting, modem, sender, since)
  }

  #number(sql: string, modem: ModemId, ...rest: readonly (string | number)[]): number {
    return this.#db.get<{ n: number }>(sql, modem, ...rest)?.n ?? 0
  }
}
