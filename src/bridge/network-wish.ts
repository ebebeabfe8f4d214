import { ModemError } from '../modem/errors.ts'
import type { Modem } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'
import type { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

/**
 * Sets the configured network mode where a newly opened modem stands in another one. A modem that refuses is of use all the same.
 * @throws ModemError what ended the connection
 */
export async function enforceNetworkMode(
  modem: Modem,
  board: StateBoard,
  wanted: NetworkModeName | null,
  onProblem: SupervisorOptions['onProblem'],
): Promise<void> {
  if (wanted === null || board.state.networkMode?.mode === wanted) return
  const failed = `The configured network mode ${wanted} could not be set.`
  if (modem.can.networkMode === undefined) {
    const message = `${failed} The network mode of this modem cannot be set.`
    onProblem(message, new ModemError('not_supported', message))
    return
  }
  try {
    await modem.can.networkMode.set(wanted)
    await board.read(modem, ['networkMode', 'registration'])
  } catch (error) {
    if (!(error instanceof ModemError) || error.retry === 'after_reopen') throw error
    onProblem(`${failed} ${error.message}`, error)
  }
}
