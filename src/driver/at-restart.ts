import { ModemError } from '../modem/errors.ts'
import type { AtChannel } from './at-channel.ts'
import { endsConnection } from './at-question.ts'

/** Ways to restart: 3GPP TS 27.007 section 8.2, ZTE's own, and Qualcomm's. */
const RESTARTS = ['AT+CFUN=1,1', 'AT+ZRST', 'AT+CFUN=6'] as const

/**
 * Resolves when the modem took the request; it then leaves the bus.
 * @throws ModemError `not_supported` when it knows none of the commands; `timeout`
 */
export async function restartModem(channel: AtChannel, signal?: AbortSignal): Promise<void> {
  let refusal: unknown
  for (const command of RESTARTS) {
    try {
      await channel.send(command, { signal })
      return
    } catch (error) {
      // Some leave the bus without another word. One that was lost before it was told has another reason behind.
      if (error instanceof ModemError && error.code === 'closed' && !(error.cause instanceof ModemError)) return
      if (endsConnection(error)) throw error
      refusal = error
    }
  }
  throw new ModemError('not_supported', 'The modem refuses every command that restarts it.', { cause: refusal })
}
