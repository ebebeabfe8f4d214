import { setTimeout as pause } from 'node:timers/promises'
import { parseCpms, parseCpmsTest } from '../at/responses-sms.ts'
import { ModemError } from '../modem/errors.ts'
import type { Capabilities, Identity } from '../modem/modem.ts'
import { findCapabilities } from './at-capabilities.ts'
import type { AtChannel } from './at-channel.ts'
import { readLock, readModemIdentity, readSimIdentity } from './at-identity.ts'
import { ask, attempt, endsConnection, firstOf } from './at-question.ts'
import { AtRadio } from './at-radio.ts'
import type { SimOptions } from './at-sim.ts'
import { readySim } from './at-sim.ts'
import type { StoreSetup } from './at-sms.ts'

/** What the start sequence has to know. */
export interface StartOptions extends SimOptions {
  readonly port: string
  /** IMEI that the modem must have, 15 digits; `null`: any. */
  readonly imei: string | null
  /** The store for received messages; the others follow where the modem refuses it. */
  readonly storage: 'SM' | 'ME' | 'MT'
  /** Whether somebody wants the radio to be off; a stick that was unplugged has forgotten it. */
  readonly isRadioOff: () => boolean
}

/** A modem that is ready to be used. */
export interface Started {
  readonly identity: Identity
  /** `null`: the SIM is not ready, so there are no messages. */
  readonly stores: StoreSetup | null
  /** Why the SIM is not ready, for the user. */
  readonly problem: ModemError | null
  /** What it can do besides messages and its radio. */
  readonly can?: Capabilities
}

/** The message store of a SIM that has just become ready may refuse for some seconds. */
const STORE_TRIES = 5

const STORES = ['SM', 'ME', 'MT'] as const

/**
 * Values of `AT+CNMI`, the best first. Every message stays in the store (mt 1), because one that is only passed on is lost
 * when nobody listens. Qualcomm-based sticks list mode 2 and refuse it.
 */
const NOTIFICATIONS = [
  '2,1,0,2,0',
  '2,1,0,1,0',
  '2,1,0,0,0',
  '3,1,0,2,0',
  '3,1,0,0,0',
  '1,1,0,2,0',
  '1,1,0,1,0',
  '1,1,0,0,0',
  '1,1',
] as const

/**
 * Brings a modem that answers `AT` into the state that the bridge needs, and finds out who it is. What a modem does not
 * know is left out; only the PDU mode and a message store are needed when the SIM is ready.
 * @throws ModemError `modem_offline` for another modem than the wanted one; `sim_not_ready` when the message store stays
 * shut; `timeout` and `closed` when the connection has ended; the signal's reason
 */
export async function startUp(channel: AtChannel, options: StartOptions, signal: AbortSignal): Promise<Started> {
  await attempt(channel, 'AT+CMEE=1', signal)
  // Reading the store ends the flood of +ZUSIMR:2.
  await attempt(channel, 'AT+CPMS?', signal)
  const modem = await readModemIdentity(channel, signal)
  demandImei(modem.imei, options)
  await setRadio(channel, !options.isRadioOff(), signal)
  const { sim, problem } = await readySim(channel, options, signal)
  for (const command of ['AT+CSCS="GSM"', 'AT+CUSD=1', 'AT+COPS=3,0', 'AT+CLIP=1'])
    await attempt(channel, command, signal)
  for (const name of ['+CREG', '+CGREG', '+CEREG']) {
    if (!(await attempt(channel, `AT${name}=2`, signal))) await attempt(channel, `AT${name}=1`, signal)
  }
  const stores = sim === 'ready' ? await openStores(channel, options, signal) : null
  const personal = await readSimIdentity(channel, signal)
  const identity = { ...modem, ...personal, locks: await readLock(channel, signal), port: options.port }
  return { identity, stores, problem, can: await findCapabilities(channel, options, signal) }
}

/** Before anything else happens to the modem: the configured PIN must never go into a wrong one. */
function demandImei(found: string | null, { imei, port }: StartOptions): void {
  if (imei === null || found === imei) return
  const what = found === null ? 'does not tell its IMEI' : 'has another IMEI than the configured one'
  throw new ModemError(
    'modem_offline',
    `The modem at ${port} ${what}, so it may be another modem. Correct the port or the IMEI in the configuration.`,
  )
}

async function setRadio(channel: AtChannel, on: boolean, signal: AbortSignal): Promise<void> {
  try {
    await new AtRadio(channel).set(on, signal)
  } catch (error) {
    // A modem that refuses is of use all the same, as far as it is.
    if (endsConnection(error)) throw error
  }
}

async function openStores(channel: AtChannel, options: StartOptions, signal: AbortSignal): Promise<StoreSetup> {
  for (let tries = 1; ; tries += 1) {
    try {
      // In text mode a message could speak in the modem's voice; without this the modem cannot be used.
      await channel.send('AT+CMGF=0', { signal })
      const { used, select } = await chooseStore(channel, options.storage, signal)
      const named = (await ask(channel, 'AT+CPMS=?', firstOf(parseCpmsTest), signal))?.[0] ?? []
      const isApart = (store: string): boolean => store !== used && (used !== 'MT' || store === 'SR')
      const others = ['SM', 'ME', 'SR'].filter((store) => named.includes(store) && isApart(store))
      const areReportsDirect = (await setNotification(channel, signal))?.split(',')[3] === '1'
      return { used, select, others, reportStore: others.includes('SR') && !areReportsDirect ? 'SR' : null }
    } catch (error) {
      if (endsConnection(error)) throw error
      if (tries === STORE_TRIES) throw storeShut(error)
    }
    await pause(options.pollMs, undefined, { signal })
  }
}

async function chooseStore(
  channel: AtChannel,
  wanted: StartOptions['storage'],
  signal: AbortSignal,
): Promise<Pick<StoreSetup, 'used' | 'select'>> {
  for (const used of new Set([wanted, ...STORES])) {
    const select = `AT+CPMS="${used}","${used}","${used}"`
    if (await attempt(channel, select, signal)) return { used, select }
  }
  // A modem that cannot be told receives where it always does: in the third of its stores.
  const usage = firstOf(parseCpms)(await channel.send('AT+CPMS?', { signal }))
  const used = STORES.find((store) => store === usage?.[2]?.store)
  if (used === undefined) throw new ModemError('protocol', 'The modem does not say where it keeps messages.')
  return { used, select: `AT+CPMS="${used}"` }
}

/** @returns the accepted value; `undefined`: none was, so messages are only found by looking */
async function setNotification(channel: AtChannel, signal: AbortSignal): Promise<string | undefined> {
  for (const value of NOTIFICATIONS) if (await attempt(channel, `AT+CNMI=${value}`, signal)) return value
  return undefined
}

function storeShut(cause: unknown): ModemError {
  return new ModemError(
    'sim_not_ready',
    'The modem does not give access to its message store. It is tried again; if that does not help, restart the modem.',
    { cause },
  )
}
