import type { Failure, OutboundSms, OutboundStatus, SendingStatus, SmsEncoding, Submission } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'

/** `waiting` → `submitting` → `submitted`, or `unknown` (nobody can say), or `failed`. */
export type PartState = 'waiting' | 'submitting' | 'submitted' | 'unknown' | 'failed'

/** What a delivery report said of a part. `unclear`: reports came, and do not say of which of several parts they speak. */
export type PartOutcome = 'delivered' | 'failed' | 'unclear'

export interface OutboundPart {
  readonly part: number
  readonly segments: number
  readonly wire: string
  readonly state: PartState
  readonly references: readonly number[]
  /** ms since the epoch of the last change of `state` */
  readonly at: number | null
  readonly outcome: PartOutcome | null
}

export interface Outbound {
  readonly seq: number
  readonly id: string
  readonly modem: ModemId
  readonly request: OutboundSms
  readonly encoding: SmsEncoding
  readonly transaction: string | null
  /** ms since the epoch */
  readonly acceptedAt: number
  readonly expiresAt: number | null
  readonly status: SendingStatus
  readonly error: Failure | null
  readonly attempts: number
  readonly parts: readonly OutboundPart[]
}

export interface NewOutbound {
  readonly id: string
  readonly request: OutboundSms
  readonly submissions: readonly Submission[]
  readonly highPriority: boolean
  readonly transaction: string | null
  /** Identity of the command it came with, for recognising a redelivery. */
  readonly command: string
  readonly expiresAt: number | null
}

/** What is said outside of an outgoing message as it stands. */
export function statusOf(outbound: Outbound, at: number): OutboundStatus {
  return {
    id: outbound.id,
    to: outbound.request.to,
    status: outbound.status,
    parts: outbound.parts.reduce((sum, part) => sum + part.segments, 0),
    partsSent: outbound.parts.reduce((sum, part) => sum + (part.state === 'submitted' ? part.segments : 0), 0),
    references: outbound.parts.flatMap((part) => part.references),
    error: outbound.error,
    at: new Date(at).toISOString(),
    transaction: outbound.transaction,
  }
}
