import type { CellularNetwork } from './cellular-network.ts'
import type { StickProfile, Technology } from './profiles.ts'
import type { Timers } from './timers.ts'

/** `<stat>` of `+CREG` (3GPP TS 27.007 section 7.2). */
export type RegistrationStatus = 0 | 1 | 2 | 3 | 5

/** Received signal in the units of its standard; what the technology does not have is not told. */
export interface SimulatedSignal {
  readonly rssiDbm: number
  readonly rscpDbm: number
  readonly ecioDb: number
  readonly rsrpDbm: number
  readonly rsrqDb: number
  readonly sinrDb: number
  /** RXQUAL class, 99 not known. */
  readonly ber: number
}

/** `<AcT>` of `+CREG` and `+COPS`. */
const ACCESS_TECHNOLOGY: Readonly<Record<Technology, number>> = { GSM: 0, EDGE: 3, UMTS: 2, HSDPA: 4, LTE: 7 }

interface RadioOptions {
  readonly profile: StickProfile
  readonly network: CellularNetwork
  readonly timers: Timers
  /** From searching to registered. */
  readonly settleMs: number
  readonly announce: (line: string) => void
  /** Registered again: the network may deliver what waits. */
  readonly whenRegistered: () => void
}

/** Radio, registration and the modes that ZTE's commands choose. */
export class Radio {
  status: RegistrationStatus = 0
  technology: Technology
  signal: SimulatedSignal = {
    rssiDbm: -79,
    rscpDbm: -86,
    ecioDb: -7,
    rsrpDbm: -98,
    rsrqDb: -9.5,
    sinrDb: 11,
    ber: 99,
  }
  /** `+ZSNT`: mode, operator selection, preference. */
  zsnt: readonly [number, number, number] = [0, 0, 0]
  /** `+ZOPRT`: 5 on line, 6 off line. */
  zoprt = 5
  /** `+COPS` mode: 0 automatic, 1 manual, 2 off. */
  copsMode = 0
  /** `<n>` of `+CREG`, `+CGREG` and `+CEREG`. */
  reports: Record<'+CREG' | '+CGREG' | '+CEREG', number> = { '+CREG': 0, '+CGREG': 0, '+CEREG': 0 }
  readonly #options: RadioOptions
  #attempt = 0

  constructor(options: RadioOptions) {
    this.#options = options
    this.technology = options.profile.technology
  }

  get isRegistered(): boolean {
    return this.status === 1 || this.status === 5
  }

  get accessTechnology(): number {
    return ACCESS_TECHNOLOGY[this.technology]
  }

  /** What `+ZPAS?` names. */
  get bearer(): string {
    return this.isRegistered ? this.technology : 'No Service'
  }

  /** Searches and registers; nothing happens while the stick was told to stay off line. */
  register(status: 1 | 5 = 1): void {
    if (this.zoprt === 6 || this.copsMode === 2) return
    const attempt = ++this.#attempt
    this.moveTo(2)
    this.#options.timers.after(this.#options.settleMs, () => {
      if (attempt === this.#attempt) this.moveTo(status)
    })
  }

  deregister(): void {
    this.#attempt++
    this.moveTo(0)
  }

  /** Without a word: nobody is there to hear it, and nobody's wishes are remembered. */
  powerDown(): void {
    this.#attempt++
    this.status = 0
    this.copsMode = 0
    this.reports = { '+CREG': 0, '+CGREG': 0, '+CEREG': 0 }
  }

  /** A change of registration, told as far as it was asked for. */
  moveTo(status: RegistrationStatus): void {
    if (status === this.status) return
    this.status = status
    for (const name of this.#registrationNames()) {
      const n = this.reports[name]
      if (n > 0) this.#options.announce(`${name}: ${status}${n === 2 ? this.#location() : ''}`)
    }
    if (this.#options.profile.announcesNetwork) this.#announceNetwork()
    if (this.isRegistered) this.#options.whenRegistered()
  }

  /** @returns whether this stick has such a mode */
  selectMode(mode: number, selection: number, preference: number): boolean {
    const technology = this.#technologyOf(mode)
    if (technology === null || selection > 1 || ![0, 1, 2, 6].includes(preference)) return false
    this.zsnt = [mode, selection, preference]
    if (!this.isRegistered) {
      this.technology = technology
      return true
    }
    const status = this.status === 5 ? 5 : 1
    this.moveTo(2)
    this.technology = technology
    this.register(status)
    return true
  }

  /** Answer to the read form of a registration command. */
  readReport(name: '+CREG' | '+CGREG' | '+CEREG'): string {
    const n = this.reports[name]
    return `${name}: ${n},${this.status}${n === 2 ? this.#location() : ''}`
  }

  /** Voice, packet and, on LTE sticks, EPS registration. */
  #registrationNames(): ('+CREG' | '+CGREG' | '+CEREG')[] {
    return this.#options.profile.technology === 'LTE' ? ['+CREG', '+CGREG', '+CEREG'] : ['+CREG', '+CGREG']
  }

  #location(): string {
    if (!this.isRegistered) return ''
    return this.#options.profile.cregIsFull ? `,"1F3C","02A4B1C7",${this.accessTechnology}` : ',1F3C,02A4B1C7'
  }

  #announceNetwork(): void {
    const { announce, network } = this.#options
    if (this.status === 2) return
    announce(`+ZPASR: "${this.bearer}"`)
    const roaming = this.status === 5 ? 'ROAM_ON' : 'ROAM_OFF'
    const plmn = `${network.plmn.slice(0, 3)},${Number(network.plmn.slice(3))}`
    announce(this.isRegistered ? `+ZDONR: "${network.name}",${plmn},"CS_PS","${roaming}"` : '+ZDONR: "Not Found"')
  }

  #technologyOf(mode: number): Technology | null {
    const best = this.#options.profile.technology
    if (mode === 1) return 'EDGE'
    if (mode === 2) return best === 'LTE' ? 'HSDPA' : best
    if (mode === 6) return best === 'LTE' ? 'LTE' : null
    return mode === 0 ? best : null
  }
}
