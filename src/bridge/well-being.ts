import { isRegistered as isServed } from '../modem/readings.ts'
import { SIM_PROBLEMS } from '../modem/sim-problems.ts'
import type { ModemState, RegistrationState, SimState } from '../modem/state.ts'
import { fullStores } from './store-room.ts'

const OFF_NETWORK: ReadonlySet<RegistrationState> = new Set(['searching', 'denied', 'not_registered'])

/** These wait for a person, and no network is to be expected before. An absent SIM may be one that is not recognised. */
const LOCKED: ReadonlySet<SimState> = new Set(['pin_required', 'puk_required', 'blocked'])

/** Whether the modem is registered with a network, at home or roaming. */
export function isRegistered({ registration }: Partial<ModemState>): boolean {
  return registration !== undefined && isServed(registration)
}

/** Whether an open modem says that it is not registered, although nothing known keeps it from it. */
export function isOffNetwork({ registration, sim }: Partial<ModemState>): boolean {
  return registration !== undefined && OFF_NETWORK.has(registration.state) && (sim === undefined || !LOCKED.has(sim))
}

/**
 * What is wrong with an open modem by what it says, and what to do; `null`: nothing.
 * @param isWorried searching for a network has taken longer than it should
 */
export function complaintOf(state: Partial<ModemState>, isWorried: boolean): string | null {
  if (state.sim !== undefined && state.sim !== 'ready') return SIM_PROBLEMS[state.sim]
  if (state.registration?.state === 'denied') {
    return 'The network refuses this SIM. Ask its operator whether it is active and allowed here.'
  }
  if (isWorried && isOffNetwork(state)) {
    return 'The modem finds no network. Check the reception, its antenna, and whether the network mode fits the SIM.'
  }
  const [full] = fullStores(state)
  return full === undefined
    ? null
    : `The message store "${full.storage}" of the modem is full (${full.capacity}): messages for it do not get through. Delete some of those in it, with sms/delete or on the modem's own page.`
}

export const RADIO_IS_OFF = 'The radio was switched off by radio/set. Switch it on to send and to receive.'
