import type { Fields } from '../goform/request.ts'
import type { UssdProgress } from '../goform/ussd.ts'
import {
  readUssdAnswer,
  readUssdProgress,
  USSD_DATA_TABLE,
  USSD_FLAG_TABLE,
  ussdCancelForm,
  ussdReplyForm,
  ussdSendForm,
} from '../goform/ussd.ts'
import { ModemError } from '../modem/errors.ts'
import type { UssdReply } from '../modem/messages.ts'
import type { UssdSession } from '../modem/modem.ts'
import type { GoformSession } from './goform-session.ts'

/** Between two looks at the flag, in milliseconds; the web page does the same. */
const LOOK_MS = 1_000

/** The web page gives up after 28 to 30 s. */
const LIMIT_MS = 30_000

/** How long a cancel may take. */
const CANCEL_LIMIT_MS = 5_000

/** So long the flag may still be that of the request before. */
const STALE_MS = 3_000

/** So often a busy device is asked again. */
const BUSY_TRIES = 3

const STATUSES: ReadonlyMap<UssdProgress, UssdReply['status']> = new Map([
  ['terminated', 'terminated'],
  ['timeout', 'timeout'],
  ['operation_not_supported', 'not_supported'],
  ['not_supported', 'not_supported'],
  // Found out only while it was looking: as much a refusal as at once, and elsewhere there may be service.
  ['no_service', 'not_supported'],
])

/** USSD over `USSD_PROCESS`: the device takes a request at once, and a flag is polled for what became of it. */
export class GoformUssd implements UssdSession {
  readonly #session: GoformSession
  readonly #onReply: (reply: UssdReply) => void
  readonly #onFailure: (error: ModemError) => void
  /** Whether what another program left half open has been cleared. */
  #isClear = false
  #listening = new AbortController()

  /** @param onFailure the device could no longer be asked while the network was thinking */
  constructor(session: GoformSession, onReply: (reply: UssdReply) => void, onFailure: (error: ModemError) => void) {
    this.#session = session
    this.#onReply = onReply
    this.#onFailure = onFailure
  }

  /** @throws ModemError `rejected_by_network` where there is no service for it, as on most LTE networks */
  async request(code: string): Promise<void> {
    if (!this.#isClear) await this.cancel()
    this.#isClear = true
    await this.#say(ussdSendForm(code))
  }

  reply(text: string): Promise<void> {
    return this.#say(ussdReplyForm(text))
  }

  async cancel(): Promise<void> {
    this.#listening.abort()
    try {
      await this.#session.write(ussdCancelForm())
    } catch (error) {
      // Some firmware refuses to end what is not open.
      if (!(error instanceof ModemError) || error.code !== 'rejected_by_modem') throw error
    }
    const { clock } = this.#session
    const deadline = clock.elapsed() + CANCEL_LIMIT_MS
    while ((await this.#progress()) === 'processing' && clock.elapsed() < deadline) await clock.pause(LOOK_MS)
  }

  /** Nobody listens any more. */
  close(): void {
    this.#listening.abort()
  }

  /** A code may cost money: said once, unless the device was busy or refused it in words. */
  async #say(form: Fields): Promise<void> {
    this.#listening.abort()
    this.#listening = new AbortController()
    const { signal } = this.#listening
    for (let tries = 1; ; tries += 1) {
      const before = await this.#progress()
      await this.#session.write(form, { repeats: 'when_refused' })
      const progress = await this.#firstProgress(before, signal)
      if (signal.aborted) return
      if (progress === 'busy' && tries < BUSY_TRIES) continue
      if (progress === 'no_service') throw noService()
      if (progress === 'busy') throw new ModemError('rejected_by_modem', 'The modem is busy with another USSD session.')
      void this.#listen(progress, signal)
      return
    }
  }

  /** The flag once it is that of this request: it has moved, or had the time to. */
  async #firstProgress(before: UssdProgress, signal: AbortSignal): Promise<UssdProgress> {
    const { clock } = this.#session
    const begun = clock.elapsed()
    for (;;) {
      await clock.pause(LOOK_MS)
      if (signal.aborted) return 'cancelled'
      const progress = await this.#progress()
      if (progress !== before || progress === 'processing' || clock.elapsed() - begun >= STALE_MS) return progress
    }
  }

  async #listen(first: UssdProgress, signal: AbortSignal): Promise<void> {
    const { clock } = this.#session
    const deadline = clock.elapsed() + LIMIT_MS
    try {
      let progress = first
      while (progress === 'processing' && clock.elapsed() < deadline) {
        await clock.pause(LOOK_MS, signal)
        progress = await this.#progress()
      }
      const reply = await this.#replyOf(progress)
      if (!signal.aborted) this.#onReply(reply)
      if (progress === 'processing' && !signal.aborted) await this.cancel()
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ModemError)) throw error
      this.#onFailure(error)
    }
  }

  async #replyOf(progress: UssdProgress): Promise<UssdReply> {
    if (progress !== 'answered') {
      const status = progress === 'processing' ? 'timeout' : (STATUSES.get(progress) ?? 'terminated')
      return { status, text: null, dcs: null }
    }
    const answer = readUssdAnswer(await this.#session.table(USSD_DATA_TABLE, []))
    if (answer === null) return { status: 'terminated', text: null, dcs: null }
    return { status: answer.expectsReply ? 'reply_needed' : 'done', text: answer.text, dcs: answer.dcs }
  }

  async #progress(): Promise<UssdProgress> {
    return readUssdProgress(await this.#session.table(USSD_FLAG_TABLE, []))
  }
}

function noService(): ModemError {
  return new ModemError(
    'rejected_by_network',
    'The network has no service for USSD where the modem is now. On LTE that is usual: set another network mode.',
  )
}
