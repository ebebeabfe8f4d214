import { rawCommandFault } from '../at/raw-command.ts'
import { parseCgact } from '../at/responses-device.ts'
import { parseZsnt } from '../at/responses-zte.ts'
import { ModemError } from '../modem/errors.ts'
import type { Capabilities } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'
import type { AtChannel } from './at-channel.ts'
import { AtData } from './at-data.ts'
import { AtNetworkMode } from './at-network-mode.ts'
import { AtOperators } from './at-operators.ts'
import { ask, attempt, firstOf } from './at-question.ts'
import type { SimOptions } from './at-sim.ts'
import { AtSimUnlock } from './at-unlock.ts'
import { AtUsbMode } from './at-usb-mode.ts'

/** As ModemManager and oFono allow them: sticks of the 3G years know no LTE, LTE sticks no preference among 2G and 3G. */
const MODES_3G: readonly NetworkModeName[] = ['auto', 'gsm', 'umts', 'gsm_preferred', 'umts_preferred']
const MODES_LTE: readonly NetworkModeName[] = ['auto', 'gsm', 'umts', 'lte', 'lte_preferred']

/**
 * What a modem can do with network, SIM and USB, by what it answers to questions that change nothing.
 * @throws ModemError when the connection has ended; the signal's reason
 */
export async function findCapabilities(
  channel: AtChannel,
  options: SimOptions,
  signal: AbortSignal,
): Promise<Capabilities> {
  const selection = await ask(channel, 'AT+ZSNT?', firstOf(parseZsnt), signal)
  const isLte = selection !== undefined && (await attempt(channel, 'AT+CEREG?', signal))
  const contexts = await ask(channel, 'AT+CGACT?', (lines) => lines.flatMap((line) => parseCgact(line) ?? []), signal)
  return {
    ...(selection && { networkMode: new AtNetworkMode(channel, isLte ? MODES_LTE : MODES_3G, options.pollMs) }),
    ...(contexts && { data: new AtData(channel) }),
    operator: new AtOperators(channel),
    unlock: new AtSimUnlock(channel, options),
    usbMode: new AtUsbMode(channel),
    raw: (command, timeoutMs) => sendRaw(channel, command, timeoutMs),
  }
}

async function sendRaw(channel: AtChannel, command: string, timeoutMs: number | null): Promise<readonly string[]> {
  const fault = rawCommandFault(command)
  if (fault !== undefined) throw new ModemError('not_allowed', `The command is not passed on: ${fault}.`)
  return channel.send(command, { isRaw: true, ...(timeoutMs !== null && { timeoutMs }) })
}
