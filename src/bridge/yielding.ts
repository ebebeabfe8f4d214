import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { Driver, ModemId } from '../modem/modem.ts'
import type { ModemState } from '../modem/state.ts'
import { Bell } from './bell.ts'
import { ALL_GROUPS } from './session.ts'

export interface YieldingOptions {
  readonly id: ModemId
  readonly journal: Pick<Journal, 'note' | 'setNote'>
  readonly driver: Pick<Driver, 'readOpenly'>
  readonly poll: { readonly signalMs: number }
  /** ms since the epoch */
  readonly now: () => number
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
}

/** How long a person is left alone, in milliseconds; each time that comes soon after the last one doubles it. */
const FIRST_MS = 5 * 60_000
const LONGEST_MS = 30 * 60_000

/** So long after the last time, in milliseconds, the next one is a new story. */
const CALM_MS = 30 * 60_000

/** Until when the modem is, or was, left to a person at its web page, ms since the epoch; `null`: never. @throws ModemError `internal` */
export function takenUntil(journal: Pick<Journal, 'note'>, id: ModemId): number | null {
  return recallTaken(journal, id)?.until ?? null
}

/** Of the last time: when it ends, ms since the epoch, and how long it was meant to be, in milliseconds. */
interface Taken {
  readonly until: number
  readonly lengthMs: number
}

function noteOf(id: ModemId): string {
  return `session_taken/${id}`
}

/** `null`: nothing is noted, or nothing that can be read. */
function recallTaken(journal: Pick<Journal, 'note'>, id: ModemId): Taken | null {
  const [until = 0, lengthMs = 0] = (journal.note(noteOf(id)) ?? '').split(' ').map(Number)
  return until > 0 && lengthMs > 0 ? { until, lengthMs } : null
}

/**
 * Leaves a router to whoever has logged in to its own web page, and meanwhile reads only what it tells everybody. How long is kept
 * in the journal: a new process must throw nobody out either.
 */
export class Yielding {
  readonly #options: YieldingOptions
  /** Of the last time, in milliseconds. */
  #lengthMs = 0
  /** ms on the clock that never jumps */
  #endsAt = Number.NEGATIVE_INFINITY

  constructor(options: YieldingOptions) {
    this.#options = options
  }

  /** When it ends, RFC 3339. */
  get until(): string {
    return new Date(this.#options.now() + this.#restMs).toISOString()
  }

  /** Takes up what an earlier process has begun. @throws ModemError `internal` */
  recall(): void {
    const { id, journal, now, elapsed } = this.#options
    const taken = recallTaken(journal, id)
    if (taken === null) return
    this.#lengthMs = taken.lengthMs
    // A clock that was set back must not make it longer.
    this.#endsAt = elapsed() + Math.min(taken.until - now(), taken.lengthMs)
  }

  /** Somebody has taken the session. @throws ModemError `internal`: it holds for this process alone */
  begin(): void {
    const { id, journal, now, elapsed } = this.#options
    const isAgain = elapsed() - this.#endsAt < CALM_MS
    this.#lengthMs = isAgain ? Math.min(2 * this.#lengthMs, LONGEST_MS) : FIRST_MS
    this.#endsAt = elapsed() + this.#lengthMs
    journal.setNote(noteOf(id), `${now() + this.#lengthMs} ${this.#lengthMs}`)
  }

  /**
   * Resolves when the router may be logged in to, or `signal` aborts.
   * @param onLook called now and then until it may: with what the router tells everybody, `null` where it does not answer
   */
  async over(signal: AbortSignal, onLook: (problem: string, news: Partial<ModemState> | null) => void): Promise<void> {
    while (!signal.aborted && this.#restMs > 0) {
      const news = await this.#look(signal)
      if (signal.aborted) return
      onLook(this.#sentence, news)
      await new Bell().wait(Math.min(this.#restMs, this.#options.poll.signalMs), signal)
    }
  }

  get #restMs(): number {
    return Math.max(0, this.#endsAt - this.#options.elapsed())
  }

  get #sentence(): string {
    return `Somebody has logged in to the router's own web page, which lets in one at a time. The bridge logs in again at ${this.until}; until then it reads what the router tells everybody, and messages wait.`
  }

  async #look(signal: AbortSignal): Promise<Partial<ModemState> | null> {
    try {
      return (await this.#options.driver.readOpenly?.(ALL_GROUPS, signal)) ?? null
    } catch (error) {
      if (signal.aborted || error instanceof ModemError) return null
      throw error
    }
  }
}
