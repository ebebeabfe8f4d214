import type { Journal } from '../journal/journal.ts'
import type { Publication } from '../journal/publications.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Bell } from './bell.ts'
import type { Outlet } from './outlet.ts'
import type { RuleDesk } from './rule-desk.ts'
import { untilAborted } from './until-aborted.ts'

/** How soon a journal that refused is asked again, in milliseconds. */
const RETRY_MS = 5_000

interface PublishingOptions {
  readonly id: ModemId
  readonly journal: Journal
  readonly outlet: Pick<Outlet, 'smsReceived' | 'smsStatus'>
  readonly onPublished: (publication: Publication) => void
  readonly rules?: Pick<RuleDesk, 'published'> | undefined
}

/**
 * So many of one modem are on their way at once. One alone would wait for the answer to the one before, which the operating system of
 * a broker holds back for 40 ms where it has several small ones to send (RFC 896).
 */
const MOST_UNDER_WAY = 8

/** What is on its way, and what the outside has although the journal could not be told; by their numbers. */
interface Progress {
  readonly underWay: Map<number, Promise<void>>
  readonly confirmed: Set<number>
}

/** Empties the journal's "to publish" list: one queue, from which they leave in order, a few before the first has arrived. */
export async function publishInOrder(
  options: PublishingOptions,
  bell: Bell,
  tolerantly: (work: () => Promise<void>) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const progress: Progress = { underWay: new Map(), confirmed: new Set() }
  while (!signal.aborted) {
    let isDone = true
    const attempt = tolerantly(() => publishAll(options, progress, signal)).then((succeeded) => {
      isDone = succeeded
    })
    // The end of the bridge does not wait for a broker that is away: what it has not confirmed stays in the journal.
    await untilAborted(attempt, signal)
    await bell.wait(isDone ? undefined : RETRY_MS, signal)
  }
}

async function publishAll(options: PublishingOptions, progress: Progress, signal: AbortSignal): Promise<void> {
  const { id, journal } = options
  const { underWay } = progress
  let last = 0
  for (;;) {
    const hasRoom = !signal.aborted && underWay.size < MOST_UNDER_WAY
    const next = hasRoom ? journal.publications.next(id, last) : undefined
    if (next !== undefined) {
      last = next.seq
      if (!underWay.has(last)) begin(options, progress, next)
    } else if (underWay.size > 0) await Promise.race(underWay.values())
    else return
  }
}

function begin(options: PublishingOptions, { underWay, confirmed }: Progress, next: Publication): void {
  const work = publish(options, confirmed, next).finally(() => underWay.delete(next.seq))
  underWay.set(next.seq, work)
  // Whoever waits for it is told; a journal that fails meanwhile may keep everybody from that.
  work.catch(() => undefined)
}

async function publish(options: PublishingOptions, confirmed: Set<number>, next: Publication): Promise<void> {
  const { id, journal, outlet, onPublished, rules } = options
  if (!confirmed.has(next.seq)) {
    if (next.kind === 'received') await outlet.smsReceived(id, next.body)
    else await outlet.smsStatus(id, next.body)
    confirmed.add(next.seq)
    onPublished(next)
  }
  // Also while the bridge ends, for as long as it waits for its broker: else the next start would publish it once more.
  journal.publications.published(next.seq)
  confirmed.delete(next.seq)
  if (next.kind === 'received') rules?.published(id, next.body.id)
}
