import type { CellularNetwork } from './cellular-network.ts'
import type { Generation, RouterProfile } from './goform-firmware.ts'
import type { SimCard } from './sim-card.ts'
import type { Timers } from './timers.ts'

/** How long things take in a router, in milliseconds. */
export interface RouterLatency {
  /** From a request to its answer. */
  readonly answerMs: number
  /** From an accepted message to its outcome. */
  readonly submitMs: number
  /** Deleting and saving, after they were accepted. */
  readonly storeMs: number
  readonly ussdMs: number
  /** After so long a USSD request without an answer is given up. */
  readonly ussdLimitMs: number
  /** The SIM checks a PIN; the request is answered afterwards. */
  readonly pinMs: number
  /** From searching to registered. */
  readonly settleMs: number
  readonly connectMs: number
  readonly scanMs: number
  /** From a reboot to the web server's return. */
  readonly rebootMs: number
  /** From the web server's return to a modem that is ready. */
  readonly bootMs: number
}

export type Service = 'none' | 'limited' | 'searching' | 'home' | 'roaming'
export type Connection = 'disconnected' | 'connecting' | 'connected' | 'disconnecting'

/** Received signal; what a generation does not have is not told while it is in use. */
export interface RouterSignal {
  /** 0 … 5 */
  readonly bars: number
  readonly rssiDbm: number
  readonly rscpDbm: number
  readonly ecioDb: number
  readonly rsrpDbm: number
  readonly rsrqDb: number
  readonly snrDb: number
  readonly lteRssiDbm: number
  readonly nrRsrpDbm: number
  readonly nrRsrqDb: number
  readonly nrSinrDb: number
}

/** Another operator within reach. None of them lets a foreign SIM in. */
export interface NeighbourOperator {
  readonly name: string
  readonly plmn: string
  /** As in `+COPS=?`: 1 available, 3 forbidden. */
  readonly state: 1 | 3
  /** 0 GSM, 2 UTRAN, 7 LTE. */
  readonly rat: 0 | 2 | 7
}

interface RouterRadioOptions {
  readonly profile: RouterProfile
  readonly network: CellularNetwork
  readonly sim: SimCard
  readonly timers: Timers
  readonly latency: RouterLatency
  readonly neighbours: readonly NeighbourOperator[]
  readonly now: () => Date
  /** Registered again: the network may deliver what waits. */
  readonly whenRegistered: () => void
}

const EVERY: readonly Generation[] = ['2g', '3g', '4g', '5g']

/** Generations that a value of `SET_BEARER_PREFERENCE` allows; a preference forbids nothing. */
const ALLOWED: Readonly<Record<string, readonly Generation[]>> = {
  Only_GSM: ['2g'],
  Only_WCDMA: ['3g'],
  Only_LTE: ['4g'],
  Only_5G: ['5g'],
  WCDMA_AND_GSM: ['2g', '3g'],
  WCDMA_AND_LTE: ['3g', '4g'],
  GSM_AND_LTE: ['2g', '4g'],
  GSM_WCDMA_LTE: ['2g', '3g', '4g'],
  LTE_AND_5G: ['4g', '5g'],
  '4G_AND_5G': ['4g', '5g'],
  WL_AND_5G: ['3g', '4g', '5g'],
}

const RATS: Readonly<Record<Generation, number>> = { '2g': 0, '3g': 2, '4g': 7, '5g': 12 }

/** The modem of a router: from power-up to a data connection, and what its commands change on the way. */
export class RouterRadio {
  isBooted = false
  service: Service = 'none'
  connection: Connection = 'disconnected'
  signal: RouterSignal = {
    bars: 4,
    rssiDbm: -71,
    rscpDbm: -79,
    ecioDb: -8,
    rsrpDbm: -94,
    rsrqDb: -10,
    snrDb: 12.4,
    lteRssiDbm: -65,
    nrRsrpDbm: -88,
    nrRsrqDb: -11,
    nrSinrDb: 17.5,
  }
  /** What the operator offers at this place. */
  coverage: readonly Generation[] = EVERY
  isAbroad = false
  /** `net_select` */
  bearer = 'NETWORK_auto'
  /** `net_select_mode` */
  selection: 'auto_select' | 'manual_select' = 'auto_select'
  /** `m_netselect_status` */
  scanStatus = ''
  /** `m_netselect_contents` */
  scanResult = ''
  /** `m_netselect_result` */
  selectionResult = ''
  /** For so long what is told of a search or choice of a network is that of the one before. */
  staleMs = 0
  dialMode = 'auto_dial'
  allowsRoaming = false
  #connectedAt = 0
  #attempt = 0
  readonly #options: RouterRadioOptions

  constructor(options: RouterRadioOptions) {
    this.#options = options
  }

  get isRegistered(): boolean {
    return this.service === 'home' || this.service === 'roaming'
  }

  /** Best of what is allowed, built in and on the air; `null` when nothing is. */
  get generation(): Generation | null {
    const { networkTypes } = this.#options.profile
    const allowed = ALLOWED[this.bearer] ?? EVERY
    const possible = EVERY.filter(
      (one) => allowed.includes(one) && this.coverage.includes(one) && networkTypes[one] !== undefined,
    )
    return possible.at(-1) ?? null
  }

