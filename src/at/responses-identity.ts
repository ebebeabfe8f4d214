import { afterPrefix, decodeUcs2Hex, numberOf, parseParameters, textOf } from './parameters.ts'

/**
 * `AT+CGMI`, `AT+CGMM`, `AT+CGMR` (3GPP TS 27.007 section 5.1 … 5.3). Reads `MF667` and `+CGMM: "MF667"`.
 * @returns the first text, `undefined` when there is none
 */
export function parseText(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const text = line.replace(/^\+CGM[IMR]\s*:/, '').replace(/^[\s"]+|[\s"]+$/g, '')
    if (text !== '') return text
  }
  return undefined
}

/** `AT+CGSN` (TS 27.007 section 5.4), 14 … 16 digits. Reads `863071010123456` and `+CGSN: "863071010123456"`. */
export function parseImei(line: string): string | undefined {
  return /^(?:\+CGSN\s*:)?[\s"]*(\d{14,16})[\s"]*$/.exec(line)?.[1]
}

/** `AT+CIMI` (TS 27.007 section 5.6), 14 or 15 digits. Reads `244910123456789`. */
export function parseImsi(line: string): string | undefined {
  return /^(?:\+CIMI\s*:)?[\s"]*(\d{14,15})[\s"]*$/.exec(line)?.[1]
}

/**
 * The ICCID in the words of several commands: the run of 18 … 20 digits that begins with 89 (ITU-T E.118). Reads
 * `+ZGETICCID: 89358010123456789012`, `ICCID: 89358…`, `+CCID: "8935801012345678901F"`.
 */
export function parseIccid(line: string): string | undefined {
  return /(?<!\d)(89\d{16,18})F*(?!\d)/i.exec(line)?.[1]
}

/**
 * `AT+CRSM=176,12258,0,0,10`: EF-ICCID with swapped digits and F as filler (3GPP TS 27.007 section 8.18, ETSI TS 102 221
 * section 13.2). Reads `+CRSM: 144,0,"98530810214365870921"`.
 */
export function parseCrsmIccid(line: string): string | undefined {
  const rest = afterPrefix(line, '+CRSM')
  if (rest === undefined) return undefined
  const data = textOf(parseParameters(rest)[2]) ?? ''
  return parseIccid(data.replace(/(.)(.)/g, '$2$1'))
}

/** One own number of the SIM. */
export interface OwnNumber {
  readonly number: string
  /** Type of address: 145 international, 129 unknown (3GPP TS 24.008 section 10.5.4.7). */
  readonly type: number | null
}

/** `AT+CNUM` (TS 27.007 section 7.1). Reads `+CNUM: "","+358401234567",145`. A line without a number is passed over. */
export function parseCnum(line: string): OwnNumber | undefined {
  const rest = afterPrefix(line, '+CNUM')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const number = textOf(parameters[1])
  if (number === null) return undefined
  // With +CSCS="UCS2" it comes as hex; a number that only looks like hex decodes to no number.
  const decoded = decodeUcs2Hex(number)
  return { number: /^\+?\d+$/.test(decoded) ? decoded : number, type: numberOf(parameters[2]) }
}

/** What the block behind `ATI` says; `null` for what it leaves out. */
export interface Identification {
  readonly manufacturer: string | null
  readonly model: string | null
  readonly revision: string | null
  readonly imei: string | null
  readonly capabilities: string | null
}

/** `ATI` (ITU-T V.250 section 6.1.3). Reads `Manufacturer: ZTE CORPORATION`, `Model: MF823`, `+GCAP: +CGSM`. */
export function parseIdentification(lines: readonly string[]): Identification {
  const fieldOf = (key: string): string | null => {
    const line = lines.find((each) => each.toLowerCase().startsWith(`${key}:`))
    const value = line?.slice(key.length + 1).trim()
    return value === undefined || value === '' ? null : value
  }
  return {
    manufacturer: fieldOf('manufacturer'),
    model: fieldOf('model'),
    revision: fieldOf('revision'),
    imei: fieldOf('imei'),
    capabilities: fieldOf('+gcap'),
  }
}
