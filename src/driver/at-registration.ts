import type { RegistrationReport } from '../at/responses-network.ts'
import { accessTechnology, registrationState } from '../at/responses-network.ts'
import type { ZteAccess, ZteOperator } from '../at/responses-zte.ts'
import { isRegistered } from '../modem/readings.ts'
import type { Cell, Registration } from '../modem/state.ts'

/** What `+CREG`, `+CEREG` and `+CGREG` say (3GPP TS 27.007 section 7.2, 10.1.22, 10.1.20), in the order of their weight. */
export interface Reports {
  readonly cs: RegistrationReport | undefined
  readonly eps: RegistrationReport | undefined
  readonly ps: RegistrationReport | undefined
}

/** `<AcT>` from which on an area code is a tracking area code. */
const FIRST_LTE_ACT = 7
/** EC-GSM-IoT, numbered behind LTE. */
const EC_GSM_ACT = 8

function serves({ stat }: RegistrationReport): boolean {
  return isRegistered({ state: registrationState(stat) })
}

/** `undefined`: none of them was answered. The access technology is `null` where they do not tell it. */
export function registrationOf({ cs, eps, ps }: Reports): Registration | undefined {
  const reports = [cs, eps, ps].filter((report) => report !== undefined)
  const report = reports.find(serves) ?? reports[0]
  if (report === undefined) return undefined
  const state = registrationState(report.stat)
  if (!serves(report)) return { state, accessTechnology: null }
  const act = reports.find((each) => serves(each) && each.act !== null)?.act ?? null
  return { state, accessTechnology: accessTechnology(act) }
}

/** ZTE's own commands in place of the three, for a modem that knows none of them. */
export function registrationByZte(access: ZteAccess, operator: ZteOperator | undefined): Registration {
  if (access.service !== 'full') return { state: 'not_registered', accessTechnology: null }
  return { state: operator?.isRoaming === true ? 'roaming' : 'home', accessTechnology: access.accessTechnology }
}

/** The serving cell; all `null` while there is none, or where the modem does not tell it. */
export function cellOf({ cs, eps, ps }: Reports): Cell {
  const [lte, other] = [told(eps), told(cs) ?? told(ps)]
  const isTracking = other !== undefined && isLteAct(other.act)
  const serving = lte ?? other
  return {
    lac: other === undefined || isTracking ? null : areaCode(other.areaCode),
    tac: areaCode(lte?.areaCode ?? (isTracking ? other.areaCode : null)),
    cellId: hexOf(serving?.cellId ?? null, 8),
    pci: null,
    band: null,
    channel: null,
  }
}

function told(report: RegistrationReport | undefined): RegistrationReport | undefined {
  return report !== undefined && serves(report) && report.areaCode !== null ? report : undefined
}

function isLteAct(act: number | null): boolean {
  return act !== null && act >= FIRST_LTE_ACT && act !== EC_GSM_ACT
}

/** 0000 and FFFE stand for no location area (3GPP TS 23.003 section 4.1). */
function areaCode(given: string | null): string | null {
  const code = hexOf(given, 4)
  return code === '0000' || code === 'FFFE' ? null : code
}

/** Upper case with leading zeros; `null` for what is no hex, and for all F, which stands for not known. */
function hexOf(given: string | null, digits: number): string | null {
  if (given === null || !/^[0-9A-F]{1,9}$/i.test(given) || /^F{4,}$/i.test(given)) return null
  return given
    .toUpperCase()
    .replace(/^0+(?=.)/, '')
    .padStart(digits, '0')
}
