import type { Journal } from '../journal/journal.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Bell } from './bell.ts'
import type { Outlet } from './outlet.ts'

interface PublishingOptions {
  readonly id: ModemId
  readonly journal: Journal
  readonly outlet: Outlet
}

/** Empties the journal's "to publish" list: one queue, and the next leaves when the outside has the one before. */
export async function publishInOrder(
  options: PublishingOptions,
  bell: Bell,
  tolerantly: (work: () => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // The end of the bridge does not wait for a broker that is away: what it has not confirmed stays in the journal.
    await untilAborted(
      tolerantly(() => publishAll(options, signal)),
      signal,
    )
    await bell.wait(undefined, signal)
  }
}

async function publishAll({ id, journal, outlet }: PublishingOptions, signal: AbortSignal): Promise<void> {
  for (let next = journal.publications.next(id); next !== undefined; next = journal.publications.next(id)) {
    if (next.kind === 'received') await outlet.smsReceived(id, next.body)
    else await outlet.smsStatus(id, next.body)
    // After the end the journal may be closed; the next start publishes it once more under the same id.
    if (signal.aborted) return
    journal.publications.published(next.seq)
  }
}

/** Settles with `work`, or at the abort if that comes first. */
function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve()
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
