import { ModemError } from '../modem/errors.ts'
import type { UssdReply } from '../modem/messages.ts'
import type { Modem, UssdSession } from '../modem/modem.ts'
import { Bell } from './bell.ts'
import { BorrowedMode } from './borrowed-mode.ts'
import type { FallbackPolicy } from './ussd-fallback.ts'
import { isRefusal, UssdFallback } from './ussd-fallback.ts'
import type { UssdQueriesOptions } from './ussd-queries.ts'
import { UssdQueries } from './ussd-queries.ts'
import type { UssdQuery, UssdReading, UssdReport } from './ussd-report.ts'
import type { UssdSessionsOptions } from './ussd-sessions.ts'
import { UssdSessions } from './ussd-sessions.ts'

/** `ussd` of the configuration. */
export interface UssdSettings {
  readonly fallback: FallbackPolicy
  readonly timeoutMs: number
  readonly queries: readonly UssdQuery[]
}

export interface UssdDeskOptions
  extends Omit<UssdQueriesOptions, 'queries'>,
    Omit<UssdSessionsOptions, 'timeoutMs' | 'onChange'> {
  readonly settings: UssdSettings
  /** Whether the modem is registered with a network, by what it said last. */
  readonly isRegistered: () => boolean
  /** Another reading of a query. */
  readonly onReading: () => void
}

/** Networks end a menu that nobody answers after two to five minutes; some do not say so. */
const MENU_LIMIT_MS = 5 * 60_000
/** How soon a modem without a network is looked at again for a query. */
const RETRY_MS = 30_000

/**
 * USSD of one modem, for the user, for the configured queries, or begun by the network. A reply is not in the journal: who asked
 * is told, and a code is not repeated for a reply that got lost with the process.
 */
export class UssdDesk {
  readonly #options: UssdDeskOptions
  readonly #queries: UssdQueries
  readonly #sessions: UssdSessions
  readonly #borrowed: BorrowedMode
  readonly #fallback: UssdFallback
  readonly #bell = new Bell()
  #modem: Modem | undefined
  #returning: Promise<void> = Promise.resolve()

