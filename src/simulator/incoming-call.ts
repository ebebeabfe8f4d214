import type { Timers } from './timers.ts'

/** Between two rings of most networks, in milliseconds. */
const RING_EVERY_MS = 5_000

/** What a call needs of the stick that it rings on. */
interface CallOptions {
  readonly timers: Timers
  readonly announce: (line: string) => void
  readonly showsCaller: () => boolean
}

/** The phone that rings inside a stick. Nobody can answer it. */
export class IncomingCall {
  readonly #options: CallOptions
  /** Counts the calls; what belongs to an earlier one is too late. */
  #call = 0
  isRinging = false

  constructor(options: CallOptions) {
    this.#options = options
  }

  /** One ring. `null`: the number is withheld (3GPP TS 27.007 section 7.6, CLI validity 1). */
  ring(from: string | null): void {
    const { announce, showsCaller } = this.#options
    announce('RING')
    if (!showsCaller()) return
    announce(from === null ? '+CLIP: "",128,,,,1' : `+CLIP: "${from}",${from.startsWith('+') ? 145 : 129},,,,0`)
  }

  /** Rings until the caller gives up or somebody hangs up. */
  start(from: string | null): void {
    this.isRinging = true
    this.#call++
    this.#goOn(from, this.#call)
  }

  /** The caller gives up. @param silently some firmwares say nothing then */
  giveUp(silently: boolean): void {
    if (!this.isRinging) return
    this.isRinging = false
    if (!silently) this.#options.announce('NO CARRIER')
  }

  /** `ATH`, `AT+CHUP`, or no power. */
  hangUp(): void {
    this.isRinging = false
  }

  #goOn(from: string | null, call: number): void {
    if (!this.isRinging || call !== this.#call) return
    this.ring(from)
    this.#options.timers.after(RING_EVERY_MS, () => this.#goOn(from, call))
  }
}
