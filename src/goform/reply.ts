import { ModemError } from '../modem/errors.ts'

/** The flat JSON object of a readout or a write. Values are strings as a rule, numbers on some firmware. */
export type Values = Readonly<Record<string, unknown>>

/** What came back over HTTP. */
export interface HttpAnswer {
  /** 100 … 599 */
  readonly status: number
  /** `Location` header, `null` without one. */
  readonly location: string | null
  readonly body: Uint8Array
}

/** What a device says. Its status is 200 nearly always, and its content type means nothing. */
export type Reply =
  | { readonly kind: 'values'; readonly values: Values }
  /** Nothing: a refused write on some firmware (U30), or a device that is about to restart. */
  | { readonly kind: 'empty' }
  /** A web page, or the way to one: the session is over, or this is no modem. */
  | { readonly kind: 'page' }
  /** The device talks only over https. */
  | { readonly kind: 'wants_https' }

const DECODER = new TextDecoder('utf-8')
const CONTROL_CHARACTERS = /[\u0000-\u001f]+/g

/**
 * Reads `{"signalbar":"4","network_type":"LTE"}`, also with control characters inside its strings (MF253, MF823L, MF79RU)
 * or a comma too many.
 * @throws ModemError `not_supported` when the device has no such API, `protocol` for anything else
 */
export function parseReply({ status, location, body }: HttpAnswer): Reply {
  if (status >= 300 && status < 400) {
    return { kind: location !== null && /^https:/i.test(location) ? 'wants_https' : 'page' }
  }
  // No model is known that says it by status, but what else could it mean.
  if (status === 401 || status === 403) return { kind: 'page' }
  const text = DECODER.decode(body).trim()
  if (status === 404) {
    throw new ModemError('not_supported', 'The device has a web page but not the goform API of ZTE modems.', {
      detail: text.slice(0, 200),
    })
  }
  if (status >= 400) throw notUnderstood(`HTTP ${status}: ${text}`)
  if (text === '') return { kind: 'empty' }
  if (text.startsWith('<')) return { kind: 'page' }
  const values = parseObject(text)
  return values.Error === 'none secure connection' ? { kind: 'wants_https' } : { kind: 'values', values }
}

/** What became of a write. `accepted` does not mean done: SMS and USSD have an outcome of their own, to be asked for. */
export type WriteOutcome =
  | 'accepted'
  | 'refused'
  | 'session_over'
  /** A result that nobody knows: the device may have done it. */
  | 'unclear'

/** Those after which the device restarts or leaves; some firmware then gives no answer. */
const LEAVING = new Set(['REBOOT_DEVICE', 'TURN_OFF_DEVICE', 'SHUTDOWN_DEVICE', 'MODE_SWITCH', 'USB_MODE_SWITCH'])

/** U50 firmware says `0` or `4`, ZXIC firmware a sentence like `set_devicemode successfully!`. */
const ACCEPTED = /^(?:0|4|processing|.*success.*)$/s

/**
 * The answer to a write other than the LOGIN family. "Refused" has four causes: headers, token, session, or the request
 * itself.
 * @param goformId what was written
 * @throws ModemError `protocol` for an answer without a result
 */
export function readWriteOutcome(goformId: string, reply: Reply): WriteOutcome {
  if (reply.kind === 'page' || reply.kind === 'wants_https') return 'session_over'
  if (reply.kind === 'empty') return LEAVING.has(goformId) ? 'accepted' : 'refused'
  if (!Object.hasOwn(reply.values, 'result')) throw notUnderstood(JSON.stringify(reply.values))
  if (isRefused(reply.values)) return 'refused'
  return ACCEPTED.test(textAt(reply.values, 'result')) ? 'accepted' : 'unclear'
}

/** A whole readout refused: a failed header check, or (MC889) one unsupported item among the wanted ones. */
export function isRefused(values: Values): boolean {
  return /^fail(?:ure)?$/.test(textAt(values, 'result'))
}

/** Items that tell whether there is a session. Asked for alone they lie: MC firmware then says `ok` to anybody. */
export const SESSION_ITEMS = ['loginfo', 'user_ip_addr'] as const

/** Whether a readout of `SESSION_ITEMS` shows a session. @returns `undefined` when it has neither item */
export function hasSession(values: Values): boolean | undefined {
  if (!SESSION_ITEMS.some((item) => Object.hasOwn(values, item))) return undefined
  return textAt(values, 'loginfo') === 'ok' || textAt(values, 'user_ip_addr') !== ''
}

/** The value of an item as text without blanks around it; empty when it is absent or no plain value. */
export function textAt(values: Values, item: string): string {
  const value = Object.hasOwn(values, item) ? values[item] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

/** A decimal number; `null` when it is absent or something else. */
export function numberAt(values: Values, item: string): number | null {
  const text = textAt(values, item)
  return /^[+-]?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : null
}

/** A whole number from 0 to `highest`; `null` when it is absent or something else. */
export function wholeNumberAt(values: Values, item: string, highest: number): number | null {
  const number = numberAt(values, item)
  return number !== null && Number.isInteger(number) && number >= 0 && number <= highest ? number : null
}

/** The error for an answer that cannot be read; the answer itself goes to `detail`. */
export function notUnderstood(answer: string): ModemError {
  return new ModemError(
    'protocol',
    'The router sent a reply that could not be understood. If it happens again, report it with a debug log.',
    { detail: answer.slice(0, 2000) },
  )
}

function parseObject(text: string): Values {
  const clean = text.replace(CONTROL_CHARACTERS, '')
  for (const candidate of [text, clean, clean.replace(/,(?=\s*[}\]])/g, '')]) {
    const value = tryJson(candidate)
    if (value === undefined) continue
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values
    break
  }
  throw notUnderstood(text)
}

/** `undefined` is no JSON value. */
function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
