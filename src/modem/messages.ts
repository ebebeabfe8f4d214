import type { ErrorCode } from './errors.ts'

/** Character coding of a message's user data (3GPP TS 23.038 section 4). */
export type SmsEncoding = 'gsm7' | 'ucs2' | '8bit'

/** Place of one segment in a concatenated message (3GPP TS 23.040 section 9.2.3.24.1). */
export interface Concatenation {
  readonly reference: number
  readonly referenceBits: 8 | 16
  /** 1 … 255 */
  readonly total: number
  /** 1 … total */
  readonly sequence: number
}

/** What can be said of a received message before its segments are joined. */
export interface ReceivedSegment {
  readonly kind: 'received'
  /** E.164 with `+`, a short code, or an alphanumeric sender as received. */
  readonly from: string
  /** TP-SCTS as RFC 3339 with the centre's offset; `null` when the octets are no valid time. */
  readonly sentAt: string | null
  /** Service centre address, `null` when the modem gave none. */
  readonly smsc: string | null
  readonly concatenation: Concatenation | null
  /** Message class 0 (flash) … 3, `null` when the message has none. */
  readonly messageClass: 0 | 1 | 2 | 3 | null
  /** Replace Short Message Type 1 … 7 (TP-PID 41 … 47 hex), else `null`. */
  readonly replaceType: number | null
}

/** SMS-STATUS-REPORT (3GPP TS 23.040 section 9.2.2.3), or its equivalent on other wires. */
export interface StatusReport {
  readonly kind: 'report'
  /** TP-MR of the submitted segment, 0 … 255; `null` on routers, most of which do not tell it. */
  readonly reference: number | null
  readonly to: string
  /** TP-SCTS of the submitted segment. */
  readonly sentAt: string | null
  /** TP-DT, RFC 3339. */
  readonly dischargedAt: string | null
  /** TP-ST octet, 0 … 255; `null`: only the outcome is told. */
  readonly status: number | null
  /** `pending`: the centre still tries; a later report follows. */
  readonly outcome: 'delivered' | 'pending' | 'failed'
}

/** Something in the modem's store that could not be decoded; it is quarantined, never dropped. */
export interface UndecodableSegment {
  readonly kind: 'undecodable'
  readonly reason: string
  /** Encrypted with a key that may become known again: it is left in the modem while there is room. */
  readonly isSealed?: boolean
}

export type SegmentContent = ReceivedSegment | StatusReport | UndecodableSegment

/**
 * Begins the content key of what only its slot tells from others, for want of a time: what comes into that slot later may look
 * the same, and is another message.
 */
export const SLOT_BOUND = 'slot:'

/** One thing that lies in the modem's store, or that came in a notification and is stored nowhere else. */
export interface StoredSegment {
  /** Name of the store (`SM`, `ME`, `SR`; routers: `device`, `sim`), or `direct` for what was never stored. */
  readonly store: string
  /** Index within that store; `null` for `direct`, and for what cannot be removed. */
  readonly slot: number | null
  /** The whole message as the modem gave it: hex PDU on serial lines, a JSON row on routers. */
  readonly raw: string
  /**
   * Identity of the content whatever the slot: equal for the same message listed twice, told by the network twice. One that
   * begins with `SLOT_BOUND` holds only as long as the message lies in its slot.
   */
  readonly contentKey: string
  readonly content: SegmentContent
  /** Nobody has read it yet; absent where the modem does not tell that, or marks it by listing. */
  readonly isUnread?: boolean
}

/** The readable part of a message, joined over its segments. */
export interface MessageBody {
  readonly text: string | null
  readonly encoding: SmsEncoding
  /** Upper-case hex of 8-bit user data without its header; `null` for text. */
  readonly dataHex: string | null
  /** Application ports (3GPP TS 23.040 section 9.2.3.24.3 and .4). */
  readonly ports: { readonly destination: number; readonly source: number } | null
}

/** A received message, whole or with the segments that came. */
export interface InboundSms extends MessageBody {
  readonly id: string
  readonly from: string | null
  readonly sentAt: string | null
  /** RFC 3339; when the bridge had it on disk. */
  readonly receivedAt: string
  readonly smsc: string | null
  readonly parts: number
  readonly missingParts: number
  readonly messageClass: 0 | 1 | 2 | 3 | null
  /** Id of the earlier message that this one replaces, where the bridge still knows it. */
  readonly replaces: string | null
  /** Hex of a PDU that could not be decoded; everything else is then `null`. */
  readonly raw: string | null
  /** Found stored in the modem, not announced live. */
  readonly backlog: boolean
}

/** `auto`: GSM 7 bit when every character fits, else UCS2. `gsm7`: transliterate what does not fit. */
export type RequestedEncoding = 'auto' | 'gsm7' | 'ucs2'

export interface OutboundSms {
  readonly to: string
  readonly text: string
  readonly flash: boolean
  readonly deliveryReport: boolean
  /** How long the service centre shall try, in minutes; `null`: its own default. */
  readonly validityMinutes: number | null
  readonly encoding: RequestedEncoding
}

/** One hand-over to the modem. Serial modems take one per segment, routers one per message. */
export interface Submission {
  /** Position 1 … of. */
  readonly part: number
  readonly of: number
  /** How many segments the network will count (and charge) for it. */
  readonly segments: number
  readonly encoding: SmsEncoding
  /** What the driver hands to its modem; opaque to everyone else, and safe to store. */
  readonly wire: string
}

/** What a USSD session brought (3GPP TS 27.007 section 7.15, TS 22.090). */
export interface UssdReply {
  readonly status: 'done' | 'reply_needed' | 'terminated' | 'other_client' | 'not_supported' | 'timeout'
  /** Decoded; `null`: there was none. */
  readonly text: string | null
  /** CBS data coding scheme as told (3GPP TS 23.038 section 5), 0 … 255 */
  readonly dcs: number | null
}

/** Where an outgoing message stands. `unknown`: handed over, and nobody can say whether the network took it. */
export type SendingStatus =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'expired'
  | 'unknown'
  | 'cancelled'

/** Why a request failed, as the outside is told it. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly cms?: number
  readonly cme?: number
}

/** One step in the life of an outgoing message. */
export interface OutboundStatus {
  readonly id: string
  readonly to: string
  readonly status: SendingStatus
  readonly parts: number
  readonly partsSent: number
  /** TP-MR of the segments that were taken, 0 … 255 */
  readonly references: readonly number[]
  readonly error: Failure | null
  /** RFC 3339 */
  readonly at: string
  readonly transaction: string | null
}
