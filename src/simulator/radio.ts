import type { CellularNetwork } from './cellular-network.ts'
import type { StickProfile, Technology } from './profiles.ts'
import type { Timers } from './timers.ts'
import { ACCESS_TECHNOLOGY, NEIGHBOURS } from './visible-networks.ts'

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

type ReportName = '+CREG' | '+CGREG' | '+CEREG'

/** What changes when a stick is handed over. */
export interface HandOver {
  readonly technology?: Technology
  readonly cell?: { readonly area: string; readonly id: string }
}

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
  reports: Record<ReportName, number> = { '+CREG': 0, '+CGREG': 0, '+CEREG': 0 }
  /** Location or tracking area code and cell identity, hex. */
  cell = { area: '1F3C', id: '02A4B1C7' }
  /** Other networks on the air. */
  neighbours = NEIGHBOURS
  #told: Record<ReportName, RegistrationStatus> = { '+CREG': 0, '+CGREG': 0, '+CEREG': 0 }
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
    this.#told = { '+CREG': 0, '+CGREG': 0, '+CEREG': 0 }
  }

  /** A change of registration, told as far as it was asked for. */
  moveTo(status: RegistrationStatus): void {
    if (status === this.status) return
    this.status = status
    for (const name of this.#registrationNames()) {
      const now = this.#statusOf(name)
      if (this.reports[name] > 0 && now !== this.#told[name]) this.#announceStatus(name)
      this.#told[name] = now
    }
    if (this.#options.profile.announcesNetwork) this.#announceNetwork()
    if (this.isRegistered) this.#options.whenRegistered()
  }

  /** Another cell, or another technology of the same network, while it is registered. */
  handOver({ technology = this.technology, cell = this.cell }: HandOver): void {
    this.technology = technology
    this.cell = cell
    for (const name of this.#registrationNames()) {
      this.#told[name] = this.#statusOf(name)
      if (this.reports[name] === 2) this.#announceStatus(name)
    }
    if (this.#options.profile.announcesNetwork) this.#options.announce(`+ZPASR: "${this.bearer}"`)
  }

  /** @returns whether this stick has such a mode */
  selectMode(mode: number, selection: number, preference: number): boolean {
    const technology = this.#technologyOf(mode, preference)
    if (technology === null || ![0, 1].includes(selection)) return false
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
  readReport(name: ReportName): string {
    const n = this.reports[name]
    return `${name}: ${n},${this.#statusOf(name)}${n === 2 ? this.#location(name) : ''}`
  }

  /** Voice, packet and, on LTE sticks, EPS registration. */
  #registrationNames(): ReportName[] {
    return this.#options.profile.technology === 'LTE' ? ['+CREG', '+CGREG', '+CEREG'] : ['+CREG', '+CGREG']
  }

  /** `+CEREG` is about LTE alone (3GPP TS 27.007 section 10.1.22). */
  #statusOf(name: ReportName): RegistrationStatus {
    return name === '+CEREG' && this.technology !== 'LTE' ? 0 : this.status
  }

  #announceStatus(name: ReportName): void {
    const location = this.reports[name] === 2 ? this.#location(name) : ''
    this.#options.announce(`${name}: ${this.#statusOf(name)}${location}`)
  }

  #location(name: ReportName): string {
    if (!this.isRegistered || this.#statusOf(name) === 0) return ''
    const { area, id } = this.cell
    return this.#options.profile.cregIsFull ? `,"${area}","${id}",${this.accessTechnology}` : `,${area},${id}`
  }

  #announceNetwork(): void {
    const { announce, network } = this.#options
    if (this.status === 2) return
    announce(`+ZPASR: "${this.bearer}"`)
    const roaming = this.status === 5 ? 'ROAM_ON' : 'ROAM_OFF'
    const plmn = `${network.plmn.slice(0, 3)},${Number(network.plmn.slice(3))}`
    announce(this.isRegistered ? `+ZDONR: "${network.name}",${plmn},"CS_PS","${roaming}"` : '+ZDONR: "Not Found"')
  }

  /** Preferences: 0 none, 1 GSM, 2 WCDMA, 6 LTE first. */
  #technologyOf(mode: number, preference: number): Technology | null {
    const best = this.#options.profile.technology
    if (![0, 1, 2].includes(preference) && !(preference === 6 && best === 'LTE')) return null
    if (mode === 0 && preference === 1) return 'EDGE'
    if (mode === 0 && preference === 2) return best === 'LTE' ? 'HSDPA' : best
    if (mode === 1) return 'EDGE'
    if (mode === 2) return best === 'LTE' ? 'HSDPA' : best
    if (mode === 6) return best === 'LTE' ? 'LTE' : null
    return mode === 0 ? best : null
  }
}
