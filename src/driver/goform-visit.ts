import { readTries, TRIES_ITEMS } from '../goform/control.ts'
import type { LoginLock } from '../goform/login.ts'
import { LOCK_ITEMS, readLoginLock } from '../goform/login.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemState, StateGroup } from '../modem/state.ts'
import type { GoformOptions } from './goform-driver.ts'
import { atDoor } from './goform-driver.ts'
import type { EntranceOptions } from './goform-entrance.ts'
import { GoformEntrance } from './goform-entrance.ts'
import { presentRefusals } from './goform-login.ts'
import { GoformSession } from './goform-session.ts'
import { readOpenState, readRouterState } from './goform-state.ts'

/** What came of looking into a router. */
interface Inside {
  /** How it is, as far as it told. */
  readonly state: Partial<ModemState>
  /** Tries left for the PIN; `null`: not told. */
  readonly pinTries: number | null
  /** Why it did not let us in; `null`: it did, or was not asked to. */
  readonly refusal: ModemError | null
}

/** What a visit to a router brought. */
export interface RouterVisit extends Inside {
  /** Model and firmware, as it tells them. */
  readonly device: string
  readonly lock: LoginLock
  /** Refusals of the configured password that were known before. */
  readonly refusals: number
  /** A login was tried, or none was needed. */
  readonly isAsked: boolean
}

const GROUPS: readonly StateGroup[] = ['sim', 'registration', 'signal']

/**
 * Looks at a router, and into it where that is allowed, it is not locked and no refused password is known: at the cost of one
 * attempt at most, without entering a PIN, and logging out again.
 * @throws ModemError it is not there, or is no such device
 */
export function visitRouter(options: GoformOptions, mayLogIn: boolean, signal: AbortSignal): Promise<RouterVisit> {
  return atDoor(options, signal, async (door) => {
    const entrance = await GoformEntrance.find(door, signal)
    const lock = readLoginLock((await door.wire.items(LOCK_ITEMS)) ?? {})
    const refusals = presentRefusals(door)
    const outside = { state: await readOpenState(door.wire, entrance, GROUPS), pinTries: null, refusal: null }
    const isAsked = mayLogIn && refusals === 0 && lock.lockedSeconds === 0
    const inside = isAsked ? await lookInside(door, signal) : {}
    await door.wire.close()
    return { device: entrance.finding.device, lock, refusals, isAsked, ...outside, ...inside }
  })
}

async function lookInside(door: EntranceOptions, signal: AbortSignal): Promise<Partial<Inside>> {
  let session: GoformSession
  try {
    session = await GoformSession.open({ ...door, mostAttempts: 1 }, signal)
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return { refusal: error }
  }
  try {
    const state = await readRouterState(session, GROUPS)
    return { state, pinTries: readTries(await session.items(TRIES_ITEMS)).pin }
  } finally {
    await session.close()
  }
}
