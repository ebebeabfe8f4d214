import { EventEmitter } from 'node:events'
import { MODE_SWITCH_PATH, REBOOT_FORM } from '../goform/control.ts'
import { numberAt } from '../goform/reply.ts'
import { CLEAR_NOTICES, NOTICE_ITEMS, readNotices } from '../goform/sms-store.ts'
import { ModemError } from '../modem/errors.ts'
import type { Capabilities, Identity, Modem, ModemEvents, UsbModeControl } from '../modem/modem.ts'
import type { ModemState, SimState, StateGroup } from '../modem/state.ts'
import type { GoformCipher } from './goform-cipher.ts'
import { createDataControl, createModeControl, createOperatorControl } from './goform-network.ts'
import { GoformReports } from './goform-reports.ts'
import { GoformRows } from './goform-rows.ts'
import { GoformSender } from './goform-sender.ts'
import type { GoformSession } from './goform-session.ts'
import { createRouterUnlock } from './goform-sim.ts'
import { GoformSmsStore } from './goform-sms.ts'
import { GoformSmsSettings } from './goform-sms-settings.ts'
import { readRouterState } from './goform-state.ts'
import { GoformUssd } from './goform-ussd.ts'

/** What opening a router found. */
export interface OpenedRouter {
  readonly session: GoformSession
  readonly cipher: GoformCipher
  readonly identity: Identity
  readonly sim: SimState
  /** Why the SIM is not ready, for the user. */
  readonly problem: ModemError | null
}

/** How often it is asked whether something arrived, in milliseconds. */
const NOTICE_MS = 5_000

/** So many of these in a row that failed are a lost modem. */
const MOST_FAILURES = 3

/** Sticks that can leave network mode for one with AT ports. */
const MODE_SWITCHERS = new Set(['MF823', 'MF823D'])

/** A router whose session is open. Its loss waits for whoever listens first; behind `close` there is no event any more. */
export class GoformModem extends EventEmitter<ModemEvents> implements Modem {
  readonly identity: Identity
  readonly problem: ModemError | null
  readonly can: Capabilities
  readonly #session: GoformSession
  readonly #ussd: GoformUssd
  readonly #ended = new AbortController()
  #unread: number | null = null
  #lost: ModemError | undefined

  constructor({ session, cipher, identity, sim, problem }: OpenedRouter) {
    super()
    this.identity = identity
    this.problem = problem
    this.#session = session
    this.#ussd = new GoformUssd(
      session,
      (reply) => this.emit('ussd', reply),
      (error) => this.#failed(error),
    )
    const isUsable = sim === 'ready' || sim === 'unknown'
    this.can = {
      ...(isUsable && { sms: this.#messages(cipher) }),
      reboot: () => this.#reboot(),
      networkMode: createModeControl(session),
      operator: createOperatorControl(session),
      data: createDataControl(session),
      ussd: this.#ussd,
      unlock: createRouterUnlock(session),
      ...(MODE_SWITCHERS.has(session.profile.name) && { usbMode: this.#usbMode() }),
    }
    const listening: EventEmitter = this as EventEmitter
    listening.on('newListener', () => queueMicrotask(() => this.#release()))
    void this.#watch()
  }

  #messages(cipher: GoformCipher): GoformSmsStore {
    const session = this.#session
    const rows = new GoformRows(session, cipher)
    return new GoformSmsStore({
      rows,
      reports: new GoformReports(session),
      sender: new GoformSender(session, rows, cipher, new GoformSmsSettings(session, rows)),
      clock: session.clock,
      onLeft: () => this.emit('arrived'),
    })
  }

  readState(groups: readonly StateGroup[]): Promise<Partial<ModemState>> {
    return readRouterState(this.#session, groups)
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#ussd.close()
    await this.#session.close()
  }

  /** Asks in vain are forgiven twice; what only a new opening cures is not. */
  async #watch(): Promise<void> {
    const { signal } = this.#ended
    let failures = 0
    while (!signal.aborted) {
      try {
        await this.#session.clock.pause(NOTICE_MS, signal)
        await this.#look()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof ModemError)) throw error
        failures += 1
        if (failures < MOST_FAILURES && error.code !== 'session_taken') continue
        this.#failed(error)
        return
      }
    }
  }

  /** The flags are shared with the web page: who reads first clears them, so the count of unread messages is looked at too. */
  async #look(): Promise<void> {
    if (this.can.sms === undefined) {
      await this.#session.items([])
      return
    }
    const values = await this.#session.items(NOTICE_ITEMS, CLEAR_NOTICES)
    const unread = numberAt(values, 'sms_unread_num')
    const hasMore = unread !== null && unread > (this.#unread ?? 0)
    this.#unread = unread ?? this.#unread
    const { hasMessage, hasReport } = readNotices(values)
    if (hasMessage || hasReport || hasMore) this.emit('arrived')
  }

  async #reboot(): Promise<void> {
    await this.#session.depart(REBOOT_FORM)
    this.#failed(new ModemError('closed', 'The router restarts.'))
  }

  #usbMode(): UsbModeControl {
    const set = async (mode: 'modem' | 'network'): Promise<void> => {
      if (mode === 'network') return
      await this.#session.depart({ path: MODE_SWITCH_PATH })
      this.#failed(new ModemError('closed', 'The stick has left network mode.'))
    }
    return { set }
  }

  #failed(cause: ModemError): void {
    if (this.#ended.signal.aborted) return
    this.#lost ??= cause
    this.#release()
  }

  #release(): void {
    if (this.#lost === undefined || this.#ended.signal.aborted || this.listenerCount('lost') === 0) return
    this.#ended.abort()
    this.emit('lost', this.#lost)
  }
}
