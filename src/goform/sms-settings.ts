import type { Values } from './reply.ts'
import { numberAt, textAt } from './reply.ts'
import type { Fields } from './request.ts'

/** The table of settings for sending. */
export const SETTINGS_TABLE = 'sms_parameter_info'

/** Settings for sending. They are the device's, for whoever sends. */
export interface SmsSettings {
  /** Service centre address, `null` when none is told. */
  readonly smsc: string | null
  readonly isReportRequested: boolean
  /** How long the centre tries, as TP-VP in relative format (3GPP TS 23.040 section 9.2.3.12.1); `null` unknown. */
  readonly validityPeriod: number | null
  /** Where received messages are put. */
  readonly place: 'native' | 'sim'
}

/** Reads `{"sms_para_sca":"+385910401","sms_para_status_report":"1","sms_para_validity_period":"255",…}`. */
export function readSettings(values: Values): SmsSettings {
  const smsc = textAt(values, 'sms_para_sca')
  return {
    smsc: smsc === '' ? null : smsc,
    isReportRequested: textAt(values, 'sms_para_status_report') === '1',
    validityPeriod: numberAt(values, 'sms_para_validity_period'),
    place: textAt(values, 'sms_para_mem_store') === 'sim' ? 'sim' : 'native',
  }
}

/** What can be chosen: its word, minutes, and TP-VP, the first of which is written and all of which are read. */
const VALIDITIES = [
  { word: 'twelve_hours', minutes: 12 * 60, codes: [143] },
  { word: 'one_day', minutes: 24 * 60, codes: [167] },
  { word: 'one_week', minutes: 7 * 24 * 60, codes: [173] },
  { word: 'largest', minutes: Number.POSITIVE_INFINITY, codes: [255, 244] },
] as const

/** The shortest period that can be chosen and is not shorter than so many minutes, as TP-VP. */
export function nextValidity(minutes: number): number {
  return (VALIDITIES.find((each) => each.minutes >= minutes) ?? LARGEST).codes[0]
}

/** Whether two periods are the same to the device. */
export function isSameValidity(one: number | null, other: number | null): boolean {
  return choiceOf(one) === choiceOf(other)
}

/**
 * The form that changes the settings, all of them at once; the outcome has to be asked for.
 * @returns `null` when the service centre is not told as a number: writing would lose it, and nothing could be sent any more
 */
export function settingsForm({ smsc, isReportRequested, validityPeriod, place }: SmsSettings): Fields | null {
  if (smsc === null || !/^\+?\d{3,15}$/.test(smsc)) return null
  return [
    ['goformId', 'SET_MESSAGE_CENTER'],
    ['save_time', choiceOf(validityPeriod).word],
    ['MessageCenter', smsc],
    ['status_save', isReportRequested ? '1' : '0'],
    ['save_location', place],
    ['notCallback', 'true'],
  ]
}

const LARGEST = VALIDITIES[3]

/** A period that cannot be chosen becomes the next longer one; one that is not known is left to the centre's own limit. */
function choiceOf(period: number | null): (typeof VALIDITIES)[number] {
  if (period === null) return LARGEST
  return VALIDITIES.find(({ codes }) => Math.min(...codes) >= period) ?? LARGEST
}
