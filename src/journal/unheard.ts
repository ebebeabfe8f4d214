import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'

/** A received message that Home Assistant may have missed. */
export interface UnheardMessage {
  readonly seq: number
  readonly modem: ModemId
  /** As it is known now, possibly more complete than when it was told. */
  readonly sms: InboundSms
}

/**
 * Received messages of which nobody can say yet whether Home Assistant was there when they were told. Ordered by numbers that only
 * grow, because the clock of a small computer jumps when it has found the time.
 */
export class UnheardRecords {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** It is told now; the newest from here on. */
  add(message: string): void {
    this.#db.run('INSERT OR REPLACE INTO unheard (message) VALUES (?)', message)
  }

  /** It is told now, and had not arrived when it was told before. Nothing when Home Assistant has it already. */
  addAgain(message: string): void {
    this.#db.transaction(() => {
      const { changes } = this.#db.run('DELETE FROM unheard WHERE message = ?', message)
      if (changes > 0) this.add(message)
    })
  }

  /** The number of the newest one, 0 when there is none. */
  latest(): number {
    return this.#db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM unheard')?.seq ?? 0
  }

  /** The oldest one up to this number. */
  next(upTo: number): UnheardMessage | undefined {
    const row = this.#db.get<{ seq: number; modem: ModemId; body: string }>(
      `SELECT unheard.seq, modem, body FROM unheard JOIN message ON message.id = unheard.message
       WHERE unheard.seq <= ? ORDER BY unheard.seq LIMIT 1`,
      upTo,
    )
    return row && { seq: row.seq, modem: row.modem, sms: JSON.parse(row.body) as InboundSms }
  }

  /** Home Assistant has all with numbers after `after` and up to `upTo`. */
  heard(after: number, upTo: number): void {
    this.#db.run('DELETE FROM unheard WHERE seq > ? AND seq <= ?', after, upTo)
  }

  /** Nobody wants messages that were received earlier. @param oldest ms since the epoch */
  expire(oldest: number): void {
    this.#db.run('DELETE FROM unheard WHERE message NOT IN (SELECT id FROM message WHERE received_at >= ?)', oldest)
  }
}
