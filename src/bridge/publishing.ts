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

/** Empties the journal's "to publish" list: one queue, and the next leaves when the outside has the one before. */
export async function publishInOrder(
  options: PublishingOptions,
  bell: Bell,
  tolerantly: (work: () => Promise<void>) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  /** What the outside has although the journal could not be told. */
  const confirmed = new Set<number>()
  while (!signal.aborted) {
    let isDone = true
    const attempt = tolerantly(() => publishAll(options, confirmed, signal)).then((succeeded) => {
      isDone = succeeded
    })
    // The end of the bridge does not wait for a broker that is away: what it has not confirmed stays in the journal.
    await untilAborted(attempt, signal)
    await bell.wait(isDone ? undefined : RETRY_MS, signal)
  }
}

async function publishAll(options: PublishingOptions, confirmed: Set<number>, signal: AbortSignal): Promise<void> {
  const { id, journal, outlet, onPublished, rules } = options
  for (let next = journal.publications.next(id); next !== undefined; next = journal.publications.next(id)) {
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
    if (signal.aborted) return
  }
}
