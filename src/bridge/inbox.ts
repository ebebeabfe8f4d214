import type { Journal } from '../journal/journal.ts'
import type { Admission, OpenSegment } from '../journal/received.ts'
import { ModemError } from '../modem/errors.ts'
import type { InboundSms, MessageBody, ReceivedSegment, StoredSegment } from '../modem/messages.ts'
import type { Driver, Modem, ModemId, SmsStore } from '../modem/modem.ts'
import { matchReport } from './delivery.ts'
import type { ModemHappening } from './outlet.ts'
import type { SegmentSet } from './reassembly.ts'
import { assembleSegments, surplusOf } from './reassembly.ts'
import type { RuleBook } from './rule-book.ts'
import { SlotNotes } from './slot-notes.ts'
import { crowdedOut } from './store-room.ts'
import { matchUnnamedReports } from './unnamed-reports.ts'

export interface InboxOptions {
  readonly modem: ModemId
  readonly driver: Pick<Driver, 'join'>
  readonly journal: Journal
  readonly afterReceive: 'delete' | 'keep'
  readonly backlog: 'import' | 'publish' | 'skip'
  readonly multipartTimeoutMs: number
  readonly now: () => number
  readonly newId: () => string
  /** There may be something new in the journal's "to publish" list. */
  readonly onPublication: () => void
  readonly onEvent: (event: ModemHappening) => void
  /** Absent: no message causes anything. */
  readonly rules?: Pick<RuleBook, 'receive'> | undefined
}

/**
 * Modem store → journal → "to publish". The modem's notifications are hints: what counts is what lies in its store.
 * A message leaves the modem only when the journal has it.
 */
export class Inbox {
  readonly #options: InboxOptions
  readonly #slots: SlotNotes
  #firstLook = true
  /** A slot that one piece of work frees may hold a new message before the next deletes what it saw there. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: InboxOptions) {
    this.#options = options
    this.#slots = new SlotNotes(options.modem, options.journal)
  }

  /** A newly opened modem: what its first look finds came while nobody listened. */
  opened(): void {
    this.#firstLook = true
  }

