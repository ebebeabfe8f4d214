import { ModemError } from '../modem/errors.ts'
import type { OutboundSms, Submission } from '../modem/messages.ts'
import { countSegments } from '../sms/segment.ts'
import { transliterate } from '../sms/transliterate.ts'
import type { Fields } from './request.ts'
import { encodeHexText } from './text.ts'

/** A longer message is beyond what the web page lets through; nobody knows what the device would do. */
const MAX_SEGMENTS = 5

const RECIPIENT = /^\+?[0-9*#]{1,20}$/

const ENCODE_TYPES = { gsm7: 'GSM7_default', ucs2: 'UNICODE' } as const

/** What has to be set in the device before a message is sent. `undefined`: nobody asked, it stays as it is. */
export interface SendingWish {
  readonly wantsReport?: boolean | undefined
  /** How long the centre shall try, in minutes; `null`: as long as the device is set to. */
  readonly validityMinutes?: number | null | undefined
}

/** What a prepared message is in the journal, until it is sent. */
interface PreparedSms extends SendingWish {
  readonly number: string
  readonly body: string
  readonly encodeType: string
}

/**
 * A message → the one hand-over it takes: the device cuts it into segments.
 * @throws ModemError `invalid_request` for a recipient that is no number or a text of more than five segments,
 *   `not_supported` for a flash message
 */
export function prepareSubmission(sms: OutboundSms): Submission {
  if (!RECIPIENT.test(sms.to)) {
    throw new ModemError('invalid_request', '"to" has to be a phone number: digits, with or without + in front.')
  }
  if (sms.flash) throw new ModemError('not_supported', 'A router cannot send flash messages.')
  const text = sms.encoding === 'gsm7' ? transliterate(sms.text) : sms.text
  const { encoding, segments } = countSegments(text, sms.encoding)
  if (segments > MAX_SEGMENTS) {
    throw new ModemError(
      'invalid_request',
      `The text is too long for a router: it would need ${segments} SMS, and ${MAX_SEGMENTS} is the most it sends as one message.`,
    )
  }
  const prepared: PreparedSms = {
    number: sms.to,
    body: encodeHexText(text),
    encodeType: ENCODE_TYPES[encoding],
    wantsReport: sms.deliveryReport,
    validityMinutes: sms.validityMinutes,
  }
  return { part: 1, of: 1, segments, encoding, wire: JSON.stringify(prepared) }
}

/**
 * The form that sends a prepared message. The device says `success` once it has taken it; the outcome has to be asked for.
 * @param time of `formatSendTime`
 * @param seal encrypts number and body where the firmware wants that
 * @throws ModemError `internal` when the message was prepared for another kind of modem
 */
export function sendForm(wire: string, time: string, seal: (field: string) => string = (field) => field): Fields {
  const { number, body, encodeType } = parseWire(wire)
  return [
    ['goformId', 'SEND_SMS'],
    ['notCallback', 'true'],
    ['Number', seal(number)],
    ['sms_time', time],
    ['MessageBody', seal(body)],
    ['ID', '-1'],
    ['encode_type', encodeType],
  ]
}

/** What a prepared message wants of the device. @throws ModemError `internal` when it was prepared for another kind of modem */
export function wishOf(wire: string): SendingWish {
  const { wantsReport, validityMinutes } = parseWire(wire)
  return { wantsReport, validityMinutes }
}

/**
 * The form that deletes messages; the outcome has to be asked for. It does not say in which store: an id that both stores
 * have must not be deleted.
 */
export function deleteForm(ids: readonly number[]): Fields {
  return [
    ['goformId', 'DELETE_SMS'],
    ['msg_id', idList(ids)],
    ['notCallback', 'true'],
  ]
}

/** The form that marks messages as read. With no ids it does nothing, which makes it a way to try a write token. */
export function markReadForm(ids: readonly number[]): Fields {
  return [
    ['goformId', 'SET_MSG_READ'],
    ['msg_id', idList(ids)],
    ['tag', '0'],
  ]
}

function idList(ids: readonly number[]): string {
  return ids.map((id) => `${id};`).join('')
}

function parseWire(wire: string): PreparedSms {
  try {
    const value: unknown = JSON.parse(wire)
    if (isPrepared(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ModemError('internal', 'A stored message was not prepared for this kind of modem.', { detail: wire })
}

function isPrepared(value: unknown): value is PreparedSms {
  if (typeof value !== 'object' || value === null) return false
  return ['number', 'body', 'encodeType'].every((key) => typeof Reflect.get(value, key) === 'string')
}
