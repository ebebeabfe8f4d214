import { parseCusd } from '../at/responses-device.ts'
import { findUnsolicited } from '../at/unsolicited.ts'
import type { UssdDialect } from '../at/ussd.ts'
import { decodeUssd, fitsUssd, formatUssdRequest, USSD_DIALECTS } from '../at/ussd.ts'
import { ModemError } from '../modem/errors.ts'
import type { UssdReply } from '../modem/messages.ts'
import type { UssdSession } from '../modem/modem.ts'
import type { AtChannel } from './at-channel.ts'
import { attempt, endsConnection } from './at-question.ts'

/**
 * CME numbers with which a modem finds fault with the string itself (3GPP TS 27.007 section 9.2): invalid characters and
 * incorrect parameters. The network has then heard nothing, so saying it in another way costs nothing.
 */
const WORDING_REFUSED = new Set([25, 27, 50])

/** Some networks end the session first and say why behind it: for so long a bare end waits for its text, in milliseconds. */
const END_WAITS_MS = 1_500

/** A session that we cancel is often confirmed by a `+CUSD: 2`, within so many milliseconds; it is nobody's answer. */
const CONFIRMATION_MS = 3_000

/** With two ports open the same line may come over both, within so many milliseconds. */
const TWICE_MS = 3_000

export interface AtUssdOptions {
  readonly onReply: (reply: UssdReply) => void
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  /** Another port of the same modem. @throws ModemError `not_supported` */
  readonly openOther: (signal: AbortSignal) => Promise<AtChannel>
}

/**
 * USSD over `AT+CUSD` (3GPP TS 27.007 section 7.15). `OK` says that the network has the request; the reply comes when it comes,
 * as an unsolicited line, on some sticks ahead of the `OK`.
 */
export class AtUssd implements UssdSession {
  readonly #channel: AtChannel
  readonly #options: AtUssdOptions
  /** What this modem took last comes first. */
  #dialects: readonly UssdDialect[] = USSD_DIALECTS
  #end: NodeJS.Timeout | undefined
  #cancelledAt = Number.NEGATIVE_INFINITY
  /** The other port, for as long as a reply is expected there. */
  #other: AtChannel | undefined
  #lastOfTwo = { line: '', at: Number.NEGATIVE_INFINITY }
  readonly #ending = new AbortController()

  constructor(channel: AtChannel, options: AtUssdOptions) {
    this.#channel = channel
    this.#options = options
    channel.once('closed', (cause) => {
      clearTimeout(this.#end)
      this.#ending.abort(cause)
      this.#leaveOther()
    })
  }

  request(code: string): Promise<void> {
    return this.#say(this.#channel, code)
  }

  async requestElsewhere(code: string): Promise<void> {
    this.#leaveOther()
    const other = await this.#options.openOther(this.#ending.signal)
    this.#other = other
    if (this.#ending.signal.aborted) this.#leaveOther()
    other.on('unsolicited', (line) => {
      if (findUnsolicited(line)?.meaning === 'ussd') this.heard(line)
    })
    try {
      await this.#say(other, code)
    } catch (error) {
      this.#leaveOther()
      throw error instanceof ModemError && endsConnection(error) ? unlucky(error) : error
    }
  }

  reply(text: string): Promise<void> {
    return this.#say(this.#channel, text)
  }

  /** Refused where no session is open, which is what was wanted. */
  async cancel(): Promise<void> {
    clearTimeout(this.#end)
    this.#leaveOther()
    this.#cancelledAt = this.#options.elapsed()
    await attempt(this.#channel, 'AT+CUSD=2')
  }

  /** To be given every unsolicited `+CUSD`. */
  heard(line: string): void {
    if (this.#isRepeated(line)) return
    const reply = replyOf(line)
    clearTimeout(this.#end)
    if (reply.status !== 'terminated' || reply.text !== null) {
      this.#options.onReply(reply)
      return
    }
    const isConfirmation = this.#options.elapsed() - this.#cancelledAt < CONFIRMATION_MS
    this.#cancelledAt = Number.NEGATIVE_INFINITY
    if (!isConfirmation) this.#end = setTimeout(() => this.#options.onReply(reply), END_WAITS_MS)
  }

  /** A reply over the other port was what it was open for; what comes over the first one all the same is the same. */
  #isRepeated(line: string): boolean {
    const now = this.#options.elapsed()
    const { line: before, at } = this.#lastOfTwo
    if (line === before && now - at < TWICE_MS) return true
    if (this.#other !== undefined) this.#lastOfTwo = { line, at: now }
    this.#leaveOther()
    return false
  }

  #leaveOther(): void {
    void this.#other?.close()
    this.#other = undefined
  }

  async #say(channel: AtChannel, text: string): Promise<void> {
    if (!fitsUssd(text))
      throw new ModemError('invalid_request', 'The text is too long for USSD: at most 182 characters.')
    // The end of an earlier session must not pass for the reply to this.
    clearTimeout(this.#end)
    let refusal: unknown
    for (const dialect of this.#dialects) {
      const command = formatUssdRequest(text, dialect)
      if (command === undefined) continue
      try {
        await sayIn(channel, dialect, command)
        this.#dialects = [dialect, ...this.#dialects.filter((other) => other !== dialect)]
        return
      } catch (error) {
        if (!(error instanceof ModemError) || !WORDING_REFUSED.has(error.cme ?? -1)) throw error
        refusal ??= error
      }
    }
    throw refusal
  }
}

/** The set is chosen anew each time: other programs, on other ports of the stick, choose theirs. */
async function sayIn(channel: AtChannel, { characterSet }: UssdDialect, command: string): Promise<void> {
  await attempt(channel, `AT+CSCS="${characterSet}"`)
  try {
    await channel.send(command)
  } finally {
    // Names of networks are to come in plain text again.
    if (characterSet !== 'GSM') await attempt(channel, 'AT+CSCS="GSM"')
  }
}

/** The other port broke; that is no reason to open the modem anew. */
function unlucky(cause: unknown): ModemError {
  return new ModemError('not_supported', 'The other port of the modem cannot be used for USSD.', { cause })
}

/** A line that cannot be read still ends a session: whoever waits must not wait for nothing. */
function replyOf(line: string): UssdReply {
  try {
    const fields = parseCusd(line)
    if (fields !== undefined) return decodeUssd(fields)
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
  }
  const [, status = '', text = ''] = /^\+CUSD:\s*(\d?)\s*,?\s*"?(.*)$/s.exec(line) ?? []
  return decodeUssd({ status: Number(status), text, dcs: null })
}
