import type { InboundSms, SegmentContent, StoredSegment } from '../modem/messages.ts'
import { SLOT_BOUND } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'
import type { Publications } from './publications.ts'

/** What is to become of a segment that is new to the journal. */
export interface Admission {
  readonly segment: StoredSegment
  /** Found lying in the modem, not announced live. */
  readonly backlog: boolean
  /** Shall the message it belongs to be published? */
  readonly publish: boolean
  /** Known and done with: neither joined nor published. */
  readonly settled: boolean
}

/** A segment in the journal that still waits for something: its other parts, or its outgoing message. */
export interface OpenSegment {
  readonly seq: number
  readonly raw: string
  readonly content: SegmentContent
  /** ms since the epoch; when it was journaled */
  readonly at: number
  readonly backlog: boolean
  readonly publish: boolean
  /** Id of the incomplete message it was already published with. */
  readonly message: string | null
}

/** A message whose content key holds only as long as it lies in its slot. */
export interface SlotBound {
  readonly key: string
  readonly isLeaving: boolean
}

interface OpenRow extends Omit<OpenSegment, 'content' | 'backlog' | 'publish'> {
  readonly content: string
  readonly backlog: number
  readonly publish: number
}

/** A listing renews `seen_at` at most this often, so that a full store does not cost a write per look. */
export const SEEN_RESOLUTION_MS = 24 * 3_600_000

/** Stands before the content key of what was to leave its slot. */
const LEAVING = 'leaving:'

/** Content keys of slot-bound messages, where `?1` is the key of one that lies there. */
const NOTED = {
  lying: '?1',
  leaving: `'${LEAVING}' || ?1`,
  left: "'left:' || seq || ':' || ?1",
} as const

/** Stands in the journal for a card whose numbers the modem did not tell. */
const UNNAMED_SIM = ''

/** What has been received. Every method that writes is one transaction, on disk when it returns. */
export class ReceivedRecords {
  readonly #db: Database
  readonly #publications: Publications
  readonly #now: () => number

  constructor(db: Database, publications: Publications, now: () => number) {
    this.#db = db
    this.#publications = publications
    this.#now = now
  }

  /**
   * Has this modem's store been looked through before with this SIM? `sims`: all numbers by which the card may be known. A modem
   * does not tell all of them each time, and a card that nobody could name may be any: in doubt it is no new one.
   */
  hasMet(modem: ModemId, sims: readonly string[], store: string): boolean {
    const met = this.#db
      .all<{ sim: string }>('SELECT sim FROM met WHERE modem = ? AND store = ?', modem, store)
      .map(({ sim }) => sim)
    return met.length > 0 && (sims.length === 0 || met.includes(UNNAMED_SIM) || sims.some((sim) => met.includes(sim)))
  }

