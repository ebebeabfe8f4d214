import type { HistoryEntry, HistoryQuestion } from '../journal/history.ts'
import { ModemError } from '../modem/errors.ts'
import type { Modem } from '../modem/modem.ts'
import type { Accepted, SendRequest } from './acceptance.ts'
import { acceptSms } from './acceptance.ts'
import type { CommandContext } from './commands.ts'
import type { Unwanted } from './discarding.ts'
import { discardStored } from './discarding.ts'
import type { Inbox } from './inbox.ts'
import type { Exhaustion } from './limits.ts'
import type { ModemService } from './modem-service.ts'
import { NetworkDesk } from './network-desk.ts'
import type { Pause } from './pause.ts'
import type { RadioWish } from './radio-wish.ts'
import type { Recovery } from './recovery.ts'
import { untilRegistered } from './registering.ts'
import type { Session } from './session.ts'
import type { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import type { UssdReport } from './ussd-report.ts'

/** What the desk needs of the supervisor whose modem it serves. */
export interface DeskLinks {
  readonly options: SupervisorOptions
  readonly board: StateBoard
  readonly radioWish: RadioWish
  readonly inbox: Inbox
  readonly pause: Pause
  readonly session: Session
  readonly recovery: Recovery
  /** The open modem. @throws ModemError `modem_offline` */
  readonly present: () => Modem
  /** Reads everything now, looks through the store, and publishes what changed. */
  readonly refresh: () => Promise<void>
  /** Reads soon what may have changed. */
  readonly look: () => void
  /** There are new entries in the outbox. */
  readonly onAccepted: () => void
  /** Something about an entry of the outbox changed. */
  readonly onSettled: () => void
  readonly onRebooting: () => void
}

/** Carries out what is asked of one modem. */
export class ServiceDesk implements ModemService {
  readonly network: NetworkDesk
  readonly #links: DeskLinks

  /** The limit that was met last, until something could be sent again. */
  #exhaustedLimit: Exhaustion['limit'] | null = null

  constructor(links: DeskLinks) {
    this.#links = links
    this.network = new NetworkDesk(links)
  }

  accept(request: SendRequest, context: CommandContext): readonly Accepted[] {
    const { options, onAccepted } = this.#links
    const onExhausted = (exhaustion: Exhaustion): void => this.#exhausted(exhaustion)
    const accepted = acceptSms({ ...options, modem: options.id, onExhausted }, request, context)
    this.#exhaustedLimit = null
    onAccepted()
    return accepted
  }

  /** A runaway automation is refused a hundred times a second; that it is, is worth telling once. */
  #exhausted({ limit, allowed, freesAt }: Exhaustion): void {
    if (limit === this.#exhaustedLimit) return
    this.#exhaustedLimit = limit
    const { outlet, id } = this.#links.options
    const frees = freesAt === null ? null : new Date(freesAt).toISOString()
    void outlet.event(id, { type: 'quota_exceeded', detail: { limit, allowed, frees_at: frees } })
  }

  cancel(id: string): { readonly id: string; readonly status: string } {
    const { journal, id: modem } = this.#links.options
    const outbound = journal.outbound.byId(modem, id)
    if (outbound === undefined)
      throw new ModemError('invalid_request', `id: no message ${JSON.stringify(id)} is known.`)
    // One that was tried and waits for a network is as good as queued.
    const isWaiting = outbound.status === 'sending' && outbound.parts.every(({ state }) => state === 'waiting')
    if (outbound.status !== 'queued' && !isWaiting) {
      throw new ModemError(
        'not_allowed',
        `The message ${JSON.stringify(id)} is ${outbound.status}: only a queued one can be cancelled.`,
      )
    }
    journal.outbound.settled(outbound.seq, 'cancelled', null)
    this.#links.onSettled()
    return { id, status: 'cancelled' }
  }

  history(question: HistoryQuestion): readonly HistoryEntry[] {
    const { journal, id } = this.#links.options
    return journal.history(id, question)
  }

  async reboot(): Promise<void> {
    const { reboot } = this.#links.present().can
    if (reboot === undefined) throw new ModemError('not_supported', 'This modem cannot be rebooted by command.')
    await reboot()
    this.#links.onRebooting()
    this.#links.session.departs()
  }

  async refresh(): Promise<void> {
    this.#links.present()
    await this.#links.refresh()
  }

  async sendUssd(code: string): Promise<UssdReport> {
    this.#links.present()
    return this.#links.session.ussd.send(code)
  }

  async replyUssd(text: string): Promise<UssdReport> {
    this.#links.present()
    return this.#links.session.ussd.reply(text)
  }

  async cancelUssd(): Promise<void> {
    this.#links.present()
    await this.#links.session.ussd.cancel()
  }

  async setRadio(on: boolean): Promise<void> {
    const { present, radioWish, refresh, board, options } = this.#links
    const modem = present()
    if (modem.can.radio === undefined)
      throw new ModemError('not_supported', 'The radio of this modem cannot be switched.')
    // First, so that nothing turns on again what is being turned off.
    const before = !radioWish.isOff
    radioWish.set(on)
    try {
      await modem.can.radio.set(on)
    } catch (error) {
      // One that went away takes the wish when it is back; one that refuses has it not.
      if (!(error instanceof ModemError) || error.retry !== 'after_reopen') radioWish.set(before)
      throw error
    }
    if (on) await untilRegistered(modem, board, options.elapsed, 'The radio is on')
    await refresh()
  }

  async discard(unwanted: Unwanted): Promise<{ readonly deleted: number }> {
    const { options, inbox, present, refresh } = this.#links
    const answer = await discardStored({ ...options, inbox }, present(), unwanted)
    await refresh()
    return answer
  }

  async pause(minutes: number): Promise<{ readonly until: string | null }> {
    const { pause } = this.#links
    if (minutes === 0) pause.end()
    else await pause.begin(minutes * 60_000)
    return { until: pause.until === null ? null : new Date(pause.until).toISOString() }
  }
}
