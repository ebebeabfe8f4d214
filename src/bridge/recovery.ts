import { ModemError } from '../modem/errors.ts'
import type { Driver, Modem } from '../modem/modem.ts'
import { Bell } from './bell.ts'
import type { Climb, Remedy, Trouble } from './ladder.ts'
import { dueRemedy, notice, ON_THE_GROUND, took } from './ladder.ts'
import type { ModemHappening } from './outlet.ts'
import type { UsbPower } from './usb-power.ts'

export interface RecoveryOptions {
  /** `recovery.enabled` */
  readonly isEnabled: boolean
  readonly driver: Pick<Driver, 'restart'>
  /** `null`: nobody can switch the modem's power. */
  readonly usbPower: UsbPower | null
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  readonly onEvent: (event: ModemHappening) => void
  /** A remedy failed, which is no reason to stop. */
  readonly onProblem: (problem: string, cause: ModemError) => void
}

/** A modem that was just opened needs up to a minute to find its network. */
const WORRY_MS = 60_000

/** Between off and on, in milliseconds: the modem has to have left the network. */
const RADIO_OFF_MS = 2_000

/** Climbs the ladder: what to do about a modem that is in trouble, one remedy at a time, and what was done. */
export class Recovery {
  readonly #options: RecoveryOptions
  readonly #taken = new Map<Remedy, number>()
  #climb: Climb = ON_THE_GROUND

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** The trouble has lasted too long to pass by itself. */
  get isWorried(): boolean {
    return this.#climb.trouble !== null && this.#options.elapsed() - this.#climb.since >= WORRY_MS
  }

  /** How often each remedy was taken since the start. */
  get taken(): ReadonlyMap<Remedy, number> {
    return this.#taken
  }

  /** Gives back the power that an earlier process took. @throws ModemError `internal` */
  begin(): void {
    this.#options.usbPower?.restore()
  }

  /** The modem is left to somebody else: how it was before says nothing of how it will be. */
  rest(): void {
    this.#climb = notice(this.#climb, null, this.#options.elapsed())
  }

  /**
   * Notes how the modem is, and takes the remedy that is due, if one is.
   * @param modem the open modem; `undefined`: it could not be opened
   * @returns what was done; behind `reset` and `usb_power` the modem has to be opened again
   * @throws ModemError when the connection to the modem ended meanwhile
   */
  async aid(trouble: Trouble | null, modem: Modem | undefined, signal: AbortSignal): Promise<Remedy | undefined> {
    const { isEnabled, elapsed, onEvent } = this.#options
    const before = this.#climb
    this.#climb = notice(before, trouble, elapsed())
    if (trouble === null && before.trouble === 'off_network' && before.rungs > 0) onEvent({ type: 'recovered' })
    if (!isEnabled || trouble === null) return undefined
    const remedy = dueRemedy(this.#climb, this.#available(modem), elapsed())
    if (remedy === undefined) return undefined
    this.#climb = took(this.#climb, remedy, elapsed())
    this.#taken.set(remedy, (this.#taken.get(remedy) ?? 0) + 1)
    onEvent({ type: 'recovery', detail: { remedy, trouble } })
    return (await this.#succeeds(remedy, modem, signal)) ? remedy : undefined
  }

  #available(modem: Modem | undefined): ReadonlySet<Remedy> {
    const available = new Set<Remedy>()
    if (modem?.can.radio !== undefined) available.add('radio_on').add('radio_cycle')
    const { driver } = this.#options
    if (driver.restart !== undefined && (modem === undefined || modem.can.reboot !== undefined)) available.add('reset')
    if (this.#options.usbPower?.isAvailable === true) available.add('usb_power')
    return available
  }

  async #succeeds(remedy: Remedy, modem: Modem | undefined, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#take(remedy, modem, signal)
      return true
    } catch (error) {
      if (!(error instanceof ModemError) || (modem !== undefined && error.retry === 'after_reopen')) throw error
      this.#options.onProblem(`The remedy ${remedy} failed: ${error.message}`, error)
      return false
    }
  }

  async #take(remedy: Remedy, modem: Modem | undefined, signal: AbortSignal): Promise<void> {
    if (remedy === 'usb_power') return this.#options.usbPower?.cycle(signal)
    if (remedy === 'reset')
      return modem?.can.reboot === undefined ? this.#options.driver.restart?.(signal) : modem.can.reboot()
    if (remedy === 'radio_cycle') {
      await modem?.can.radio?.set(false, signal)
      await new Bell().wait(RADIO_OFF_MS, signal)
    }
    await modem?.can.radio?.set(true, signal)
  }
}
