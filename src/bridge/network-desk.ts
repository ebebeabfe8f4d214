import { ModemError } from '../modem/errors.ts'
import type { Capabilities, FoundOperator, Modem } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'
import { BorrowedMode } from './borrowed-mode.ts'
import type { NetworkService } from './network-service.ts'
import { untilRegistered } from './registering.ts'
import type { DeskLinks } from './service-desk.ts'

/** What is needed of those who have the modem. */
export type NetworkLinks = Pick<
  DeskLinks,
  'options' | 'board' | 'radioWish' | 'present' | 'refresh' | 'look' | 'session' | 'recovery'
>

/** Carries out what is asked about network, data, SIM and USB. */
export class NetworkDesk implements NetworkService {
  readonly #links: NetworkLinks
  /** Two changes at once could not tell their effects apart. */
  #turn: Promise<unknown> = Promise.resolve()
  #scanning: Promise<readonly FoundOperator[]> | undefined

  constructor(links: NetworkLinks) {
    this.#links = links
  }

  async setMode(mode: NetworkModeName | { readonly raw: string }): Promise<void> {
    const { modem, control } = this.#find('networkMode', 'The network mode of this modem cannot be set.')
    if (this.#isOwed(mode, control.modes)) return
    await this.#inTurn(() => control.set(mode))
    await this.#settled(modem, 'The network mode is set')
  }

  /** While a USSD request has the modem on another mode, what is chosen now is what it is put back to. */
  #isOwed(mode: NetworkModeName | { readonly raw: string }, modes: readonly NetworkModeName[]): boolean {
    const { journal, id } = this.#links.options
    const borrowed = new BorrowedMode(journal, id)
    if (borrowed.owed === null) return false
    if (typeof mode === 'string' && modes.includes(mode)) return borrowed.replace(mode)
    throw new ModemError(
      'not_allowed',
      'A USSD request has changed the network mode for a moment. Try again in a minute.',
    )
  }

  async scan(): Promise<readonly FoundOperator[]> {
    const { control } = this.#find('operator', 'This modem cannot look for networks.')
    this.#scanning ??= this.#inTurn(() => control.scan()).finally(() => {
      this.#scanning = undefined
    })
    return this.#scanning
  }

  async setOperator(code: string): Promise<void> {
    const { modem, control } = this.#find('operator', 'The network of this modem cannot be chosen.')
    await this.#inTurn(() => control.set(code))
    await this.#settled(modem, 'The operator is chosen')
  }

  async setData(connected: boolean): Promise<void> {
    const { control } = this.#find('data', 'The data connection of this modem cannot be switched.')
    await this.#inTurn(() => control.set(connected))
    await this.#links.refresh()
  }

  async unlock(pin: string): Promise<void> {
    const { control } = this.#find('unlock', 'The SIM of this modem cannot be unlocked by command.')
    await this.#inTurn(() => control.pin(pin))
    // When the SIM shows as ready, the modem is opened again.
    this.#links.look()
  }

  async unlockWithPuk(puk: string, newPin: string): Promise<void> {
    const { control } = this.#find('unlock', 'The SIM of this modem cannot be unlocked by command.')
    await this.#inTurn(() => control.puk(puk, newPin))
    this.#links.look()
  }

  async setUsbMode(mode: 'modem' | 'network'): Promise<void> {
    const { control } = this.#find('usbMode', 'This modem cannot become another USB device by command.')
    await this.#inTurn(() => control.set(mode))
    this.#links.recovery.departs()
    this.#links.session.departs()
  }

  async askRaw(
    command: string,
    timeoutMs: number | null,
  ): Promise<{ readonly lines: readonly string[]; readonly result: string }> {
    const { id, allowRawAt } = this.#links.options
    if (!allowRawAt) {
      throw new ModemError('not_allowed', `Raw AT commands are off. Set allow_raw_at: true for the modem ${id}.`)
    }
    const { control } = this.#find('raw', 'This modem takes no raw commands.')
    const lines = await control(command, timeoutMs)
    return { lines: lines.slice(0, -1), result: lines.at(-1) ?? '' }
  }

  #find<Name extends keyof Capabilities>(
    name: Name,
    otherwise: string,
  ): { readonly modem: Modem; readonly control: NonNullable<Capabilities[Name]> } {
    const modem = this.#links.present()
    const control = modem.can[name]
    if (control === undefined) throw new ModemError('not_supported', otherwise)
    return { modem, control }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Without a SIM or with the radio off, no network is to be expected. */
  async #settled(modem: Modem, done: string): Promise<void> {
    const { options, board, radioWish, refresh } = this.#links
    const isExpected = board.state.sim === 'ready' && !radioWish.isOff
    if (isExpected) await untilRegistered(modem, board, options.elapsed, done)
    await refresh()
  }
}
