import { percentOf } from '../modem/readings.ts'
import type {
  AccessTechnology,
  Battery,
  Cell,
  DataState,
  ModemState,
  Operator,
  Registration,
  Signal,
  SimState,
} from '../modem/state.ts'
import { lteBandOf } from './bands.ts'
import type { FieldDialect } from './conversions.ts'
import { simStateOf, technologyOf } from './conversions.ts'
import type { FieldRow, GroupTable, ItemGroup, ItemRow } from './fields.ts'
import {
  BATTERY,
  CELL,
  DATA,
  itemsOf,
  OPERATOR_ITEMS,
  PLMN_ITEMS,
  ROAMING_ITEM,
  SIGNAL,
  SIM_ITEMS,
  TECHNOLOGY_ITEMS,
} from './fields.ts'
import type { BearerDialect } from './network-mode.ts'
import { readNetworkMode } from './network-mode.ts'
import type { Values } from './reply.ts'
import { textAt } from './reply.ts'

/** What a family writes in its own way. */
export interface StateDialect extends FieldDialect {
  readonly bearer: BearerDialect
  /** `null`: not known; then a device that says whether it is charging is believed to have one. */
  readonly hasBattery: boolean | null
}

/**
 * The groups that a readout of `itemsOf` these groups tells. A group none of whose items came is absent. To be asked only
 * of a live session: without one all items are there and blank, which reads as "nothing known".
 */
export function readGroups(
  groups: readonly ItemGroup[],
  values: Values,
  dialect: StateDialect,
): Partial<Pick<ModemState, ItemGroup>> {
  const state: { -readonly [G in ItemGroup]?: ModemState[G] } = {}
  for (const group of groups) {
    const own = itemsOf([group], true).filter((item) => !(TECHNOLOGY_ITEMS as readonly string[]).includes(item))
    const came =
      own.some((item) => Object.hasOwn(values, item)) || (group === 'registration' && 'network_type' in values)
    if (came) Object.assign(state, readGroup(group, values, dialect))
  }
  return state
}

function readGroup(group: ItemGroup, values: Values, dialect: StateDialect): Partial<ModemState> {
  if (group === 'signal') return { signal: readSignal(values, dialect) }
  if (group === 'registration') return { registration: readRegistration(values) }
  if (group === 'operator') return { operator: readOperator(values) }
  if (group === 'sim') return { sim: readSim(values) }
  if (group === 'cell') return { cell: readCell(values, dialect) }
  if (group === 'data') return { data: readTable<DataState>(DATA, values, dialect) }
  if (group === 'battery') {
    const battery = readBattery(values, dialect)
    return battery === null ? {} : { battery }
  }
  const networkMode = readNetworkMode(values, dialect.bearer)
  return networkMode === null ? {} : { networkMode }
}

/** The radio in use; the more specific word first, where it is a known one. */
export function readAccessTechnology(values: Values): AccessTechnology | null {
  const word = textAt(values, 'network_type')
  const technology = technologyOf(textAt(values, 'sub_network_type')) ?? technologyOf(word)
  if (technology === 'lte' && textAt(values, 'wan_lte_ca') === 'ca_activated') return 'lte_ca'
  if (technology !== null || word.toUpperCase() !== '5G') return technology
  // Non-standalone 5G leans on an LTE cell.
  return textAt(values, 'lte_rsrp') === '' ? 'nr_sa' : 'nr_nsa'
}

function readSignal(values: Values, dialect: FieldDialect): Signal {
  const known = readTable<Omit<Signal, 'percent' | 'ber'>>(SIGNAL, values, dialect)
  const { bars } = known
  return { percent: percentOf(known) ?? (bars === null ? null : bars * 20), ...known, ber: null }
}

const NO_SERVICE = /^(?:no|limited)[ _]service$/i

function readRegistration(values: Values): Registration {
  const accessTechnology = readAccessTechnology(values)
  const word = textAt(values, 'network_type')
  // Limited service is for emergency calls only.
  if (NO_SERVICE.test(word)) return { state: 'not_registered', accessTechnology: null }
  const isRegistered = accessTechnology !== null || /^(?:cdma|evdo)/i.test(word)
  if (!isRegistered) return { state: 'unknown', accessTechnology: null }
  // Roaming is only ever told of by name; the web page takes anything else for home.
  const isRoaming = /^(?:internal|international)$/i.test(textAt(values, ROAMING_ITEM))
  return { state: isRoaming ? 'roaming' : 'home', accessTechnology }
}

function readOperator(values: Values): Operator {
  const names = OPERATOR_ITEMS.map(({ item }) => textAt(values, item)).filter((name) => name !== '')
  const name = names.find((each) => !NO_SERVICE.test(each) && !/^\d{5,6}$/.test(each)) ?? null
  return { name, code: plmnOf(values) ?? names.find((each) => /^\d{5,6}$/.test(each)) ?? null }
}

/** `rmnc` has lost its leading zeros: 3 is 03. */
function plmnOf(values: Values): string | null {
  for (const [{ item: mccItem }, { item: mncItem }] of PLMN_ITEMS) {
    const [mcc, mnc] = [textAt(values, mccItem), textAt(values, mncItem)]
    if (/^[1-9]\d{2}$/.test(mcc) && /^\d{1,3}$/.test(mnc)) return mcc + mnc.padStart(2, '0')
  }
  return null
}

function readSim(values: Values): SimState {
  return simStateOf(firstText(SIM_ITEMS, values))
}

function readCell(values: Values, dialect: FieldDialect): Cell {
  const cell = readTable<Cell>(CELL, values, dialect)
  const { channel } = cell
  const technology = readAccessTechnology(values)
  const hasTrackingArea = technology !== null && /^(?:lte|nr)/.test(technology)
  const isLte = technology === 'lte' || technology === 'lte_ca' || technology === 'nr_nsa'
  // An MF79U writes a wrong band, but the right channel; the band of the primary cell is right where there is one.
  const isSure = textAt(values, 'lte_ca_pcell_band') !== ''
  const byChannel = isLte && channel !== null && !isSure ? lteBandOf(channel) : null
  return {
    ...cell,
    lac: hasTrackingArea ? null : cell.lac,
    tac: hasTrackingArea ? cell.tac : null,
    band: byChannel ?? cell.band,
  }
}

function readBattery(values: Values, dialect: StateDialect): Battery | null {
  const battery = readTable<Battery>(BATTERY, values, dialect)
  const isThere = dialect.hasBattery ?? (battery.percent !== null && battery.charging !== null)
  return isThere ? battery : null
}

/** All fields of a table, `null` where nothing is told. */
function readTable<Group>(table: GroupTable<Group>, values: Values, dialect: FieldDialect): Group {
  const rows = Object.entries<FieldRow<unknown>>(table)
  return Object.fromEntries(rows.map(([field, row]) => [field, readField(row, values, dialect)])) as Group
}

function readField<T>({ items, nr }: FieldRow<T>, values: Values, dialect: FieldDialect): T | null {
  const isStandalone = readAccessTechnology(values) === 'nr_sa'
  for (const { item, convert } of isStandalone ? (nr ?? items) : items) {
    const text = textAt(values, item)
    const value = text === '' ? null : convert(text, dialect)
    if (value !== null) return value
  }
  return null
}

function firstText(rows: readonly ItemRow<string>[], values: Values): string {
  return rows.map(({ item }) => textAt(values, item)).find((text) => text !== '') ?? ''
}
