import type { EventEmitter } from 'node:events'
import type { ModemError } from './errors.ts'
import type { MessageBody, OutboundSms, StoredSegment, Submission, UssdReply } from './messages.ts'
import type { AccessTechnology, ModemState, NetworkModeName, StateGroup } from './state.ts'

/** The configured id of a modem: `[a-z0-9][a-z0-9_-]{0,31}`, not `bridge` or `pool`. */
export type ModemId = string

/** Every way in which modems are spoken to: AT commands, and the web pages of routers. */
export const TRANSPORTS = ['serial', 'http'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** The lock of the device to an operator or a SIM (personalisation, 3GPP TS 22.022). */
export interface DeviceLock {
  readonly status: 'unlocked' | 'locked' | 'failed' | 'starting'
  readonly to: 'network' | 'sim' | 'network_and_sim' | null
  /** How often an unlock code may still be tried. */
  readonly triesLeft: number | null
}

/** Who the modem says it is; `null` where it did not say. */
export interface Identity {
  readonly manufacturer: string | null
  readonly model: string | null
  readonly firmware: string | null
  readonly hardware: string | null
  readonly imei: string | null
  readonly imsi: string | null
  readonly iccid: string | null
  readonly msisdn: string | null
  /** `null`: the modem does not tell. */
  readonly locks: DeviceLock | null
  /** Where it was found: a device path or a URL. */
  readonly port: string
}

/** A Driver exists for every configured modem, present or not. */
export interface Driver {
  readonly transport: Transport
  /** Pure. `reference` 0 … 65535 ties the segments of one message together. @throws ModemError `invalid_request` */
  prepare(sms: OutboundSms, reference: number): readonly Submission[]
  /** Pure. Joins the raw segments of one message, in order; `null` stands for a segment that never came. */
  join(raws: readonly (string | null)[]): MessageBody
  /** Finds, opens, starts up and identifies the modem. @throws ModemError */
  open(signal: AbortSignal): Promise<Modem>
  /**
   * Reads what the device tells everybody: without a login, and without a modem that is open; absent: nothing. A group of which
   * it tells nothing is absent from the answer. @throws ModemError
   */
  readOpenly?(groups: readonly StateGroup[], signal: AbortSignal): Promise<Partial<ModemState>>
  /**
   * Restarts a modem that answers too badly to be opened; absent: the bridge never restarts it by itself, because others depend
   * on it, as a household does on its router. @throws ModemError
   */
  restart?(signal: AbortSignal): Promise<void>
}

/** A Modem exists only while it is open. Lost means: open a new one. */
export interface Modem extends EventEmitter<ModemEvents> {
  readonly identity: Identity
  readonly can: Capabilities
  /** What keeps it from being of full use, such as a SIM that is not ready; `null`: nothing that was found at the start. */
  readonly problem: ModemError | null
  /** Reads these groups now. A group the modem cannot tell is absent from the answer. */
  readState(groups: readonly StateGroup[]): Promise<Partial<ModemState>>
  close(): Promise<void>
}

/** What this modem can do; absent = it cannot, and nothing else says so. */
export interface Capabilities {
  readonly sms?: SmsStore
  /** Resolves when the modem took the request; it then leaves, and `lost` follows. */
  readonly reboot?: () => Promise<void>
  readonly radio?: RadioControl
  /** Ends the call that rings now. */
  readonly hangUp?: () => Promise<void>
  readonly networkMode?: NetworkModeControl
  readonly operator?: OperatorControl
  readonly data?: DataControl
  readonly ussd?: UssdSession
  readonly unlock?: SimUnlock
  readonly usbMode?: UsbModeControl
  /**
   * One command line in the modem's own language; resolves with the lines of its answer, the final result code last, also when
   * that is an error. @param timeoutMs `null`: the usual time of that command @throws ModemError `not_allowed` for a command
   * that would end the conversation or that the bridge has a better way for
   */
  readonly raw?: (command: string, timeoutMs: number | null) => Promise<readonly string[]>
}

export interface NetworkModeControl {
  /** Those that this modem takes. */
  readonly modes: readonly NetworkModeName[]
  /**
   * Resolves when the modem has confirmed it. @param raw in the modem's own words instead
   * @throws ModemError `invalid_request` for a mode that it does not have; `rejected_by_modem`
   */
  set(mode: NetworkModeName | { readonly raw: string }): Promise<void>
}

/** One network that a scan found (3GPP TS 27.007 section 7.3). */
export interface FoundOperator {
  readonly name: string | null
  /** MCC and MNC, five or six digits. */
  readonly code: string
  readonly status: 'available' | 'current' | 'forbidden' | 'unknown'
  readonly accessTechnology: AccessTechnology | null
}

export interface OperatorControl {
  /** Takes minutes, during which the modem may lose its network. */
  scan(): Promise<readonly FoundOperator[]>
  /** @param code MCC and MNC, or `auto` */
  set(code: string): Promise<void>
}

export interface DataControl {
  set(connected: boolean): Promise<void>
}

export interface UssdSession {
  /** Begins a session with a code such as `*100#`. Resolves when the network has it; the reply comes as `ussd`. */
  request(code: string): Promise<void>
  /** The same over another port of the modem: some tell the reply only there. @throws ModemError `not_supported`: there is none */
  readonly requestElsewhere?: (code: string) => Promise<void>
  /** Answers the menu of the open session. */
  reply(text: string): Promise<void>
  /** Ends the session, if one is open. */
  cancel(): Promise<void>
}

export interface SimUnlock {
  pin(pin: string): Promise<void>
  puk(puk: string, newPin: string): Promise<void>
}

export interface UsbModeControl {
  /** Resolves when the device took it; it then leaves the bus and comes back as something else. */
  set(mode: 'modem' | 'network'): Promise<void>
}

export interface RadioControl {
  /** Resolves when the modem took it; registering with a network takes longer. @throws ModemError */
  set(on: boolean, signal?: AbortSignal): Promise<void>
}

/** Hears of what is about to be deleted. */
export type OnLeaving = (leaving: readonly StoredSegment[]) => void

export interface SmsStore {
  /** What lies in the modem now, status reports too. `everywhere`: also in the stores that are not used for receiving. */
  list(everywhere: boolean): Promise<readonly StoredSegment[]>
  /** Names of the stores in which messages can lie. */
  readonly stores: readonly string[]
  /**
   * @param onLeaving called before something is deleted, with what is; when it throws, that stays. What is slot-bound has been
   *   marked as read by then, so what lies there unread from then on is another message
   * @returns those that had to stay, because something else would have gone with them
   */
  remove(segments: readonly StoredSegment[], onLeaving?: OnLeaving): Promise<readonly StoredSegment[]>
  /** Marks as read what stays in the modem; absent where listing does that. */
  markRead?(segments: readonly StoredSegment[]): Promise<void>
  /**
   * @param onHandOver called at the last instant before the message leaves our hands; when it throws, the message stays.
   *   A rejection without it having been called means: the network certainly does not have the message
   * @returns the network's message references (TP-MR)
   */
  submit(submission: Submission, onHandOver: () => void): Promise<readonly number[]>
}

/** What is heard of an incoming call. */
export type CallSign =
  /** Once per ring. */
  | { readonly kind: 'ring' }
  /** Beside or instead of a ring; `null`: the number is withheld. */
  | { readonly kind: 'caller'; readonly from: string | null }
  /** The caller has given up. Not every modem tells. */
  | { readonly kind: 'end' }

export type ModemEvents = {
  /** A hint: look into the store. With a segment: the message itself, which is stored nowhere else. */
  arrived: [direct?: StoredSegment]
  /** A reply to a USSD request, or a request of the network's own. */
  ussd: [reply: UssdReply]
  /** Somebody calls. */
  call: [sign: CallSign]
  /** A hint: read this group again. `news`: what is certain without asking. */
  changed: [group: StateGroup, news?: Partial<ModemState> | undefined]
  /** Said once, the last event of this object. */
  lost: [cause: ModemError]
}
