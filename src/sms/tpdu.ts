import { ModemError } from '../modem/errors.ts'
import type { Address } from './address.ts'
import { decodeAddress, decodeSmscAddress } from './address.ts'
import { decodeDataCoding } from './data-coding.ts'
import { formatHex, OctetReader, parseHex, unreadable } from './octets.ts'
import { decodeTimestamp } from './timestamp.ts'
import type { UserData } from './user-data.ts'
import { decodeUserData } from './user-data.ts'
import { decodeRelativeValidity } from './validity-period.ts'

/** SMS-DELIVER (3GPP TS 23.040 section 9.2.2.1). */
export interface DeliverTpdu {
  readonly kind: 'deliver'
  readonly originator: Address
  /** TP-PID, 0 … 255 */
  readonly tpPid: number
  /** TP-SCTS, RFC 3339; `null` when it is no valid time. */
  readonly timestamp: string | null
  /** TP-MMS: more messages wait in the centre. */
  readonly hasMoreMessages: boolean
  /** TP-SRI: the sender gets a status report. */
  readonly isReportReturned: boolean
  /** TP-RP */
  readonly hasReplyPath: boolean
  readonly userData: UserData
}

/** SMS-SUBMIT (3GPP TS 23.040 section 9.2.2.2). */
interface SubmitTpdu {
  readonly kind: 'submit'
  /** TP-MR, 0 … 255 */
  readonly messageReference: number
  readonly destination: Address
  readonly tpPid: number
  readonly validity: ValidityPeriod | null
  /** TP-RD */
  readonly rejectsDuplicates: boolean
  /** TP-SRR */
  readonly isReportRequested: boolean
  readonly hasReplyPath: boolean
  readonly userData: UserData
}

/** TP-VP in its three formats (3GPP TS 23.040 section 9.2.3.12). */
export type ValidityPeriod =
  | { readonly kind: 'relative'; readonly minutes: number }
  | { readonly kind: 'absolute'; readonly time: string | null }
  | { readonly kind: 'enhanced'; readonly hex: string }

/** SMS-STATUS-REPORT (3GPP TS 23.040 section 9.2.2.3). */
export interface StatusReportTpdu {
  readonly kind: 'status-report'
  readonly messageReference: number
  readonly recipient: Address
  /** TP-SCTS of the submitted message. */
  readonly timestamp: string | null
  /** TP-DT */
  readonly dischargedAt: string | null
  /** TP-ST, 0 … 255 */
  readonly status: number
  readonly hasMoreMessages: boolean
  /** TP-SRQ: it answers an SMS-COMMAND, not an SMS-SUBMIT. */
  readonly answersCommand: boolean
  /** `null` when the report ends with TP-ST, or what follows cannot be read. */
  readonly extra: ReportExtra | null
}

/** The optional end of an SMS-STATUS-REPORT. */
interface ReportExtra {
  /** TP-PI: which of the following are there. */
  readonly parameterIndicator: number
  readonly tpPid: number | null
  readonly userData: UserData | null
}

export type Tpdu = DeliverTpdu | SubmitTpdu | StatusReportTpdu

export interface DecodeOptions {
  /** Octets of the TPDU without the SMSC part, as modems say it; what lies behind is padding. */
  readonly tpduLength?: number
  /** `mt` (default): to the mobile, or whatever lies in its store. `mo`: from it, so an SMS-SUBMIT. */
  readonly direction?: 'mt' | 'mo'
}

/**
 * Hex PDU as modems give it, SMSC part first → its meaning.
 * @throws ModemError `protocol`; the message names the field, `detail` holds the octets
 */
export function decodePdu(hex: string, options: DecodeOptions = {}): { smsc: string | null; tpdu: Tpdu } {
  const outer = new OctetReader(parseHex(hex))
  const smsc = decodeSmscAddress(outer)
  const octets = outer.take(Math.min(options.tpduLength ?? outer.remaining, outer.remaining), 'the TPDU')
  return { smsc, tpdu: decodeTpdu(octets, options.direction ?? 'mt') }
}

