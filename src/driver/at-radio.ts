import { parseCfun } from '../at/responses-device.ts'
import { parseZoprt } from '../at/responses-zte.ts'
import type { RadioControl } from '../modem/modem.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, attempt, firstOf } from './at-question.ts'

/** 3GPP TS 27.007 section 8.2. From 0 ZTE sticks must not go to 4 at once: their SIM is then left in between. */
const FULL = 1
const FLIGHT = 4

/** Turns the radio of a modem on and off: `+CFUN`, and ZTE's own on-line mode. */
export class AtRadio implements RadioControl {
  readonly #channel: AtChannel

  constructor(channel: AtChannel) {
    this.#channel = channel
  }

  async set(on: boolean, signal?: AbortSignal): Promise<void> {
    if (on) await this.#on(signal)
    else await this.#off(signal)
  }

  async #on(signal: AbortSignal | undefined): Promise<void> {
    const level = await this.#level(signal)
    // A modem that does not tell, or tells what cannot be, is full of function by all that is known.
    if (typeof level === 'number' && level !== FULL) await this.#channel.send(`AT+CFUN=${FULL}`, { signal })
    // Some other program left the stick off line; its LED is red then.
    const mode = await ask(this.#channel, 'AT+ZOPRT?', firstOf(parseZoprt), signal)
    if (mode?.isOnline === false) await attempt(this.#channel, 'AT+ZOPRT=5', signal)
  }

  async #off(signal: AbortSignal | undefined): Promise<void> {
    const level = await this.#level(signal)
    if (level === FLIGHT) return
    if (level === 0) await this.#channel.send(`AT+CFUN=${FULL}`, { signal })
    await this.#channel.send(`AT+CFUN=${FLIGHT}`, { signal })
  }

  #level(signal: AbortSignal | undefined) {
    return ask(this.#channel, 'AT+CFUN?', firstOf(parseCfun), signal)
  }
}
