import type { OpenSegment } from '../journal/received.ts'
import type { ReceivedSegment } from '../modem/messages.ts'

/** Segments that belong to one message, in order; `null` where one has not come. */
export interface SegmentSet {
  readonly segments: readonly (OpenSegment | null)[]
  readonly missing: number
  /** Id under which it was already published incomplete. */
  readonly message: string | null
  /** ms since the epoch at which its newest segment was journaled */
  readonly newestAt: number
}

/** How many segments may wait for others. */
interface OpenLimits {
  readonly ofSender: number
  readonly inAll: number
}

/**
 * Anybody can send the first of 255 parts, as often as he likes. One sender has room for two messages of the greatest length; more
 * than a few such senders at once are nobody's friends.
 */
const MOST_OPEN: OpenLimits = { ofSender: 510, inAll: 2040 }

interface Slots {
  readonly slots: (OpenSegment | null)[]
  message: string | null
}

/**
 * References repeat after 256 messages of one sender. A segment that is a day older or younger than the others (by
 * TP-SCTS, so a bridge that was off for a week does not matter) belongs to another message.
 */
const SAME_MESSAGE_MS = 24 * 3_600_000

/**
 * Sorts open received segments into messages (3GPP TS 23.040 section 9.2.3.24.1). Segments come in any order; the same
 * position twice with other content begins a new message.
 */
export function assembleSegments(open: readonly OpenSegment[]): SegmentSet[] {
  const sets: Slots[] = []
  const byKey = new Map<string, Slots[]>()
  // Those already published incomplete first: a late segment completes them before it begins anything new.
  const ordered = [...open.filter((s) => s.message !== null), ...open.filter((s) => s.message === null)]
  for (const segment of ordered) {
    const { content } = segment
    if (content.kind !== 'received') continue
    const place = content.concatenation
    if (place === null) {
      sets.push({ slots: [segment], message: segment.message })
      continue
    }
    const key = [content.from, place.reference, place.referenceBits, place.total].join('/')
    const alike = byKey.get(key) ?? []
    const index = place.sequence - 1
    let set = alike.find((candidate) => fits(candidate, segment, content, index))
    if (set === undefined) {
      set = { slots: Array.from({ length: place.total }, () => null), message: segment.message }
      sets.push(set)
      byKey.set(key, [...alike, set])
    }
    set.slots[index] = segment
  }
  return sets.map(({ slots, message }) => ({
    segments: slots,
    missing: slots.filter((slot) => slot === null).length,
    message,
    newestAt: Math.max(...slots.map((slot) => slot?.at ?? 0)),
  }))
}

/** Incomplete messages, oldest first, that can no longer be waited for because newer ones take the room. */
export function surplusOf(sets: readonly SegmentSet[], most: OpenLimits = MOST_OPEN): readonly SegmentSet[] {
  const kept = new Map<string, number>()
  let all = 0
  const oldestFirst = sets.filter(({ missing }) => missing > 0).sort((a, b) => a.newestAt - b.newestAt)
  const surplus = oldestFirst.reverse().filter((set) => {
    const sender = senderOf(set)
    const size = set.segments.length - set.missing
    const own = (kept.get(sender) ?? 0) + size
    if (own > most.ofSender || all + size > most.inAll) return true
    kept.set(sender, own)
    all += size
    return false
  })
  return surplus.reverse()
}

function senderOf({ segments }: SegmentSet): string {
  const content = segments.find((segment) => segment !== null)?.content
  return content?.kind === 'received' ? content.from : ''
}

function fits(set: Slots, segment: OpenSegment, content: ReceivedSegment, index: number): boolean {
  if (set.slots[index] !== null) return false
  if (segment.message !== null && segment.message !== set.message) return false
  const other = set.slots.find((slot) => slot !== null)
  if (other?.content.kind !== 'received') return false
  return Math.abs(sentAtMs(segment, content) - sentAtMs(other, other.content)) < SAME_MESSAGE_MS
}

function sentAtMs(segment: OpenSegment, content: ReceivedSegment): number {
  return content.sentAt === null ? segment.at : Date.parse(content.sentAt)
}
