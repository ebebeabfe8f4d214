/** Runs something later and returns how to take it back. Tests bring their own, so that nothing has to wait. */
export type Schedule = (delayMs: number, run: () => void) => () => void

/** The clock of the machine. */
export const nodeSchedule: Schedule = (delayMs, run) => {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

/** What one simulated thing still means to do; all of it is forgotten when the thing loses its power. */
export class Timers {
  readonly #schedule: Schedule
  readonly #pending = new Set<() => void>()

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  /** With a delay of 0 it is done at once, so that a simulator without latency has no order of its own. */
  after(delayMs: number, run: () => void): void {
    if (delayMs <= 0) {
      run()
      return
    }
    const cancel = this.#schedule(delayMs, () => {
      this.#pending.delete(cancel)
      run()
    })
    this.#pending.add(cancel)
  }

  cancelAll(): void {
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
  }
}
