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
import type { BearerDialect } from '../goform/network-mode.ts'
import {
  isMode,
  NETWORK_MODE_ITEM,
  networkModeForm,
  networkModesOf,
  readNetworkMode,
  settableBearer,
} from '../goform/network-mode.ts'
import type { Values } from '../goform/reply.ts'
import { textAt } from '../goform/reply.ts'
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

/** So long what is told of a search or a choice may still be that of the one before. */
const STALE_MS = 10_000

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
    const form = typeof mode === 'string' ? networkModeForm(mode, bearer) : givenModeForm(mode.raw, bearer)
    if (form === undefined) {
      const name = typeof mode === 'string' ? mode : mode.raw
      throw new ModemError('invalid_request', `This modem has no network mode ${name}.`)
    }
    await withoutData(session, () => session.write(form))
    const isSet = await until(session, MODE_LIMIT_MS, async () =>
      isMode(readNetworkMode(await session.items([NETWORK_MODE_ITEM]), bearer), mode, bearer),
    )
    if (!isSet) throw new ModemError('rejected_by_modem', 'The router took the network mode and did not change it.')
  }
  return { modes: networkModesOf(bearer), set }
}

/** Searching and choosing networks. */
export function createOperatorControl(session: GoformSession): OperatorControl {
  let found: readonly FoundOperator[] = []
  const scan = async (): Promise<readonly FoundOperator[]> => {
    await withoutData(session, async () => {
      const read = (values: Values) => (isScanning(values) ? null : readOperators(values))
      const operators = await outcomeOf(session, SCAN_FORM, read, SCAN_LIMIT_MS)
      if (operators === null)
        throw new ModemError('timeout', 'The search for networks did not end.', { retry: 'later' })
      found = operators
    })
    return found
  }
  const set = async (code: string): Promise<void> => {
    if (code === 'auto') return chooseAutomatically(session)
    const known = found.find((operator) => operator.code === code)?.accessTechnology ?? null
    const present = (await readRouterState(session, ['registration'])).registration?.accessTechnology ?? null
    await withoutData(session, async () => {
      const form = operatorForm(code, ratOf(known ?? present))
      if ((await outcomeOf(session, form, readSelection, SELECTION_LIMIT_MS)) === true) return
      throw new ModemError('rejected_by_network', `The router could not register with ${code}. Set auto to go back.`)
    })
  }
  return { scan, set }
}

/**
 * Writes what takes its time, and waits for what comes of it. The items that tell keep the outcome of the time before, so one
 * counts when they were seen to move, or had the time to. @returns `null`: it did not end
 */
async function outcomeOf<T>(
  session: GoformSession,
  form: Fields,
  read: (values: Values) => T | null,
  limitMs: number,
): Promise<T | null> {
  const { clock } = session
  const before = await session.items(SCAN_ITEMS)
  await session.write(form)
  const begun = clock.elapsed()
  let hasMoved = false
  let outcome: T | null = null
  await until(session, limitMs, async () => {
    const values = await session.items(SCAN_ITEMS)
    outcome = read(values)
    hasMoved ||= outcome === null || SCAN_ITEMS.some((item) => textAt(values, item) !== textAt(before, item))
    return outcome !== null && (hasMoved || clock.elapsed() - begun >= STALE_MS)
  })
  return outcome
}

/** There is no command for it: setting the network mode, to what it is, does it. */
async function chooseAutomatically(session: GoformSession): Promise<void> {
  const { bearer } = session.profile.dialect
  const mode = readNetworkMode(await session.items([NETWORK_MODE_ITEM]), bearer)
  await withoutData(session, () => session.write(rawModeForm(mode?.raw ?? 'NETWORK_auto', bearer)))
}

function givenModeForm(raw: string, dialect: BearerDialect): Fields | undefined {
  return BEARER_WORD.test(raw) ? rawModeForm(raw, dialect) : undefined
}

function rawModeForm(raw: string, dialect: BearerDialect): Fields {
  return [
    ['goformId', 'SET_BEARER_PREFERENCE'],
    ['BearerPreference', settableBearer(raw, dialect)],
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
