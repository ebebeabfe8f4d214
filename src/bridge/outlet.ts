import type { InboundSms, OutboundStatus } from '../modem/messages.ts'
import type { Driver, Identity, ModemId } from '../modem/modem.ts'
import type { ModemState, NetworkModeName, StateGroup } from '../modem/state.ts'
import type { UssdReading, UssdReport } from './ussd-report.ts'

/** Every stage of a modem's life. */
export const PHASES = [
  'starting',
  'unlocking',
  'ready',
  'paused',
  'recovering',
  'rebooting',
  'absent',
  'failed',
] as const

/** Where a modem stands in its life. */
export type Phase = (typeof PHASES)[number]

/** Who a modem is and what it can do: all that is said once per opening. */
export interface ModemCard {
  readonly id: ModemId
  readonly name: string
  readonly transport: Driver['transport']
  /** `null` until the modem was opened for the first time. */
  readonly identity: Identity | null
  /** It has a SIM to send with. Only then is it certain what else it cannot do: a locked SIM keeps some of that from being found out. */
  readonly canSend: boolean
  readonly canReboot: boolean
  readonly canUssd: boolean
  /** Looking for networks, and choosing one. */
  readonly canScan: boolean
  readonly canSwitchData: boolean
  readonly canSwitchUsb: boolean
  /** What `network_mode/set` takes; `null`: nothing, or not known yet. */
  readonly networkModes: readonly NetworkModeName[] | null
  /** Groups of the state that it has told of by now. */
  readonly tells: readonly StateGroup[]
}

/** Everything that changes about a modem. */
export interface ModemStatus {
  readonly link: 'up' | 'down'
  readonly phase: Phase
  readonly modem: Partial<ModemState>
  /** Outgoing messages not yet handed over. */
  readonly waiting: number
  /** Segments handed over since local midnight. */
  readonly sentToday: number
  /** `sms.limits.per_day`; `null`: no limit. */
  readonly quotaPerDay: number | null
  /** Segments that may still be accepted today and this month with normal priority; `null`: no limit. */
  readonly quotaLeft: number | null
  /** What the configured queries brought last, by slug. */
  readonly ussd: Readonly<Record<string, UssdReading>>
  /** One sentence that says what is wrong and what to do. */
  readonly problem: string | null
  /** RFC 3339 */
  readonly updatedAt: string
}

/** Something worth telling that is no state. `detail` keys are published beside `type`. */
export interface ModemHappening {
  readonly type:
    | 'connected'
    | 'disconnected'
    | 'rebooting'
    | 'recovered'
    | 'recovery'
    | 'port_changed'
    | 'storage_full'
    | 'sim_changed'
    | 'registration_changed'
    | 'session_taken'
    | 'failed'
    | 'firmware_changed'
    | 'pdu_quarantined'
    | 'quota_exceeded'
    | 'rule_matched'
    | 'rule_refused'
    | 'rule_locked'
  readonly detail?: Readonly<Record<string, string | number | null>>
}

/** Somebody called. Told twice: when it began, and when it was over. */
export interface IncomingCall {
  /** `null`: withheld, or not told by the network. */
  readonly from: string | null
  /** RFC 3339; the first ring. */
  readonly at: string
  /** RFC 3339, within a ring or so; `null`: it rings. */
  readonly endedAt: string | null
  /** How often it rang; `null`: it rings. */
  readonly rings: number | null
}

/** The one thing the bridge needs from the outside. Resolving means: the outside has taken responsibility (for MQTT: PUBACK). */
export interface Outlet {
  announce(card: ModemCard): Promise<void>
  availability(modem: ModemId, online: boolean): Promise<void>
  state(modem: ModemId, status: ModemStatus): Promise<void>
  smsReceived(modem: ModemId, sms: InboundSms): Promise<void>
  smsStatus(modem: ModemId, status: OutboundStatus): Promise<void>
  ussdReply(modem: ModemId, report: UssdReport): Promise<void>
  event(modem: ModemId, event: ModemHappening): Promise<void>
  call(modem: ModemId, call: IncomingCall): Promise<void>
  /** Anything to any topic, not retained: only for what a user configured. */
  publish(topic: string, payload: string): Promise<void>
  /** Whether the outside could hear something now. */
  readonly isReachable: boolean
}
