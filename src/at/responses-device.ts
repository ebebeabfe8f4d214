import type { SimState } from '../modem/state.ts'
import { afterPrefix, brokenLine, numberOf, parseParameters, requireNumbers, textOf } from './parameters.ts'

/** `AT+CPIN?` (3GPP TS 27.007 section 8.3), upper case. Reads `+CPIN: READY`, `+CPIN: "SIM PIN"`. */
export function parseCpin(line: string): string | undefined {
  const rest = afterPrefix(line, '+CPIN')
  if (rest === undefined) return undefined
  const word = rest.replaceAll('"', '').trim().toUpperCase()
  if (!/^[A-Z][A-Z0-9 -]{1,30}$/.test(word)) throw brokenLine(line)
  return word
}

/** The state for the word behind `+CPIN:`; locks to phone, network or operator count as `blocked`. */
export function simState(word: string): SimState {
  switch (word) {
    case 'READY':
    case 'SIM PIN2':
    case 'SIM PUK2':
      return 'ready'
    case 'SIM PIN':
      return 'pin_required'
    case 'SIM PUK':
      return 'puk_required'
    default:
      return word.startsWith('PH-') ? 'blocked' : 'unknown'
  }
}

/**
 * `AT+CFUN?` (TS 27.007 section 8.2). Reads `+CFUN: 1`.
 * @returns `null` when the modem tells the range instead of the value: K3565-Z answers `+CFUN: (0-1,4-7),(0-1)`
 */
export function parseCfun(line: string): number | null | undefined {
  const rest = afterPrefix(line, '+CFUN')
  return rest === undefined ? undefined : numberOf(parseParameters(rest)[0])
}

/** The fields of a `+CUSD` as they came. */
export interface UssdFields {
  /** 0 done, 1 answer wanted, 2 ended by the network, 3 other client answered, 4 not supported, 5 network time-out */
  readonly status: number
  /** Undecoded: plain, hex of UCS2, or hex of packed septets; line breaks as sent. */
  readonly text: string | null
  /** CBS data coding scheme (3GPP TS 23.038 section 5). */
  readonly dcs: number | null
}

/**
 * Unsolicited `+CUSD` and the answer to `AT+CUSD?` (3GPP TS 27.007 section 7.15). The text goes from the first quote to
 * the last: it may hold quotes, commas and line breaks. Reads `+CUSD: 1,"1: Balance CR LF 2: Data",15`.
 */
export function parseCusd(line: string): UssdFields | undefined {
  const rest = afterPrefix(line, '+CUSD')
  if (rest === undefined) return undefined
  const match = /^(\d)\s*(?:,\s*(?:"(.*)"\s*)?(?:,\s*(\d{1,3})?\s*)?)?$/s.exec(rest)
  if (match === null) throw brokenLine(line)
  const [, status, text, dcs] = match
  return { status: Number(status), text: text ?? null, dcs: dcs === undefined ? null : Number(dcs) }
}

/** Who calls. */
export interface CallingLine {
  /** `null` when withheld. */
  readonly number: string | null
  readonly type: number | null
}

/** Unsolicited `+CLIP` (TS 27.007 section 7.6). Reads `+CLIP: "+447700900123",145,,,,0`. */
export function parseClip(line: string): CallingLine | undefined {
  const rest = afterPrefix(line, '+CLIP')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  return { number: textOf(parameters[0]), type: numberOf(parameters[1]) }
}

/** `AT+CGACT?` (TS 27.007 section 10.1.10), one line per context. Reads `+CGACT: 1,1`. */
export function parseCgact(line: string): { readonly cid: number; readonly isActive: boolean } | undefined {
  const rest = afterPrefix(line, '+CGACT')
  if (rest === undefined) return undefined
  const [cid = 0, state = 0] = requireNumbers(line, parseParameters(rest), 2)
  return { cid, isActive: state === 1 }
}
