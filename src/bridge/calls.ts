import { ModemError } from '../modem/errors.ts'
import type { CallSign, Modem } from '../modem/modem.ts'
import type { IncomingCall } from './outlet.ts'

interface CallsOptions {
  /** `calls.reject` */
  readonly isRejecting: boolean
  /** ms since the epoch */
  readonly now: () => number
  /** Called when a call has begun and when it has ended. */
  readonly onCall: (call: IncomingCall) => void
  readonly onProblem: (problem: string, cause: ModemError) => void
}

/** How long after its first ring a caller may be named, in milliseconds. */
const NAME_LIMIT_MS = 1_000

/** Networks ring every 3 to 6 s; after so long without, the caller has given up, in milliseconds. */
const SILENCE_MS = 10_000

interface Ringing {
  readonly at: number
  from: string | null
  /** How often it rang, by `RING` and by `+CLIP`: modems leave out the one or the other. */
  rings: number
  names: number
  lastAt: number
  isTold: boolean
}

/** Makes calls of rings: who called, when, and how long it rang. Nothing is answered. */
export class Calls {
  readonly #options: CallsOptions
  #ringing: Ringing | null = null
  #naming: NodeJS.Timeout | undefined
  #silence: NodeJS.Timeout | undefined

  constructor(options: CallsOptions) {
    this.#options = options
  }

  heard(sign: CallSign, modem: Pick<Modem, 'can'>): void {
    const now = this.#options.now()
    if (sign.kind === 'end') {
      this.end(now)
      return
    }
    let ringing = this.#ringing ?? this.#begin(now, modem)
    if (sign.kind === 'ring') ringing.rings++
    else {
      if (ringing.from !== null && sign.from !== null && ringing.from !== sign.from)
        ringing = this.#next(ringing, modem)
      ringing.names++
      ringing.from ??= sign.from
    }
    ringing.lastAt = now
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.end(ringing.lastAt), SILENCE_MS)
    if (sign.kind === 'caller') this.#tell(ringing, modem)
  }

  /** Whatever rings, rings no more. @param at ms since the epoch */
  end(at: number): void {
    const ringing = this.#ringing
    if (ringing === null) return
    this.#ringing = null
    clearTimeout(this.#naming)
    clearTimeout(this.#silence)
    if (!ringing.isTold) this.#report(ringing, null)
    this.#report(ringing, at)
  }

  #begin(at: number, modem: Pick<Modem, 'can'>): Ringing {
    const ringing: Ringing = { at, from: null, rings: 0, names: 0, lastAt: at, isTold: false }
    this.#ringing = ringing
    this.#naming = setTimeout(() => this.#tell(ringing, modem), NAME_LIMIT_MS)
    return ringing
  }

  /** Another caller: the ring before the new name was the first of a new call. */
  #next(before: Ringing, modem: Pick<Modem, 'can'>): Ringing {
    const hasRung = before.rings > before.names
    if (hasRung) before.rings--
    this.end(before.lastAt)
    const ringing = this.#begin(before.lastAt, modem)
    if (hasRung) ringing.rings++
    return ringing
  }

  #tell(ringing: Ringing, modem: Pick<Modem, 'can'>): void {
    if (ringing.isTold || ringing !== this.#ringing) return
    ringing.isTold = true
    clearTimeout(this.#naming)
    this.#report(ringing, null)
    if (this.#options.isRejecting) void this.#reject(ringing, modem)
  }

  async #reject(ringing: Ringing, { can }: Pick<Modem, 'can'>): Promise<void> {
    try {
      await can.hangUp?.()
      if (can.hangUp !== undefined && this.#ringing === ringing) this.end(this.#options.now())
    } catch (error) {
      if (!(error instanceof ModemError)) throw error
      // It may have ended, or the modem may have gone, before it was its turn.
      if (this.#ringing !== ringing) return
      this.#options.onProblem(`The call could not be rejected: ${error.message}`, error)
    }
  }

  #report({ from, at, rings, names }: Ringing, endedAt: number | null): void {
    const time = (ms: number): string => new Date(ms).toISOString()
    const isOver = endedAt !== null
    this.#options.onCall({
      from,
      at: time(at),
      endedAt: isOver ? time(endedAt) : null,
      rings: isOver ? Math.max(rings, names) : null,
    })
  }
}
