import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { DialogOutput } from '../at/dialog.ts'
import { Dialog } from '../at/dialog.ts'
import { LineSplitter } from '../at/line-splitter.ts'
import { shapeOf, toError } from '../at/result-codes.ts'
import { PROMPT_LIMIT_MS } from '../at/time-limits.ts'
import { ModemError } from '../modem/errors.ts'
import type { SendOptions } from './at-job.ts'
import { Job } from './at-job.ts'
import type { AtRecorder } from './at-recorder.ts'

export interface AtChannelOptions {
  /** Rest between an answer and the next command, in milliseconds; old sticks lose commands that come at once. */
  readonly pauseMs?: number
  readonly recorder?: AtRecorder | undefined
}

export type AtChannelEvents = {
  /** A line nobody asked for, in order; `+CMT`, `+CDS` and `+CBM` with their PDU behind LF. */
  unsolicited: [line: string]
  /** Said once, the last event: the stream is closed. */
  closed: [cause: ModemError]
}

/** Anything else would be cut, or end the line and begin another command. */
const ONE_LINE = /^[\x20-\x7e\xa0-\xff]+$/

const ESC = '\x1b'
const DEFAULT_PAUSE_MS = 30
/** How long a stream may take to close before the channel counts as closed all the same. */
const CLOSE_LIMIT_MS = 2_000
const ESC_LIMIT_MS = 1_000

const PROBE_LIMIT_MS = 3_000
const PROBES = 3
const BACKLOG_QUIET_MS = 200
const QUIET_MS = 100
/** After an unanswered probe its late answer may still come. */
const LATE_ANSWER_QUIET_MS = 1_000
/** Unsolicited lines may never cease; the rest is then left to the dialog. */
const QUIET_ROUNDS = 10

/**
 * A stream, the dialog on it, a queue and clocks: one command at a time, first come, first served. A command without
 * an answer in time ends the channel, because nobody could tell whose answer a late one is; everybody waiting is
 * rejected, and a new channel begins with `wake`. It reads at all times: some sticks crash when nobody does.
 */
export class AtChannel extends EventEmitter<AtChannelEvents> {
  readonly #stream: Duplex
  readonly #pauseMs: number
  readonly #recorder: AtRecorder | undefined
  readonly #splitter = new LineSplitter()
  readonly #dialog = new Dialog()
  readonly #queue: Job[] = []
  readonly #gone: Promise<void>
  #current: Job | undefined
  #clock: NodeJS.Timeout | undefined
  #pause: NodeJS.Timeout | undefined
  #end: ModemError | undefined
  #hasHeard = false

  constructor(stream: Duplex, { pauseMs = DEFAULT_PAUSE_MS, recorder }: AtChannelOptions = {}) {
    super()
    this.#stream = stream
    this.#pauseMs = pauseMs
    this.#recorder = recorder
    this.#gone = new Promise((resolve) => this.once('closed', () => resolve()))
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('error', (error) => this.#fail(lostError(error)))
    stream.on('end', () => this.#fail(lostError(undefined)))
    stream.on('close', () => this.#fail(lostError(undefined)))
  }

  /**
   * Sends one command when its turn comes.
   * @returns the information lines of its answer
   * @throws ModemError by the final result code; `timeout`; `closed`; `protocol` when lines of the answer were lost;
   * `invalid_request` for a command that would end its own line
   */
  async send(command: string, options: SendOptions = {}): Promise<readonly string[]> {
    if (!ONE_LINE.test(command)) {
      throw new ModemError('invalid_request', 'A command for the modem is one line of printable Latin-1 characters.')
    }
    return this.#enqueue(new Job(command, options, false))
  }

  /**
   * What has to come before the first command: lets the backlog of the port run out (as unsolicited lines), gets a hung
   * prompt loose, finds out whether a modem answers, and turns off echo and numeric result codes.
   * @throws ModemError `timeout` when nothing answers; the channel is then closed
   */
  async wake(signal?: AbortSignal): Promise<void> {
    await this.#quiet(BACKLOG_QUIET_MS, signal)
    this.#stream.write(`${ESC}\r`, 'latin1')
    await this.#quiet(QUIET_MS, signal)
    const attempts = await this.#probe(signal)
    await this.#quiet(attempts === 1 ? QUIET_MS : LATE_ANSWER_QUIET_MS, signal)
    for (const command of ['ATE0', 'ATV1']) {
      try {
        await this.send(command, { signal })
      } catch (error) {
        // A modem that refuses one of these can be talked to all the same.
        if (this.#end !== undefined || signal?.aborted === true) throw error
      }
    }
  }

  /** Rejects everybody waiting, and resolves when the stream is closed. */
  close(): Promise<void> {
    this.#fail(new ModemError('closed', 'The bridge closed its connection to the modem.'))
    return this.#gone
  }

  #enqueue(job: Job): Promise<readonly string[]> {
    if (this.#end === undefined) {
      this.#queue.push(job)
      this.#next()
    } else {
      job.fail(closedBy(this.#end))
    }
    return job.answer
  }

  #next(): void {
    if (this.#current !== undefined || this.#pause !== undefined || this.#end !== undefined) return
    let job = this.#queue.shift()
    while (job?.isCancelled) job = this.#queue.shift()
    if (job === undefined) return
    this.#current = job
    this.#dialog.start(job.command, job.payload)
    this.#startClock(job)
    this.#recorder?.sent(job.command, job.payload)
    this.#stream.write(`${job.command}\r`, 'latin1')
  }

  #startClock(job: Job): void {
    clearTimeout(this.#clock)
    this.#clock = setTimeout(() => this.#timeOut(job), job.awaitsPrompt ? PROMPT_LIMIT_MS : job.limit.finalMs)
  }

  #receive(chunk: Buffer): void {
    this.#hasHeard = true
    for (const token of this.#splitter.feed(chunk)) {
      for (const output of this.#dialog.feed(token)) {
        if (this.#end !== undefined) return
        this.#handle(output)
      }
    }
  }

  #handle(output: DialogOutput): void {
    const job = this.#current
    if (output.kind === 'unsolicited') {
      this.#recorder?.heard(output.line)
      this.emit('unsolicited', output.line)
    } else if (job === undefined) return
    else if (output.kind === 'line' && job.limit.isPerLine === true) this.#startClock(job)
    else if (output.kind === 'write') this.#writePayload(job, output.text)
    else if (output.kind === 'answer') this.#answer(job, output)
  }

  #writePayload(job: Job, text: string): void {
    job.awaitsPrompt = false
    this.#startClock(job)
    if (job.isCancelled) {
      this.#stream.write(ESC, 'latin1')
      return
    }
    try {
      job.onPayloadWritten?.()
    } catch (error) {
      // Whoever had to note the hand-over could not: the modem must not get the payload either.
      job.isCancelled = true
      job.fail(error)
      this.#stream.write(ESC, 'latin1')
      return
    }
    this.#stream.write(text, 'latin1')
  }

  #answer(job: Job, answer: DialogOutput & { kind: 'answer' }): void {
    this.#recorder?.answered([...answer.lines, answer.final])
    this.#rest()
    const error = job.isRaw ? undefined : toError(answer.final)
    if (error !== undefined) job.fail(error)
    else if (answer.isDamaged) job.fail(new ModemError('protocol', 'Parts of a reply of the modem were lost.'))
    else job.succeed(job.isRaw ? [...answer.lines, answer.final] : answer.lines)
  }

  #rest(): void {
    this.#current = undefined
    clearTimeout(this.#clock)
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.#next()
    }, this.#pauseMs)
  }

  #timeOut(job: Job): void {
    const seconds = (job.awaitsPrompt ? PROMPT_LIMIT_MS : job.limit.finalMs) / 1000
    const { name } = shapeOf(job.command)
    // Only the name: what stands behind it may be a PIN or a number.
    const message = `The modem gave no answer to AT${name} within ${seconds} s. It is opened anew.`
    const error = new ModemError('timeout', message)
    if (job.isProbe) {
      this.#recorder?.ended(message)
      this.#dialog.abandon()
      this.#rest()
      job.fail(error)
    } else if (job.awaitsPrompt) {
      this.#escape(job, error)
    } else {
      this.#fail(error)
    }
  }

