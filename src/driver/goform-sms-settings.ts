import type { SendingWish } from '../goform/sms-form.ts'
import type { SmsSettings } from '../goform/sms-settings.ts'
import { isSameValidity, nextValidity, readSettings, SETTINGS_TABLE, settingsForm } from '../goform/sms-settings.ts'
import { ModemError } from '../modem/errors.ts'
import type { GoformRows } from './goform-rows.ts'
import type { GoformSession } from './goform-session.ts'
import { isUnclear } from './goform-session.ts'

/** How long a change may take, and between two looks at it, in milliseconds. */
const LIMIT_MS = 20_000
const LOOK_MS = 400

/** So many failures in a row, and this firmware has no such settings or takes none. */
const MOST_FAILURES = 3

/**
 * Delivery reports and validity are settings of the device and no part of `SEND_SMS`, so they are set before a message. No
 * failure here keeps a message from being sent.
 */
export class GoformSmsSettings {
  readonly #session: GoformSession
  readonly #rows: GoformRows
  #failures = 0

  constructor(session: GoformSession, rows: GoformRows) {
    this.#session = session
    this.#rows = rows
  }

  /** Sets what a message wants. A validity that cannot be chosen becomes the next longer one. @throws ModemError `session_taken` */
  async fulfil({ wantsReport, validityMinutes }: SendingWish): Promise<void> {
    await this.#set((before) => {
      const kept = this.#session.notes.finding.usualValidity
      const usual = kept === undefined ? before.validityPeriod : kept
      const validityPeriod = typeof validityMinutes === 'number' ? nextValidity(validityMinutes) : usual
      // Before the change: whoever comes after a process that ended there knows what to put back.
      if (!isSameValidity(validityPeriod, usual)) this.#session.notes.keep({ usualValidity: usual })
      return { ...before, isReportRequested: wantsReport ?? before.isReportRequested, validityPeriod }
    })
  }

  /** Puts the validity back that was there for all messages. @throws ModemError `session_taken` */
  async restore(): Promise<void> {
    const { notes } = this.#session
    const usual = notes.finding.usualValidity
    if (usual === undefined) return
    if (await this.#set((before) => ({ ...before, validityPeriod: usual }))) notes.keep({ usualValidity: undefined })
  }

  /** @returns whether it is so */
  async #set(change: (before: SmsSettings) => SmsSettings): Promise<boolean> {
    if (this.#failures >= MOST_FAILURES) return false
    try {
      const isSet = await this.#change(change)
      this.#failures = isSet ? 0 : this.#failures + 1
      return isSet
    } catch (error) {
      if (!isUnclear(error) && !(error instanceof ModemError && error.code === 'rejected_by_modem')) throw error
      this.#failures += 1
      return false
    }
  }

  async #change(change: (before: SmsSettings) => SmsSettings): Promise<boolean> {
    const before = await this.#read()
    const after = change(before)
    if (isSame(before, after)) return true
    const form = settingsForm(after)
    if (form === null) return false
    await this.#session.write(form)
    await this.#settled()
    return isSame(await this.#read(), after)
  }

  async #read(): Promise<SmsSettings> {
    return readSettings(await this.#session.table(SETTINGS_TABLE, []))
  }

  async #settled(): Promise<void> {
    const { clock } = this.#session
    const deadline = clock.elapsed() + LIMIT_MS
    do await clock.pause(LOOK_MS)
    while ((await this.#rows.outcome('settings')) === 'in_progress' && clock.elapsed() < deadline)
  }
}

function isSame(one: SmsSettings, other: SmsSettings): boolean {
  return one.isReportRequested === other.isReportRequested && isSameValidity(one.validityPeriod, other.validityPeriod)
}
