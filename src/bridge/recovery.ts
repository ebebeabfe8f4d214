import { ModemError } from '../modem/errors.ts'
import type { Driver, Modem } from '../modem/modem.ts'
import { Bell } from './bell.ts'
import type { Climb, Remedy, Trouble } from './ladder.ts'
import { dueRemedy, lasting, notice, ON_THE_GROUND, took } from './ladder.ts'
import type { ModemHappening } from './outlet.ts'
import type { UsbPower } from './usb-power.ts'

export interface RecoveryOptions {
  readonly recovery: {
    /** `recovery.enabled` */
    readonly isEnabled: boolean
  }
  readonly driver: Pick<Driver, 'restart'>
  /** `null`: nobody can switch the modem's power. */
  readonly usbPower: UsbPower | null
  /** Whether somebody wants the radio to be off. */
  readonly isRadioOff: () => boolean
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

/** A modem that took a restart leaves within this, in milliseconds. */
const DEPARTURE_MS = 10_000

/** Climbs the ladder: what to do about a modem that is in trouble, one remedy at a time, and what was done. */
export class Recovery {
  readonly #options: RecoveryOptions
  readonly #taken = new Map<Remedy, number>()
  #climb: Climb = ON_THE_GROUND
  #forGood: AbortSignal | undefined
  /** It was made to leave, so that it has left is no news; `wanted`: it comes back as something else. */
  #departure: 'remedy' | 'wanted' | null = null

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** The trouble has lasted too long to pass by itself. */
  get isWorried(): boolean {
    return lasting(this.#climb, this.#options.elapsed()) >= WORRY_MS
  }

  /** How often each remedy was taken since the start. */
  get taken(): ReadonlyMap<Remedy, number> {
    return this.#taken
  }

  /** Gives back the power that an earlier process took. @param forGood aborts at the end of the bridge @throws ModemError `internal` */
  begin(forGood: AbortSignal): void {
    this.#forGood = forGood
    this.#options.usbPower?.restore()
  }

  /** Somebody made the modem leave for good: until it is open again its absence is no trouble. */
  departs(): void {
    this.#departure = 'wanted'
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
    if (modem !== undefined) this.#departure = null
    else if (this.#departure !== null) {
      if (this.#departure === 'remedy') this.#departure = null
      return undefined
    }
    const { recovery, elapsed, onEvent } = this.#options
    const before = this.#climb
    this.#climb = notice(before, trouble, elapsed())
    if (trouble === null && (before.stands.off_network?.rungs ?? 0) > 0) onEvent({ type: 'recovered' })
    if (!recovery.isEnabled || trouble === null) return undefined
    const remedy = dueRemedy(this.#climb, this.#available(modem), elapsed())
    if (remedy === undefined) return undefined
    this.#taken.set(remedy, (this.#taken.get(remedy) ?? 0) + 1)
    onEvent({ type: 'recovery', detail: { remedy, trouble } })
    let succeeded = false
    try {
      succeeded = await this.#succeeds(remedy, modem, signal)
    } finally {
      this.#climb = took(this.#climb, remedy, succeeded, elapsed())
    }
    return succeeded ? remedy : undefined
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
    // The power stays off for its time whatever becomes of the modem, which is lost at that moment.
    if (remedy === 'usb_power') await this.#options.usbPower?.cycle(this.#forGood ?? signal)
    else if (remedy === 'reset') await this.#restart(modem, signal)
    else await this.#turnOn(modem, remedy === 'radio_cycle', signal)
    if (modem !== undefined && (remedy === 'reset' || remedy === 'usb_power')) this.#departure = 'remedy'
  }

  async #restart(modem: Modem | undefined, signal: AbortSignal): Promise<void> {
    if (modem?.can.reboot === undefined) {
      await this.#options.driver.restart?.(signal)
      return
    }
    await modem.can.reboot()
    this.#departure = 'remedy'
    await new Bell().wait(DEPARTURE_MS, signal)
  }

  /** What was turned off is turned on again even if the modem shall be left meanwhile; not if somebody wants it off by now. */
  async #turnOn(modem: Modem | undefined, isCycle: boolean, signal: AbortSignal): Promise<void> {
    if (isCycle) {
      await modem?.can.radio?.set(false)
      await new Bell().wait(RADIO_OFF_MS, signal)
    }
    if (!this.#options.isRadioOff()) await modem?.can.radio?.set(true)
  }
}
