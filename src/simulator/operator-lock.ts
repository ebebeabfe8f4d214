const TRIES = 5

/** The lock of a device to its operator: `+ZSEC`, `+ZNCK`, and `PH-NET PIN` in `+CPIN?`. */
export class OperatorLock {
  triesLeft = TRIES
  #code: string | null = null

  get isLocked(): boolean {
    return this.#code !== null
  }

  /** `+ZSEC`: status (2 locked, 3 unlocked) and kind (1 network, 0 none). */
  get security(): string {
    return this.isLocked ? '2,1' : '3,0'
  }

  lock(code: string): void {
    this.#code = code
  }

  /** @returns whether the code was right; without tries none is */
  unlock(code: string): boolean {
    if (this.triesLeft === 0) return false
    if (code !== this.#code) {
      this.triesLeft--
      return false
    }
    this.#code = null
    this.triesLeft = TRIES
    return true
  }
}
