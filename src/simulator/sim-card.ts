import type { Faults } from './faults.ts'

/** What identifies a card; invented numbers by default. */
export interface SimOptions {
  /** `null`: no PIN is asked for. */
  readonly pin?: string | null
  readonly puk?: string
  readonly imsi?: string
  readonly iccid?: string
  /** Service centre address stored on the card; empty for none. */
  readonly smsc?: string
}

const PIN_TRIES = 3
const PUK_TRIES = 10

/** The SIM: what it asks for, and how often one may still try (3GPP TS 27.007 section 8.3). */
export class SimCard {
  readonly imsi: string
  readonly iccid: string
  smsc: string
  pinTries = PIN_TRIES
  pukTries = PUK_TRIES
  isAbsent = false
  #pin: string | null
  readonly #puk: string
  readonly #faults: Faults
  #isUnlocked: boolean

  constructor(options: SimOptions, faults: Faults) {
    this.#pin = options.pin ?? null
    this.#puk = options.puk ?? '12345678'
    this.imsi = options.imsi ?? '244910123456789'
    this.iccid = options.iccid ?? '89358010123456789012'
    this.smsc = options.smsc ?? ''
    this.#faults = faults
    this.#isUnlocked = this.#pin === null
  }

  get asksForPin(): boolean {
    return this.#pin !== null
  }

  get isReady(): boolean {
    return !this.isAbsent && this.#isUnlocked
  }

  /** What `+CPIN?` says. */
  get demand(): 'READY' | 'SIM PIN' | 'SIM PUK' {
    if (this.#isUnlocked) return 'READY'
    return this.pinTries > 0 ? 'SIM PIN' : 'SIM PUK'
  }

  /** `+CME ERROR` number of a card that cannot be asked now: 10 not inserted, 14 busy; `null`: it can. */
  disturbance(): 10 | 14 | null {
    if (this.isAbsent) return 10
    if (this.#faults.simBusyFor <= 0) return null
    this.#faults.simBusyFor--
    return 14
  }

  /** `+CME ERROR` number for a command that needs an unlocked card: also 11 PIN, 12 PUK required. */
  refusal(): 10 | 11 | 12 | 14 | null {
    const disturbance = this.disturbance()
    if (disturbance !== null || this.#isUnlocked) return disturbance
    return this.pinTries > 0 ? 11 : 12
  }

  /** The card lost its power: it asks again. */
  powerUp(): void {
    this.#isUnlocked = this.#pin === null
  }

  /** From now on the card has this PIN and is locked. */
  lock(pin: string): void {
    this.#pin = pin
    this.#isUnlocked = false
  }

  /** @returns whether the secret was right */
  enter(secret: string, newPin?: string): boolean {
    return this.demand === 'SIM PUK' ? this.#enterPuk(secret, newPin) : this.#enterPin(secret)
  }

  #enterPin(pin: string): boolean {
    this.#isUnlocked = pin === this.#pin
    this.pinTries = this.#isUnlocked ? PIN_TRIES : this.pinTries - 1
    return this.#isUnlocked
  }

  #enterPuk(puk: string, newPin: string | undefined): boolean {
    if (puk !== this.#puk || newPin === undefined) {
      this.pukTries = Math.max(0, this.pukTries - 1)
      return false
    }
    this.#pin = newPin
    this.#isUnlocked = true
    this.pinTries = PIN_TRIES
    this.pukTries = PUK_TRIES
    return true
  }
}
