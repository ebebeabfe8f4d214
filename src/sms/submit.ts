import type { OutboundSms } from '../modem/messages.ts'
import { encodeAddress, encodeSmscAddress } from './address.ts'
import { encodeDataCoding } from './data-coding.ts'
import { concatOctets, formatHex } from './octets.ts'
import type { SegmentPayload } from './user-data.ts'
import { encodeUserData } from './user-data.ts'
import { encodeRelativeValidity } from './validity-period.ts'

const SMS_SUBMIT = 0x01
const RELATIVE_VALIDITY = 0x10
const REPORT_REQUESTED = 0x20
const HAS_HEADER = 0x40

const ALPHABETS = { septets: 'gsm7', utf16: 'ucs2', data: '8bit' } as const

/** What an SMS-SUBMIT says besides its content. */
export interface SubmitEnvelope extends Pick<OutboundSms, 'to' | 'flash' | 'deliveryReport' | 'validityMinutes'> {
  /** Service centre; absent or `null`: the one stored on the SIM. */
  readonly smsc?: string | null
}

/** An SMS-SUBMIT ready for `AT+CMGS`. */
export interface SubmitPdu {
  /** Upper-case hex, SMSC part first. */
  readonly pdu: string
  /** Octets without the SMSC part. */
  readonly tpduLength: number
}

/**
 * One segment → SMS-SUBMIT (3GPP TS 23.040 section 9.2.2.2). TP-MR is 0: the modem numbers by itself.
 * @throws ModemError `invalid_request` when the recipient or the centre is no phone number
 */
export function encodeSubmit(segment: SegmentPayload, envelope: SubmitEnvelope): SubmitPdu {
  const { to, flash, deliveryReport, validityMinutes } = envelope
  const first =
    SMS_SUBMIT |
    (validityMinutes === null ? 0 : RELATIVE_VALIDITY) |
    (deliveryReport ? REPORT_REQUESTED : 0) |
    (segment.header.length === 0 ? 0 : HAS_HEADER)
  const validity = validityMinutes === null ? [] : [encodeRelativeValidity(validityMinutes)]
  const userData = encodeUserData(segment)
  const tpdu = concatOctets(
    Uint8Array.of(first, 0),
    encodeAddress(to),
    Uint8Array.of(0, encodeDataCoding(ALPHABETS[segment.kind], flash), ...validity, userData.tpUdl),
    userData.octets,
  )
  return { pdu: formatHex(concatOctets(encodeSmscAddress(envelope.smsc ?? null), tpdu)), tpduLength: tpdu.length }
}
