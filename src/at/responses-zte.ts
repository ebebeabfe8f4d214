import type { AccessTechnology, NetworkModeName } from '../modem/state.ts'
import { afterPrefix, brokenLine, numberOf, parseParameters, requireNumbers, textOf } from './parameters.ts'

/** The radio in use, in ZTE's words. */
export interface ZteAccess {
  /** `HSDPA`, `GPRS/EDGE`, `No Service` … as written. */
  readonly technology: string
  /** `CS_ONLY`, `PS_ONLY`, `CS_PS`; `null` when left out. */
  readonly domain: string | null
  readonly accessTechnology: AccessTechnology | null
  readonly service: 'full' | 'limited' | 'none'
}

const ACCESS_BY_WORD: Readonly<Record<string, AccessTechnology>> = {
  GSM: 'gsm',
  GPRS: 'gprs',
  EDGE: 'edge',
  'GPRS/EDGE': 'edge',
  UMTS: 'umts',
  '3G': 'umts',
  HSDPA: 'hsdpa',
  HSUPA: 'hsupa',
  HSPA: 'hspa',
  'HSPA+': 'hspa_plus',
  LTE: 'lte',
  '4G': 'lte',
  'NR5G-SA': 'nr_sa',
}

/**
 * `AT+ZPAS?` and the unsolicited `+ZPASR`. Reads `+ZPAS: "HSDPA","CS_PS"`, `+BEARTYPE: "UMTS","CS_PS"` (K3565-Z) and
 * `+ZPASR: "UMTS"`.
 */
export function parseZpas(line: string): ZteAccess | undefined {
  const rest = afterPrefix(line, '+ZPAS') ?? afterPrefix(line, '+ZPASR') ?? afterPrefix(line, '+BEARTYPE')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const technology = textOf(parameters[0])
  if (technology === null) throw brokenLine(line)
  const word = technology.toUpperCase()
  return {
    technology,
    domain: textOf(parameters[1]),
    accessTechnology: ACCESS_BY_WORD[word] ?? null,
    service: word === 'NO SERVICE' ? 'none' : word === 'LIMITED SERVICE' ? 'limited' : 'full',
  }
}

/** The operator in ZTE's words; everything `null` when none was found. */
export interface ZteOperator {
  readonly operator: string | null
  readonly mcc: number | null
  readonly mnc: number | null
  readonly domain: string | null
  readonly isRoaming: boolean | null
}

/**
 * `AT+ZDON?` and the unsolicited `+ZDONR`. Reads `+ZDON: "Testnet",244,91,"ROAM_OFF"`,
 * `+ZDONR: "Testnet",244,91,"CS_PS","ROAM_OFF"` and `+ZDONR: "Not Found"`.
 */
export function parseZdon(line: string): ZteOperator | undefined {
  const rest = afterPrefix(line, '+ZDON') ?? afterPrefix(line, '+ZDONR')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const operator = textOf(parameters[0])
  const words = parameters.slice(3).map(textOf)
  const roaming = words.find((word) => word?.startsWith('ROAM_'))
  return {
    operator: operator === 'Not Found' ? null : operator,
    mcc: numberOf(parameters[1]),
    mnc: numberOf(parameters[2]),
    domain: words.find((word) => word !== roaming) ?? null,
    isRoaming: roaming === undefined || roaming === null ? null : roaming !== 'ROAM_OFF',
  }
}

/** The permitted networks. */
export interface NetworkSelection {
  /** cm_mode, net_sel_mode, pref_acq */
  readonly triple: readonly [number, number, number]
  /** The MQTT contract's name for the triple, `other` for one without a name. */
  readonly mode: NetworkModeName | 'other'
}

const SELECTION_NAMES: Readonly<Record<string, NetworkModeName>> = {
  '0,0,0': 'auto',
  '1,0,0': 'gsm',
  '2,0,0': 'umts',
  '6,0,0': 'lte',
  '0,0,1': 'gsm_preferred',
  '0,0,2': 'umts_preferred',
  '0,0,6': 'lte_preferred',
}

/** `AT+ZSNT?`. Reads `+ZSNT: 0,0,0` and, on a K2525, `+ZSNT=0,0,0`. */
export function parseZsnt(line: string): NetworkSelection | undefined {
  const rest = afterPrefix(line, '+ZSNT')
  if (rest === undefined) return undefined
  const [mode = 0, selection = 0, preferred = 0] = requireNumbers(line, parseParameters(rest), 3)
  const triple = [mode, selection, preferred] as const
  return { triple, mode: SELECTION_NAMES[triple.join(',')] ?? 'other' }
}

/** The triple that stands for a mode in `AT+ZSNT=…`; `undefined` for a mode without one. */
export function zsntTriple(mode: NetworkModeName): string | undefined {
  return Object.keys(SELECTION_NAMES).find((triple) => SELECTION_NAMES[triple] === mode)
}

/** Whether the radio is on. */
export interface OperatingMode {
  readonly mode: number
  /** 5 on line, 6 low power; `null` for others: 0 was seen on a working stick. */
  readonly isOnline: boolean | null
}

/** `AT+ZOPRT?`. Reads `+ZOPRT: 5`. */
export function parseZoprt(line: string): OperatingMode | undefined {
  const mode = singleNumber(line, '+ZOPRT')
  return mode === undefined ? undefined : { mode, isOnline: mode === 5 ? true : mode === 6 ? false : null }
}

/** The lock to an operator. */
export interface SimLock {
  /** 0 starting, 1 lock error, 2 locked, 3 unlocked */
  readonly status: number
  /** 0 none, 1 network, 2 SIM, 3 both */
  readonly lock: number
}

/** `AT+ZSEC?`. Reads `+ZSEC: 3,0`. */
export function parseZsec(line: string): SimLock | undefined {
  const rest = afterPrefix(line, '+ZSEC')
  if (rest === undefined) return undefined
  const [status = 0, lock = 0] = requireNumbers(line, parseParameters(rest), 2)
  return { status, lock }
}

/** `AT+ZNCK?`, attempts left to unlock. Reads `+ZNCK: 5`. */
export function parseZnck(line: string): number | undefined {
  return singleNumber(line, '+ZNCK')
}

/** Attempts left before the SIM locks itself. */
export interface PinAttempts {
  readonly pin: number
  readonly puk: number
}

/** `AT+ZPINPUK=?`, a test command that answers data. Reads `+ZPINPUK: 2,10`. */
export function parseZpinpuk(line: string): PinAttempts | undefined {
  const rest = afterPrefix(line, '+ZPINPUK')
  if (rest === undefined) return undefined
  const [pin = 0, puk = 0] = requireNumbers(line, parseParameters(rest), 2)
  return { pin, puk }
}

/**
 * `AT+ZCDRUN=…`: the digit behind the last colon says whether it worked, for `=4` whether the CD drive comes first. The
 * final result code is `OK` in any case. Reads `Close autorun state result(0:FAIL 1:SUCCESS):1`.
 */
export function parseZcdrun(line: string): boolean | undefined {
  const digit = /\(0:(?:FAIL 1:SUCCESS|NO 1:YES)\)\s*:\s*([01])\s*$/i.exec(line)?.[1]
  return digit === undefined ? undefined : digit === '1'
}

function singleNumber(line: string, name: string): number | undefined {
  const rest = afterPrefix(line, name)
  return rest === undefined ? undefined : requireNumbers(line, parseParameters(rest), 1)[0]
}
