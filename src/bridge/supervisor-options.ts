import type { ModemError } from '../modem/errors.ts'
import type { Driver, ModemId } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'
import type { AcceptanceOptions } from './acceptance.ts'
import type { InboxOptions } from './inbox.ts'
import type { OutboxOptions } from './outbox.ts'
import type { Outlet } from './outlet.ts'
import type { RemoteControl } from './remote-control.ts'
import type { UssdSettings } from './ussd.ts'

type Shared = 'modem' | 'journal' | 'driver' | 'now' | 'newId' | 'onPublication' | 'onEvent' | 'rules' | 'onExhausted'

export interface SupervisorOptions
  extends Omit<InboxOptions, Shared>,
    Omit<OutboxOptions, Shared>,
    Omit<AcceptanceOptions, Shared> {
  readonly id: ModemId
  /** Absent: no message causes anything. */
  readonly rules?: RemoteControl | undefined
  readonly name: string
  readonly driver: Driver
  readonly journal: InboxOptions['journal']
  readonly outlet: Outlet
  /** Set at every opening; `null`: the modem keeps its own. */
  readonly networkMode: NetworkModeName | null
  /** Whether `at` may be used. */
  readonly allowRawAt: boolean
  readonly poll: {
    readonly signalMs: number
    readonly statusMs: number
    readonly smsMs: number
    readonly republishMs: number
  }
  readonly ussd: UssdSettings
  readonly recovery: {
    readonly isEnabled: boolean
    /** Where OFF and ON switch the power of this modem; `null`: nowhere. */
    readonly usbPowerTopic: string | null
  }
  /** `calls.reject` */
  readonly rejectsCalls: boolean
  readonly now: () => number
  /** ms on a clock that never jumps, whatever happens to the time of day */
  readonly elapsed: () => number
  readonly newId: () => string
  /** What keeps the modem from being of full use; not called again with the same words by the same piece of work. */
  readonly onProblem: (problem: string, cause: ModemError) => void
}
