import { setTimeout as pause } from 'node:timers/promises'
import { parseCpin, simState } from '../at/responses-device.ts'
import { parseZpinpuk } from '../at/responses-zte.ts'
import { ModemError } from '../modem/errors.ts'
import { SIM_PROBLEMS } from '../modem/sim-problems.ts'
import type { SimState } from '../modem/state.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, endsConnection, firstOf } from './at-question.ts'
import type { PinMemory } from './pin.ts'
import { LEAST_TRIES, PIN_REFUSED } from './pin.ts'

/** How to get the SIM ready. */
export interface SimOptions {
  /** 4 … 8 digits; `null`: none is configured. */
  readonly pin: string | null
  readonly pinMemory: PinMemory
  /** Between two looks at a SIM that is busy, and behind a PIN that was taken, in milliseconds. */
  readonly pollMs: number
}

/** SIMs on 3G sticks take 2 to 10 s to start; with the usual pause this allows for 40 s. */
const POLLS = 20

/** 3GPP TS 27.007 section 9.2.1. */
const SIM_BUSY = 14

/** `+CME ERROR` numbers that tell the state of the SIM (3GPP TS 27.007 section 9.2.1). */
const STATE_BY_CME: ReadonlyMap<number, SimState> = new Map([
  [10, 'absent'],
  [11, 'pin_required'],
  [12, 'puk_required'],
  ...[5, 6, 7, 40, 41, 42, 43, 44, 45, 46, 47].map((number): [number, SimState] => [number, 'blocked']),
])

/**
 * Asks for the state of the SIM, once.
 * @returns `unknown` while it is busy or starting
 * @throws ModemError when the connection has ended
 */
export async function readSim(channel: AtChannel, signal?: AbortSignal): Promise<SimState> {
  try {
    const word = firstOf(parseCpin)(await channel.send('AT+CPIN?', { signal }))
    return word === undefined ? 'unknown' : simState(word)
  } catch (error) {
    if (endsConnection(error)) throw error
    const { cme = -1 } = error as ModemError
    return STATE_BY_CME.get(cme) ?? 'unknown'
  }
}

/**
 * Waits for the SIM to start, and enters the PIN where one is asked for: once, and never when it could be the last try.
 * A refused PIN is remembered and not entered again.
 * @returns the state of the SIM, and for a SIM that is not ready why, for the user
 * @throws ModemError when the connection has ended; the signal's reason
 */
export async function readySim(
  channel: AtChannel,
  options: SimOptions,
  signal: AbortSignal,
): Promise<{ readonly sim: SimState; readonly problem: ModemError | null }> {
  const sim = await settledSim(channel, options.pollMs, signal)
  if (sim === 'ready') return { sim, problem: null }
  if (sim !== 'pin_required') return { sim, problem: problem(SIM_PROBLEMS[sim]) }
  const obstacle = await enterPin(channel, options, signal)
  if (obstacle !== null) return { sim: await readSim(channel, signal), problem: problem(obstacle) }
  await pause(options.pollMs, undefined, { signal })
  const after = await settledSim(channel, options.pollMs, signal)
  return { sim: after, problem: after === 'ready' ? null : problem(SIM_PROBLEMS[after]) }
}

async function settledSim(channel: AtChannel, pollMs: number, signal: AbortSignal): Promise<SimState> {
  for (let poll = 1; ; poll += 1) {
    const sim = await readSim(channel, signal)
    if (sim !== 'unknown' || poll === POLLS) return sim
    await pause(pollMs, undefined, { signal })
  }
}

/** @returns why the PIN was not taken, `null` when it was */
async function enterPin(
  channel: AtChannel,
  { pin, pinMemory }: SimOptions,
  signal: AbortSignal,
): Promise<string | null> {
  if (pin === null) return SIM_PROBLEMS.pin_required
  if (pinMemory.refused()) return PIN_REFUSED
  const tries = (await ask(channel, 'AT+ZPINPUK=?', firstOf(parseZpinpuk), signal))?.pin
  if (tries !== undefined && tries < LEAST_TRIES) return LAST_TRY
  // Where the modem does not count, a connection that breaks at this command must not lead to a second and third try.
  if (tries === undefined) pinMemory.remember(true)
  try {
    await channel.send(`AT+CPIN="${pin}"`, { signal })
  } catch (error) {
    if (endsConnection(error)) throw error
    if (isSimBusy(error)) return SIM_PROBLEMS.unknown
    pinMemory.remember(true)
    return PIN_REFUSED
  }
  if (tries === undefined) pinMemory.remember(false)
  return null
}

/** Whether a PIN was refused because the SIM has not started: that costs no try. */
export function isSimBusy(error: unknown): boolean {
  return error instanceof ModemError && error.cme === SIM_BUSY
}

function problem(message: string): ModemError {
  return new ModemError('sim_not_ready', message)
}

const LAST_TRY =
  'The SIM has only its last try for the PIN left, which the bridge does not use up. Enter the PIN in a phone, then restart the modem.'
