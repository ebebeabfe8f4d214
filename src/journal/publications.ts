import type { InboundSms, OutboundStatus } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'

/** Something the outside has not yet taken responsibility for. */
export type Publication = { readonly seq: number } & (
  | { readonly kind: 'received'; readonly body: InboundSms }
  | { readonly kind: 'status'; readonly body: OutboundStatus }
)

interface Row {
  readonly seq: number
  readonly kind: Publication['kind']
  readonly body: string
}

/** The journal's "to publish" list: one queue per modem, in the order in which things happened. */
export class Publications {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(modem: ModemId, kind: Publication['kind'], body: InboundSms | OutboundStatus): void {
    this.#db.run('INSERT INTO publication (modem, kind, body) VALUES (?, ?, ?)', modem, kind, JSON.stringify(body))
  }

  /** The oldest one of this modem behind `after`, the number of another one. */
  next(modem: ModemId, after = 0): Publication | undefined {
    const row = this.#db.get<Row>(
      'SELECT seq, kind, body FROM publication WHERE modem = ? AND seq > ? ORDER BY seq LIMIT 1',
      modem,
      after,
    )
    if (row === undefined) return undefined
    return { seq: row.seq, kind: row.kind, body: JSON.parse(row.body) } as Publication
  }

  /** The outside has it (for MQTT: PUBACK). */
  published(seq: number): void {
    this.#db.run('DELETE FROM publication WHERE seq = ?', seq)
  }

  waiting(modem: ModemId): number {
    return this.#db.get<{ n: number }>('SELECT count(*) AS n FROM publication WHERE modem = ?', modem)?.n ?? 0
  }
}
