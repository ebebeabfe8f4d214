import { ModemError } from '../modem/errors.ts'
import type { Parameter } from './parameters.ts'
import {
  afterPrefix,
  brokenLine,
  decodeUcs2Hex,
  expandNumbers,
  numberOf,
  parseParameters,
  requireNumbers,
  textOf,
} from './parameters.ts'

/** One of the three stores in use: reading and deleting, writing and sending, receiving. */
export interface StoreUsage {
  readonly store: string
  readonly used: number
  readonly capacity: number
}

/** `AT+CPMS?` (3GPP TS 27.005 section 3.2.2). Reads `+CPMS: "SM",3,50,"SM",3,50,"SM",3,50`. */
export function parseCpms(line: string): readonly StoreUsage[] | undefined {
  const rest = afterPrefix(line, '+CPMS')
  if (rest === undefined) return undefined
  return groupsOf(line, parseParameters(rest), 3).map(([name, used, capacity]) => {
    const store = textOf(name)
    if (store === null) throw brokenLine(line)
    return { store, ...usageOf(line, used, capacity) }
  })
}

/** `AT+CPMS="SM","SM","SM"`: the same without names. Reads `+CPMS: 3,50,3,50,3,50`. */
export function parseCpmsSet(line: string): readonly Omit<StoreUsage, 'store'>[] | undefined {
  const rest = afterPrefix(line, '+CPMS')
  if (rest === undefined) return undefined
  return groupsOf(line, parseParameters(rest), 2).map(([used, capacity]) => usageOf(line, used, capacity))
}

/** `AT+CPMS=?`: the choices for each of the three. Reads `+CPMS: ("ME","SM"),("ME","SM"),("SM")`, brackets optional. */
export function parseCpmsTest(line: string): readonly (readonly string[])[] | undefined {
  const rest = afterPrefix(line, '+CPMS')
  if (rest === undefined) return undefined
  return parseParameters(rest).map((parameter) => {
    const items = parameter.kind === 'list' ? parameter.items : [parameter]
    return items.map(textOf).filter((name) => name !== null)
  })
}

function groupsOf(line: string, parameters: readonly Parameter[], size: number): readonly (readonly Parameter[])[] {
  if (parameters.length % size !== 0) throw brokenLine(line)
  return Array.from({ length: parameters.length / size }, (_, at) => parameters.slice(at * size, (at + 1) * size))
}

function usageOf(
  line: string,
  used: Parameter | undefined,
  capacity: Parameter | undefined,
): Omit<StoreUsage, 'store'> {
  const usage = { used: numberOf(used), capacity: numberOf(capacity) }
  if (usage.used === null || usage.capacity === null) throw brokenLine(line)
  return { used: usage.used, capacity: usage.capacity }
}

/** `AT+CNMI?` (TS 27.005 section 3.4.1). Reads `+CNMI: 3,1,0,2,0`. */
export function parseCnmi(line: string): readonly number[] | undefined {
  const rest = afterPrefix(line, '+CNMI')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  return requireNumbers(line, parameters, parameters.length)
}

/** `AT+CNMI=?`: what each of the five may be. Reads `+CNMI: (2),(0-1,3),(0,2),(0-1),(0)`. */
export function parseCnmiTest(line: string): readonly (readonly number[])[] | undefined {
  const rest = afterPrefix(line, '+CNMI')
  return rest === undefined ? undefined : parseParameters(rest).map(expandNumbers)
}

/** What the modem supports of each direction: 1 yes, 0 no. */
export interface MessageService {
  readonly terminated: number
  readonly originated: number
  readonly broadcast: number
}

/** `AT+CSMS=0` (TS 27.005 section 3.2.1). Reads `+CSMS: 1,1,1`. */
export function parseCsms(line: string): MessageService | undefined {
  const rest = afterPrefix(line, '+CSMS')
  if (rest === undefined) return undefined
  const [terminated = 0, originated = 0, broadcast = 0] = requireNumbers(line, parseParameters(rest), 3)
  return { terminated, originated, broadcast }
}

/** The service centre. */
export interface ServiceCentre {
  /** `null`: none is stored, and sending fails with CMS error 330. */
  readonly number: string | null
  /** 145 international, 129 unknown (3GPP TS 24.011 section 8.2.5.2). */
  readonly type: number | null
}

/** `AT+CSCA?` (TS 27.005 section 3.3.1). Reads `+CSCA: "+447700900999",145`; the number may be UCS2 hex. */
export function parseCsca(line: string): ServiceCentre | undefined {
  const rest = afterPrefix(line, '+CSCA')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const text = textOf(parameters[0])
  return { number: text === null ? null : decodeUcs2Hex(text), type: numberOf(parameters[1]) }
}

