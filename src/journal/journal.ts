import type { ModemId } from '../modem/modem.ts'
import { AnnouncedRecords } from './announced.ts'
import type { Database } from './database.ts'
import { openDatabase } from './database.ts'
import type { HistoryEntry, HistoryQuestion } from './history.ts'
import { readHistory } from './history.ts'
import { OutboundRecords } from './outbound.ts'
import { Publications } from './publications.ts'
import { ReceivedRecords, SEEN_RESOLUTION_MS } from './received.ts'
import { Rulings } from './rulings.ts'
import { Traffic } from './traffic.ts'
import { UnheardRecords } from './unheard.ts'

/** Messages received before a time (the first value) of which their senders have sent more than so many later (the second). */
const FLOOD = `SELECT id FROM (
  SELECT id, received_at, ROW_NUMBER() OVER (PARTITION BY modem, sender ORDER BY seq DESC) AS place FROM message
) WHERE received_at < ? AND place > ?`

/** More than a hundred a day, for as long as messages are kept by default. */
const MOST_OF_SENDER = 10_000

/**
 * What happened, on disk. Synchronous: a write takes a fraction of a millisecond, and when it returns the product may
 * rely on it through a kill at the next instant.
 * Every method throws ModemError `internal` when the file cannot be used.
 */
export class Journal {
  readonly received: ReceivedRecords
  readonly outbound: OutboundRecords
  readonly publications: Publications
  readonly rulings: Rulings
  readonly traffic: Traffic
  readonly announced: AnnouncedRecords
  readonly unheard: UnheardRecords
  readonly #db: Database
  readonly #now: () => number

  /** @param report is told of a damaged file that was put aside */
  constructor(path: string, now: () => number, report: (problem: string) => void) {
    this.#db = openDatabase(path, report)
    this.#now = now
    this.publications = new Publications(this.#db)
    this.announced = new AnnouncedRecords(this.#db)
    this.unheard = new UnheardRecords(this.#db)
    this.rulings = new Rulings(this.#db, now)
    this.received = new ReceivedRecords(this.#db, this.publications, now)
    this.traffic = new Traffic(this.#db)
    this.outbound = new OutboundRecords(this.#db, this.publications, now)
  }

  /** What belongs together: all that `work` writes is one transaction, on disk when it returns; nothing of it is when it throws. */
  together<Result>(work: () => Result): Result {
    return this.#db.transaction(work)
  }

  history(modem: ModemId, question: HistoryQuestion): HistoryEntry[] {
    return readHistory(this.#db, modem, question)
  }

  /** Small facts by name that must outlive the process, such as a PIN that was refused. */
  note(name: string): string | null {
    return this.#db.get<{ value: string }>('SELECT value FROM note WHERE name = ?', name)?.value ?? null
  }

  setNote(name: string, value: string | null): void {
    if (value === null) this.#db.run('DELETE FROM note WHERE name = ?', name)
    else this.#db.run('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)', name, value)
  }

  /**
   * Forgets what is older than `keepMs` and neither unpublished nor unsettled, nor still lying in a modem; and of a sender who
   * floods, all but the newest `mostOfSender` messages.
   */
  prune(keepMs: number, mostOfSender = MOST_OF_SENDER): void {
    const limit = this.#now() - keepMs
    const lately = this.#now() - 2 * SEEN_RESOLUTION_MS
    this.#db.transaction(() => {
      this.#db.run(
        `DELETE FROM segment WHERE settled = 1 AND seen_at < ? AND message IN (${FLOOD})`,
        lately,
        lately,
        mostOfSender,
      )
      this.#db.run(`DELETE FROM message WHERE id IN (${FLOOD})`, lately, mostOfSender)
      this.#db.run('DELETE FROM segment WHERE settled = 1 AND seen_at < ?', limit)
      this.#db.run(
        `DELETE FROM segment WHERE seen_at < ? AND message IN (SELECT id FROM message WHERE received_at < ?)`,
        limit,
        limit,
      )
      this.#db.run('DELETE FROM message WHERE received_at < ?', limit)
      this.#db.run("DELETE FROM ruling WHERE at < ? AND outcome NOT IN ('decided', 'taken')", limit)
      this.#db.run(
        "DELETE FROM outbound WHERE updated_at < ? AND status NOT IN ('queued', 'sending') AND unacknowledged = 0",
        limit,
      )
    })
  }

  close(): void {
    this.#db.close()
  }
}
