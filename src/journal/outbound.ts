import type { Failure, OutboundSms, SendingStatus, SmsEncoding } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'
import type { NewOutbound, Outbound, OutboundPart, PartOutcome, PartState } from './outbound-entry.ts'
import { statusOf } from './outbound-entry.ts'
import type { Publications } from './publications.ts'

interface OutboundRow {
  readonly seq: number
  readonly id: string
  readonly modem: string
  readonly request: string
  readonly encoding: SmsEncoding
  readonly trans: string | null
  readonly accepted_at: number
  readonly expires_at: number | null
  readonly status: SendingStatus
  readonly error: string | null
  readonly attempts: number
}

interface PartRow extends Omit<OutboundPart, 'references'> {
  readonly refs: string
}

const COLUMNS = 'seq, id, modem, request, encoding, trans, accepted_at, expires_at, status, error, attempts'

/** Nothing of it has been handed over yet, though it may have been refused. */
const UNTOUCHED = `status IN ('queued', 'sending')
  AND NOT EXISTS (SELECT 1 FROM part WHERE outbound = seq AND state <> 'waiting')`

/** What is being sent. Every method that writes is one transaction, on disk when it returns. */
export class OutboundRecords {
  readonly #db: Database
  readonly #publications: Publications
  readonly #now: () => number

  constructor(db: Database, publications: Publications, now: () => number) {
    this.#db = db
    this.#publications = publications
    this.#now = now
  }

