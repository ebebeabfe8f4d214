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
}

/** What the modem itself can tell, in the groups in which it is asked. */
export interface ModemState {
  readonly signal: Signal
  readonly registration: Registration
  readonly operator: Operator
  readonly sim: SimState
  readonly store: MessageStore
}

export type StateGroup = keyof ModemState
