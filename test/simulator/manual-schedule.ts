import type { Schedule } from '../../src/simulator/timers.ts'

interface Appointment {
  readonly at: number
  readonly run: () => void
}

/** A clock that moves only when told to. */
export class ManualSchedule {
  #now = 0
  #appointments: Appointment[] = []

  readonly schedule: Schedule = (delayMs, run) => {
    const appointment = { at: this.#now + delayMs, run }
    this.#appointments.push(appointment)
    return () => {
      this.#appointments = this.#appointments.filter((other) => other !== appointment)
    }
  }

  get pending(): number {
    return this.#appointments.length
  }

  /** Runs everything that falls due within this time, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const next = this.#appointments.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#appointments = this.#appointments.filter((other) => other !== next)
      this.#now = next.at
      next.run()
    }
    this.#now = end
  }
}
