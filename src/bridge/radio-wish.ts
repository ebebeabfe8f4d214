import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'

/** Whether somebody wants the radio of a modem to be off; kept over restarts of the modem and of the bridge. */
export class RadioWish {
  readonly #journal: Journal
  readonly #note: string

  constructor(journal: Journal, modem: ModemId) {
    this.#journal = journal
    this.#note = `radio_off/${modem}`
  }

  /** @throws ModemError `internal` */
  get isOff(): boolean {
    return this.#journal.note(this.#note) !== null
  }

  /** As `isOff`; with a journal that cannot be read, switching the radio on would be a guess, and so is nothing else. */
  get seemsOff(): boolean {
    try {
      return this.isOff
    } catch (error) {
      if (error instanceof ModemError) return true
      throw error
    }
  }

  /** @throws ModemError `internal` */
  set(on: boolean): void {
    this.#journal.setNote(this.#note, on ? null : 'off')
  }
}
