/** What was said to a modem and what it answered, or what it said by itself. Only what may be shown to anybody. */
export interface Exchange {
  /** ms since the epoch; when it began */
  readonly at: number
  /** From the first octet to the last; `null`: nobody was asked anything. */
  readonly tookMs: number | null
  /** `null`: the modem spoke by itself. */
  readonly sent: string | null
  readonly received: readonly string[]
}

/** One that is kept, and how often it came in a row. */
export interface KeptExchange extends Exchange {
  readonly times: number
}

/** So many are of use to whoever looks for a fault, and cost some ten kilobytes for each modem. */
const KEPT = 500

/** The last exchanges with one modem, in memory. */
export class ExchangeRing {
  readonly #capacity: number
  readonly #kept: KeptExchange[] = []
  #total = 0

  /** @param capacity 1 … */
  constructor(capacity = KEPT) {
    this.#capacity = capacity
  }

  /** How many were ever noted; what `since` takes. */
  get mark(): number {
    return this.#total
  }

  /** What a modem repeats by itself counts as one: some sticks say the same once a second for hours. */
  note(exchange: Exchange): void {
    const last = this.#total === 0 ? undefined : this.#kept[(this.#total - 1) % this.#capacity]
    if (last !== undefined && isRepeated(last, exchange)) {
      this.#kept[(this.#total - 1) % this.#capacity] = { ...last, times: last.times + 1 }
      return
    }
    this.#kept[this.#total % this.#capacity] = { ...exchange, times: 1 }
    this.#total += 1
  }

  /** Those noted after this mark, as far as they are still kept, the oldest first; 0: all. */
  since(mark: number): readonly KeptExchange[] {
    const first = Math.max(mark, this.#total - this.#capacity, 0)
    const indices = Array.from({ length: this.#total - first }, (_, index) => (first + index) % this.#capacity)
    return indices.flatMap((index) => this.#kept[index] ?? [])
  }
}

function isRepeated(last: Exchange, now: Exchange): boolean {
  return last.sent === null && now.sent === null && last.received.join('\n') === now.received.join('\n')
}
