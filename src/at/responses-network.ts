import type { AccessTechnology, RegistrationState } from '../modem/state.ts'
import type { Parameter } from './parameters.ts'
import {
  afterPrefix,
  brokenLine,
  decodeUcs2Hex,
  expandNumbers,
  numberOf,
  parseParameters,
  textOf,
} from './parameters.ts'

/** What `+CREG`, `+CGREG` or `+CEREG` says. */
export interface RegistrationReport {
  /** The reporting mode, which only the answer to a read command has; `null`: unsolicited. */
  readonly mode: number | null
  /** 0 … 11 (3GPP TS 27.007 section 7.2) */
  readonly stat: number
  /** Location or tracking area code, hex as written. */
  readonly areaCode: string | null
  /** Hex as written. */
  readonly cellId: string | null
  /** Access technology number, 0 … 13. */
  readonly act: number | null
}

/**
 * `AT+CREG?`, `AT+CGREG?`, `AT+CEREG?` (3GPP TS 27.007 section 7.2, 10.1.20, 10.1.22), also unsolicited. Reads
 * `+CREG: 2,1,1F3C,02A4B1C7` (ZTE writes no quotes) and, unsolicited, `+CREG: 5,1F3C,2A4`.
 */
export function parseRegistration(line: string): RegistrationReport | undefined {
  const rest = afterPrefix(line, '+CREG') ?? afterPrefix(line, '+CGREG') ?? afterPrefix(line, '+CEREG')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const isRead = isReadAnswer(parameters)
  const stat = numberOf(parameters[isRead ? 1 : 0])
  if (stat === null) throw brokenLine(line)
  const [area, ...others] = parameters.slice(isRead ? 2 : 1)
  // One LTE firmware puts the routing area code between area code and cell: then a third hex string follows.
  const cellAt = isHexField(others[1]) ? 1 : 0
  const act = others[cellAt + 1]
  return {
    mode: isRead ? numberOf(parameters[0]) : null,
    stat,
    areaCode: textOf(area),
    cellId: textOf(others[cellAt]),
    act: act?.kind === 'word' && Number(act.value) <= 15 ? numberOf(act) : null,
  }
}

/** Two numbers, or a registration status and not an area code in second place. */
function isReadAnswer(parameters: readonly Parameter[]): boolean {
  const second = parameters[1]
  if (second?.kind !== 'word' || !/^\d{1,2}$/.test(second.value)) return false
  return parameters.length !== 3
}

/** A cell id or area code, as opposed to an access technology number. */
function isHexField(parameter: Parameter | undefined): boolean {
  return parameter?.kind === 'text' || (parameter?.kind === 'word' && parameter.value.length > 2)
}

const REGISTRATION_STATES: readonly RegistrationState[] = [
  'not_registered',
  'home',
  'searching',
  'denied',
  'unknown',
  'roaming',
  'home',
  'roaming',
  'not_registered',
  'home',
  'roaming',
  'not_registered',
]

/** The state for a `stat` number: 6 and 7 are SMS only, 8 and 11 emergency calls only (TS 27.007 section 7.2). */
export function registrationState(stat: number): RegistrationState {
  return REGISTRATION_STATES[stat] ?? 'unknown'
}

const ACCESS_TECHNOLOGIES: readonly AccessTechnology[] = [
  'gsm',
  'gsm',
  'umts',
  'edge',
  'hsdpa',
  'hsupa',
  'hspa',
  'lte',
  'gsm',
  'lte',
  'lte',
  'nr_sa',
  'nr_sa',
  'nr_nsa',
]

/** The name for an access technology number (TS 27.007 section 7.2 `<AcT>`); `null` for none and for unlisted ones. */
export function accessTechnology(act: number | null): AccessTechnology | null {
  return act === null ? null : (ACCESS_TECHNOLOGIES[act] ?? null)
}

/** The operator in use. */
export interface CurrentOperator {
  /** 0 automatic, 1 manual, 2 deregistered, 4 manual, else automatic */
  readonly mode: number
  /** 0 long name, 1 short name, 2 MCC and MNC; `null` when not registered. */
  readonly format: number | null
  readonly operator: string | null
  readonly act: number | null
}

/** Words that stand where the operator's name should be. */
const NO_OPERATOR = /^(?:limited service|no service)$/i

/** `AT+COPS?` (TS 27.007 section 7.3). Reads `+COPS: 0,0,"Testnet",2`; the name may be UCS2 hex. */
export function parseCops(line: string): CurrentOperator | undefined {
  const rest = afterPrefix(line, '+COPS')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const mode = numberOf(parameters[0])
  if (mode === null) throw brokenLine(line)
  const format = numberOf(parameters[1])
  const text = textOf(parameters[2])
  const name = text === null || format === 2 ? text : decodeUcs2Hex(text)
  return {
    mode,
    format,
    operator: name === null || NO_OPERATOR.test(name) ? null : name,
    act: numberOf(parameters[3]),
  }
}

/** One network found by a scan. A network appears once per access technology. */
export interface FoundOperator {
  /** 0 unknown, 1 available, 2 current, 3 forbidden */
  readonly status: number
  readonly longName: string
  readonly shortName: string
  /** MCC and MNC. */
  readonly numeric: string
  readonly act: number | null
}

/** The answer to a scan. */
export interface OperatorScan {
  readonly operators: readonly FoundOperator[]
  /** Selection modes and name formats; `null` where the modem left them out. */
  readonly modes: readonly number[] | null
  readonly formats: readonly number[] | null
}

/** `AT+COPS=?` (TS 27.007 section 7.3). Reads `+COPS: (2,"Testnet","TST","24491",2),(1,"Other, Inc","","24405",0),,(0,1),(0,1,2)`. */
export function parseOperatorScan(line: string): OperatorScan | undefined {
  const rest = afterPrefix(line, '+COPS')
  if (rest === undefined) return undefined
  const lists = parseParameters(rest).filter((parameter) => parameter.kind === 'list')
  const networks = lists.filter(({ items }) => items.length > 1 && items[1]?.kind !== 'word')
  const ranges = lists.filter((list) => !networks.includes(list))
  return {
    operators: networks.map(({ items }) => ({
      status: numberOf(items[0]) ?? 0,
      longName: decodeUcs2Hex(textOf(items[1]) ?? ''),
      shortName: decodeUcs2Hex(textOf(items[2]) ?? ''),
      numeric: textOf(items[3]) ?? '',
      act: numberOf(items[4]),
    })),
    modes: ranges[0] === undefined ? null : expandNumbers(ranges[0]),
    formats: ranges[1] === undefined ? null : expandNumbers(ranges[1]),
  }
}