/** Where a new message or status report lies. */
export interface StorePlace {
  readonly store: string
  /** From 0 or 1, per store. */
  readonly slot: number
}

/** Unsolicited `+CMTI` and `+CDSI` (TS 27.005 section 3.4.1). Reads `+CMTI: "SM",7`. */
export function parseArrival(line: string): StorePlace | undefined {
  const rest = afterPrefix(line, '+CMTI') ?? afterPrefix(line, '+CDSI')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const store = textOf(parameters[0])
  const slot = numberOf(parameters[1])
  if (store === null || slot === null) throw brokenLine(line)
  return { store, slot }
}

/** A PDU as the modem gave it: hex of service centre address and TPDU. */
export interface GivenPdu {
  /** Octets of the TPDU, without the service centre address. */
  readonly length: number
  readonly pdu: string
}

/**
 * Unsolicited `+CMT` and `+CDS` with the PDU behind LF (TS 27.005 section 3.4.1). Reads `+CMT: ,36`, `+CDS: 25` and, on
 * ZTE sticks, `+CDS: ,25`.
 */
export function parseDirect(line: string): GivenPdu | undefined {
  const [header = '', pdu] = line.split('\n')
  const rest = afterPrefix(header, '+CMT') ?? afterPrefix(header, '+CDS')
  if (rest === undefined) return undefined
  const length = numberOf(parseParameters(rest).at(-1))
  if (length === null || pdu === undefined || !HEX_ONLY.test(pdu)) throw brokenLine(line)
  return { length, pdu: withoutPadding(pdu, length) }
}

/** One message of the store. */
export interface ReadPdu extends GivenPdu {
  /** 0 received unread, 1 received read, 2 stored unsent, 3 stored sent; `null` for status reports. */
  readonly stat: number | null
}

/** One message of a listing. */
export interface ListedPdu extends ReadPdu {
  readonly slot: number
}

/**
 * `AT+CMGR=3` (TS 27.005 section 3.4.3). Reads `+CMGR: 0,,36` and its PDU, `+CMGR: ,,25` for a status report.
 * @returns `undefined` for an empty slot, which some firmware answers with `OK` alone
 */
export function parseCmgr(lines: readonly string[]): ReadPdu | undefined {
  for (const [at, line] of lines.entries()) {
    const rest = afterPrefix(line, '+CMGR')
    if (rest === undefined) continue
    const parameters = parseParameters(rest)
    return pduBehind(lines, at, parameters[0], parameters.at(-1))
  }
  return undefined
}

/**
 * `AT+CMGL=4` (TS 27.005 section 3.4.2). Reads `+CMGL: 3,0,,69` and its PDU, any number of times. An entry whose PDU
 * is missing is left out: it stays in the modem for the next listing.
 */
export function parseCmgl(lines: readonly string[]): readonly ListedPdu[] {
  return lines.flatMap((line, at) => {
    const rest = afterPrefix(line, '+CMGL')
    if (rest === undefined) return []
    const parameters = parseParameters(rest)
    const slot = numberOf(parameters[0])
    if (slot === null) throw brokenLine(line)
    const pdu = pduBehind(lines, at, parameters[1], parameters.at(-1))
    return pdu === undefined ? [] : [{ slot, ...pdu }]
  })
}

const HEX_ONLY = /^[0-9A-F]+$/i

function pduBehind(
  lines: readonly string[],
  header: number,
  stat: Parameter | undefined,
  lengthField: Parameter | undefined,
): ReadPdu | undefined {
  if (/^(?:REC|STO)/.test(textOf(stat) ?? '')) {
    throw new ModemError('protocol', 'The modem is in SMS text mode, which cannot be read safely. Reopen it.', {
      detail: lines[header] ?? '',
    })
  }
  const length = numberOf(lengthField)
  if (length === null) throw brokenLine(lines[header] ?? '')
  const pdu = lines[header + 1]
  if (pdu === undefined || !HEX_ONLY.test(pdu)) return undefined
  return { stat: numberOf(stat), length, pdu: withoutPadding(pdu, length) }
}

/** SIM records are filled up with FF, and some firmware hands the filling out. */
function withoutPadding(pdu: string, length: number): string {
  const serviceCentreOctets = Number.parseInt(pdu.slice(0, 2), 16)
  return pdu.slice(0, 2 * (1 + serviceCentreOctets + length))
}

/** `AT+CMGS` (TS 27.005 section 3.5.1): the message reference TP-MR, 0 … 255. Reads `+CMGS: 129`. */
export function parseCmgs(line: string): number | undefined {
  const rest = afterPrefix(line, '+CMGS')
  return rest === undefined ? undefined : requireNumbers(line, parseParameters(rest), 1)[0]
}
