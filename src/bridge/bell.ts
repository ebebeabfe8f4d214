/** Wakes whoever waits; a ring that comes while nobody waits is kept for the next one. */
export class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves at a ring, after `timeoutMs` (`undefined`: never by itself), or when `signal` aborts. */
  async wait(timeoutMs: number | undefined, signal?: AbortSignal): Promise<void> {
    if (!this.#rung && signal?.aborted !== true) await this.#next(timeoutMs, signal)
    this.#rung = false
  }

  #next(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        this.#wake = undefined
        resolve()
      }
      // Longer waits overflow the timer; whoever waits looks again and waits on.
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(wake, Math.min(Math.max(timeoutMs, 0), 2 ** 31 - 1))
      this.#wake = wake
      signal?.addEventListener('abort', wake)
    })
  }
}
