import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import type { SendingLimits } from './limits.ts'
import { leftOf, spendingsSince } from './limits.ts'
import type { ModemStatus, Outlet } from './outlet.ts'

export interface BulletinOptions {
  readonly id: ModemId
  readonly journal: Journal
  readonly outlet: Pick<Outlet, 'state'>
  readonly now: () => number
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  readonly poll: { readonly republishMs: number }
  readonly limits: SendingLimits
}

type Counts = Pick<ModemStatus, 'waiting' | 'sentToday' | 'quotaPerDay' | 'quotaLeft'>

/** The published state of a modem: told when it changed, or when it was not told for long. */
export class Bulletin {
  readonly #options: BulletinOptions
  #counts: Counts = { waiting: 0, sentToday: 0, quotaPerDay: null, quotaLeft: null }
  #last = ''
  #latest: ModemStatus | undefined
  #lastAt = 0

  constructor(options: BulletinOptions) {
    this.#options = options
  }

  /** What was told last; `undefined`: nothing yet. */
  get latest(): ModemStatus | undefined {
    return this.#latest
  }

  publish(told: Omit<ModemStatus, keyof Counts | 'updatedAt'>): void {
    const { id, outlet, now, elapsed, poll } = this.#options
    const unreadable = this.#count()
    const status = { ...told, ...this.#counts, problem: unreadable ?? told.problem }
    const text = JSON.stringify(status)
    if (text === this.#last && elapsed() - this.#lastAt < poll.republishMs) return
    this.#last = text
    this.#lastAt = elapsed()
    this.#latest = { ...status, updatedAt: new Date(now()).toISOString() }
    void outlet.state(id, this.#latest)
  }

  /** @returns why the journal cannot be read, `null` when it can; the counts then stay as they were */
  #count(): string | null {
    const { id, journal, limits, now } = this.#options
    try {
      const midnight = new Date(now()).setHours(0, 0, 0, 0)
      const spent = journal.traffic.spendings(id, spendingsSince(limits, now()))
      this.#counts = {
        waiting: journal.outbound.waiting(id),
        sentToday: journal.traffic.segmentsSent(id, midnight),
        quotaPerDay: limits.perDay || null,
        quotaLeft: leftOf(limits, spent, now()),
      }
      return null
    } catch (error) {
      if (!(error instanceof ModemError)) throw error
      return error.message
    }
  }
}
