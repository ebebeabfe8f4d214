import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { Modem, ModemId } from '../modem/modem.ts'
import type { NetworkMode, NetworkModeName } from '../modem/state.ts'

/** What a network mode is set by: its name, or the modem's own word for it. */
export type WantedMode = NetworkModeName | { readonly raw: string }

/** The part of a modem that has a network mode. */
export type ModeHolder = Pick<Modem, 'can' | 'readState'>

/**
 * The user's network mode while another one is set for USSD. It is in the journal before anything is changed and until the
 * modem has it again, so that it stands in the end whatever happens in between.
 */
export class BorrowedMode {
  readonly #journal: Journal
  readonly #note: string

  constructor(journal: Journal, modem: ModemId) {
    this.#journal = journal
    this.#note = `borrowed_mode/${modem}`
  }

  /** What is to be put back; `null`: nothing is borrowed. @throws ModemError `internal` */
  get owed(): WantedMode | null {
    const note = this.#journal.note(this.#note)
    return note === null ? null : (JSON.parse(note) as WantedMode)
  }

  /**
   * Somebody chose a mode meanwhile: that one is put back instead. @returns whether one is borrowed; if not, nothing happened
   * @throws ModemError `internal`
   */
  replace(mode: WantedMode): boolean {
    if (this.owed === null) return false
    this.#journal.setNote(this.#note, JSON.stringify(mode))
    return true
  }

  /** Sets another mode than the user's. @throws ModemError; what is owed by then has to be given back */
  async borrow(modem: ModeHolder, users: NetworkMode, mode: NetworkModeName): Promise<void> {
    const control = modem.can.networkMode
    if (control === undefined) throw new ModemError('not_supported', 'The network mode of this modem cannot be set.')
    // Whoever borrows a second time must not take the borrowed mode for the user's.
    if (this.owed === null) this.#journal.setNote(this.#note, JSON.stringify({ raw: users.raw }))
    await control.set(mode)
  }

  /** Puts the user's mode back, if it is borrowed, and reads it back. @throws ModemError; it is then still owed */
  async giveBack(modem: ModeHolder): Promise<void> {
    for (let owed = this.owed; owed !== null; owed = this.owed) {
      const control = modem.can.networkMode
      if (control === undefined) throw new ModemError('not_supported', 'The network mode of this modem cannot be set.')
      await control.set(owed)
      await demand(modem, owed)
      // Unless somebody chose another one while this one was being set.
      if (JSON.stringify(this.owed) === JSON.stringify(owed)) this.#journal.setNote(this.#note, null)
    }
  }
}

/** A modem that cannot tell its mode is believed when it says that it took it. */
async function demand(modem: ModeHolder, wanted: WantedMode): Promise<void> {
  const { networkMode } = await modem.readState(['networkMode'])
  if (networkMode === undefined) return
  if (typeof wanted === 'string' ? networkMode.mode === wanted : networkMode.raw === wanted.raw) return
  throw new ModemError(
    'rejected_by_modem',
    'The modem did not go back to the network mode it had before a USSD request. It is tried again.',
  )
}
