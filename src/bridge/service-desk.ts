import type { HistoryEntry, HistoryQuestion } from '../journal/history.ts'
import { ModemError } from '../modem/errors.ts'
import type { Modem } from '../modem/modem.ts'
import type { StateGroup } from '../modem/state.ts'
import type { Accepted, SendRequest } from './acceptance.ts'
import { acceptSms } from './acceptance.ts'
import { Bell } from './bell.ts'
import type { CommandContext } from './commands.ts'
import type { ModemService } from './modem-service.ts'
import type { RadioWish } from './radio-wish.ts'
import type { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import type { UssdDesk } from './ussd.ts'
import type { UssdReport } from './ussd-report.ts'
import { isRegistered } from './well-being.ts'

/** What the desk needs of the supervisor whose modem it serves. */
export interface DeskLinks {
  readonly options: SupervisorOptions
  readonly board: StateBoard
  readonly radioWish: RadioWish
  readonly ussd: UssdDesk
  /** The open modem. @throws ModemError `modem_offline` */
  readonly present: () => Modem
  /** Reads everything now, looks through the store, and publishes what changed. */
  readonly refresh: () => Promise<void>
  /** There are new entries in the outbox. */
  readonly onAccepted: () => void
  /** Something about an entry of the outbox changed. */
  readonly onSettled: () => void
  readonly onRebooting: () => void
}

/** How long a modem may take to register with a network, and between two looks at it, in milliseconds. */
const REGISTER_LIMIT_MS = 120_000
const REGISTER_LOOK_MS = 2_000

const REGISTRATION: readonly StateGroup[] = ['registration', 'operator', 'signal']

/** Carries out what is asked of one modem. */
export class ServiceDesk implements ModemService {
  readonly #links: DeskLinks

  constructor(links: DeskLinks) {
    this.#links = links
  }

  accept(request: SendRequest, context: CommandContext): readonly Accepted[] {
    const { options, onAccepted } = this.#links
    const accepted = acceptSms({ ...options, modem: options.id }, request, context)
    onAccepted()
    return accepted
  }

  cancel(id: string): { readonly id: string; readonly status: string } {
    const { journal, id: modem } = this.#links.options
    const outbound = journal.outbound.byId(modem, id)
    if (outbound === undefined)
      throw new ModemError('invalid_request', `id: no message ${JSON.stringify(id)} is known.`)
    if (outbound.status !== 'queued') {
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
  }

  async refresh(): Promise<void> {
    this.#links.present()
    await this.#links.refresh()
  }

  async sendUssd(code: string): Promise<UssdReport> {
    this.#links.present()
    return this.#links.ussd.send(code)
  }

  async replyUssd(text: string): Promise<UssdReport> {
    this.#links.present()
    return this.#links.ussd.reply(text)
  }

  async cancelUssd(): Promise<void> {
    this.#links.present()
    await this.#links.ussd.cancel()
  }

  async setRadio(on: boolean): Promise<void> {
    const { present, radioWish, refresh } = this.#links
    const modem = present()
    if (modem.can.radio === undefined)
      throw new ModemError('not_supported', 'The radio of this modem cannot be switched.')
    // First, so that nothing turns on again what is being turned off.
    radioWish.set(on)
    await modem.can.radio.set(on)
    if (on) await this.#registered(modem)
    await refresh()
  }

  async #registered(modem: Modem): Promise<void> {
    const { board, options } = this.#links
    const deadline = options.elapsed() + REGISTER_LIMIT_MS
    for (;;) {
      await board.read(modem, REGISTRATION)
      if (isRegistered(board.state)) return
      if (options.elapsed() >= deadline) {
        throw new ModemError(
          'not_registered',
          `The radio is on, but the modem has not registered with a network within ${REGISTER_LIMIT_MS / 1000} s. It goes on searching.`,
        )
      }
      await new Bell().wait(REGISTER_LOOK_MS)
    }
  }
}
