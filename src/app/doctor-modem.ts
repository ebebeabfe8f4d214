import { parseCfun } from '../at/responses-device.ts'
import { parseRegistration, registrationState } from '../at/responses-network.ts'
import { parseCsq } from '../at/responses-signal.ts'
import { parseZoprt, parseZpinpuk } from '../at/responses-zte.ts'
import { AtChannel } from '../driver/at-channel.ts'
import { readModemIdentity } from '../driver/at-identity.ts'
import { ask, attempt, firstOf } from '../driver/at-question.ts'
import { readSim } from '../driver/at-sim.ts'
import { ModemError } from '../modem/errors.ts'
import type { RegistrationState, SimState } from '../modem/state.ts'
import { openSerial } from '../transport/serial.ts'
import type { ProbeAnswer } from '../transport/usb-follow.ts'
import type { Finding } from './doctor-finding.ts'
import { ok, problem, warning } from './doctor-finding.ts'

/** What keeps a modem that answers from doing its work. */
export interface ModemHealth {
  readonly sim: SimState
  /** Tries left for the PIN; `null`: the modem does not count. */
  readonly pinTries: number | null
  /** The radio is off: `AT+ZOPRT=6`, where the LED of ZTE sticks is red, or `AT+CFUN` other than 1. */
  readonly isRadioOff: boolean
  readonly registration: RegistrationState
  /** `null`: no signal, or not known. */
  readonly rssiDbm: number | null
}

/** What an examined modem says. */
export interface ExaminedAnswer extends ProbeAnswer {
  readonly health?: ModemHealth
}

/** Asks one port like ProbePort, and a modem that answers how it is. */
export type ExaminePort = (port: string) => Promise<ExaminedAnswer | undefined>

/** How to reach the port to examine. */
export interface ExamineOptions {
  /** Bits per second. */
  readonly baud: number
  /** How the port is opened; default `openSerial`. */
  readonly openPort?: typeof openSerial
}

/** ExaminePort on a real line: only questions, never the PIN. @throws ModemError when the port cannot be opened */
export async function examineAtPort(
  port: string,
  { baud, openPort = openSerial }: ExamineOptions,
  signal: AbortSignal,
): Promise<ExaminedAnswer | undefined> {
  const channel = new AtChannel(await openPort(port, { baud, signal }))
  try {
    await channel.wake(signal)
    const { imei, model } = await readModemIdentity(channel, signal)
    return { imei, model, health: await readHealth(channel, signal) }
  } catch (error) {
    if (error instanceof ModemError && error.code === 'timeout') return undefined
    throw error
  } finally {
    await channel.close()
  }
}

async function readHealth(channel: AtChannel, signal: AbortSignal): Promise<ModemHealth> {
  // Without it a missing SIM is a mere ERROR.
  await attempt(channel, 'AT+CMEE=1', signal)
  const sim = await readSim(channel, signal)
  const tries = sim === 'pin_required' ? await ask(channel, 'AT+ZPINPUK=?', firstOf(parseZpinpuk), signal) : undefined
  const level = await ask(channel, 'AT+CFUN?', firstOf(parseCfun), signal)
  const mode = await ask(channel, 'AT+ZOPRT?', firstOf(parseZoprt), signal)
  const signalQuality = await ask(channel, 'AT+CSQ', firstOf(parseCsq), signal)
  return {
    sim,
    pinTries: tries?.pin ?? null,
    isRadioOff: mode?.isOnline === false || (typeof level === 'number' && level !== 1),
    registration: await readRegistration(channel, signal),
    rssiDbm: signalQuality?.rssiDbm ?? null,
  }
}

const BEST_FIRST: readonly RegistrationState[] = ['home', 'roaming', 'searching', 'denied', 'not_registered']

// A stick on LTE may say "not registered" to AT+CREG?, and one on GSM to AT+CEREG?.
async function readRegistration(channel: AtChannel, signal: AbortSignal): Promise<RegistrationState> {
  const states: RegistrationState[] = []
  for (const name of ['+CREG', '+CGREG', '+CEREG']) {
    const report = await ask(channel, `AT${name}?`, firstOf(parseRegistration), signal)
    if (report !== undefined) states.push(registrationState(report.stat))
  }
  return BEST_FIRST.find((state) => states.includes(state)) ?? 'unknown'
}

/** The third wrong PIN locks the SIM; the bridge leaves the last try to people. */
const LAST_TRY = 1

const SIM_REMEDIES: Readonly<Record<Exclude<SimState, 'ready' | 'pin_required'>, readonly [string, string]>> = {
  puk_required: ['The SIM is locked and asks for its PUK', 'Put the SIM into a telephone and enter its PUK there.'],
  absent: ['There is no SIM in the modem', 'Insert one with the modem unplugged, then plug it in.'],
  blocked: [
    'The modem is locked to another SIM or operator',
    'Have it unlocked with the code of its seller, or use a SIM of that operator.',
  ],
  unknown: [
    'The SIM is not ready',
    'If the stick was plugged in less than a minute ago, look again. Else take the SIM out and clean its contacts; it may be defective.',
  ],
}

/** What to say of a modem that answers. @param name of the modem or its port, @param hasPin the configuration has its PIN */
export function checkHealth(name: string, health: ModemHealth, hasPin: boolean): readonly Finding[] {
  const sim = checkSim(name, health, hasPin)
  if (health.sim !== 'ready') return sim
  // What follows from a radio that is off needs no saying.
  return health.isRadioOff ? [radioOff(name)] : checkRegistration(name, health)
}

function checkSim(name: string, { sim, pinTries }: ModemHealth, hasPin: boolean): readonly Finding[] {
  if (sim === 'ready') return []
  if (sim !== 'pin_required') {
    const [what, remedy] = SIM_REMEDIES[sim]
    return [problem(`${what} (${name}).`, remedy)]
  }
  if (pinTries !== null && pinTries <= LAST_TRY) {
    const what = `The SIM has only its last try for the PIN left (${name}), which the bridge does not use up.`
    return [problem(what, 'Put the SIM into a telephone and enter the PIN there.')]
  }
  if (hasPin) return [ok(`The SIM asks for its PIN (${name}); the bridge enters the configured one.`)]
  const remedy =
    'Add "pin:" with the PIN in quotes to this modem in the configuration, or switch the PIN off in a telephone.'
  return [problem(`The SIM asks for its PIN (${name}).`, remedy)]
}

function radioOff(name: string): Finding {
  const remedy =
    'Another program left it so. The bridge turns it on when it starts; without the bridge, send AT+CFUN=1 and AT+ZOPRT=5.'
  return warning(`The radio is off (${name}); the light of a stick is red then.`, remedy)
}

function checkRegistration(name: string, { registration, rssiDbm }: ModemHealth): readonly Finding[] {
  const signal = rssiDbm === null ? 'no signal' : `signal ${rssiDbm} dBm`
  switch (registration) {
    case 'home':
    case 'roaming':
      return [ok(`It is registered with a network (${name}, ${signal}).`)]
    case 'denied':
      return [
        problem(
          `The network refuses the SIM (${name}, ${signal}).`,
          'Ask the operator whether the SIM is active and may be used here, and try it in a telephone.',
        ),
      ]
    case 'searching':
      return [
        warning(
          `It is still looking for a network (${name}, ${signal}).`,
          'Look again in a minute. If that does not end, move it to a window, off the back of a computer, or use an antenna.',
        ),
      ]
    default:
      return [
        problem(
          `It is not registered with any network (${name}, ${signal}).`,
          'Move it to a window or use an antenna, and see whether the SIM finds a network in a telephone at this place.',
        ),
      ]
  }
}
