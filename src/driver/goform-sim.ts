import { pinForm, pukForm, readTries, TRIES_ITEMS } from '../goform/control.ts'
import { ModemError } from '../modem/errors.ts'
import type { SimUnlock } from '../modem/modem.ts'
import { SIM_PROBLEMS } from '../modem/sim-problems.ts'
import type { SimState } from '../modem/state.ts'
import type { GoformSession } from './goform-session.ts'
import { readRouterSim } from './goform-state.ts'
import { LIMIT_MS } from './goform-wire.ts'
import type { PinMemory } from './pin.ts'
import { LEAST_TRIES, PIN_REFUSED } from './pin.ts'

/** A router is reachable before its modem is ready: so long, and between two looks, in milliseconds. */
const START_MS = 60_000
const LOOK_MS = 2_000

/** What is configured about the PIN. */
export interface PinOptions {
  /** 4 … 8 digits; `null`: none is configured. */
  readonly pin: string | null
  readonly pinMemory: PinMemory
}

/**
 * Waits for the SIM, and enters the PIN where one is asked for, once.
 * @returns the state of the SIM, and for one that is not ready why, for the user
 * @throws ModemError when the device cannot be asked; the signal's reason
 */
export async function readyRouterSim(
  session: GoformSession,
  options: PinOptions,
  signal: AbortSignal,
): Promise<{ readonly sim: SimState; readonly problem: ModemError | null }> {
  let sim = await settled(session, signal)
  let obstacle: string | null = null
  if (sim === 'pin_required') {
    obstacle = await enterPin(session, options)
    sim = await settled(session, signal)
  }
  // What the device does not tell is no reason to refuse service.
  if (sim === 'ready' || sim === 'unknown') return { sim, problem: null }
  return { sim, problem: new ModemError('sim_not_ready', obstacle ?? SIM_PROBLEMS[sim]) }
}

/** Unlocking the SIM on request; nothing is ever tried twice. */
export function createRouterUnlock(session: GoformSession): SimUnlock {
  const unlock = async (form: ReturnType<typeof pinForm>): Promise<void> => {
    await session.write(form, { repeats: 'never', limitMs: LIMIT_MS.slow })
    if ((await readRouterSim(session)) === 'pin_required') {
      throw new ModemError('rejected_by_modem', 'The SIM did not take the PIN.')
    }
  }
  return {
    pin: (pin) => unlock(pinForm(pin)),
    puk: (puk, newPin) => unlock(pukForm(puk, newPin)),
  }
}

async function settled(session: GoformSession, signal: AbortSignal): Promise<SimState> {
  const { clock } = session
  const deadline = clock.elapsed() + START_MS
  for (;;) {
    const sim = await readRouterSim(session)
    if (sim !== 'unknown' || clock.elapsed() >= deadline) return sim
    await clock.pause(LOOK_MS, signal)
  }
}

/** @returns why the PIN was not taken, `null` when it was */
async function enterPin(session: GoformSession, { pin, pinMemory }: PinOptions): Promise<string | null> {
  if (pin === null) return null
  if (pinMemory.refused()) return PIN_REFUSED
  const { pin: tries } = readTries(await session.items(TRIES_ITEMS))
  if (tries !== null && tries < LEAST_TRIES) return LAST_TRY
  try {
    await session.write(pinForm(pin), {
      repeats: 'never',
      limitMs: LIMIT_MS.slow,
      // A connection that breaks at this command must not lead to a second and third try.
      onHandOver: () => pinMemory.remember(true),
    })
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    if (error.code === 'modem_offline') pinMemory.remember(false)
    if (error.code !== 'rejected_by_modem') throw error
    const { pin: left } = readTries(await session.items(TRIES_ITEMS))
    // A token that somebody used up, or a modem that is not ready: no try was spent, so it was not the PIN.
    const isAsked = tries === null || left === null || left < tries
    if (!isAsked) pinMemory.remember(false)
    return isAsked ? PIN_REFUSED : NOT_ASKED
  }
  pinMemory.remember(false)
  return null
}

const LAST_TRY =
  'The SIM has only its last try for the PIN left, which the bridge does not use up. Enter the PIN on the web page of the router.'

const NOT_ASKED =
  'The router did not hand the configured PIN to the SIM. It is tried again when the bridge opens the modem the next time.'