  constructor(options: UssdDeskOptions) {
    const { modem, journal, settings, elapsed } = options
    this.#options = options
    this.#queries = new UssdQueries({ ...options, queries: settings.queries })
    this.#sessions = new UssdSessions({
      ...options,
      timeoutMs: settings.timeoutMs,
      onChange: () => this.#bell.ring(),
    })
    this.#borrowed = new BorrowedMode(journal, modem)
    this.#fallback = new UssdFallback({
      policy: settings.fallback,
      borrowed: this.#borrowed,
      elapsed,
      isOpen: (candidate) => candidate === this.#modem,
    })
  }

  /** What the queries brought last, by slug. */
  get readings(): Readonly<Record<string, UssdReading>> {
    return this.#queries.readings
  }

  /** A modem was opened; before anything else, it gets the user's network mode back. @throws ModemError */
  async opened(modem: Modem): Promise<void> {
    this.#modem = modem
    modem.on('ussd', (reply) => this.#sessions.heard(reply))
    await this.#giveBack(modem)
  }

  /** The open modem is gone, and its session with it. */
  closed(): void {
    this.#modem = undefined
    this.#sessions.closed()
  }

  /**
   * What goes on by itself while the modem is open.
   * @returns ms until the next look; `undefined`: when it rings
   * @throws ModemError
   */
  async tend(): Promise<number | undefined> {
    const modem = this.#modem
    const { menu, isBusy } = this.#sessions
    if (modem === undefined || isBusy) return undefined
    if (menu !== undefined) {
      const left = menu.since + MENU_LIMIT_MS - this.#options.elapsed()
      if (left > 0) return left
      await this.cancel()
    }
    await this.#giveBack(modem)
    if (this.#sessions.isBusy) return undefined
    const next = modem.can.ussd === undefined ? undefined : this.#queries.next()
    if (next === undefined || next.inMs > 0) return next?.inMs
    if (!this.#options.isRegistered()) return RETRY_MS
    await this.#ask(next.query)
    return 0
  }

  /** Rests until there is something to tend. */
  rest(forMs: number | undefined, signal: AbortSignal): Promise<void> {
    return this.#bell.wait(forMs, signal)
  }

  /** Begins a session. A reply to the code of a configured query is one to the query, too. @returns the reply @throws ModemError */
  async send(code: string): Promise<UssdReport> {
    const report = await this.#request(code)
    for (const query of this.#options.settings.queries) if (query.code === code) this.#note(query, report)
    return report
  }

  async #request(code: string): Promise<UssdReport> {
    const { modem, ussd } = this.#ready()
    const { mayBeOpen } = this.#sessions
    return this.#sessions.talk({ sessionId: this.#options.newId(), request: code }, async (say) => {
      await this.#returning.catch(() => undefined)
      if (mayBeOpen) await ussd.cancel()
      const ask = (): Promise<UssdReply> => say(() => ussd.request(code))
      const outcome = await ask().catch(orRefusal)
      if (!isRefusal(outcome)) return orThrow(outcome)
      return (await this.#fallback.repeat(modem, ask)) ?? orThrow(outcome)
    })
  }

  /** Answers the open menu. @returns the next reply @throws ModemError */
  async reply(text: string): Promise<UssdReport> {
    const { ussd } = this.#ready()
    const { menu } = this.#sessions
    if (menu === undefined) {
      throw new ModemError('invalid_request', 'No USSD menu waits for an answer. Begin with ussd/send.')
    }
    const step = { sessionId: menu.sessionId, request: text }
    return this.#sessions.talk(step, (say) => say(() => ussd.reply(text)))
  }

  /** Ends whatever session there is. @throws ModemError */
  async cancel(): Promise<void> {
    const { ussd } = this.#present()
    await ussd.cancel()
    this.#sessions.cancelled()
  }

  #present(): { readonly modem: Modem; readonly ussd: UssdSession } {
    const modem = this.#modem
    if (modem === undefined) throw new ModemError('modem_offline', 'The modem is not connected at the moment.')
    if (modem.can.ussd === undefined) throw new ModemError('not_supported', 'This modem cannot do USSD.')
    return { modem, ussd: modem.can.ussd }
  }

  #ready(): { readonly modem: Modem; readonly ussd: UssdSession } {
    if (this.#sessions.isBusy) {
      throw new ModemError(
        'queue_full',
        'Another USSD request is waiting for its reply. Wait for it, or end it with ussd/cancel.',
      )
    }
    return this.#present()
  }

  async #giveBack(modem: Modem): Promise<void> {
    if (this.#borrowed.owed === null) return
    this.#returning = this.#borrowed.giveBack(modem)
    await this.#returning
  }

  /** A query that met with silence is asked once more where the modem may tell the reply. A user's request never is. */
  async #elsewhere(code: string, silence: unknown): Promise<UssdReport> {
    const { ussd } = this.#ready()
    const { requestElsewhere } = ussd
    if (requestElsewhere === undefined || !isSilence(silence)) throw silence
    return this.#sessions.talk({ sessionId: this.#options.newId(), request: code }, async (say) => {
      await ussd.cancel()
      return say(() => requestElsewhere.call(ussd, code)).catch((error) => {
        throw isRefusal(orRefusal(error)) ? silence : error
      })
    })
  }

  #note(query: UssdQuery, { text, at }: UssdReport): void {
    if (text !== null) this.#queries.answered(query, text, at)
    this.#options.onReading()
  }

  async #ask(query: UssdQuery): Promise<void> {
    this.#queries.asked(query)
    try {
      this.#note(query, await this.#request(query.code).catch((error) => this.#elsewhere(query.code, error)))
      if (this.#sessions.menu !== undefined) await this.cancel()
    } catch (error) {
      if (error instanceof ModemError && isRefusal(error) && error.retry !== 'never') this.#queries.refused(query)
      throw error
    }
  }
}

/** Whether the network, not the modem, did not answer. */
function isSilence(error: unknown): boolean {
  return error instanceof ModemError && error.code === 'timeout' && error.retry === 'later'
}

function orRefusal(error: unknown): ModemError {
  if (error instanceof ModemError) return error
  throw error
}

function orThrow(outcome: UssdReply | ModemError): UssdReply {
  if (outcome instanceof ModemError) throw outcome
  return outcome
}