  /** All of them or none; each is then `queued`. */
  accepted(modem: ModemId, entries: readonly NewOutbound[]): readonly Outbound[] {
    const now = this.#now()
    return this.#db.transaction(() =>
      entries.map((entry) => {
        const { seq } = this.#db.run(
          `INSERT INTO outbound (id, modem, recipient, text, request, encoding, priority, trans, command, accepted_at,
             expires_at, status, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)`,
          entry.id,
          modem,
          entry.request.to,
          entry.request.text,
          JSON.stringify(entry.request),
          entry.submissions[0]?.encoding ?? 'gsm7',
          entry.highPriority ? 1 : 0,
          entry.transaction,
          entry.command,
          now,
          entry.expiresAt,
          now,
        )
        for (const { part, segments, wire } of entry.submissions) {
          this.#db.run(
            "INSERT INTO part (outbound, part, segments, wire, state) VALUES (?, ?, ?, ?, 'waiting')",
            seq,
            part,
            segments,
            wire,
          )
        }
        return this.#tell(seq)
      }),
    )
  }

  byId(modem: ModemId, id: string): Outbound | undefined {
    return this.#one(`SELECT ${COLUMNS} FROM outbound WHERE modem = ? AND id = ?`, modem, id)
  }

  /** Accepted commands of which the broker may not know that we have them, oldest first. */
  unacknowledged(): { modem: ModemId; command: string }[] {
    return this.#db.all(
      'SELECT modem, command, min(seq) AS seq FROM outbound WHERE unacknowledged = 1 GROUP BY modem, command, id ORDER BY seq',
    )
  }

  /** The messages that were accepted with this command and whose acknowledgement the broker may not have seen. */
  ofCommand(modem: ModemId, command: string): Outbound[] {
    const rows = this.#db.all<OutboundRow>(
      `SELECT ${COLUMNS} FROM outbound WHERE modem = ? AND command = ? AND unacknowledged = 1 ORDER BY seq`,
      modem,
      command,
    )
    return rows.map((row) => this.#whole(row))
  }

  /** The broker certainly knows that we have what came with this command. */
  acknowledged(command: string): void {
    this.#db.run('UPDATE outbound SET unacknowledged = 0 WHERE command = ? AND unacknowledged = 1', command)
  }

  /** When the same text last went to the same number since `since` (ms), unless that came to nothing. */
  lastSame(modem: ModemId, recipient: string, text: string, since: number): number | undefined {
    return this.#db.get<{ at: number }>(
      `SELECT accepted_at AS at FROM outbound WHERE modem = ? AND recipient = ? AND text = ? AND accepted_at > ?
         AND status NOT IN ('failed', 'cancelled', 'expired') ORDER BY seq DESC LIMIT 1`,
      modem,
      recipient,
      text,
      since,
    )?.at
  }

  /** The next one to hand over now: what has begun goes on first, then high priority, then the oldest. */
  next(modem: ModemId): Outbound | undefined {
    return this.#one(
      `SELECT ${COLUMNS} FROM outbound WHERE modem = ? AND status IN ('queued', 'sending') AND not_before <= ?
       ORDER BY status = 'sending' DESC, priority DESC, seq LIMIT 1`,
      modem,
      this.#now(),
    )
  }

  /** ms since the epoch, later than now: when a message that was put off is due again, or one that waits expires. */
  nextDue(modem: ModemId): number | undefined {
    const now = this.#now()
    const row = this.#db.get<{ due: number | null }>(
      `SELECT min(due) AS due FROM (
         SELECT not_before AS due FROM outbound WHERE modem = ? AND status IN ('queued', 'sending') AND not_before > ?
         UNION ALL SELECT expires_at FROM outbound WHERE modem = ? AND ${UNTOUCHED} AND expires_at > ?)`,
      modem,
      now,
      modem,
      now,
    )
    return row?.due ?? undefined
  }

  /** Messages whose time has passed before anything of them was handed over. */
  overdue(modem: ModemId): Outbound[] {
    const rows = this.#db.all<OutboundRow>(
      `SELECT ${COLUMNS} FROM outbound WHERE modem = ? AND ${UNTOUCHED} AND expires_at <= ?`,
      modem,
      this.#now(),
    )
    return rows.map((row) => this.#whole(row))
  }

  /** Parts that were being handed over when the process or the modem ended. */
  interrupted(modem: ModemId): Outbound[] {
    const rows = this.#db.all<OutboundRow>(
      `SELECT DISTINCT ${COLUMNS} FROM part CROSS JOIN outbound ON outbound = seq WHERE state = 'submitting' AND modem = ?`,
      modem,
    )
    return rows.map((row) => this.#whole(row))
  }

  /** A reference that no message of the last 65535 had, 0 … 65535: it ties the parts of a concatenated message. */
  nextReference(): number {
    return (this.#db.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'outbound'")?.seq ?? 0) & 0xffff
  }

  waiting(modem: ModemId): number {
    return (
      this.#db.get<{ n: number }>(
        "SELECT count(*) AS n FROM outbound WHERE modem = ? AND status IN ('queued', 'sending')",
        modem,
      )?.n ?? 0
    )
  }

  /** From here on nobody may hand this part over again on a guess. */
  submitting(seq: number, part: number): void {
    this.#db.transaction(() => {
      this.#part(seq, part, 'submitting')
      if (this.#status(seq) !== 'sending') this.#settle(seq, 'sending', null)
    })
  }

  /** What came of the hand-over of a part; the status of the whole follows. */
  partSettled(seq: number, part: number, state: PartState, references: readonly number[] = []): void {
    this.#db.transaction(() => {
      this.#part(seq, part, state)
      this.#db.run('UPDATE part SET refs = ? WHERE outbound = ? AND part = ?', JSON.stringify(references), seq, part)
      if (state === 'submitted') this.#tell(seq)
    })
  }

  settled(seq: number, status: SendingStatus, error: Failure | null): void {
    this.#db.transaction(() => this.#settle(seq, status, error))
  }

  /** Refused: once more after `notBefore` (ms since the epoch). */
  putOff(seq: number, notBefore: number): void {
    this.#db.run('UPDATE outbound SET attempts = attempts + 1, not_before = ? WHERE seq = ?', notBefore, seq)
  }

  /** Not before that moment (ms since the epoch), for a reason that is none of the message's. */
  waitUntil(seq: number, notBefore: number): void {
    this.#db.run('UPDATE outbound SET not_before = ? WHERE seq = ?', notBefore, seq)
  }

  /**
   * Messages with parts handed over since then (ms since the epoch), wholly or perhaps, whose delivery is not settled, newest first.
   * @param digits what the recipient's number has to end with: its last four digits, or all of a shorter one
   */
  awaitingReport(modem: ModemId, digits: string, since: number): Outbound[] {
    const rows = this.#db.all<OutboundRow>(
      `SELECT ${COLUMNS} FROM outbound
       WHERE modem = ? AND substr(replace(recipient, '+', ''), -4) = ? AND status IN ('sending', 'sent', 'unknown')
         AND EXISTS (SELECT 1 FROM part WHERE outbound = seq AND outcome IS NULL AND at >= ?)
       ORDER BY seq DESC`,
      modem,
      digits,
      since,
    )
    return rows.map((row) => this.#whole(row))
  }

  reported(seq: number, part: number, outcome: PartOutcome): void {
    this.#db.run('UPDATE part SET outcome = ? WHERE outbound = ? AND part = ?', outcome, seq, part)
  }

  #part(seq: number, part: number, state: PartState): void {
    this.#db.run('UPDATE part SET state = ?, at = ? WHERE outbound = ? AND part = ?', state, this.#now(), seq, part)
  }

  #settle(seq: number, status: SendingStatus, error: Failure | null): void {
    this.#db.run(
      'UPDATE outbound SET status = ?, error = ?, updated_at = ? WHERE seq = ?',
      status,
      error === null ? null : JSON.stringify(error),
      this.#now(),
      seq,
    )
    this.#tell(seq)
  }

  #status(seq: number): SendingStatus | undefined {
    return this.#db.get<{ status: SendingStatus }>('SELECT status FROM outbound WHERE seq = ?', seq)?.status
  }

  /** Every step is told outside, in the same transaction. */
  #tell(seq: number): Outbound {
    const outbound = this.#one(`SELECT ${COLUMNS} FROM outbound WHERE seq = ?`, seq)
    if (outbound === undefined) throw new Error(`outbound ${seq} is gone`)
    this.#publications.add(outbound.modem, 'status', statusOf(outbound, this.#now()))
    return outbound
  }

  #one(sql: string, ...values: (string | number)[]): Outbound | undefined {
    const row = this.#db.get<OutboundRow>(sql, ...values)
    return row && this.#whole(row)
  }

  #whole(row: OutboundRow): Outbound {
    const parts = this.#db.all<PartRow>(
      'SELECT part, segments, wire, state, refs, at, outcome FROM part WHERE outbound = ? ORDER BY part',
      row.seq,
    )
    return {
      seq: row.seq,
      id: row.id,
      modem: row.modem,
      request: JSON.parse(row.request) as OutboundSms,
      encoding: row.encoding,
      transaction: row.trans,
      acceptedAt: row.accepted_at,
      expiresAt: row.expires_at,
      status: row.status,
      error: row.error === null ? null : (JSON.parse(row.error) as Failure),
      attempts: row.attempts,
      parts: parts.map(({ refs, ...part }) => ({ ...part, references: JSON.parse(refs) as number[] })),
    }
  }
}
