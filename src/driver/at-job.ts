import { shapeOf } from '../at/result-codes.ts'
import type { TimeLimit } from '../at/time-limits.ts'
import { timeLimitOf } from '../at/time-limits.ts'

/** What a command may bring with it. */
export interface SendOptions {
  /** Instead of the command's own time limit to the final result code, in milliseconds. */
  readonly timeoutMs?: number
  /** Written at the prompt, Ctrl-Z behind it (3GPP TS 27.005 section 3.5.1). Without a prompt it is never written. */
  readonly payload?: string
  /** The final result code becomes the last line, and an error code is no error. */
  readonly isRaw?: true
  /**
   * Gives the request up: it rejects with the signal's reason. A command that is already written still gets its
   * answer, which nobody sees; a payload that is not written yet never will be.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Called just before the payload is written. From here on a failure leaves open whether the modem acted on it. When it
   * throws, the payload is never written, and the request rejects with what was thrown.
   */
  readonly onPayloadWritten?: () => void
}

/** One command from the moment it is asked for until its promise is settled. */
export class Job {
  readonly command: string
  readonly payload: string | undefined
  readonly onPayloadWritten: (() => void) | undefined
  readonly limit: TimeLimit
  readonly isRaw: boolean
  /** A probe without an answer may be repeated; any other command without an answer ends the channel. */
  readonly isProbe: boolean
  readonly answer: Promise<readonly string[]>
  isCancelled = false
  awaitsPrompt: boolean
  #resolve: (lines: readonly string[]) => void = () => {}
  #reject: (reason: unknown) => void = () => {}
  #ignoreSignal: () => void = () => {}

  constructor(command: string, { timeoutMs, payload, signal, onPayloadWritten, isRaw }: SendOptions, isProbe: boolean) {
    const limit = timeLimitOf(shapeOf(command))
    this.isRaw = isRaw === true
    this.command = command
    this.payload = payload
    this.onPayloadWritten = onPayloadWritten
    this.limit = timeoutMs === undefined ? limit : { ...limit, finalMs: timeoutMs }
    this.isProbe = isProbe
    this.awaitsPrompt = payload !== undefined
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (signal !== undefined) this.#heed(signal)
  }

  /** Settles the promise; only the first time counts. */
  succeed(lines: readonly string[]): void {
    this.#ignoreSignal()
    this.#resolve(lines)
  }

  /** Settles the promise; only the first time counts. */
  fail(reason: unknown): void {
    this.#ignoreSignal()
    this.#reject(reason)
  }

  #heed(signal: AbortSignal): void {
    const cancel = () => {
      this.isCancelled = true
      this.fail(signal.reason)
    }
    this.#ignoreSignal = () => signal.removeEventListener('abort', cancel)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
  }
}
