/**
 * The network's half of 3GPP TS 23.040: it writes SMS-DELIVER and SMS-STATUS-REPORT and reads SMS-SUBMIT, each in hex as
 * modems pass them on, with the service centre address in front.
 */
import type { Address, Timestamp } from './network-side-fields.ts'
import {
  decodeAddress,
  decodeServiceCentre,
  decodeTimestamp,
  encodeAddress,
  encodeServiceCentre,
  encodeTimestamp,
} from './network-side-fields.ts'
import { hex, octetsOfHex } from './network-side-text.ts'
import type { Content, UserData } from './network-side-user-data.ts'
import { alphabetOf, decodeUserData } from './network-side-user-data.ts'

/** SMS-DELIVER (section 9.2.2.1). */
export interface Deliver {
  /** Service centre address; `null` leaves it out. */
  readonly smsc: string | null
  readonly from: Address
  /** TP-PID octet. */
  readonly pid: number
  /** TP-DCS octet. */
  readonly dcs: number
  readonly sentAt: Timestamp
  readonly userData: UserData
  /** Bits of the first octet besides TP-MTI and TP-UDHI: 04 no more messages wait (default), 20 TP-SRI, 80 TP-RP. */
  readonly flags?: number
}

/** SMS-STATUS-REPORT (section 9.2.2.3). */
export interface Report {
  readonly smsc: string | null
  /** TP-MR of the submitted part, 0 … 255. */
  readonly reference: number
  readonly to: Address
  readonly sentAt: Timestamp
  readonly dischargedAt: Timestamp
  /** TP-ST octet. */
  readonly status: number
}

/** SMS-SUBMIT (section 9.2.2.2). */
export interface Submit {
  readonly smsc: string | null
  /** TP-MR as the terminal wrote it; modems put in their own. */
  readonly reference: number
  readonly to: Address
  readonly pid: number
  readonly dcs: number
  readonly validity: Validity | null
  readonly wantsReport: boolean
  readonly rejectsDuplicates: boolean
  readonly hasReplyPath: boolean
  readonly userData: UserData
  readonly content: Content
}

/** TP-VP in its three formats (section 9.2.3.12). */
export type Validity =
  | { readonly format: 'relative'; readonly minutes: number }
  | { readonly format: 'absolute'; readonly time: string }
  | { readonly format: 'enhanced'; readonly hex: string }

const NO_MORE_MESSAGES = 0x04
const HAS_HEADER = 0x40

/** @returns hex, the service centre address in front */
export function encodeDeliver(deliver: Deliver): string {
  const { userData } = deliver
  return hex(
    Uint8Array.from([
      ...encodeServiceCentre(deliver.smsc),
      (deliver.flags ?? NO_MORE_MESSAGES) | (userData.hasHeader ? HAS_HEADER : 0),
      ...encodeAddress(deliver.from),
      deliver.pid,
      deliver.dcs,
      ...encodeTimestamp(deliver.sentAt),
      userData.length,
      ...userData.octets,
    ]),
  )
}

/** @returns hex, the service centre address in front */
export function encodeReport(report: Report): string {
  return hex(
    Uint8Array.from([
      ...encodeServiceCentre(report.smsc),
      NO_MORE_MESSAGES | 0x02,
      report.reference,
      ...encodeAddress(report.to),
      ...encodeTimestamp(report.sentAt),
      ...encodeTimestamp(report.dischargedAt),
      report.status,
    ]),
  )
}

/** Reads an SMS-SUBMIT; `null` when it is none or does not fit its own lengths. */
export function decodeSubmit(pdu: string): Submit | null {
  const octets = octetsOfHex(pdu)
  const centre = octets && decodeServiceCentre(octets)
  if (!octets || !centre) return null
  const first = octets[centre.next]
  const reference = octets[centre.next + 1]
  if (first === undefined || reference === undefined || (first & 3) !== 1) return null
  const destination = decodeAddress(octets, centre.next + 2)
  if (destination === null) return null
  const { address: to, next } = destination
  const pid = octets[next]
  const dcs = octets[next + 1]
  const format = (first >> 3) & 3
  const userDataAt = next + 2 + (VALIDITY_OCTETS[format] ?? 0)
  const length = octets[userDataAt]
  if (pid === undefined || dcs === undefined || length === undefined) return null

  const size = alphabetOf(dcs) === 'gsm7' ? Math.ceil((length * 7) / 8) : length
  const userData: UserData = { hasHeader: (first & HAS_HEADER) !== 0, length, octets: octets.subarray(userDataAt + 1) }
  const content = userData.octets.length === size && size <= 140 ? decodeUserData(userData, dcs) : null
  if (content === null) return null
  return {
    smsc: centre.number,
    reference,
    to,
    pid,
    dcs,
    validity: decodeValidity(format, octets.subarray(next + 2, userDataAt)),
    wantsReport: (first & 0x20) !== 0,
    rejectsDuplicates: (first & 0x04) !== 0,
    hasReplyPath: (first & 0x80) !== 0,
    userData,
    content,
  }
}

/** What a terminal itself reads of an SMS-DELIVER: whether to store it, and what to show in text mode. */
export interface ReadDeliver {
  readonly from: Address
  readonly pid: number
  readonly dcs: number
  /** TP-SCTS as RFC 3339, not checked against the calendar. */
  readonly sentAt: string
  /** `null` when the user data does not fit its lengths. */
  readonly content: Content | null
}

/** Reads an SMS-DELIVER; `null` when it is none. */
export function decodeDeliver(pdu: string): ReadDeliver | null {
  const octets = octetsOfHex(pdu)
  const centre = octets && decodeServiceCentre(octets)
  if (!octets || !centre) return null
  const first = octets[centre.next]
  const sender = decodeAddress(octets, centre.next + 1)
  if (first === undefined || (first & 3) !== 0 || sender === null) return null
  const { address: from, next } = sender
  const [pid, dcs] = octets.subarray(next)
  const length = octets[next + 9]
  if (pid === undefined || dcs === undefined || length === undefined) return null
  const userData: UserData = { hasHeader: (first & HAS_HEADER) !== 0, length, octets: octets.subarray(next + 10) }
  return {
    from,
    pid,
    dcs,
    sentAt: decodeTimestamp(octets.subarray(next + 2, next + 9)),
    content: decodeUserData(userData, dcs),
  }
}

/** By TP-VPF: none, enhanced, relative, absolute (section 9.2.3.3). */
const VALIDITY_OCTETS = [0, 7, 1, 7]

function decodeValidity(format: number, octets: Uint8Array): Validity | null {
  if (format === 1) return { format: 'enhanced', hex: hex(octets) }
  if (format === 3) return { format: 'absolute', time: decodeTimestamp(octets) }
  return format === 2 ? { format: 'relative', minutes: relativeMinutes(octets[0] ?? 0) } : null
}

/** Section 9.2.3.12.1. */
function relativeMinutes(value: number): number {
  if (value <= 143) return (value + 1) * 5
  if (value <= 167) return 12 * 60 + (value - 143) * 30
  if (value <= 196) return (value - 166) * 24 * 60
  return (value - 192) * 7 * 24 * 60
}

/** Octets of a hex PDU without the service centre part, which is the `<length>` of AT headers (TS 27.005 section 3.1). */
export function tpduLength(pdu: string): number {
  return pdu.length / 2 - 1 - Number.parseInt(pdu.slice(0, 2), 16)
}