  /** A prompt that comes too late must not stay open on the port, and must not get the payload any more. */
  #escape(job: Job, error: ModemError): void {
    job.isCancelled = true
    this.#clock = setTimeout(() => this.#fail(error), ESC_LIMIT_MS)
    this.#stream.write(ESC, 'latin1', () => this.#fail(error))
  }

  #fail(cause: ModemError): void {
    if (this.#end !== undefined) return
    this.#end = cause
    this.#recorder?.ended(cause.message)
    clearTimeout(this.#clock)
    clearTimeout(this.#pause)
    this.#current?.fail(cause)
    for (const job of this.#queue.splice(0)) job.fail(closedBy(cause))
    this.#stream.destroy()
    if (this.#stream.closed) {
      this.emit('closed', cause)
      return
    }
    const finish = () => {
      clearTimeout(limit)
      this.#stream.off('close', finish)
      this.emit('closed', cause)
    }
    const limit = setTimeout(finish, CLOSE_LIMIT_MS)
    this.#stream.once('close', finish)
  }

  /** @returns how many attempts it took */
  async #probe(signal: AbortSignal | undefined): Promise<number> {
    for (let attempt = 1; attempt <= PROBES; attempt += 1) {
      try {
        await this.#enqueue(new Job('AT', { timeoutMs: PROBE_LIMIT_MS, signal }, true))
        return attempt
      } catch (error) {
        if (this.#end !== undefined || signal?.aborted === true) throw error
      }
    }
    const message = 'Nothing on this port answers to AT. It may be the wrong port of the modem, or the modem hangs.'
    const error = new ModemError('timeout', message)
    this.#fail(error)
    throw error
  }

  /** Waits until nothing has come for a while. */
  async #quiet(forMs: number, signal: AbortSignal | undefined): Promise<void> {
    for (let round = 0; round < QUIET_ROUNDS; round += 1) {
      this.#hasHeard = false
      await new Promise((resolve) => setTimeout(resolve, forMs))
      signal?.throwIfAborted()
      if (this.#end !== undefined) throw closedBy(this.#end)
      if (!this.#hasHeard) return
    }
  }
}

function lostError(cause: Error | undefined): ModemError {
  if (cause instanceof ModemError) return cause
  const message = 'The connection to the modem broke. It was unplugged, reset itself, or went away.'
  return new ModemError('closed', message, cause === undefined ? {} : { cause })
}

/** For those who were not served any more: their request never reached the modem. */
function closedBy(cause: ModemError): ModemError {
  return new ModemError('closed', 'The connection to the modem was closed before this request was sent.', { cause })
}