  /** Looks through the store once. @throws ModemError when the modem or the journal fails; nothing is lost then */
  look(modem: Modem, store: SmsStore): Promise<void> {
    return this.#inTurn(async () => {
      const segments = await this.#takeStock(modem, store, false)
      // First: a modem that does not let go of a message must not keep it from being published.
      this.settle()
      const removable = await this.#removable(modem, segments)
      await this.#remove(store, removable)
      if (this.#options.afterReceive === 'keep') await this.#markRead(store, segments, removable)
    })
  }

  /**
   * Removes what is chosen when the journal has everything that lies in the modem. @returns how many segments it was
   * @throws ModemError when the modem or the journal fails; nothing is lost then
   */
  discard(modem: Modem, store: SmsStore, choose: () => (segment: StoredSegment) => boolean): Promise<number> {
    return this.#inTurn(async () => {
      const segments = await this.#takeStock(modem, store, true)
      this.settle()
      const isUnwanted = choose()
      const unwanted = segments.filter((segment) => segment.slot !== null && isUnwanted(segment))
      return this.#remove(store, unwanted)
    })
  }

  /** Takes a message that came in a notification and is stored nowhere else. */
  take(direct: StoredSegment): void {
    const { journal, modem } = this.#options
    journal.received.segmentsStored(modem, [{ segment: direct, backlog: false, publish: true, settled: false }])
    this.settle()
  }

  /** Makes messages of the segments that are there. @returns ms until the next incomplete one is due, if any waits */
  settle(): number | undefined {
    const { journal, modem, multipartTimeoutMs, now } = this.#options
    const open = journal.received.openSegments(modem)
    let due: number | undefined
    const sets = assembleSegments(open)
    const surplus = new Set(surplusOf(sets))
    for (const set of sets) {
      if (surplus.has(set)) {
        this.#giveUp(set)
        continue
      }
      const wait = set.newestAt + multipartTimeoutMs - now()
      if (set.missing === 0 || (set.message === null && wait <= 0)) this.#received(set)
      else if (set.message === null) due = Math.min(due ?? wait, wait)
    }
    for (const segment of open) {
      if (segment.content.kind === 'report') this.#reported(segment)
      if (segment.content.kind === 'undecodable') this.#quarantine(segment)
    }
    matchUnnamedReports(journal, modem, open, now())
    this.#options.onPublication()
    return due
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** What lies in the modem, all of it safe in the journal. */
  async #takeStock(modem: Modem, store: SmsStore, everywhere: boolean): Promise<readonly StoredSegment[]> {
    const first = this.#firstLook
    const segments = inOrder(await store.list(first || everywhere))
    this.#slots.listed(segments)
    this.#store(segments, modem, first)
    this.#firstLook = false
    return segments
  }

  /** @returns how many are gone */
  async #remove(store: SmsStore, segments: readonly StoredSegment[]): Promise<number> {
    if (segments.length === 0) return 0
    const stayed = await store.remove(segments, (leaving) => this.#slots.leaving(leaving))
    const gone = segments.filter((segment) => !stayed.includes(segment))
    this.#slots.left(gone)
    return gone.length
  }

  async #markRead(
    store: SmsStore,
    segments: readonly StoredSegment[],
    removed: readonly StoredSegment[],
  ): Promise<void> {
    const staying = segments.filter((segment) => !removed.includes(segment))
    await store.markRead?.(staying.filter(({ content }) => content.kind === 'received'))
  }

  #store(segments: readonly StoredSegment[], modem: Modem, first: boolean): void {
    const { journal, modem: id } = this.#options
    const sims = [modem.identity.iccid, modem.identity.imsi].filter((number) => number !== null)
    const stores = [...new Set(segments.map((segment) => segment.store))]
    const unmet = new Set(stores.filter((store) => first && !journal.received.hasMet(id, sims, store)))
    const admissions = segments.map((segment) => this.#admission(segment, first, unmet.has(segment.store)))
    const used = modem.can.sms?.stores ?? stores
    journal.received.segmentsStored(
      id,
      admissions,
      first ? { sims, stores: [...new Set([...stores, ...used])] } : undefined,
    )
  }

  #admission(segment: StoredSegment, first: boolean, unmet: boolean): Admission {
    const policy = unmet && segment.content.kind !== 'report' ? this.#options.backlog : 'publish'
    return { segment, backlog: first, publish: policy === 'publish', settled: policy === 'skip' }
  }

  /** What may leave the modem: everything, or with messages that shall stay only as much as keeps room for new ones. */
  async #removable(modem: Modem, segments: readonly StoredSegment[]): Promise<readonly StoredSegment[]> {
    const { afterReceive, journal, modem: id } = this.#options
    const removable = segments.filter(({ slot }) => slot !== null)
    const mayStay = (segment: StoredSegment): boolean =>
      segment.content.kind !== 'report' &&
      (afterReceive === 'keep' || isSealed(segment) || journal.received.isImported(id, segment.contentKey))
    const staying = removable.filter(mayStay)
    const leaving = removable.filter((segment) => !staying.includes(segment))
    if (staying.length === 0) return leaving
    const { store } = await modem.readState(['store'])
    return store === undefined ? leaving : [...leaving, ...crowdedOut(store, staying, leaving)]
  }

  /** Published with what is there, unless it was already; parts that come later belong to nothing. */
  #giveUp(set: SegmentSet): void {
    const { journal } = this.#options
    journal.together(() => {
      if (set.message === null) this.#received(set)
      for (const segment of set.segments) if (segment !== null) journal.received.settled(segment.seq)
    })
  }

  #received(set: SegmentSet): void {
    const { journal, modem, now, newId, rules } = this.#options
    const present = set.segments.filter((segment) => segment !== null)
    const head = present[0]
    if (head?.content.kind !== 'received') return
    const { content } = head
    const body = this.#joined(set)
    if (body === undefined) {
      for (const segment of present) this.#quarantine(segment)
      return
    }
    const sms: InboundSms = {
      ...body,
      id: set.message ?? newId(),
      from: content.from,
      sentAt: content.sentAt,
      receivedAt: new Date(now()).toISOString(),
      smsc: content.smsc,
      parts: set.segments.length,
      missingParts: set.missing,
      messageClass: content.messageClass,
      replaces: this.#replaced(content),
      raw: null,
      backlog: present.every((segment) => segment.backlog),
    }
    const publish = present.some((segment) => segment.publish)
    const segments = present.map((segment) => segment.seq)
    const { replaceType } = content
    const write = (shown: InboundSms, hadCode: boolean): void =>
      journal.received.received(modem, shown, { segments, publish, replaceType, hadCode })
    if (rules === undefined) write(sms, false)
    else rules.receive(modem, sms, publish && set.message === null, write)
  }

  /** @returns `undefined` for what cannot be joined, such as segments that this id's modem of another kind has left behind */
  #joined(set: SegmentSet): MessageBody | undefined {
    try {
      return this.#options.driver.join(set.segments.map((segment) => segment?.raw ?? null))
    } catch (error) {
      if (error instanceof ModemError) return undefined
      throw error
    }
  }

  #replaced({ from, replaceType }: ReceivedSegment): string | null {
    if (replaceType === null) return null
    return this.#options.journal.received.lastReplaceable(this.#options.modem, from, replaceType)
  }

  #quarantine(segment: OpenSegment): void {
    const { journal, modem, now, newId, onEvent } = this.#options
    const id = newId()
    const sms: InboundSms = {
      id,
      from: null,
      text: null,
      sentAt: null,
      receivedAt: new Date(now()).toISOString(),
      smsc: null,
      encoding: '8bit',
      parts: 1,
      missingParts: 0,
      messageClass: null,
      dataHex: null,
      ports: null,
      replaces: null,
      raw: segment.raw,
      backlog: segment.backlog,
    }
    journal.received.received(modem, sms, { segments: [segment.seq], publish: segment.publish, replaceType: null })
    onEvent({ type: 'pdu_quarantined', detail: { id } })
  }

  #reported(segment: OpenSegment): void {
    const { journal, modem } = this.#options
    const { content, seq } = segment
    if (content.kind !== 'report' || content.reference === null) return
    // Half of it would leave a report that fits nothing any more, or one that is taken for that of a later message.
    journal.together(() => {
      if (matchReport(journal, modem, content)) journal.received.settled(seq)
    })
  }
}

/** It may become readable yet. */
function isSealed({ content }: StoredSegment): boolean {
  return content.kind === 'undecodable' && content.isSealed === true
}

/** Within one look the order is that of the service centre, then that of the slots. */
function inOrder(segments: readonly StoredSegment[]): StoredSegment[] {
  const time = ({ content }: StoredSegment): number =>
    content.kind !== 'undecodable' && content.sentAt !== null ? Date.parse(content.sentAt) : Number.POSITIVE_INFINITY
  const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)
  return [...segments].sort((a, b) => compare(time(a), time(b)) || compare(a.slot ?? 0, b.slot ?? 0))
}
