import type { Values } from './reply.ts'
import { isRefused, notUnderstood, numberAt, textAt } from './reply.ts'
import type { Fields } from './request.ts'
import { decodeHexText } from './text.ts'

/** The table that tells how a request stands. */
export const USSD_FLAG_TABLE = 'ussd_write_flag'

/** The table with the network's answer. */
export const USSD_DATA_TABLE = 'ussd_data_info'

/** Begins a dialogue. @param code like `*100#` */
export function ussdSendForm(code: string): Fields {
  return ussdForm('ussd_send', [
    ['USSD_send_number', code],
    ['notCallback', 'true'],
  ])
}

/** Answers the network, which waits for it one to three minutes. */
export function ussdReplyForm(text: string): Fields {
  return ussdForm('ussd_reply', [
    ['USSD_reply_number', text],
    ['notCallback', 'true'],
  ])
}

/** Ends a dialogue; before the first one after a start it clears what may be half open. */
export function ussdCancelForm(): Fields {
  return ussdForm('ussd_cancel', [])
}

/** How a request stands. `idle`: nothing is under way, or it failed without a reason. */
export type UssdProgress =
  | 'processing'
  | 'answered'
  | 'cancelled'
  | 'no_service'
  | 'terminated'
  | 'timeout'
  | 'busy'
  | 'operation_not_supported'
  | 'not_supported'
  | 'idle'

const PROGRESS: ReadonlyMap<string, UssdProgress> = new Map([
  ['15', 'processing'],
  ['16', 'answered'],
  ['13', 'cancelled'],
  ['1', 'no_service'],
  ['2', 'terminated'],
  ['3', 'timeout'],
  ['4', 'timeout'],
  ['unknown', 'timeout'],
  ['10', 'busy'],
  ['41', 'operation_not_supported'],
  ['99', 'not_supported'],
])

/** Reads `{"ussd_write_flag":"16"}`. */
export function readUssdProgress(values: Values): UssdProgress {
  return PROGRESS.get(textAt(values, USSD_FLAG_TABLE)) ?? 'idle'
}

/** What the network says. */
export interface UssdAnswer {
  readonly text: string
  /** The network waits for `ussdReplyForm`. */
  readonly expectsReply: boolean
  /** CBS data coding scheme (3GPP TS 23.038 section 5) that the network used; the text is decoded already. */
  readonly dcs: number | null
}

/**
 * Reads `{"ussd_action":"1","ussd_dcs":"72","ussd_data":"005300740061…"}`. `null` for a blank one: no session, no answer.
 * @throws ModemError `protocol` for anything else
 */
export function readUssdAnswer(values: Values): UssdAnswer | null {
  const { ussd_data: data } = values
  if (values[USSD_DATA_TABLE] === '' || data === '' || isRefused(values)) return null
  if (typeof data !== 'string') throw notUnderstood(JSON.stringify(values))
  return {
    text: decodeHexText(data),
    expectsReply: textAt(values, 'ussd_action') === '1',
    dcs: numberAt(values, 'ussd_dcs'),
  }
}

function ussdForm(operator: string, fields: Fields): Fields {
  return [['goformId', 'USSD_PROCESS'], ['USSD_operator', operator], ...fields]
}
