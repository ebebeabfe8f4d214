import type { ItemGroup } from '../goform/fields.ts'
import { itemsOf, OPEN_ITEMS } from '../goform/fields.ts'
import { isRefused, textAt } from '../goform/reply.ts'
import { CAPACITY_TABLE, NOTICE_ITEMS, readStores } from '../goform/sms-store.ts'
import { readGroups } from '../goform/state.ts'
import type { Identity } from '../modem/modem.ts'
import type { ModemState, SimState, StateGroup } from '../modem/state.ts'
import type { GoformEntrance } from './goform-entrance.ts'
import type { GoformSession } from './goform-session.ts'
import type { GoformWire } from './goform-wire.ts'

/** Reads groups of the state; one that the device cannot tell is absent. @throws ModemError */
export async function readRouterState(
  session: GoformSession,
  groups: readonly StateGroup[],
): Promise<Partial<ModemState>> {
  const { hasNewNames, dialect } = session.profile
  const items = groups.filter((group): group is ItemGroup => group !== 'store')
  const values = items.length === 0 ? {} : await session.items(itemsOf(items, hasNewNames))
  const state = readGroups(items, values, dialect)
  if (!groups.includes('store')) return state
  // Without the switches that would clear the flags: this is not the look that follows them.
  const unread = await session.items(NOTICE_ITEMS)
  const store = readStores({ ...(await session.table(CAPACITY_TABLE, [])), ...unread })
  return store === null ? state : { ...state, store }
}

/** Reads what the device tells without a login. What is blank is not unknown but closed. @throws ModemError */
export async function readOpenState(
  wire: GoformWire,
  { profile, finding }: Pick<GoformEntrance, 'profile' | 'finding'>,
  groups: readonly StateGroup[],
): Promise<Partial<ModemState>> {
  const items = groups.filter((group): group is ItemGroup => group !== 'store')
  const wanted = itemsOf(items, profile.hasNewNames).filter((item) => !finding.unsupported.includes(item))
  // Some firmware refuses a request with one closed item among open ones.
  for (const names of [wanted, wanted.filter((item) => OPEN_ITEMS.includes(item))]) {
    const values = names.length === 0 ? null : await wire.items(names)
    if (values === null || isRefused(values)) continue
    const told = Object.entries(values).filter(([item]) => textAt(values, item) !== '')
    return readGroups(items, Object.fromEntries(told), profile.dialect)
  }
  return {}
}

/** Whether the SIM is ready. @throws ModemError */
export async function readRouterSim(session: GoformSession): Promise<SimState> {
  return (await readRouterState(session, ['sim'])).sim ?? 'unknown'
}

const IDENTITY = ['model_name', 'wa_inner_version', 'hardware_version', 'imei', 'sim_imsi', 'imsi', 'iccid', 'msisdn']
/** Where firmware without `iccid` has it. */
const OTHER_ICCID = ['ziccid', 'sim_iccid']

/** Who the device and its SIM are. @param port its address @throws ModemError */
export async function readRouterIdentity(session: GoformSession, port: string): Promise<Identity> {
  const values = await session.items(IDENTITY)
  const first = (names: readonly string[], from = values): string | null =>
    names.map((name) => textAt(from, name)).find((text) => text !== '') ?? null
  const iccid = first(['iccid']) ?? first(OTHER_ICCID, await session.items(OTHER_ICCID))
  return {
    manufacturer: 'ZTE',
    model: first(['model_name']),
    firmware: first(['wa_inner_version']),
    hardware: first(['hardware_version']),
    imei: first(['imei']),
    imsi: first(['sim_imsi', 'imsi']),
    // An MF297D fills the last octet up.
    iccid: iccid?.replace(/F+$/i, '') ?? null,
    msisdn: first(['msisdn']),
    locks: null,
    port,
  }
}