  /** The raw messages are safe from here on. Content that is already known is not admitted again. @returns how many were new */
  segmentsStored(
    modem: ModemId,
    admissions: readonly Admission[],
    met?: { sims: readonly string[]; stores: readonly string[] },
  ): number {
    const now = this.#now()
    return this.#db.transaction(() => {
      let admitted = 0
      for (const admission of admissions) admitted += this.#admit(modem, admission, now)
      const sims = met === undefined || met.sims.length > 0 ? (met?.sims ?? []) : [UNNAMED_SIM]
      for (const store of met?.stores ?? []) {
        for (const sim of sims) {
          this.#db.run('INSERT OR IGNORE INTO met (modem, sim, store) VALUES (?, ?, ?)', modem, sim, store)
        }
      }
      return admitted
    })
  }

  #admit(modem: ModemId, { segment, backlog, publish, settled }: Admission, now: number): number {
    const known = this.#db.get<{ seq: number; seen_at: number }>(
      'SELECT seq, seen_at FROM segment WHERE modem = ? AND content_key = ?',
      modem,
      segment.contentKey,
    )
    if (known !== undefined) {
      if (now - known.seen_at > SEEN_RESOLUTION_MS) {
        this.#db.run('UPDATE segment SET seen_at = ? WHERE seq = ?', now, known.seq)
      }
      return 0
    }
    this.#db.run(
      `INSERT INTO segment (modem, content_key, raw, content, store, slot, at, seen_at, backlog, publish, settled)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      modem,
      segment.contentKey,
      segment.raw,
      JSON.stringify(segment.content),
      segment.store,
      segment.slot,
      now,
      now,
      backlog ? 1 : 0,
      publish ? 1 : 0,
      settled ? 1 : 0,
    )
    return 1
  }

  /** Slot-bound messages that lie in their slots, or were to leave them. */
  slotBound(modem: ModemId): SlotBound[] {
    return this.#db
      .all<{ content_key: string }>(
        `SELECT content_key FROM segment WHERE modem = ?1 AND content_key >= ?2 AND content_key < ?2 || '~'
         UNION ALL SELECT content_key FROM segment WHERE modem = ?1 AND content_key >= ?3 AND content_key < ?3 || '~'`,
        modem,
        SLOT_BOUND,
        `${LEAVING}${SLOT_BOUND}`,
      )
      .map(({ content_key: key }) =>
        key.startsWith(LEAVING) ? { key: key.slice(LEAVING.length), isLeaving: true } : { key, isLeaving: false },
      )
  }

  /**
   * What has become of slot-bound messages, by their content keys. Of one that is `leaving` it is not certain whether it lies
   * there still; what looks like one that has `left` is new.
   */
  slotsNoted(modem: ModemId, contentKeys: readonly string[], as: 'lying' | 'leaving' | 'left'): void {
    if (contentKeys.length === 0) return
    this.#db.transaction(() => {
      for (const key of contentKeys) {
        this.#db.run(
          `UPDATE segment SET content_key = ${NOTED[as]} WHERE modem = ?2 AND content_key IN (?1, '${LEAVING}' || ?1)`,
          key,
          modem,
        )
      }
    })
  }

  /** Was it there before the bridge, and journaled without being published? */
  isImported(modem: ModemId, contentKey: string): boolean {
    const row = this.#db.get<{ publish: number }>(
      'SELECT publish FROM segment WHERE modem = ? AND content_key = ?',
      modem,
      contentKey,
    )
    return row?.publish === 0
  }

  /** Which segments a received message consists of, by their content; `undefined`: no such message is known. */
  contentKeysOf(modem: ModemId, message: string): ReadonlySet<string> | undefined {
    const known = this.#db.get<{ id: string }>('SELECT id FROM message WHERE modem = ? AND id = ?', modem, message)
    if (known === undefined) return undefined
    const rows = this.#db.all<{ content_key: string }>(
      'SELECT content_key FROM segment WHERE modem = ? AND message = ?',
      modem,
      message,
    )
    return new Set(rows.map((row) => row.content_key))
  }

  /** Everything that still waits, in the order in which it was found. */
  openSegments(modem: ModemId): OpenSegment[] {
    const rows = this.#db.all<OpenRow>(
      `SELECT seq, raw, content, at, backlog, publish, message FROM segment
       WHERE modem = ? AND settled = 0 ORDER BY seq`,
      modem,
    )
    return rows.map((row) => ({
      seq: row.seq,
      raw: row.raw,
      content: JSON.parse(row.content) as SegmentContent,
      at: row.at,
      backlog: row.backlog === 1,
      publish: row.publish === 1,
      message: row.message,
    }))
  }

  /**
   * A message is whole, or as whole as it will be for now; with `publish` it stands in the queue for the outside. Of one that
   * `hadCode` the raw form, which still has it, is forgotten.
   */
  received(
    modem: ModemId,
    sms: InboundSms,
    options: { segments: readonly number[]; publish: boolean; replaceType: number | null; hadCode?: boolean },
  ): void {
    const complete = sms.missingParts === 0 ? 1 : 0
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO message (id, modem, sender, replace_type, received_at, missing, body) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET missing = excluded.missing, body = excluded.body`,
        sms.id,
        modem,
        sms.from,
        options.replaceType,
        Date.parse(sms.receivedAt),
        sms.missingParts,
        JSON.stringify(sms),
      )
      for (const seq of options.segments) {
        this.#db.run('UPDATE segment SET message = ?, settled = ? WHERE seq = ?', sms.id, complete, seq)
        // Of a whole message nobody needs the raw form again.
        if (options.hadCode && complete === 1) this.#db.run("UPDATE segment SET raw = '' WHERE seq = ?", seq)
      }
      if (options.publish) this.#publications.add(modem, 'received', sms)
    })
  }

  /** Nothing more will come of this segment. */
  settled(seq: number): void {
    this.#db.run('UPDATE segment SET settled = 1 WHERE seq = ?', seq)
  }

  /** The newest message of this sender with this Replace Short Message Type (3GPP TS 23.040 section 9.2.3.9). */
  lastReplaceable(modem: ModemId, sender: string, replaceType: number): string | null {
    const row = this.#db.get<{ id: string }>(
      'SELECT id FROM message WHERE modem = ? AND sender = ? AND replace_type = ? ORDER BY +seq DESC LIMIT 1',
      modem,
      sender,
      replaceType,
    )
    return row?.id ?? null
  }
}
