import { Bell } from './bell.ts'

interface PauseOptions {
  /** ms since the epoch */
  readonly now: () => number
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
}

interface Interval {
  /** ms since the epoch */
  readonly since: number
  /** ms on the clock that never jumps */
  readonly endsAt: number
}

/** What makes the bridge leave a modem on purpose: for some time (`pause`), or to open it again at once. */
export class Pause {
  readonly #options: PauseOptions
  readonly #changed = new Bell()
  #turn = new AbortController()
  /** Ends what ties the newest turn to the end of the bridge. */
  #forget: () => void = () => {}
  #interval: Interval | null = null
  #whenFree: (() => void)[] = []

  constructor(options: PauseOptions) {
    this.#options = options
  }

  /** While it lasts, the modem is somebody else's. Kept in memory only: a new process begins without. */
  get isOn(): boolean {
    return this.#interval !== null
  }

  /** When it ends by itself, ms since the epoch; `null`: there is none. */
  get until(): number | null {
    const { now, elapsed } = this.#options
    return this.#interval === null ? null : now() + this.#interval.endsAt - elapsed()
  }

  /** For whoever misses the modem. */
  get sentence(): string {
    const [since, until] = [this.#interval?.since ?? 0, this.until ?? 0].map((at) => new Date(at).toISOString())
    return `The modem is paused by command since ${since} until ${until}, and its port is free for other programs. pause with 0 minutes ends it.`
  }

  /** Until when the modem may be opened and used now. Only the newest turn counts. */
  turn(signal: AbortSignal): AbortSignal {
    this.#forget()
    const turn = new AbortController()
    // Not AbortSignal.any: on Node 20 the long-lived signal keeps an entry for each one that was ever made of it.
    const end = (): void => turn.abort()
    signal.addEventListener('abort', end, { once: true })
    this.#forget = () => signal.removeEventListener('abort', end)
    // Somebody may have asked between the end of the wait and this.
    if (signal.aborted || this.isOn || this.#whenFree.length > 0) turn.abort()
    this.#turn = turn
    return turn.signal
  }

  /** Begins a pause, or sets the end of the present one anew. Resolves when the port is free. */
  begin(lengthMs: number): Promise<void> {
    const { now, elapsed } = this.#options
    const isFree = this.isOn && this.#whenFree.length === 0
    this.#interval = { since: this.#interval?.since ?? now(), endsAt: elapsed() + lengthMs }
    this.#changed.ring()
    return isFree ? Promise.resolve() : this.interrupt()
  }

  end(): void {
    this.#interval = null
    this.#changed.ring()
  }

  /** Makes the bridge leave the modem. Resolves when it has. */
  interrupt(): Promise<void> {
    const free = new Promise<void>((resolve) => this.#whenFree.push(resolve))
    this.#turn.abort()
    return free
  }

  /**
   * To be called whenever the modem is closed. Resolves when it may be opened.
   * @param onPaused called for each change of a pause
   */
  async over(signal: AbortSignal, onPaused: (sentence: string) => void): Promise<void> {
    this.#release()
    while (this.#interval !== null && !signal.aborted) {
      const restMs = this.#interval.endsAt - this.#options.elapsed()
      if (restMs <= 0) this.#interval = null
      else {
        onPaused(this.sentence)
        await this.#changed.wait(restMs, signal)
        this.#release()
      }
    }
  }

  #release(): void {
    for (const resolve of this.#whenFree.splice(0)) resolve()
  }
}
