import { formatSendTime, parseMessageDate } from '../goform/message-date.ts'
import { sendForm, wishOf } from '../goform/sms-form.ts'
import type { SmsOutcome } from '../goform/sms-store.ts'
import { decodeHexText } from '../goform/text.ts'
import { ModemError } from '../modem/errors.ts'
import type { Submission } from '../modem/messages.ts'
import type { GoformCipher } from './goform-cipher.ts'
import type { GoformRows, ListedRow } from './goform-rows.ts'
import { keyOf } from './goform-rows.ts'
import type { GoformSession } from './goform-session.ts'
import type { GoformSmsSettings } from './goform-sms-settings.ts'

/** Between two looks at the outcome, in milliseconds; the web page does the same. */
const LOOK_MS = 1_000

/** How long the network may take. */
const LIMIT_MS = 60_000

/** When the device gave no clear answer to the form: how long until there is a trace of the message, if it took it. */
const TRACE_MS = 15_000

/** So often a row that stays is deleted. */
const TIDY_ROUNDS = 2

/** What is to be found again among the rows of the device. */
interface Sent {
  readonly number: string
  readonly text: string
  readonly localTime: string | null
  /** Rows of our own that were there before. */
  readonly before: ReadonlySet<string>
}

/** Hands messages to a router and finds out what became of them. */
export class GoformSender {
  readonly #session: GoformSession
  readonly #rows: GoformRows
  readonly #cipher: GoformCipher
  readonly #settings: GoformSmsSettings
  #turn: Promise<unknown> = Promise.resolve()
  #underWay = 0
  /** `sms_time` of the last one; no two messages have the same, so that their rows can be told apart. */
  #lastTime = 0

  constructor(session: GoformSession, rows: GoformRows, cipher: GoformCipher, settings: GoformSmsSettings) {
    this.#session = session
    this.#rows = rows
    this.#cipher = cipher
    this.#settings = settings
  }

  /** Whether a message is being handed over. */
  get isBusy(): boolean {
    return this.#underWay > 0
  }

  /**
   * Sends, and waits for the outcome. The form goes out a second time only behind a refusal in words.
   * @returns message references where this firmware tells them
   * @throws ModemError `rejected_by_modem`: it was not taken; `rejected_by_network`: it was not sent; else nobody knows
   */
  submit(submission: Submission, onHandOver: () => void): Promise<readonly number[]> {
    this.#underWay += 1
    const result = this.#turn.then(() => this.#submitAsWished(submission, onHandOver))
    this.#turn = result.catch(() => undefined)
    return result.finally(() => {
      this.#underWay -= 1
    })
  }

  /** Puts back what is set otherwise for a message, where a process that ended there could not. */
  async tidy(): Promise<void> {
    if (this.isBusy) return
    const restored = this.#turn.then(() => this.#restore())
    this.#turn = restored
    await restored
  }

