import type { MessageStore } from '../modem/state.ts'
import type { Values } from './reply.ts'
import { isRefused, notUnderstood, numberAt, textAt } from './reply.ts'
import type { Fields } from './request.ts'

/** The stores of a router, by the names under which segments and state speak of them. */
export type StoreName = 'device' | 'sim'

const STORES = {
  device: { memStore: '1', prefix: 'sms_nv', unread: ['sms_dev_unread_num', 'sms_unread_num'] },
  sim: { memStore: '0', prefix: 'sms_sim', unread: ['sms_sim_unread_num'] },
} as const

/** The table of messages, to be read page by page until a page brings no new id: MF79RU always gives the first. */
export const MESSAGE_TABLE = 'sms_data_total'

/** Messages per page; the web page asks for as many. */
const PAGE_SIZE = 500

/** Parameters for a page of all messages of a store, newest first. @param page from 0 */
export function messagePage(store: StoreName, page: number): Fields {
  return [
    ['page', String(page)],
    ['data_per_page', String(PAGE_SIZE)],
    ['mem_store', STORES[store].memStore],
    ['tags', '10'],
    ['order_by', 'order by id desc'],
  ]
}

/** The table of delivery reports. */
export const REPORT_TABLE = 'sms_status_rpt_data'

/** Reports per page; the web page asks for as many. */
export const REPORT_PAGE_SIZE = 10

/** Parameters for a page of delivery reports. @param page from 0 */
export function reportPage(page: number): Fields {
  return [
    ['page', String(page)],
    ['data_per_page', String(REPORT_PAGE_SIZE)],
  ]
}

/** The table of sizes. */
export const CAPACITY_TABLE = 'sms_capacity_info'

/**
 * How full a store is, from a `sms_capacity_info` answer, with unread messages where the items of `NOTICE_ITEMS` are
 * among the values. Used is what is received, sent and drafted: `sms_nvused_total` is zero or stale on several models.
 * @returns `null` for `{"sms_capacity_info":""}` (no session), and for a store without a size
 */
export function readCapacity(values: Values, store: StoreName): MessageStore | null {
  const { prefix, unread } = STORES[store]
  const capacity = numberAt(values, `${prefix}_total`)
  if (capacity === null || capacity <= 0) return null
  const boxes = ['rev', 'send', 'draftbox'].map((box) => numberAt(values, `${prefix}_${box}_total`) ?? 0)
  const used = Math.min(
    capacity,
    boxes.reduce((sum, count) => sum + count, 0),
  )
  const counted = unread.map((item) => numberAt(values, item)).find((count) => count !== null)
  return { storage: store, used, capacity, ...(counted === undefined ? {} : { unread: counted }) }
}

/** Both stores; the other is named beside the device's own. @returns `null` where neither has a size */
export function readStores(values: Values): MessageStore | null {
  const [device, sim] = [readCapacity(values, 'device'), readCapacity(values, 'sim')]
  if (device === null || sim === null) return device ?? sim
  const { storage, used, capacity } = sim
  return { ...device, others: [{ storage, used, capacity }] }
}

/** Items that tell of new messages and reports. */
export const NOTICE_ITEMS = ['sms_received_flag', 'sts_received_flag', 'sms_unread_num'] as const

/** Switches that clear the flags while they are read. The web page does the same, and who is first takes the hint. */
export const CLEAR_NOTICES: Fields = [
  ['sms_received_flag_flag', '0'],
  ['sts_received_flag_flag', '0'],
]

/** Hints, nothing more: the truth is the list. */
export interface Notices {
  readonly hasMessage: boolean
  readonly hasReport: boolean
}

/** Reads `{"sms_received_flag":"1","sts_received_flag":"0",…}`; empty (MF823) is no hint. */
export function readNotices(values: Values): Notices {
  return {
    hasMessage: (numberAt(values, 'sms_received_flag') ?? 0) > 0,
    hasReport: (numberAt(values, 'sts_received_flag') ?? 0) > 0,
  }
}

/** Operations whose outcome is asked for. */
export const SMS_OPERATIONS = { start: '1', settings: '3', send: '4', save: '5', delete: '6' } as const

export type SmsOperation = keyof typeof SMS_OPERATIONS

/** The table of outcomes. */
export const OUTCOME_TABLE = 'sms_cmd_status_info'

/** Parameters that ask for the outcome of an operation. */
export function outcomeOf(operation: SmsOperation): Fields {
  return [['sms_cmd', SMS_OPERATIONS[operation]]]
}

/**
 * How an operation stands. `none`: nothing was begun, or there is no session. Right after a write this may still be the
 * outcome of the one before.
 */
export type SmsOutcome = 'in_progress' | 'failed' | 'done' | 'none'

const OUTCOMES: ReadonlyMap<string, SmsOutcome> = new Map([
  ['', 'none'],
  ['1', 'in_progress'],
  ['2', 'failed'],
  ['3', 'done'],
])

/**
 * Reads `{"sms_cmd":"4","sms_cmd_status_result":"3"}`; some firmware leaves the first out.
 * @throws ModemError `protocol` for an unknown outcome or another operation's
 */
export function readOutcome(values: Values, operation: SmsOperation): SmsOutcome {
  if (values[OUTCOME_TABLE] === '' || isRefused(values)) return 'none'
  const asked = textAt(values, 'sms_cmd')
  const outcome = OUTCOMES.get(textAt(values, 'sms_cmd_status_result'))
  if (outcome === undefined || !Object.hasOwn(values, 'sms_cmd_status_result'))
    throw notUnderstood(JSON.stringify(values))
  if (asked !== '' && asked !== SMS_OPERATIONS[operation]) throw notUnderstood(JSON.stringify(values))
  return outcome
}
