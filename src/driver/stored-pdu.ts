import { createHash } from 'node:crypto'
import type { GivenPdu } from '../at/responses-sms.ts'
import { ModemError } from '../modem/errors.ts'
import type { MessageBody, OutboundSms, SegmentContent, StoredSegment, Submission } from '../modem/messages.ts'
import { joinUserData } from '../sms/join.ts'
import { formatHex, parseHex } from '../sms/octets.ts'
import { toReceivedSegment, toStatusReport } from '../sms/received.ts'
import { segmentText } from '../sms/segment.ts'
import { encodeSubmit } from '../sms/submit.ts'
import { decodePdu } from '../sms/tpdu.ts'

const ENCODINGS = { septets: 'gsm7', utf16: 'ucs2', data: '8bit' } as const

/** TP-MTI and TP-MMS in the first octet of a TPDU (3GPP TS 23.040 section 9.2.3.1 and .2). */
const MESSAGE_TYPE = 0x03
const STATUS_REPORT = 0x02
const MORE_MESSAGES = 0x04

/**
 * Text → one SMS-SUBMIT per segment. `wire` is the length for `AT+CMGS` and the PDU, with a colon between.
 * @param reference 0 … 65535, ties the segments together; the network sees its lower eight bits
 * @throws ModemError `invalid_request`
 */
export function prepareSubmissions(sms: OutboundSms, reference: number): readonly Submission[] {
  const segments = segmentText(sms.text, sms.encoding, reference)
  return segments.map((segment, index) => {
    const { pdu, tpduLength } = encodeSubmit(segment, sms)
    return {
      part: index + 1,
      of: segments.length,
      segments: 1,
      encoding: ENCODINGS[segment.kind],
      wire: `${tpduLength}:${pdu}`,
    }
  })
}

/** What `prepareSubmissions` put into `wire`. @throws ModemError `internal` for anything else */
export function parseWire(wire: string): GivenPdu {
  const [, length, pdu] = /^(\d{1,3}):([0-9A-F]+)$/.exec(wire) ?? []
  if (length === undefined || pdu === undefined) {
    throw new ModemError('internal', 'A stored message was not prepared for this kind of modem.', { detail: wire })
  }
  return { length: Number(length), pdu }
}

/** Joins the PDUs of one message, in order; `null` stands for a segment that never came. @throws ModemError `protocol` */
export function joinPdus(raws: readonly (string | null)[]): MessageBody {
  return joinUserData(
    raws.map((raw) => {
      if (raw === null) return null
      const { tpdu } = decodePdu(raw)
      return tpdu.kind === 'deliver' ? tpdu.userData : null
    }),
  )
}

/** A PDU and where it lies → a segment. Never fails: what cannot be read becomes `undecodable`. */
export function toStoredSegment(given: GivenPdu, store: string, slot: number | null): StoredSegment {
  return { store, slot, raw: given.pdu, contentKey: contentKeyOf(given.pdu), content: contentOf(given) }
}

/** Whether the PDU has as many octets as the modem said; else the line may have lost some on its way. */
export function isWhole({ pdu, length }: GivenPdu): boolean {
  return pdu.length === 2 * (1 + Number.parseInt(pdu.slice(0, 2), 16) + length)
}

function contentOf({ pdu, length }: GivenPdu): SegmentContent {
  try {
    const { smsc, tpdu } = decodePdu(pdu, { tpduLength: length })
    if (tpdu.kind === 'deliver') return toReceivedSegment(tpdu, smsc)
    if (tpdu.kind === 'status-report') return toStatusReport(tpdu)
    return { kind: 'undecodable', reason: 'It lies among the received messages and is none.' }
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return { kind: 'undecodable', reason: error.message }
  }
}

/**
 * The network may send the same message again, by way of another service centre and with another TP-MMS, when it did not
 * hear that the first copy arrived. Everything else of the TPDU is its identity.
 */
function contentKeyOf(pdu: string): string {
  return createHash('sha256').update(identifyingOctets(pdu)).digest('hex').slice(0, 32)
}

function identifyingOctets(pdu: string): Uint8Array | string {
  if (!/^(?:[0-9A-F]{2})+$/i.test(pdu)) return pdu
  const octets = parseHex(pdu)
  const tpdu = octets.slice(1 + (octets[0] ?? 0))
  const [first] = tpdu
  if (first === undefined) return formatHex(octets)
  if ((first & MESSAGE_TYPE) !== STATUS_REPORT) tpdu[0] = first & ~MORE_MESSAGES
  return tpdu
}
