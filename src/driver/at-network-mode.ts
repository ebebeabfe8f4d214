import { setTimeout as pause } from 'node:timers/promises'
import { parseZsnt, zsntTriple } from '../at/responses-zte.ts'
import { ModemError } from '../modem/errors.ts'
import type { NetworkModeControl } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, firstOf } from './at-question.ts'

/** A change takes up to 20 s; with the usual pause this allows for that. */
const LOOKS = 10

/** Which networks a modem may use: ZTE's `+ZSNT`. */
export class AtNetworkMode implements NetworkModeControl {
  readonly modes: readonly NetworkModeName[]
  readonly #channel: AtChannel
  readonly #pollMs: number

  /** @param pollMs between two looks at a mode that does not show yet */
  constructor(channel: AtChannel, modes: readonly NetworkModeName[], pollMs: number) {
    this.#channel = channel
    this.modes = modes
    this.#pollMs = pollMs
  }

  async set(mode: NetworkModeName | { readonly raw: string }): Promise<void> {
    const triple = typeof mode === 'string' ? this.#tripleOf(mode) : mode.raw.replaceAll(' ', '')
    await this.#channel.send(`AT+ZSNT=${triple}`)
    let found: string | undefined
    for (let look = 1; look <= LOOKS; look += 1) {
      found = (await ask(this.#channel, 'AT+ZSNT?', firstOf(parseZsnt)))?.triple.join(',')
      if (found === triple) return
      if (look < LOOKS) await pause(this.#pollMs)
    }
    throw new ModemError(
      'rejected_by_modem',
      `The modem took the network mode ${triple} without an error, but stands in ${found ?? 'one that it does not tell'}.`,
    )
  }

  #tripleOf(mode: NetworkModeName): string {
    const triple = this.modes.includes(mode) ? zsntTriple(mode) : undefined
    if (triple === undefined) {
      throw new ModemError('invalid_request', `mode: this modem has no mode ${mode}; it has ${this.modes.join(', ')}.`)
    }
    return triple
  }
}
