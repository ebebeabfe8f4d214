import { maskCommand, maskLine } from '../at/masking.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { Clock } from './clock.ts'
import { SYSTEM_CLOCK } from './clock.ts'

/** A listing of a full store says nothing more after so many lines. */
const MOST_LINES = 20

/** Writes down what goes over a channel, without numbers, texts and secrets. */
export class AtRecorder {
  readonly #ring: Pick<ExchangeRing, 'note'>
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>
  #pending:
    | { readonly command: string; readonly shown: string; readonly at: number; readonly since: number }
    | undefined

  constructor(ring: Pick<ExchangeRing, 'note'>, clock: Pick<Clock, 'now' | 'elapsed'> = SYSTEM_CLOCK) {
    this.#ring = ring
    this.#clock = clock
  }

  /** @param payload what is written at the prompt; only its length is kept */
  sent(command: string, payload: string | undefined): void {
    const shown = payload === undefined ? maskCommand(command) : `${maskCommand(command)} <${payload.length}>`
    this.#pending = { command, shown, at: this.#clock.now(), since: this.#clock.elapsed() }
  }

  /** @param lines the final result code last */
  answered(lines: readonly string[]): void {
    const command = this.#pending?.command ?? null
    const shown = lines.slice(0, MOST_LINES).map((line) => maskLine(line, command))
    this.#note(lines.length > MOST_LINES ? [...shown, `… ${lines.length - MOST_LINES} more lines`] : shown)
  }

  /** A line nobody asked for. */
  heard(line: string): void {
    this.#ring.note({ at: this.#clock.now(), tookMs: null, sent: null, received: [maskLine(line, null)] })
  }

  /** Nothing more will come for what was sent last. @param why in words for the user */
  ended(why: string): void {
    this.#note([`(${why})`])
  }

  #note(received: readonly string[]): void {
    const { now, elapsed } = this.#clock
    const { shown = null, at = now(), since } = this.#pending ?? {}
    this.#pending = undefined
    this.#ring.note({ at, tookMs: since === undefined ? null : elapsed() - since, sent: shown, received })
  }
}