  async #submitAsWished(submission: Submission, onHandOver: () => void): Promise<readonly number[]> {
    await this.#settings.fulfil(wishOf(submission.wire))
    const references = await this.#submit(submission, onHandOver).catch(async (error: unknown) => {
      await this.#restore()
      throw error
    })
    await this.#restore()
    return references
  }

  async #restore(): Promise<void> {
    try {
      await this.#settings.restore()
    } catch (error) {
      // What became of the message counts.
      if (!(error instanceof ModemError)) throw error
    }
  }

  async #submit(submission: Submission, onHandOver: () => void): Promise<readonly number[]> {
    const outcomeBefore = await this.#rows.outcome('send')
    const before = new Set((await this.#rows.list()).filter(isOwn).map(keyOf))
    const time = this.#time()
    const plain = new Map(sendForm(submission.wire, time))
    const sent: Sent = {
      number: plain.get('Number') ?? '',
      text: decodeHexText(plain.get('MessageBody') ?? ''),
      localTime: parseMessageDate(time, 'unknown')?.local ?? null,
      before,
    }
    const doubt = await this.#handOver(() => sendForm(submission.wire, time, this.#cipher.seal), onHandOver)
    const { isSent, row } = await this.#outcome(sent, outcomeBefore, doubt)
    if (row !== undefined) await this.#tidy(row)
    if (!isSent) throw notSent(submission)
    const reference = row?.message.reference ?? null
    return reference === null ? [] : [reference]
  }

  /** @returns why nobody knows whether the device took it, `null` when it says so */
  async #handOver(form: () => ReturnType<typeof sendForm>, onHandOver: () => void): Promise<ModemError | null> {
    let isOut = false
    const handOver = (): void => {
      onHandOver()
      isOut = true
    }
    try {
      await this.#session.write(form, { repeats: 'when_refused', onHandOver: handOver })
      return null
    } catch (error) {
      if (!isOut || !(error instanceof ModemError)) throw error
      if (error.code === 'rejected_by_modem' || error.code === 'modem_offline') throw notTaken(error)
      if (error.code === 'session_taken') throw error
      return error
    }
  }

  /**
   * The outcome is sticky: right behind a write it may be that of the message before. It counts once it was seen to move, and
   * the row that the device keeps of the message counts always.
   */
  async #outcome(
    sent: Sent,
    before: SmsOutcome,
    doubt: ModemError | null,
  ): Promise<{ readonly isSent: boolean; readonly row: ListedRow | undefined }> {
    const { clock } = this.#session
    const begun = clock.elapsed()
    let hasMoved = false
    for (;;) {
      await clock.pause(LOOK_MS)
      const outcome = await this.#rows.outcome('send')
      hasMoved ||= outcome !== before
      if (outcome !== 'in_progress') {
        const row = (await this.#rows.list()).find((each) => isOf(each, sent))
        if (row !== undefined) return { isSent: row.message.kind === 'sent', row }
        if (hasMoved && outcome !== 'none') return { isSent: outcome === 'done', row }
      }
      const waited = clock.elapsed() - begun
      if (doubt !== null && !hasMoved && waited >= TRACE_MS) throw doubt
      if (waited >= LIMIT_MS) throw doubt ?? silent()
    }
  }

  /** What was sent fills the store, and a full one neither sends nor receives. Its id may be somebody else's by now. */
  async #tidy(sent: ListedRow): Promise<void> {
    const { id } = sent.message
    try {
      for (let round = 1; id !== null && round <= TIDY_ROUNDS; round += 1) {
        const holders = (await this.#rows.list()).filter(({ message }) => message.id === id)
        if (holders.length === 0 || !holders.every((row) => isSame(row, sent))) return
        await this.#rows.delete([id])
      }
    } catch (error) {
      // The message has gone out, and that is what counts.
      if (!(error instanceof ModemError)) throw error
    }
  }

  #time(): string {
    const now = this.#session.clock.now()
    this.#lastTime = Math.max(Math.floor(now / 1000) * 1000, this.#lastTime + 1000)
    return formatSendTime(this.#lastTime, -new Date(this.#lastTime).getTimezoneOffset())
  }
}

function isOwn({ message }: ListedRow): boolean {
  return message.kind !== 'received'
}

function isOf(listed: ListedRow, sent: Sent): boolean {
  const { number, text, localTime } = listed.message
  if (!isOwn(listed) || text !== sent.text || digitsOf(number) !== digitsOf(sent.number)) return false
  // Firmware that writes a time of its own is told by the row being new.
  return (localTime !== null && localTime === sent.localTime) || !sent.before.has(keyOf(listed))
}

function digitsOf(number: string): string {
  return number.replace(/[^0-9*#]/g, '')
}

function isSame(one: ListedRow, other: ListedRow): boolean {
  const { kind, number, text } = one.message
  const { message } = other
  return keyOf(one) === keyOf(other) && kind === message.kind && number === message.number && text === message.text
}

function notTaken(cause: ModemError): ModemError {
  return new ModemError(
    'rejected_by_modem',
    cause.code === 'modem_offline'
      ? cause.message
      : 'The router refused the message. Its store may be full, or the number is none that it takes.',
    { cause, retry: 'later' },
  )
}

/** Of several parts some may have gone out: a second try would send these again. */
function notSent({ segments }: Submission): ModemError {
  return new ModemError(
    'rejected_by_network',
    'The router could not send the message: no network, no credit, or a number that the network refuses.',
    { retry: segments === 1 ? 'later' : 'never' },
  )
}

function silent(): ModemError {
  return new ModemError('timeout', `The router did not say within ${LIMIT_MS / 1000} s what became of the message.`, {
    retry: 'later',
  })
}
