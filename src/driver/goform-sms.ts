import { toStoredSegment } from '../goform/message.ts'
import { ModemError } from '../modem/errors.ts'
import type { StoredSegment, Submission } from '../modem/messages.ts'
import type { SmsStore } from '../modem/modem.ts'
import type { Clock } from './clock.ts'
import type { GoformRows, ListedRow } from './goform-rows.ts'
import { IDS_AT_ONCE, STORE_NAMES } from './goform-rows.ts'
import type { GoformSender } from './goform-sender.ts'

/** So long a message that lacks parts is left in the device, which puts them together as they come. */
const PARTS_MS = 10 * 60_000

/** Deletions are looked at, and repeated, so often. */
const ROUNDS = 3

/** The two stores of a router: its own memory and the SIM. */
export class GoformSmsStore implements SmsStore {
  readonly stores: readonly string[] = STORE_NAMES
  readonly #rows: GoformRows
  readonly #sender: GoformSender
  readonly #clock: Clock
  /** When a message that lacks parts was first seen, by what stays the same while it grows. */
  readonly #incomplete = new Map<string, number>()

  constructor(rows: GoformRows, sender: GoformSender, clock: Clock) {
    this.#rows = rows
    this.#sender = sender
    this.#clock = clock
  }

  /** Both stores, always: class 2 messages go to the SIM whatever is set. */
  async list(): Promise<readonly StoredSegment[]> {
    const listed = await this.#rows.list()
    const incomplete = listed.filter(({ message }) => message.kind === 'received' && message.missingParts > 0)
    const keys = new Set(incomplete.map(keyOf))
    for (const key of this.#incomplete.keys()) if (!keys.has(key)) this.#incomplete.delete(key)
    for (const key of keys) if (!this.#incomplete.has(key)) this.#incomplete.set(key, this.#clock.elapsed())
    return listed.filter((row) => !this.#mayGrow(row)).flatMap((row) => segmentOf(row) ?? [])
  }

  /**
   * Deletes what still is what it was. A deletion does not say in which store, and ids are used again: one that both stores
   * have goes only when all that has it may go, and else stays until its twin is gone. What only the SIM has goes when the
   * device's own store is certain to have no such id: its list may be short for a moment, and new messages get any id.
   */
  async remove(segments: readonly StoredSegment[]): Promise<void> {
    const wanted = new Set(segments.map(({ store, contentKey }) => `${store}/${contentKey}`))
    const isWanted = (row: ListedRow): boolean => {
      const segment = segmentOf(row)
      return segment !== undefined && wanted.has(`${segment.store}/${segment.contentKey}`)
    }
    // Of a bridge before this one, perhaps: what it will still delete are ids, whoever has them by then.
    await this.#rows.deletionOver()
    let fewest = Number.POSITIVE_INFINITY
    for (let round = 1; ; round += 1) {
      const listed = await this.#rows.list()
      const staying = new Set(listed.filter((row) => !isWanted(row)).map(({ message }) => message.id))
      const leaving = listed.filter((row) => row.message.id !== null && isWanted(row) && !staying.has(row.message.id))
      if (leaving.length < fewest) round = 1
      fewest = Math.min(fewest, leaving.length)
      if (leaving.length === 0) return
      if (round > ROUNDS) throw notDeleted(leaving.length)
      const own = leaving.filter(({ store }) => store === 'device')
      if (own.length === 0 && !(await this.#rows.isWhole(listed, 'device'))) return
      await this.#rows.delete(idsOf(own.length > 0 ? own : leaving).slice(0, own.length > 0 ? undefined : IDS_AT_ONCE))
    }
  }

  submit(submission: Submission, onHandOver: () => void): Promise<readonly number[]> {
    return this.#sender.submit(submission, onHandOver)
  }

  #mayGrow(row: ListedRow): boolean {
    const since = this.#incomplete.get(keyOf(row))
    return since !== undefined && row.message.missingParts > 0 && this.#clock.elapsed() - since < PARTS_MS
  }
}

function segmentOf({ row, store }: ListedRow): StoredSegment | undefined {
  return toStoredSegment(row, store)
}

/** Each once. */
function idsOf(rows: readonly ListedRow[]): number[] {
  return [...new Set(rows.flatMap(({ message }) => message.id ?? []))]
}

function keyOf({ store, message }: ListedRow): string {
  return JSON.stringify([store, message.id, message.number, message.localTime])
}

function notDeleted(count: number): ModemError {
  return new ModemError(
    'rejected_by_modem',
    `The router says that it has deleted messages, and still has them (${count}). Delete them on its web page before its store is full.`,
    { retry: 'later' },
  )
}
