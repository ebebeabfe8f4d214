import type { ExchangeRing, KeptExchange } from '../modem/exchange-ring.ts'
import type { Logger } from './logger.ts'

/** Tells the log what went between the bridge and a modem, each exchange once. */
export class ExchangeDump {
  readonly #ring: Pick<ExchangeRing, 'mark' | 'since'>
  readonly #log: Pick<Logger, 'warn'>
  #told = 0

  constructor(ring: Pick<ExchangeRing, 'mark' | 'since'>, log: Pick<Logger, 'warn'>) {
    this.#ring = ring
    this.#log = log
  }

  /** To be called when something failed. */
  tell(): void {
    const exchanges = this.#ring.since(this.#told).map(formatExchange)
    this.#told = this.#ring.mark
    if (exchanges.length > 0) this.#log.warn({ exchanges }, 'what went before it, numbers and texts masked')
  }
}

/** One line: `2026-11-22T09:30:07.123Z AT+CSQ → +CSQ: 17,99 | OK (34 ms)`; by itself: `… ← +CMTI: "SM",3 (3 times)`. */
export function formatExchange({ at, tookMs, sent, received, times }: KeptExchange): string {
  const said = sent === null ? '←' : `${sent} →`
  const notes = [...(tookMs === null ? [] : [`${Math.round(tookMs)} ms`]), ...(times === 1 ? [] : [`${times} times`])]
  const end = notes.length === 0 ? '' : ` (${notes.join(', ')})`
  return `${new Date(at).toISOString()} ${said} ${received.join(' | ')}${end}`
}
