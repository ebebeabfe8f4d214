import type { Journal } from '../journal/journal.ts'
import type { StoredSegment } from '../modem/messages.ts'
import { SLOT_BOUND } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'

/**
 * Keeps the journal's picture of slot-bound messages true, over restarts. What looks like one that has left its slot is a new
 * message; of one that may have left, nothing but being unread tells its successor.
 */
export class SlotNotes {
  readonly #modem: ModemId
  readonly #journal: Journal
  /** Not there at the last look; some routers show a shorter list for once. */
  #missing: ReadonlySet<string> = new Set()

  constructor(modem: ModemId, journal: Journal) {
    this.#modem = modem
    this.#journal = journal
  }

  /** All that lies in the modem, before the journal takes what is new. */
  listed(segments: readonly StoredSegment[]): void {
    const { received } = this.#journal
    const bound = received.slotBound(this.#modem)
    const lying = new Map(segments.map((segment) => [segment.contentKey, segment]))
    const missing = bound.filter(({ key, isLeaving }) => !isLeaving && !lying.has(key)).map(({ key }) => key)
    const back = bound.filter(({ key, isLeaving }) => isLeaving && lying.has(key)).map(({ key }) => key)
    const isNew = (key: string): boolean => lying.get(key)?.isUnread === true
    const gone = missing.filter((key) => this.#missing.has(key))
    received.slotsNoted(this.#modem, gone, 'leaving')
    received.slotsNoted(this.#modem, back.filter(isNew), 'left')
    const staying = back.filter((key) => !isNew(key))
    received.slotsNoted(this.#modem, staying, 'lying')
    this.#missing = new Set(missing)
  }

  /** About to be deleted. */
  leaving(segments: readonly StoredSegment[]): void {
    this.#journal.received.slotsNoted(this.#modem, keysOf(segments), 'leaving')
  }

  /** At once: the next message may come into the slot before the next look. */
  left(segments: readonly StoredSegment[]): void {
    this.#journal.received.slotsNoted(this.#modem, keysOf(segments), 'left')
  }
}

function keysOf(segments: readonly StoredSegment[]): string[] {
  return segments.map(({ contentKey }) => contentKey).filter((key) => key.startsWith(SLOT_BOUND))
}
