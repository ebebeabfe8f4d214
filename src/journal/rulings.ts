import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'

/** A message that a rule is to obey, or obeys. */
export interface Ruling {
  readonly seq: number
  /** Id of the message. */
  readonly message: string
  readonly sender: string
  readonly rule: string
  /** What stood in place of the placeholders. */
  readonly inputs: Readonly<Record<string, string>>
  /** ms since the epoch; later it must not be acted on. */
  readonly actBefore: number
}

interface RulingRow extends Omit<Ruling, 'inputs'> {
  readonly inputs: string
}

const SELECT = `SELECT ruling.seq, ruling.message, message.sender, ruling.rule, ruling.inputs, ruling.act_before AS actBefore
  FROM ruling JOIN message ON message.id = ruling.message`

/** What the ids of answers to messages begin with; the id of the message follows. */
export const ANSWER_ID = 'rule/'

/** What the clock may be wrong by before entries from the future stop counting, in milliseconds. */
const AHEAD_MS = 60_000

/**
 * Which messages rules were asked by, and what became of it. An obeyed one is `decided`, then `taken` before anything is done, and
 * closed as `done`, `failed`, `expired` or `unknown`. Every method that writes is one transaction, on disk when it returns.
 */
export class Rulings {
  readonly #db: Database
  readonly #now: () => number

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
  }

  /** @param outcome why not */
  refused(modem: ModemId, message: string, rule: string, outcome: string): void {
    this.#db.run(
      'INSERT INTO ruling (modem, message, rule, at, obeyed, outcome) VALUES (?, ?, ?, ?, 0, ?)',
      modem,
      message,
      rule,
      this.#now(),
      outcome,
    )
  }

  decided(modem: ModemId, { message, rule, inputs, actBefore }: Omit<Ruling, 'seq' | 'sender'>): void {
    this.#db.run(
      `INSERT INTO ruling (modem, message, rule, at, obeyed, outcome, inputs, act_before) VALUES (?, ?, ?, ?, 1, 'decided', ?, ?)`,
      modem,
      message,
      rule,
      this.#now(),
      JSON.stringify(inputs),
      actBefore,
    )
  }

  /** Those that nothing was done about yet, oldest first. */
  waiting(modem: ModemId): Ruling[] {
    return this.#all(`${SELECT} WHERE ruling.modem = ? AND outcome = 'decided' ORDER BY ruling.seq`, modem)
  }

  /** From here on it is never acted on again, whatever happens. */
  taken(seq: number): void {
    this.#db.run("UPDATE ruling SET outcome = 'taken' WHERE seq = ?", seq)
  }

  closed(seq: number, outcome: 'done' | 'failed' | 'expired', error: string | null): void {
    this.#db.run('UPDATE ruling SET outcome = ?, error = ? WHERE seq = ?', outcome, error, seq)
  }

  /** Those which an earlier process had taken when it ended; nobody can say what it did. They are `unknown` then. */
  interrupted(modem: ModemId): Ruling[] {
    return this.#db.transaction(() => {
      const left = this.#all(`${SELECT} WHERE ruling.modem = ? AND outcome = 'taken' ORDER BY ruling.seq`, modem)
      for (const { seq } of left) this.#db.run("UPDATE ruling SET outcome = 'unknown' WHERE seq = ?", seq)
      return left
    })
  }

  /** How often a rule was obeyed since then, on whatever modem. */
  obeyed(rule: string, since: number): number {
    const row = this.#db.get<{ n: number }>(
      'SELECT count(*) AS n FROM ruling WHERE rule = ? AND obeyed = 1 AND at > ? AND at <= ?',
      rule,
      since,
      this.#now() + AHEAD_MS,
    )
    return row?.n ?? 0
  }

  /** How often these rules got a wrong code since then and since their last right one, and when last. */
  wrongCodes(rules: readonly string[], since: number): { count: number; lastAt: number | null } {
    const names = JSON.stringify(rules)
    const row = this.#db.get<{ count: number; lastAt: number | null }>(
      `SELECT count(*) AS count, max(at) AS lastAt FROM ruling
       WHERE rule IN (SELECT value FROM json_each(?)) AND outcome = 'wrong_code' AND at > ? AND at <= ?
         AND seq > (SELECT ifnull(max(seq), 0) FROM ruling WHERE rule IN (SELECT value FROM json_each(?)) AND obeyed = 1)`,
      names,
      since,
      this.#now() + AHEAD_MS,
      names,
    )
    return { count: row?.count ?? 0, lastAt: row?.lastAt ?? null }
  }

  /** Whether something was answered with just this text since then (ms since the epoch), on whatever modem. */
  answeredWith(text: string, since: number): boolean {
    const sql = 'SELECT 1 AS found FROM outbound WHERE id GLOB ? AND text = ? AND accepted_at > ? LIMIT 1'
    return this.#db.get(sql, `${ANSWER_ID}*`, text, since) !== undefined
  }

  #all(sql: string, modem: ModemId): Ruling[] {
    return this.#db.all<RulingRow>(sql, modem).map((row) => ({ ...row, inputs: JSON.parse(row.inputs) }))
  }
}
