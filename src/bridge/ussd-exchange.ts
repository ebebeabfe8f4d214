import { ModemError } from '../modem/errors.ts'
import type { UssdReply } from '../modem/messages.ts'
import { Bell } from './bell.ts'

/** What stands for a reply that did not come. */
export const NO_REPLY: UssdReply = { status: 'timeout', text: null, dcs: null }

/** One thing said to the network, and the wait for its reply, which may come before the modem has said that it took it. */
export class UssdExchange {
  readonly #bell = new Bell()
  #outcome: UssdReply | ModemError | undefined

  /** @returns whether this exchange still waited for something */
  settle(outcome: UssdReply | ModemError): boolean {
    if (this.#outcome !== undefined) return false
    this.#outcome = outcome
    this.#bell.ring()
    return true
  }

  /**
   * @param say resolves when the network has it
   * @returns `NO_REPLY` after `timeoutMs`: a code may cost money, so nothing must be said again by itself
   * @throws ModemError what `say` throws; what it was settled with
   */
  async run(say: () => Promise<void>, timeoutMs: number): Promise<UssdReply> {
    try {
      await say()
    } catch (error) {
      // A refusal may come twice: as a reply, and as the result of the command.
      if (this.#outcome === undefined || this.#outcome instanceof ModemError) throw error
    }
    if (this.#outcome === undefined) await this.#bell.wait(timeoutMs)
    const outcome = this.#outcome ?? NO_REPLY
    this.settle(outcome)
    if (outcome instanceof ModemError) throw outcome
    return outcome
  }
}
