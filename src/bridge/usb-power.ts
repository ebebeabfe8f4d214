import type { Journal } from '../journal/journal.ts'
import type { Driver, ModemId } from '../modem/modem.ts'
import { Bell } from './bell.ts'
import type { Outlet } from './outlet.ts'

/** The power of a modem's socket, as configured; `null`: nobody can switch it, or nobody but a person may. */
export function usbPowerOf({
  recovery: { usbPowerTopic },
  driver,
  ...options
}: Omit<UsbPowerOptions, 'topic'> & {
  readonly driver: Pick<Driver, 'restart'>
  readonly recovery: { readonly usbPowerTopic: string | null }
}): UsbPower | null {
  if (usbPowerTopic === null || driver.restart === undefined) return null
  return new UsbPower({ ...options, topic: usbPowerTopic })
}

/** Long enough for the capacitors of a stick to run empty, in milliseconds. */
const OFF_MS = 10_000

export interface UsbPowerOptions {
  readonly id: ModemId
  /** `recovery.usb_power_topic`, `{modem}` filled in. */
  readonly topic: string
  readonly journal: Journal
  readonly outlet: Pick<Outlet, 'publish' | 'isReachable'>
}

/**
 * The socket of a modem, switched by whoever listens on a topic. That the power is off is in the journal, so that a modem never
 * stays without because the bridge ended in between.
 */
export class UsbPower {
  readonly #options: UsbPowerOptions
  readonly #note: string

  constructor(options: UsbPowerOptions) {
    this.#options = options
    this.#note = `usb_power_off/${options.id}`
  }

  /** Whether anybody could hear of it now: OFF in an hour would help nobody. */
  get isAvailable(): boolean {
    return this.#options.outlet.isReachable
  }

  /** OFF, then ON. @throws ModemError `internal` when the journal cannot be written; the power is then left alone */
  async cycle(signal: AbortSignal): Promise<void> {
    const { journal, outlet, topic } = this.#options
    journal.setNote(this.#note, 'OFF')
    // Not waited for: ON follows in the same order over any number of connections, and must not depend on an answer.
    void outlet.publish(topic, 'OFF').catch(() => undefined)
    await new Bell().wait(OFF_MS, signal)
    this.restore()
  }

  /** Gives the power back where it was taken. */
  restore(): void {
    const { journal, outlet, topic } = this.#options
    if (journal.note(this.#note) === null) return
    // Where the note stays, the next start says ON once more, which changes nothing.
    void outlet
      .publish(topic, 'ON')
      .then(() => journal.setNote(this.#note, null))
      .catch(() => undefined)
  }
}