  /** `modem_main_state` */
  get mainState(): string {
    const { sim } = this.#options
    if (!this.isBooted) return ''
    if (sim.isAbsent) return 'modem_sim_undetected'
    if (sim.pukTries === 0) return 'modem_sim_destroy'
    if (sim.demand === 'SIM PIN') return 'modem_waitpin'
    return sim.demand === 'SIM PUK' ? 'modem_waitpuk' : 'modem_init_complete'
  }

  /** Seconds since data began to flow; 0 while it does not. */
  get connectedSeconds(): number {
    if (this.connection !== 'connected') return 0
    return Math.floor((this.#options.now().getTime() - this.#connectedAt) / 1000)
  }

  powerUp(): void {
    this.#options.timers.after(this.#options.latency.bootMs, () => {
      this.isBooted = true
      this.search()
    })
  }

  powerDown(): void {
    this.#attempt++
    this.isBooted = false
    this.service = 'none'
    this.connection = 'disconnected'
    this.scanStatus = ''
    this.selectionResult = ''
  }

  /** Looks for the network and joins it, where the SIM and the chosen mode allow it. */
  search(): void {
    const { sim, latency, timers } = this.#options
    const attempt = ++this.#attempt
    this.connection = 'disconnected'
    this.service = this.isBooted && sim.isReady ? 'searching' : 'none'
    if (this.service === 'none') return
    timers.after(latency.settleMs, () => {
      if (attempt === this.#attempt) this.#join()
    })
  }

  /** From now on it is in this service, until it searches again. */
  moveTo(service: Service): void {
    this.#attempt++
    this.service = service
    if (this.isRegistered) this.#arrive()
    else this.connection = 'disconnected'
  }

  /** @returns whether this router takes the value now */
  selectBearer(value: string): boolean {
    const { profile } = this.#options
    if (!profile.bearers.includes(value) || this.#isInTheWay()) return false
    this.bearer = profile.bearerReadsAs[value] ?? value
    this.selection = 'auto_select'
    this.search()
    return true
  }

  /** @returns whether it was begun; it ends in `scanResult` */
  scan(): boolean {
    const { latency, timers } = this.#options
    if (!this.isBooted || this.#isInTheWay()) return false
    this.#tellLater(() => {
      this.scanStatus = 'manual_selecting'
      this.scanResult = ''
    })
    timers.after(this.staleMs + latency.scanMs, () => {
      this.scanStatus = 'manual_selected'
      this.scanResult = this.#operatorsInReach()
    })
    return true
  }

  /** @returns whether it was begun; it ends in `selectionResult` */
  selectOperator(plmn: string): boolean {
    const { network, latency, timers } = this.#options
    if (!this.isBooted || this.#isInTheWay()) return false
    this.#tellLater(() => {
      this.selectionResult = 'manual_selecting'
    })
    this.search()
    timers.after(this.staleMs + latency.settleMs, () => {
      const isOurs = plmn === network.plmn
      this.selectionResult = isOurs ? 'manual_success' : 'manual_fail'
      this.selection = isOurs ? 'manual_select' : 'auto_select'
    })
    return true
  }

  /** @returns whether there is a network to connect to */
  connect(): boolean {
    const { latency, timers } = this.#options
    if (!this.isRegistered || (this.service === 'roaming' && !this.allowsRoaming)) return false
    if (this.connection === 'connected') return true
    const attempt = this.#attempt
    this.connection = 'connecting'
    timers.after(latency.connectMs, () => {
      if (attempt !== this.#attempt || this.connection !== 'connecting') return
      this.connection = 'connected'
      this.#connectedAt = this.#options.now().getTime()
    })
    return true
  }

  disconnect(): void {
    const { latency, timers } = this.#options
    if (this.connection === 'disconnected') return
    this.connection = 'disconnecting'
    timers.after(latency.connectMs, () => {
      if (this.connection === 'disconnecting') this.connection = 'disconnected'
    })
  }

  #tellLater(tell: () => void): void {
    if (this.staleMs === 0) tell()
    else this.#options.timers.after(this.staleMs, tell)
  }

  #join(): void {
    if (this.generation === null) {
      this.service = 'none'
      return
    }
    this.service = this.isAbroad ? 'roaming' : 'home'
    this.#arrive()
  }

  #arrive(): void {
    if (this.dialMode === 'auto_dial') this.connect()
    this.#options.whenRegistered()
  }

  #isInTheWay(): boolean {
    return this.#options.profile.needsDataOff && this.connection !== 'disconnected'
  }

  /** `state,"name",PLMN,rat;` for each. */
  #operatorsInReach(): string {
    const { network, neighbours } = this.#options
    const rat = this.generation === null ? RATS['2g'] : RATS[this.generation]
    const own = { state: this.isRegistered ? 2 : 1, name: network.name, plmn: network.plmn, rat }
    return [own, ...neighbours].map(({ state, name, plmn, rat }) => `${state},"${name}",${plmn},${rat};`).join('')
  }
}
