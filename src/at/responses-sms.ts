import { ModemError } from '../modem/errors.ts'
import type { Parameter } from './parameters.ts'
import { afterPrefix, brokenLine, numberOf, parseParameters, requireNumbers, textOf } from './parameters.ts'

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
  const parameters = parseParameters(rest)
  if (parameters.length % 3 !== 0) throw brokenLine(line)
  return Array.from({ length: parameters.length / 3 }, (_, place) => {
    const [name, used, capacity] = parameters.slice(3 * place)
    const usage = { store: textOf(name), used: numberOf(used), capacity: numberOf(capacity) }
    if (usage.store === null || usage.used === null || usage.capacity === null) throw brokenLine(line)
    return { store: usage.store, used: usage.used, capacity: usage.capacity }
  })
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

/** One message of a listing. */
export interface ListedPdu extends GivenPdu {
  readonly slot: number
  /** 0 received unread, 1 received read, 2 stored unsent, 3 stored sent; `null` for status reports. */
  readonly stat: number | null
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
): Omit<ListedPdu, 'slot'> | undefined {
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
