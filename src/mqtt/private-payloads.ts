import type { ModemStatus } from '../bridge/outlet.ts'
import type { UssdReport } from '../bridge/ussd-report.ts'
import type { Failure, OutboundStatus, SendingStatus } from '../modem/messages.ts'
import { ussdKeys } from './payloads.ts'

/** Where the newest request to send stands; `refused`: no message came of it. */
export type LastSendStatus = SendingStatus | 'refused'

/** What the send form on a dashboard holds; texts have at most 255 characters. */
export interface SendForm {
  readonly recipient: string
  readonly message: string
  readonly flash: boolean
  readonly priority: 'normal' | 'high'
  /** The code or answer that waits for its reply, else empty. */
  readonly ussdCode: string
  readonly ussdAnswer: string
}

/** `homeassistant/last_send` of a message. @param showsNumber whether the recipient may stay in the broker */
export function formatLastSend(status: OutboundStatus, showsNumber: boolean): string {
  return lastSend({
    status: status.status,
    id: status.id,
    to: showsNumber ? status.to : null,
    parts: status.parts,
    parts_sent: status.partsSent,
    message: status.error?.message ?? null,
    at: status.at,
  })
}

/** `homeassistant/last_send` of a request that no message came of. @param at RFC 3339 */
export function formatRefusedSend({ message }: Failure, at: string): string {
  return lastSend({ status: 'refused', id: null, to: null, parts: null, parts_sent: null, message, at })
}

function lastSend(keys: {
  readonly status: LastSendStatus
  readonly id: string | null
  readonly to: string | null
  readonly parts: number | null
  readonly parts_sent: number | null
  readonly message: string | null
  readonly at: string
}): string {
  return JSON.stringify(keys)
}

/** `homeassistant/last_ussd` of a reply. */
export function formatLastUssd(report: UssdReport): string {
  return JSON.stringify({ ...ussdKeys(report), error: null })
}

/** `homeassistant/last_ussd` of a request that no reply came to. @param at RFC 3339 */
export function formatFailedUssd({ message }: Failure, at: string): string {
  return JSON.stringify({
    session_id: null,
    request: null,
    text: null,
    status: 'failed',
    dcs: null,
    at,
    error: message,
  })
}

/** `homeassistant/send_form` */
export function formatSendForm(form: SendForm): string {
  const { recipient, message, flash, priority, ussdCode, ussdAnswer } = form
  return JSON.stringify({ recipient, message, flash, priority, ussd_code: ussdCode, ussd_answer: ussdAnswer })
}

/** `bridge/homeassistant/summary`: all modems together. */
export function formatSummary(statuses: ReadonlyMap<string, ModemStatus>, logLevel: string): string {
  const problems = [...statuses].flatMap(([id, { problem }]) => (problem === null ? [] : [[id, problem] as const]))
  const waiting = [...statuses.values()].reduce((sum, status) => sum + status.waiting, 0)
  return JSON.stringify({ messages_waiting: waiting, problems: Object.fromEntries(problems), log_level: logLevel })
}
