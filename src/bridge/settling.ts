import type { Journal } from '../journal/journal.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Bell } from './bell.ts'
import type { Inbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import { RETRY_MS } from './session.ts'

interface SettlingOptions {
  readonly id: ModemId
  readonly journal: Journal
  readonly now: () => number
  readonly inbox: Inbox
  readonly outbox: Outbox
}

/** Incomplete messages and waiting ones come of age whether the modem is there or not. */
export async function settleInTime(
  { id, journal, now, inbox, outbox }: SettlingOptions,
  bell: Bell,
  tolerantly: (work: () => Promise<void>) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let wait: number | undefined
    const isDone = await tolerantly(async () => {
      wait = inbox.settle()
      outbox.expire()
      const due = journal.outbound.nextDue(id)
      if (due !== undefined) wait = Math.min(wait ?? Number.POSITIVE_INFINITY, Math.max(1000, due - now()))
    })
    await bell.wait(isDone ? wait : RETRY_MS, signal)
  }
}
