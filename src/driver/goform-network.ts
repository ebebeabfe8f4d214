import {
  DATA_ITEM,
  dataForm,
  isDataOff,
  isScanning,
  operatorForm,
  ratOf,
  readOperators,
  readSelection,
  SCAN_FORM,
  SCAN_ITEMS,
} from '../goform/control.ts'
import { NETWORK_MODE_ITEM, networkModeForm, networkModesOf, readNetworkMode } from '../goform/network-mode.ts'
import type { Fields } from '../goform/request.ts'
import { ModemError } from '../modem/errors.ts'
import type { DataControl, FoundOperator, NetworkModeControl, OperatorControl } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'
import type { GoformSession } from './goform-session.ts'
import { readRouterState } from './goform-state.ts'

/** Between two looks, in milliseconds, and how long each may take. */
const LOOK_MS = 1_000
const DATA_LIMIT_MS = 30_000
const MODE_LIMIT_MS = 20_000
const SCAN_LIMIT_MS = 240_000
const SELECTION_LIMIT_MS = 120_000
const DATA_RETURN_LIMIT_MS = 120_000

/** Sticks, which refuse these while data flows; nothing is known of the generic one. Others would lose data for nothing. */
const WANT_NO_DATA = new Set(['MF823', 'MF823D', 'MF833', 'generic'])

/** What may be a word of some firmware; modems with AT ports have other raw values, like `0,0,0`. */
const BEARER_WORD = /^(?=\w*[A-Za-z])\w{2,40}$/

/** Mobile data on and off. */
export function createDataControl(session: GoformSession): DataControl {
  return { set: (connected) => setData(session, connected) }
}

/** What the device may use (`SET_BEARER_PREFERENCE`). */
export function createModeControl(session: GoformSession): NetworkModeControl {
  const { bearer } = session.profile.dialect
  const set = async (mode: NetworkModeName | { readonly raw: string }): Promise<void> => {
    const form = typeof mode === 'string' ? networkModeForm(mode, bearer) : givenModeForm(mode.raw)
    if (form === undefined) {
      const name = typeof mode === 'string' ? mode : mode.raw
      throw new ModemError('invalid_request', `This modem has no network mode ${name}.`)
    }
    await withoutData(session, () => session.write(form))
    const isSet = await until(session, MODE_LIMIT_MS, async () => {
      const now = readNetworkMode(await session.items([NETWORK_MODE_ITEM]), bearer)
      return typeof mode === 'string' ? now?.mode === mode : now?.raw === mode.raw
    })
    if (!isSet) throw new ModemError('rejected_by_modem', 'The router took the network mode and did not change it.')
  }
  return { modes: networkModesOf(bearer), set }
}

/** Searching and choosing networks. */
export function createOperatorControl(session: GoformSession): OperatorControl {
  let found: readonly FoundOperator[] = []
  const scan = async (): Promise<readonly FoundOperator[]> => {
    await withoutData(session, async () => {
      await session.write(SCAN_FORM)
      const isDone = await until(session, SCAN_LIMIT_MS, async () => !isScanning(await session.items(SCAN_ITEMS)))
      if (!isDone) throw new ModemError('timeout', 'The search for networks did not end.', { retry: 'later' })
      found = readOperators(await session.items(SCAN_ITEMS))
    })
    return found
  }
  const set = async (code: string): Promise<void> => {
    if (code === 'auto') return chooseAutomatically(session)
    const known = found.find((operator) => operator.code === code)?.accessTechnology ?? null
    const present = (await readRouterState(session, ['registration'])).registration?.accessTechnology ?? null
    await withoutData(session, async () => {
      await session.write(operatorForm(code, ratOf(known ?? present)))
      let outcome: boolean | null = null
      await until(session, SELECTION_LIMIT_MS, async () => {
        outcome = readSelection(await session.items(SCAN_ITEMS))
        return outcome !== null
      })
      if (outcome === true) return
      throw new ModemError('rejected_by_network', `The router could not register with ${code}. Set auto to go back.`)
    })
  }
  return { scan, set }
}

/** There is no command for it: setting the network mode, to what it is, does it. */
async function chooseAutomatically(session: GoformSession): Promise<void> {
  const { bearer } = session.profile.dialect
  const mode = readNetworkMode(await session.items([NETWORK_MODE_ITEM]), bearer)
  await withoutData(session, () => session.write(rawModeForm(mode?.raw ?? 'NETWORK_auto')))
}

function givenModeForm(raw: string): Fields | undefined {
  return BEARER_WORD.test(raw) ? rawModeForm(raw) : undefined
}

function rawModeForm(raw: string): Fields {
  return [
    ['goformId', 'SET_BEARER_PREFERENCE'],
    ['BearerPreference', raw],
  ]
}

/** While it is not registered, as for some seconds behind another network mode, a device refuses to connect. */
async function setData(session: GoformSession, connected: boolean): Promise<void> {
  let refusal: ModemError | null = null
  const ask = async (): Promise<boolean> => {
    try {
      await session.write(dataForm(connected))
      return true
    } catch (error) {
      if (!(error instanceof ModemError) || error.code !== 'rejected_by_modem') throw error
      refusal = error
      return false
    }
  }
  let isTaken = false
  const isSo = await until(session, DATA_LIMIT_MS, async () => {
    if (!isTaken) isTaken = await ask()
    return (await isConnected(session)) === connected
  })
  if (isSo) return
  throw new ModemError(
    connected ? 'rejected_by_network' : 'rejected_by_modem',
    `The data connection is still ${connected ? 'down' : 'up'} after ${DATA_LIMIT_MS / 1000} s.`,
    { cause: refusal },
  )
}

async function isConnected(session: GoformSession): Promise<boolean> {
  return (await readRouterState(session, ['data'])).data?.connected === true
}

/** Where these are taken only while no data flows, it is switched off for as long, and on again whatever happens. */
async function withoutData(session: GoformSession, work: () => Promise<void>): Promise<void> {
  const isOff = async (): Promise<boolean> => isDataOff(await session.items([DATA_ITEM]))
  try {
    await work()
  } catch (error) {
    const isRefused = error instanceof ModemError && error.code === 'rejected_by_modem'
    if (!isRefused || !WANT_NO_DATA.has(session.profile.name) || (await isOff())) throw error
    const failure: unknown = await setData(session, false)
      .then(() => until(session, DATA_LIMIT_MS, isOff))
      .then(work)
      .catch((reason: unknown) => reason)
    await putDataBack(session).catch((reason: unknown) => {
      throw failure ?? reason
    })
    if (failure !== undefined) throw failure
  }
}

/** A device that looks for its network, or loses an answer, is asked again. */
async function putDataBack(session: GoformSession): Promise<void> {
  const { clock } = session
  const deadline = clock.elapsed() + DATA_RETURN_LIMIT_MS
  for (;;) {
    try {
      return await setData(session, true)
    } catch (error) {
      if (!(error instanceof ModemError) || error.code === 'session_taken' || clock.elapsed() >= deadline) throw error
      await clock.pause(LOOK_MS)
    }
  }
}

async function until(session: GoformSession, limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const { clock } = session
  const deadline = clock.elapsed() + limitMs
  for (;;) {
    if (await isSo()) return true
    if (clock.elapsed() >= deadline) return false
    await clock.pause(LOOK_MS)
  }
}
