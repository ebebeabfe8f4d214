import type { Battery, Cell, DataState, ModemState, Signal } from '../modem/state.ts'
import { parseBand } from './bands.ts'
import type { Conversion } from './conversions.ts'
import {
  areaCode,
  below,
  between,
  cellId,
  connected,
  count,
  ipv4,
  ipv6,
  nrAreaCode,
  nrCellId,
  nrSinr,
  octetRate,
  physicalCell,
} from './conversions.ts'
import { NETWORK_MODE_ITEM } from './network-mode.ts'

/** One way to learn a value: an item and what it means. The first item that says something counts. */
export interface ItemRow<T> {
  readonly item: string
  readonly convert: Conversion<T>
  /** Seen on firmware from about 2024 on (U25S, U30, U50, recent MC888) only: elsewhere it is an unknown item. */
  readonly isNew?: true
}

/** Where a value of a group comes from. */
export interface FieldRow<T> {
  readonly items: readonly ItemRow<T>[]
  /** On a standalone 5G cell, instead. */
  readonly nr?: readonly ItemRow<T>[]
}

/** Where the fields of a group come from, but those that are computed. */
export type GroupTable<Group, Computed extends keyof Group = never> = {
  readonly [Field in Exclude<keyof Group, Computed>]: FieldRow<NonNullable<Group[Field]>>
}

/** `network_type` and what says more; nearly every group needs them. */
export const TECHNOLOGY_ITEMS = ['network_type', 'sub_network_type', 'wan_lte_ca'] as const

/** Percent is computed; an error rate no router tells. */
export const SIGNAL = {
  bars: { items: [plain('signalbar', between(0, 5)), renamed('network_signalbar', between(0, 5))] },
  rssiDbm: {
    items: [plain('lte_rssi', below(-140)), renamed('network_lte_rssi', below(-140)), plain('rssi', below(-140))],
    nr: [],
  },
  rscpDbm: { items: [plain('rscp', below(-140))], nr: [] },
  ecioDb: { items: [plain('ecio', between(-40, 0))], nr: [] },
  rsrpDbm: {
    items: [plain('lte_rsrp', between(-160, -1)), renamed('network_lte_rsrp', between(-160, -1))],
    nr: [plain('Z5g_rsrp', between(-160, -1))],
  },
  rsrqDb: {
    items: [plain('lte_rsrq', between(-50, 20)), renamed('network_lte_rsrq', between(-50, 20))],
    nr: [plain('Z5g_rsrq', between(-50, 20))],
  },
  sinrDb: {
    // On an MF297D the second is the only one that is filled.
    items: [
      plain('lte_snr', between(-30, 50)),
      renamed('network_lte_snr', between(-30, 50)),
      plain('sinr', between(-30, 50)),
    ],
    nr: [plain('Z5g_SINR', nrSinr), plain('Z5g_snr', nrSinr)],
  },
} satisfies GroupTable<Signal, 'percent' | 'ber'>

/** `lac` and `tac` share their item: the technology tells which of the two it is. */
export const CELL = {
  lac: { items: [plain('lac_code', areaCode)], nr: [] },
  tac: { items: [plain('lac_code', areaCode)], nr: [plain('lac_code', nrAreaCode)] },
  cellId: {
    items: [plain('cell_id', cellId)],
    nr: [plain('nr5g_cell_id', nrCellId), plain('Z5g_CELL_ID', nrCellId), plain('cell_id', nrCellId)],
  },
  pci: { items: [plain('lte_pci', physicalCell(503))], nr: [plain('nr5g_pci', physicalCell(1007))] },
  band: {
    items: [plain('lte_ca_pcell_band', parseBand), plain('wan_active_band', parseBand)],
    nr: [plain('nr5g_action_band', parseBand)],
  },
  channel: {
    items: [
      plain('wan_active_channel', between(1, 99_999)),
      plain('lte_ca_pcell_arfcn', between(1, 99_999)),
      plain('lte_ca_pcell_freq', between(1, 99_999)),
    ],
    nr: [plain('nr5g_action_channel', between(1, 3_279_165)), plain('Z5g_dlEarfcn', between(1, 3_279_165))],
  },
} satisfies GroupTable<Cell>

