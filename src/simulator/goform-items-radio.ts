import type { Generation } from './goform-firmware.ts'
import type { RouterInsides } from './goform-insides.ts'

/** How one item is read; empty for what is not known at the moment. */
export type ItemReader = (router: RouterInsides) => string

const LTE: readonly Generation[] = ['4g', '5g']
const NR: readonly Generation[] = ['5g']
const UMTS: readonly Generation[] = ['3g']
const BELOW_LTE: readonly Generation[] = ['2g', '3g']

/** Cells of this place: each generation has its own. */
const CELLS: Readonly<Record<Generation, { readonly cell: number; readonly area: number }>> = {
  '2g': { cell: 0x2c11, area: 0x2b67 },
  '3g': { cell: 0x0a12f3, area: 0x2b67 },
  '4g': { cell: 0x21ab417, area: 0x3a0c },
  '5g': { cell: 0x21ab417, area: 0x3a0c },
}
const LTE_PCI = 0x1a3
const NR_PCI = 0x1cf

/** An item that exists only while one of these generations is in use. */
function during(generations: readonly Generation[], read: ItemReader): ItemReader {
  return (router) => {
    const { radio } = router
    const isInUse = radio.isRegistered && radio.generation !== null && generations.includes(radio.generation)
    return isInUse ? read(router) : ''
  }
}

const registered = (read: ItemReader): ItemReader => during([...BELOW_LTE, ...LTE], read)

/** Lower-case hex without a mark, or decimal: there is no telling them apart but by their digits. */
function numberIn(base: 'hex' | 'decimal', value: number, width = 0): string {
  return base === 'hex' ? value.toString(16).padStart(width, '0') : String(value)
}

function networkType({ profile, radio }: RouterInsides): string {
  if (radio.isRegistered && radio.generation) return profile.networkTypes[radio.generation] ?? ''
  if (radio.service === 'searching' || !radio.isBooted) return ''
  if (radio.service === 'none') return profile.noService
  return profile.noService === 'No Service' ? 'Limited Service' : 'limited_service'
}

function pppStatus({ profile, radio }: RouterInsides): string {
  return radio.connection === 'connected' ? profile.connectedWord : `ppp_${radio.connection}`
}

const isConnected = ({ radio }: RouterInsides): boolean => radio.connection === 'connected'

function moved({ radio, traffic }: RouterInsides, way: 'sent' | 'received'): number {
  return radio.connectedSeconds * traffic[`${way}PerSecond`]
}

/** Radio, registration, data connection and counters, by the names of the old dialect. */
export const RADIO_ITEMS: Readonly<Record<string, ItemReader>> = {
  network_type: networkType,
  sub_network_type: () => '',
  signalbar: ({ radio }) => (radio.isBooted ? String(radio.isRegistered ? radio.signal.bars : 0) : ''),
  network_provider: registered(({ network }) => network.name),
  network_provider_fullname: registered(({ network }) => network.name),
  rmcc: registered(({ network }) => network.plmn.slice(0, 3)),
  // Without leading zeros: that is how the firmware tells it.
  rmnc: registered(({ network }) => String(Number(network.plmn.slice(3)))),
  simcard_roam: ({ radio }) => (radio.isRegistered ? (radio.service === 'home' ? 'Home' : 'International') : ''),
  rssi: during(BELOW_LTE, ({ radio }) => String(radio.signal.rssiDbm)),
  rscp: during(UMTS, ({ radio }) => String(radio.signal.rscpDbm)),
  ecio: during(UMTS, ({ radio }) => String(radio.signal.ecioDb)),
  lte_rsrp: during(LTE, ({ radio }) => String(radio.signal.rsrpDbm)),
  lte_rsrq: during(LTE, ({ radio }) => String(radio.signal.rsrqDb)),
  lte_snr: during(LTE, ({ radio }) => radio.signal.snrDb.toFixed(1)),
  lte_rssi: during(LTE, ({ radio }) => String(radio.signal.lteRssiDbm)),
  Z5g_rsrp: during(NR, ({ radio }) => String(radio.signal.nrRsrpDbm)),
  Z5g_rsrq: during(NR, ({ radio }) => String(radio.signal.nrRsrqDb)),
  Z5g_SINR: during(NR, ({ radio }) => radio.signal.nrSinrDb.toFixed(1)),
  cell_id: registered(({ profile, radio }) =>
    numberIn(profile.cellIds, CELLS[radio.generation ?? '2g'].cell, radio.generation === '3g' ? 6 : 0),
  ),
  lac_code: registered(({ profile, radio }) => numberIn(profile.cellIds, CELLS[radio.generation ?? '2g'].area)),
  lte_pci: during(LTE, ({ profile }) => numberIn(profile.pci, LTE_PCI)),
  nr5g_pci: during(NR, ({ profile }) => numberIn(profile.pci, NR_PCI)),
  nr5g_cell_id: during(NR, () => '268435455'),
  nr5g_action_band: during(NR, () => 'n78'),
  nr5g_action_channel: during(NR, () => '640704'),
  wan_active_band: during(LTE, () => 'LTE BAND 3'),
  wan_active_channel: during(LTE, () => '1300'),
  wan_lte_ca: during(LTE, ({ radio }) => (radio.generation === '5g' ? 'ca_activated' : 'ca_deactivated')),
  lte_ca_pcell_band: during(LTE, () => '3'),
  lte_ca_pcell_bandwidth: during(LTE, () => '10.0'),
  lte_multi_ca_scell_info: during(NR, () => '1,334,2,7,3025,15.0;2,212,2,8,3764,5.0;'),
  ppp_status: (router) => (router.radio.isBooted ? pppStatus(router) : ''),
  wan_ipaddr: (router) => (isConnected(router) ? '10.11.12.13' : '0.0.0.0'),
  ipv6_wan_ipaddr: () => '::',
  dial_mode: ({ radio }) => radio.dialMode,
  roam_setting_option: ({ radio }) => (radio.allowsRoaming ? 'on' : 'off'),
  opms_wan_mode: () => 'PPP',
  opms_wan_auto_mode: () => '',
  net_select: ({ radio }) => radio.bearer,
  net_select_mode: ({ radio }) => radio.selection,
  current_network_mode: () => '',
  m_netselect_save: () => '',
  m_netselect_status: ({ radio }) => radio.scanStatus,
  m_netselect_contents: ({ radio }) => radio.scanResult,
  m_netselect_result: ({ radio }) => radio.selectionResult,
  realtime_tx_bytes: (router) => String(moved(router, 'sent')),
  realtime_rx_bytes: (router) => String(moved(router, 'received')),
  realtime_tx_thrpt: (router) => (isConnected(router) ? String(router.traffic.sentPerSecond) : '0'),
  realtime_rx_thrpt: (router) => (isConnected(router) ? String(router.traffic.receivedPerSecond) : '0'),
  realtime_time: ({ radio }) => String(radio.connectedSeconds),
  monthly_tx_bytes: (router) => String(router.traffic.sentBefore + moved(router, 'sent')),
  monthly_rx_bytes: (router) => String(router.traffic.receivedBefore + moved(router, 'received')),
  monthly_time: ({ radio }) => String(radio.connectedSeconds),
}
