export type SimState = 'ready' | 'pin_required' | 'puk_required' | 'absent' | 'blocked' | 'unknown'
export type RegistrationState = 'home' | 'roaming' | 'searching' | 'denied' | 'not_registered' | 'unknown'
export type AccessTechnology =
  | 'gsm'
  | 'gprs'
  | 'edge'
  | 'umts'
  | 'hsdpa'
  | 'hsupa'
  | 'hspa'
  | 'hspa_plus'
  | 'lte'
  | 'lte_ca'
  | 'nr_nsa'
  | 'nr_sa'

/** Received signal. dBm and dB as the modem's standard defines them; `null` = not known. */
export interface Signal {
  /** 0 … 100 */
  readonly percent: number | null
  /** 0 … 5 */
  readonly bars: number | null
  readonly rssiDbm: number | null
  readonly rscpDbm: number | null
  readonly ecioDb: number | null
  readonly rsrpDbm: number | null
  readonly rsrqDb: number | null
  readonly sinrDb: number | null
  /** RXQUAL class 0 … 7 (3GPP TS 45.008 section 8.2.4) */
  readonly ber: number | null
}

export interface Registration {
  readonly state: RegistrationState
  readonly accessTechnology: AccessTechnology | null
}

export interface Operator {
  readonly name: string | null
  /** MCC and MNC, five or six digits. */
  readonly code: string | null
}

/** The modem's own message store. */
export interface MessageStore {
  readonly storage: string
  readonly used: number
  readonly capacity: number
  /** Received messages that nobody has opened; absent on modems that do not count them. */
  readonly unread?: number | null
  /** Further stores in which messages may arrive; absent: there are none, or the modem does not tell of them. */
  readonly others?: readonly Omit<MessageStore, 'unread' | 'others'>[]
}

/** The serving cell; `null` = not known. Numbers that the standards write in hex are upper-case hex. */
export interface Cell {
  /** Location area code on 2G and 3G (3GPP TS 23.003 section 4.1), four digits. */
  readonly lac: string | null
  /** Tracking area code on LTE and 5G (TS 23.003 section 19.4.2.3), four to six digits. */
  readonly tac: string | null
  /** Cell identity (TS 23.003 section 4.3.1, 19.4.2.1), eight or nine digits. */
  readonly cellId: string | null
  /** Physical cell identity, 0 … 503 on LTE, 0 … 1007 on 5G. */
  readonly pci: number | null
  /** `B20` for LTE and 3G, `n78` for 5G. */
  readonly band: string | null
  /** Channel number of the downlink: ARFCN, UARFCN, EARFCN or NR-ARFCN. */
  readonly channel: number | null
}

/** The mobile data connection; `null` = not known. */
export interface DataState {
  readonly connected: boolean | null
  readonly ip: string | null
  readonly ipv6: string | null
  /** Bytes of the running connection. */
  readonly rxBytes: number | null
  readonly txBytes: number | null
  /** bit/s, momentary */
  readonly rxRateBps: number | null
  readonly txRateBps: number | null
  /** Age of the running connection. */
  readonly sessionSeconds: number | null
  /** Bytes of the running billing month. */
  readonly monthRxBytes: number | null
  readonly monthTxBytes: number | null
}

export interface Battery {
  /** 0 … 100 */
  readonly percent: number | null
  readonly charging: boolean | null
}

/** What a modem may be allowed to use, by the names of the MQTT contract. Each modem has some of them. */
export const NETWORK_MODES = [
  'auto',
  'gsm',
  'umts',
  'lte',
  'nr',
  'gsm_preferred',
  'umts_preferred',
  'lte_preferred',
  'gsm_umts',
  'gsm_lte',
  'umts_lte',
  'gsm_umts_lte',
  'lte_nr',
] as const

/** One of `NETWORK_MODES`. */
export type NetworkModeName = (typeof NETWORK_MODES)[number]

export interface NetworkMode {
  /** `other`: a mode without a name of its own. */
  readonly mode: NetworkModeName | 'other'
  /** The modem's own word for it. */
  readonly raw: string
}

/** What the modem itself can tell, in the groups in which it is asked. */
export interface ModemState {
  readonly signal: Signal
  readonly registration: Registration
  readonly operator: Operator
  readonly sim: SimState
  readonly store: MessageStore
  readonly cell: Cell
  readonly data: DataState
  /** Only of devices that have one. */
  readonly battery: Battery
  readonly networkMode: NetworkMode
}

export type StateGroup = keyof ModemState
