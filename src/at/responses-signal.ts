import { afterPrefix, brokenLine, numberOf, parseParameters, requireNumbers } from './parameters.ts'

/** Received signal by `+CSQ`. */
export interface SignalQuality {
  /** 0 … 31, 100 … 191 on LTE and TD-SCDMA firmware, 99 and 199 not known. */
  readonly index: number
  readonly rssiDbm: number | null
  /** RXQUAL class 0 … 7 (3GPP TS 45.008 section 8.2.4). */
  readonly ber: number | null
}

/** `AT+CSQ` (3GPP TS 27.007 section 8.5), also unsolicited. Reads `+CSQ: 17,99`. */
export function parseCsq(line: string): SignalQuality | undefined {
  const rest = afterPrefix(line, '+CSQ')
  if (rest === undefined) return undefined
  const [index = Number.NaN, ber = Number.NaN] = requireNumbers(line, parseParameters(rest), 2)
  return { index, rssiDbm: rssiOf(index), ber: ber >= 0 && ber <= 7 ? ber : null }
}

function rssiOf(index: number): number | null {
  if (index >= 0 && index <= 31) return -113 + 2 * index
  return index >= 100 && index <= 191 ? -116 + (index - 100) : null
}

/** Received signal by `+CESQ`; dBm and dB at the lower edge of each step. */
export interface ExtendedSignalQuality {
  readonly rxlevDbm: number | null
  readonly ber: number | null
  readonly rscpDbm: number | null
  readonly ecnoDb: number | null
  readonly rsrqDb: number | null
  readonly rsrpDbm: number | null
}

/** `AT+CESQ` (TS 27.007 section 8.69). Reads `+CESQ: 99,99,255,255,20,56`. */
export function parseCesq(line: string): ExtendedSignalQuality | undefined {
  const rest = afterPrefix(line, '+CESQ')
  if (rest === undefined) return undefined
  const values = requireNumbers(line, parseParameters(rest), 6)
  const scaled = (at: number, highest: number, base: number, step: number): number | null => {
    const value = values[at] ?? -1
    return value >= 0 && value <= highest ? base + step * value : null
  }
  return {
    rxlevDbm: scaled(0, 63, -111, 1),
    ber: scaled(1, 7, 0, 1),
    rscpDbm: scaled(2, 96, -121, 1),
    ecnoDb: scaled(3, 49, -24.5, 0.5),
    rsrqDb: scaled(4, 34, -20, 0.5),
    rsrpDbm: scaled(5, 97, -141, 1),
  }
}

/** Received signal by ZTE's own command; which values there are depends on the radio in use. */
export interface ZteSignal {
  /** `null`: no cell. */
  readonly radio: '2g' | '3g' | 'lte' | null
  readonly rssiDbm: number | null
  readonly rscpDbm: number | null
  readonly ecioDb: number | null
  readonly rsrpDbm: number | null
  readonly rsrqDb: number | null
  readonly sinrDb: number | null
}

const NO_SIGNAL: ZteSignal = {
  radio: null,
  rssiDbm: null,
  rscpDbm: null,
  ecioDb: null,
  rsrpDbm: null,
  rsrqDb: null,
  sinrDb: null,
}

/**
 * `AT+ZRSSI` and `AT+ZRSSI?`. One number: GSM, −dBm. Two: RSCP and Ec/Io. Three: RSSI, Ec/Io in half dB, RSCP, all
 * without their sign; 1000 is none. Four with sign: LTE. Reads `+ZRSSI: 61,14,68` and `+ZRSSI: -98,-9.5,-67,11`.
 */
export function parseZrssi(line: string): ZteSignal | undefined {
  const rest = afterPrefix(line, '+ZRSSI')
  if (rest === undefined) return undefined
  const values = parseParameters(rest).map(numberOf)
  if (values.includes(null) || values.length > 4) throw brokenLine(line)
  const below = (at: number, step = 1): number | null => {
    const value = values[at] ?? 1000
    return Math.abs(value) >= 1000 ? null : -Math.abs(value) * step
  }
  const signed = (at: number): number | null => {
    const value = values[at] ?? 1000
    return Math.abs(value) >= 1000 ? null : value
  }
  if (values.every((value) => Math.abs(value ?? 0) >= 1000)) return NO_SIGNAL
  if (values.length === 1) return { ...NO_SIGNAL, radio: '2g', rssiDbm: below(0) }
  if (values.length === 2) return { ...NO_SIGNAL, radio: '3g', rscpDbm: below(0), ecioDb: below(1, 0.5) }
  if (values.length === 3) {
    return { ...NO_SIGNAL, radio: '3g', rssiDbm: below(0), ecioDb: below(1, 0.5), rscpDbm: below(2) }
  }
  return { ...NO_SIGNAL, radio: 'lte', rsrpDbm: signed(0), rsrqDb: signed(1), rssiDbm: signed(2), sinrDb: signed(3) }
}
