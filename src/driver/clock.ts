import { setTimeout as pause } from 'node:timers/promises'

/** Time as a driver needs it; tests move it by hand. */
export interface Clock {
  /** ms since the epoch */
  readonly now: () => number
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  /** Resolves after so many ms. @throws the reason of the signal */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** The time of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  pause: (ms, signal) => pause(ms, undefined, { signal }),
}
