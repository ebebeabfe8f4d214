import type { PinAttempts } from '../at/responses-zte.ts'
import { parseZpinpuk } from '../at/responses-zte.ts'
import { ModemError } from '../modem/errors.ts'
import type { SimUnlock } from '../modem/modem.ts'
import { SIM_PROBLEMS } from '../modem/sim-problems.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, endsConnection, firstOf } from './at-question.ts'
import type { SimOptions } from './at-sim.ts'
import { isSimBusy, readSim } from './at-sim.ts'

/**
 * Enters what a user gives, once, also with the last try: that is the user's own act. What is learned about the configured PIN
 * is remembered, so that a wrong one uses up no try at the next start.
 */
export class AtSimUnlock implements SimUnlock {
  readonly #channel: AtChannel
  readonly #options: Pick<SimOptions, 'pin' | 'pinMemory'>

  constructor(channel: AtChannel, options: Pick<SimOptions, 'pin' | 'pinMemory'>) {
    this.#channel = channel
    this.#options = options
  }

  async pin(pin: string): Promise<void> {
    await this.#demand('pin_required', 'PIN')
    const { pin: configured, pinMemory } = this.#options
    const isConfigured = pin === configured
    // Where the modem does not count, a connection that breaks at this command must not lead to a second try at the next start.
    const wasRefused = pinMemory.refused()
    if (isConfigured && (await this.#tries()) === undefined) pinMemory.remember(true)
    try {
      await this.#enter(`AT+CPIN="${pin}"`, 'PIN')
    } catch (error) {
      if (isConfigured && !endsConnection(error)) pinMemory.remember(wasRefused || !isSimBusy(error))
      throw error
    }
    this.#isNow(pin)
  }

  async puk(puk: string, newPin: string): Promise<void> {
    await this.#demand('puk_required', 'PUK')
    await this.#enter(`AT+CPIN="${puk}","${newPin}"`, 'PUK')
    this.#isNow(newPin)
  }

  async #demand(wanted: 'pin_required' | 'puk_required', what: 'PIN' | 'PUK'): Promise<void> {
    const sim = await readSim(this.#channel)
    if (sim === wanted) return
    if (sim === 'ready') throw new ModemError('invalid_request', 'The SIM is not locked; nothing was entered.')
    throw new ModemError('sim_not_ready', `The SIM does not ask for a ${what} now. ${SIM_PROBLEMS[sim]}`)
  }

  async #enter(command: string, what: 'PIN' | 'PUK'): Promise<void> {
    try {
      await this.#channel.send(command)
    } catch (error) {
      if (endsConnection(error)) throw error
      const { cme } = error as ModemError
      if (isSimBusy(error)) throw error
      throw new ModemError('rejected_by_modem', `The SIM refused the ${what}. ${triesLeft(await this.#tries())}`, {
        cause: error,
        ...(cme !== undefined && { cme }),
      })
    }
  }

  #tries() {
    return ask(this.#channel, 'AT+ZPINPUK=?', firstOf(parseZpinpuk))
  }

  #isNow(pin: string): void {
    const { pin: configured, pinMemory } = this.#options
    if (configured !== null) pinMemory.remember(configured !== pin)
  }
}

function triesLeft(tries: PinAttempts | undefined): string {
  if (tries === undefined) return 'The modem does not tell how many tries are left; a third wrong PIN locks the SIM.'
  if (tries.pin > 0) return `Tries left for the PIN: ${tries.pin}; after the last one it asks for its PUK.`
  return `Tries left for the PUK: ${tries.puk}; after the last one the SIM is lost.`
}
