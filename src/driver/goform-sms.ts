import { toStoredSegment } from '../goform/message.ts'
import { ModemError } from '../modem/errors.ts'
import type { StoredSegment, Submission } from '../modem/messages.ts'
import { SLOT_BOUND } from '../modem/messages.ts'
import type { OnLeaving, SmsStore } from '../modem/modem.ts'
import type { Clock } from './clock.ts'
import type { GoformReports } from './goform-reports.ts'
import type { GoformRows, ListedRow } from './goform-rows.ts'
import { IDS_AT_ONCE, STORE_NAMES } from './goform-rows.ts'
import type { GoformSender } from './goform-sender.ts'

/** So long a message that lacks parts is left in the device, which puts them together as they come. */
const PARTS_MS = 10 * 60_000

/** Deletions are looked at, and repeated, so often. */
const ROUNDS = 3

/** What a store is made of. */
interface StoreParts {
  readonly rows: GoformRows
  readonly reports: GoformReports
  readonly sender: GoformSender
  readonly clock: Clock
  /** Something was left for the next listing. */
  readonly onLeft: () => void
}

/** The two stores of a router: its own memory and the SIM. */
export class GoformSmsStore implements SmsStore {
  readonly stores: readonly string[] = STORE_NAMES
  readonly #parts: StoreParts
  /** When a message that lacks parts was first seen, by what stays the same while it grows. */
  readonly #incomplete = new Map<string, number>()
  /** Those that were marked as read; where an id is in both stores that may be in vain, and is not repeated. */
  #marked: ReadonlySet<string> = new Set()
  #hasLeftReports = false

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /**
   * Both stores, always: class 2 messages go to the SIM whatever is set. Reports seldom say of which message they speak, so
   * none is taken that may be of one whose outcome has not been heard yet.
   */
  async list(): Promise<readonly StoredSegment[]> {
    const { rows, reports, sender, clock } = this.#parts
    await sender.tidy()
    const listed = await rows.list()
    const incomplete = listed.filter(
      (row) => !row.isSealed && row.message.kind === 'received' && row.message.missingParts > 0,
    )
    const keys = new Set(incomplete.map(incompleteKey))
    for (const key of this.#incomplete.keys()) if (!keys.has(key)) this.#incomplete.delete(key)
    for (const key of keys) if (!this.#incomplete.has(key)) this.#incomplete.set(key, clock.elapsed())
    this.#hasLeftReports = sender.isBusy
    const told = this.#hasLeftReports ? [] : await reports.list()
    return [...listed.filter((row) => !this.#mayGrow(row)).flatMap((row) => segmentOf(row) ?? []), ...told]
  }

  /**
   * Deletes what still is what it was. A deletion does not say in which store, and ids are used again: one that both stores
   * have goes only when all that has it may go, and else stays until its twin is gone. What only the SIM has goes when the
   * device's own store is certain to have no such id: its list may be short for a moment, and new messages get any id.
   */
  async remove(segments: readonly StoredSegment[], onLeaving: OnLeaving = () => {}): Promise<readonly StoredSegment[]> {
    const { rows } = this.#parts
    const removable = segments.filter(({ slot }) => slot !== null)
    if (removable.length === 0) return []
    const wanted = new Set(removable.map(placeOf))
    const among = (chosen: readonly ListedRow[]): readonly StoredSegment[] => {
      const places = new Set(chosen.flatMap((row) => segmentOf(row) ?? []).map(placeOf))
      return removable.filter((segment) => places.has(placeOf(segment)))
    }
    // Of a bridge before this one, perhaps: what it will still delete are ids, whoever has them by then.
    await rows.deletionOver()
    let fewest = Number.POSITIVE_INFINITY
    let futile = 0
    // Places of which the message was seen read, or gone: what lies there unread after that is another one.
    const settled = new Set<string>()
    const tried = new Set<string>()
    for (;;) {
      const listed = await rows.list()
      const isNewcomer = (row: ListedRow): boolean => isUnreadWithoutTime(row) && settled.has(placeOfRow(row))
      const chosen = listed.filter((row) => isAmong(wanted, row) && !isNewcomer(row))
      const unread = new Set(chosen.filter(isUnreadWithoutTime).map(placeOfRow))
      for (const place of wanted) if (!unread.has(place)) settled.add(place)
      const staying = new Set(listed.filter((row) => !chosen.includes(row)).map(({ message }) => message.id))
      const leaving = chosen.filter(({ message }) => message.id !== null && !staying.has(message.id))
      const own = leaving.filter(({ store }) => store === 'device')
      if (leaving.length === 0) return among(chosen)
      if (own.length === 0 && !(await rows.isWhole(listed, 'device'))) return among(chosen)
      const unmarked = leaving.filter((row) => isUnreadWithoutTime(row) && !tried.has(placeOfRow(row)))
      if (unmarked.length > 0) {
        await rows.markRead(idsOf(unmarked))
        for (const row of unmarked) tried.add(placeOfRow(row))
        // Only a mark that shows tells it from its successor.
        continue
      }
      futile = leaving.length < fewest ? 0 : futile + 1
      fewest = Math.min(fewest, leaving.length)
      if (futile >= ROUNDS) throw notDeleted(leaving.length)
      onLeaving(among(leaving))
      await rows.delete(own.length > 0 ? idsOf(own) : idsOf(leaving).slice(0, IDS_AT_ONCE))
    }
  }

  async markRead(segments: readonly StoredSegment[]): Promise<void> {
    const unread = segments.filter(({ slot, isUnread }) => slot !== null && isUnread === true)
    const fresh = unread.filter((segment) => !this.#marked.has(placeOf(segment)))
    this.#marked = new Set(unread.map(placeOf))
    await this.#parts.rows.markRead(fresh.flatMap(({ slot }) => slot ?? []))
  }

  async submit(submission: Submission, onHandOver: () => void): Promise<readonly number[]> {
    try {
      return await this.#parts.sender.submit(submission, onHandOver)
    } finally {
      if (this.#hasLeftReports) this.#parts.onLeft()
    }
  }

  #mayGrow(row: ListedRow): boolean {
    const since = this.#incomplete.get(incompleteKey(row))
    return since !== undefined && row.message.missingParts > 0 && this.#parts.clock.elapsed() - since < PARTS_MS
  }
}

function segmentOf({ row, store, isSealed }: ListedRow): StoredSegment | undefined {
  return toStoredSegment(row, store, isSealed)
}

function placeOf({ store, contentKey }: StoredSegment): string {
  return `${store}/${contentKey}`
}

function isAmong(places: ReadonlySet<string>, row: ListedRow): boolean {
  const segment = segmentOf(row)
  return segment !== undefined && places.has(placeOf(segment))
}

/**
 * Nothing but being unread tells a message without a time from one like it that had the same id and was deleted a moment ago.
 * So those that are to go are marked as read first.
 */
function isUnreadWithoutTime(row: ListedRow): boolean {
  const segment = segmentOf(row)
  return segment?.isUnread === true && segment.contentKey.startsWith(SLOT_BOUND)
}

function placeOfRow(row: ListedRow): string {
  const segment = segmentOf(row)
  return segment === undefined ? '' : placeOf(segment)
}

/** Each once. */
function idsOf(rows: readonly ListedRow[]): number[] {
  return [...new Set(rows.flatMap(({ message }) => message.id ?? []))]
}

function incompleteKey({ store, message }: ListedRow): string {
  return JSON.stringify([store, message.id, message.number, message.localTime])
}

function notDeleted(count: number): ModemError {
  return new ModemError(
    'rejected_by_modem',
    `The router says that it has deleted messages, and still has them (${count}). Delete them on its web page before its store is full.`,
    { retry: 'later' },
  )
}
