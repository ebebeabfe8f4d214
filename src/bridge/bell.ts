/** Wakes whoever waits; a ring that comes while nobody waits is kept for the next one. */
export class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves at a ring, after `timeoutMs` (`undefined`: never by itself), or when `signal` aborts. */
  async wait(timeoutMs: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        // Longer waits overflow the timer; whoever waits looks again and waits on.
        const timer =
          timeoutMs === undefined ? undefined : setTimeout(resolve, Math.min(Math.max(timeoutMs, 0), 2 ** 31 - 1))
        const finish = (): void => {
          clearTimeout(timer)
          resolve()
        }
        this.#wake = finish
        signal.addEventListener('abort', finish, { once: true })
      })
    }
    this.#wake = undefined
    this.#rung = false
  }
}
