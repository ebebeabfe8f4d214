import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Database } from './database.ts'

export type Direction = 'received' | 'sent'

/** One line of the history: the whole received message, or what was sent and where it stands. */
export type HistoryEntry =
  | { readonly direction: 'received'; readonly at: number; readonly sms: InboundSms }
  | {
      readonly direction: 'sent'
      readonly at: number
      readonly id: string
      readonly to: string
      readonly text: string
      readonly status: string
    }

export interface HistoryQuestion {
  /** 1 … 500 */
  readonly limit: number
  /** Only what is older; ms since the epoch. */
  readonly before: number
  readonly direction: Direction | null
}

/** Reads the journal back, newest first. */
export function readHistory(
  db: Database,
  modem: ModemId,
  { limit, before, direction }: HistoryQuestion,
): HistoryEntry[] {
  const received =
    direction === 'sent'
      ? []
      : db.all<{ at: number; body: string }>(
          'SELECT received_at AS at, body FROM message WHERE modem = ? AND received_at < ? ORDER BY received_at DESC, seq DESC LIMIT ?',
          modem,
          before,
          limit,
        )
  const sent =
    direction === 'received'
      ? []
      : db.all<{ at: number; id: string; recipient: string; text: string; status: string }>(
          'SELECT accepted_at AS at, id, recipient, text, status FROM outbound WHERE modem = ? AND accepted_at < ? ORDER BY accepted_at DESC, seq DESC LIMIT ?',
          modem,
          before,
          limit,
        )
  const entries: HistoryEntry[] = [
    ...received.map(({ at, body }) => ({ direction: 'received' as const, at, sms: JSON.parse(body) as InboundSms })),
    ...sent.map(({ at, id, recipient, text, status }) => ({
      direction: 'sent' as const,
      at,
      id,
      to: recipient,
      text,
      status,
    })),
  ]
  return entries.sort((a, b) => b.at - a.at).slice(0, limit)
}
