import { ModemError } from '../modem/errors.ts'
import type { Modem } from '../modem/modem.ts'
import type { StateGroup } from '../modem/state.ts'
import { Bell } from './bell.ts'
import type { StateBoard } from './state-board.ts'
import { isRegistered } from './well-being.ts'

/** How long a modem may take to register with a network, and between two looks at it, in milliseconds. */
const REGISTER_LIMIT_MS = 120_000
const REGISTER_LOOK_MS = 2_000

const REGISTRATION: readonly StateGroup[] = ['registration', 'operator', 'signal', 'networkMode']

/**
 * Resolves when the modem is registered with a network.
 * @param elapsed ms on a clock that never jumps
 * @param done what came before, for the user: "The radio is on"
 * @throws ModemError `not_registered` after two minutes; what ended the connection
 */
export async function untilRegistered(
  modem: Modem,
  board: StateBoard,
  elapsed: () => number,
  done: string,
): Promise<void> {
  const deadline = elapsed() + REGISTER_LIMIT_MS
  for (;;) {
    await board.read(modem, REGISTRATION)
    if (isRegistered(board.state)) return
    if (elapsed() >= deadline) {
      throw new ModemError(
        'not_registered',
        `${done}, but the modem has not registered with a network within ${REGISTER_LIMIT_MS / 1000} s. It goes on searching.`,
      )
    }
    await new Bell().wait(REGISTER_LOOK_MS)
  }
}
