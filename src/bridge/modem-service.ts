import type { HistoryEntry, HistoryQuestion } from '../journal/history.ts'
import type { Accepted, SendRequest } from './acceptance.ts'
import type { CommandContext } from './command-row.ts'
import type { Unwanted } from './discarding.ts'
import type { NetworkService } from './network-service.ts'
import type { UssdReport } from './ussd-report.ts'

export type { HistoryEntry } from '../journal/history.ts'

/** What may be asked of one modem, present or not. Every method throws or rejects with ModemError. */
export interface ModemService {
  readonly network: NetworkService
  /** Synchronous: when it returns, the messages are in the journal. */
  accept(request: SendRequest, context: CommandContext): readonly Accepted[]
  cancel(id: string): { readonly id: string; readonly status: string }
  history(question: HistoryQuestion): readonly HistoryEntry[]
  reboot(): Promise<void>
  /** Resolves when the radio is off, or when the modem is registered with a network again. */
  setRadio(on: boolean): Promise<void>
  /** Begins a USSD session. Resolves with the reply. */
  sendUssd(code: string): Promise<UssdReport>
  /** Answers the open USSD menu. Resolves with the next reply. */
  replyUssd(text: string): Promise<UssdReport>
  cancelUssd(): Promise<void>
  refresh(): Promise<void>
  /** Deletes in the modem, not in the journal. Resolves with the number of slots freed. */
  discard(unwanted: Unwanted): Promise<{ readonly deleted: number }>
  /** Resolves when the port is free; 0 minutes end a pause. `until`: RFC 3339. */
  pause(minutes: number): Promise<{ readonly until: string | null }>
}