/** The rates of the newer names are left out: their unit is not known. */
export const DATA = {
  connected: { items: [plain('ppp_status', connected), plain('wan_connect_status', connected)] },
  ip: { items: [plain('wan_ipaddr', ipv4)] },
  ipv6: { items: [plain('ipv6_wan_ipaddr', ipv6)] },
  rxBytes: { items: [plain('realtime_rx_bytes', count), renamed('flux_realtime_rx_bytes', count)] },
  txBytes: { items: [plain('realtime_tx_bytes', count), renamed('flux_realtime_tx_bytes', count)] },
  rxRateBps: { items: [plain('realtime_rx_thrpt', octetRate)] },
  txRateBps: { items: [plain('realtime_tx_thrpt', octetRate)] },
  sessionSeconds: { items: [plain('realtime_time', count), renamed('flux_realtime_time', count)] },
  monthRxBytes: { items: [plain('monthly_rx_bytes', count), renamed('flux_monthly_rx_bytes', count)] },
  monthTxBytes: { items: [plain('monthly_tx_bytes', count), renamed('flux_monthly_tx_bytes', count)] },
} satisfies GroupTable<DataState>

/** CPE without a battery answer nothing, or the constants of a full one. */
export const BATTERY = {
  percent: { items: [plain('battery_vol_percent', between(0, 100)), plain('battery_value', between(0, 100))] },
  // 2 is "full" on a U25S.
  charging: { items: [plain('battery_charging', (text) => (/^[012]$/.test(text) ? text === '1' : null))] },
} satisfies GroupTable<Battery>

/** Words that no single conversion explains. */
export const ROAMING_ITEM = 'simcard_roam'
export const SIM_ITEMS: readonly ItemRow<string>[] = [
  plain('modem_main_state', word),
  renamed('mc_modem_main_state', word),
]
export const OPERATOR_ITEMS: readonly ItemRow<string>[] = [
  plain('network_provider', word),
  renamed('network_provider_fullname', word),
]
/** MCC and MNC belong together: both of one row, or the next. */
export const PLMN_ITEMS: readonly (readonly [mcc: ItemRow<string>, mnc: ItemRow<string>])[] = [
  [plain('rmcc', word), plain('rmnc', word)],
  [renamed('network_rmcc', word), renamed('network_rmnc', word)],
  [plain('mdm_mcc', word), plain('mdm_mnc', word)],
]

const TABLES: Readonly<Record<Exclude<keyof ModemState, 'store'>, readonly ItemRow<unknown>[]>> = {
  signal: [...technology(), ...itemsIn(SIGNAL)],
  registration: [...technology(), plain('lte_rsrp', word), plain(ROAMING_ITEM, word)],
  operator: [...OPERATOR_ITEMS, ...PLMN_ITEMS.flat()],
  sim: SIM_ITEMS,
  cell: [...technology(), plain('lte_rsrp', word), ...itemsIn(CELL)],
  data: itemsIn(DATA),
  battery: itemsIn(BATTERY),
  networkMode: [plain(NETWORK_MODE_ITEM, word)],
}

/** Told without a login by most firmware that has one (MC888, MC7010, MF297D, MF79U); the web page shows them before it. */
export const OPEN_ITEMS: readonly string[] = [
  'network_type',
  'network_provider',
  'signalbar',
  'ppp_status',
  'modem_main_state',
  'simcard_roam',
]

/** Groups that are read as items; the store of messages is a table. */
export type ItemGroup = keyof typeof TABLES

/**
 * The items to ask for, each once.
 * @param hasNewNames whether to ask for names of newer firmware, too. Devices that have never heard of them mostly echo
 *   them, but an MC889 refuses the whole request and an MC7010 fell silent
 */
export function itemsOf(groups: readonly ItemGroup[], hasNewNames: boolean): readonly string[] {
  const rows = groups.flatMap((group) => TABLES[group])
  return [...new Set(rows.filter(({ isNew }) => hasNewNames || isNew !== true).map(({ item }) => item))]
}

function itemsIn(table: Readonly<Record<string, FieldRow<unknown>>>): readonly ItemRow<unknown>[] {
  return Object.values(table).flatMap(({ items, nr }) => [...items, ...(nr ?? [])])
}

function technology(): readonly ItemRow<string>[] {
  return TECHNOLOGY_ITEMS.map((item) => plain(item, word))
}

function plain<T>(item: string, convert: Conversion<T>): ItemRow<T> {
  return { item, convert }
}

function renamed<T>(item: string, convert: Conversion<T>): ItemRow<T> {
  return { item, convert, isNew: true }
}

function word(text: string): string {
  return text
}
