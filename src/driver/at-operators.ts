import { accessTechnology, parseCops, parseOperatorScan } from '../at/responses-network.ts'
import { ModemError } from '../modem/errors.ts'
import type { FoundOperator, OperatorControl } from '../modem/modem.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, attempt, endsConnection, firstOf } from './at-question.ts'

/** `<stat>` of a scan (3GPP TS 27.007 section 7.3). */
const STATUS: readonly FoundOperator['status'][] = ['unknown', 'available', 'current', 'forbidden']

/** `<mode>` of `+COPS`. */
const AUTOMATIC = 0

/** Looks for networks and chooses one: `+COPS` (3GPP TS 27.007 section 7.3). */
export class AtOperators implements OperatorControl {
  readonly #channel: AtChannel

  constructor(channel: AtChannel) {
    this.#channel = channel
  }

  async scan(): Promise<readonly FoundOperator[]> {
    const lines = await this.#channel.send('AT+COPS=?')
    return lines
      .flatMap((line) => parseOperatorScan(line)?.operators ?? [])
      .filter(({ numeric }) => /^\d{5,6}$/.test(numeric))
      .map(({ status, longName, shortName, numeric, act }) => ({
        name: longName || shortName || null,
        code: numeric,
        status: STATUS[status] ?? 'unknown',
        accessTechnology: accessTechnology(act),
      }))
  }

  async set(code: string): Promise<void> {
    const before = await ask(this.#channel, 'AT+COPS?', firstOf(parseCops))
    try {
      await this.#channel.send(code === 'auto' ? `AT+COPS=${AUTOMATIC}` : `AT+COPS=1,2,"${code}"`)
    } catch (error) {
      if (endsConnection(error) || code === 'auto' || before?.mode !== AUTOMATIC) throw error
      // After a choice that fails a modem stays without any network, also the one that it had.
      const isBack = await attempt(this.#channel, `AT+COPS=${AUTOMATIC}`)
      throw isBack ? choosingAgain(error as ModemError) : error
    } finally {
      // A choice by number makes some modems give names as numbers from now on.
      if (code !== 'auto') await attempt(this.#channel, 'AT+COPS=3,0')
    }
  }
}

function choosingAgain({ code, message, cme, retry, detail }: ModemError): ModemError {
  return new ModemError(code, `${message} The modem chooses its network by itself again.`, {
    retry,
    ...(cme !== undefined && { cme }),
    ...(detail !== undefined && { detail }),
  })
}
