import type { UssdReply } from '../modem/messages.ts'

/** One step of a USSD session as the outside is told it. */
export interface UssdReport {
  /** The same from the code to the last answer. */
  readonly sessionId: string
  /** The code, or the answer to a menu, that it replies to; `null`: the network began. */
  readonly request: string | null
  readonly text: string | null
  readonly status: UssdReply['status'] | 'network_initiated'
  /** CBS data coding scheme (3GPP TS 23.038 section 5), 0 … 255 */
  readonly dcs: number | null
  /** RFC 3339 */
  readonly at: string
}

/** A configured query: a code that is asked by itself. */
export interface UssdQuery {
  /** Its key in the state. */
  readonly slug: string
  readonly name: string
  readonly code: string
  readonly everyMs: number
  /** Finds the value: its first group, or the whole match; `null`: only the text counts. */
  readonly regex: string | null
  readonly unit: string | null
}

/** What a query brought last; all `null` until it brought something. */
export interface UssdReading {
  readonly value: number | null
  readonly unit: string | null
  readonly text: string | null
  /** RFC 3339 */
  readonly at: string | null
}