/**
 * A store lists what was sent beside what came, so an SMS-SUBMIT is read in either direction: the SMS-SUBMIT-REPORT with
 * the same indicator never leaves the modem. The reserved indicator 11 is an SMS-DELIVER (section 9.2.3.1).
 */
function decodeTpdu(octets: Uint8Array, direction: 'mt' | 'mo'): Tpdu {
  const reader = new OctetReader(octets)
  const first = reader.octet('the first octet of the TPDU')
  const messageType = first & 3
  if (messageType === 1) return decodeSubmit(reader, first)
  if (direction === 'mo') throw unreadable('TP-MTI does not say SMS-SUBMIT', octets)
  return messageType === 2 ? decodeStatusReport(reader, first) : decodeDeliver(reader, first)
}

function decodeDeliver(reader: OctetReader, first: number): DeliverTpdu {
  const originator = decodeAddress(reader, 'TP-OA')
  const tpPid = reader.octet('TP-PID')
  const dataCoding = decodeDataCoding(reader.octet('TP-DCS'))
  const timestamp = decodeTimestamp(reader.take(7, 'TP-SCTS'))
  return {
    kind: 'deliver',
    originator,
    tpPid,
    timestamp,
    hasMoreMessages: (first & 0x04) === 0,
    isReportReturned: (first & 0x20) !== 0,
    hasReplyPath: (first & 0x80) !== 0,
    userData: decodeUserData(reader, dataCoding, (first & 0x40) !== 0),
  }
}

function decodeSubmit(reader: OctetReader, first: number): SubmitTpdu {
  const messageReference = reader.octet('TP-MR')
  const destination = decodeAddress(reader, 'TP-DA')
  const tpPid = reader.octet('TP-PID')
  const dataCoding = decodeDataCoding(reader.octet('TP-DCS'))
  const validity = decodeValidity(reader, (first >> 3) & 3)
  return {
    kind: 'submit',
    messageReference,
    destination,
    tpPid,
    validity,
    rejectsDuplicates: (first & 0x04) !== 0,
    isReportRequested: (first & 0x20) !== 0,
    hasReplyPath: (first & 0x80) !== 0,
    userData: decodeUserData(reader, dataCoding, (first & 0x40) !== 0),
  }
}

/** Format as in TP-VPF (section 9.2.3.3). */
function decodeValidity(reader: OctetReader, format: number): ValidityPeriod | null {
  if (format === 0) return null
  if (format === 2) return { kind: 'relative', minutes: decodeRelativeValidity(reader.octet('TP-VP')) }
  const octets = reader.take(7, 'TP-VP')
  return format === 1
    ? { kind: 'enhanced', hex: formatHex(octets) }
    : { kind: 'absolute', time: decodeTimestamp(octets) }
}

function decodeStatusReport(reader: OctetReader, first: number): StatusReportTpdu {
  return {
    kind: 'status-report',
    messageReference: reader.octet('TP-MR'),
    recipient: decodeAddress(reader, 'TP-RA'),
    timestamp: decodeTimestamp(reader.take(7, 'TP-SCTS')),
    dischargedAt: decodeTimestamp(reader.take(7, 'TP-DT')),
    status: reader.octet('TP-ST'),
    hasMoreMessages: (first & 0x04) === 0,
    answersCommand: (first & 0x20) !== 0,
    extra: decodeExtra(reader, (first & 0x40) !== 0),
  }
}

/** Whether a message was delivered is known by now: neither padding nor a broken end may cost that. */
function decodeExtra(reader: OctetReader, hasHeader: boolean): ReportExtra | null {
  try {
    const parameterIndicator = reader.octet('TP-PI')
    for (let last = parameterIndicator; last & 0x80; ) last = reader.octet('TP-PI')
    const tpPid = parameterIndicator & 1 ? reader.octet('TP-PID') : null
    const dataCoding = decodeDataCoding(parameterIndicator & 2 ? reader.octet('TP-DCS') : 0)
    const userData = parameterIndicator & 4 ? decodeUserData(reader, dataCoding, hasHeader) : null
    return { parameterIndicator, tpPid, userData }
  } catch (error) {
    if (error instanceof ModemError) return null
    throw error
  }
}
