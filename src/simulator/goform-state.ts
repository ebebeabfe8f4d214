import type { Asking, RouterInsides } from './goform-insides.ts'
import { DEVICE_ITEMS } from './goform-items-device.ts'
import { RADIO_ITEMS } from './goform-items-radio.ts'
import { isTable } from './goform-tables.ts'

/** Names with a prefix and what they were called before. */
const RENAMED: Readonly<Record<string, string>> = {
  mc_modem_main_state: 'modem_main_state',
  network_signalbar: 'signalbar',
  network_rmcc: 'rmcc',
  network_rmnc: 'rmnc',
  network_cell_id: 'cell_id',
  network_lte_rsrp: 'lte_rsrp',
  network_lte_rsrq: 'lte_rsrq',
  network_lte_snr: 'lte_snr',
  network_lte_rssi: 'lte_rssi',
  network_simcard_roam: 'simcard_roam',
  flux_realtime_tx_bytes: 'realtime_tx_bytes',
  flux_realtime_rx_bytes: 'realtime_rx_bytes',
  flux_realtime_tx_thrpt: 'realtime_tx_thrpt',
  flux_realtime_rx_thrpt: 'realtime_rx_thrpt',
  flux_realtime_time: 'realtime_time',
  flux_monthly_tx_bytes: 'monthly_tx_bytes',
  flux_monthly_rx_bytes: 'monthly_rx_bytes',
}
const EMPTIED: ReadonlySet<string> = new Set(Object.values(RENAMED))

const PLAIN = { ...RADIO_ITEMS, ...DEVICE_ITEMS }
/** Readable, but not by looking into the device alone. */
const OTHERS = ['loginfo', 'user_ip_addr', 'login_lock_time', 'sms_received_flag', 'sts_received_flag']

/** What a reading of items comes to: their values, a refusal of the whole, or nothing ever. */
export type StateAnswer = Readonly<Record<string, string>> | 'failure' | 'silence'

/** Reads names of one request together; `isMulti` as in `multi_data=1`. */
export function readState(
  names: readonly string[],
  isMulti: boolean,
  asking: Asking,
  router: RouterInsides,
): StateAnswer {
  const { profile } = router
  const answer: Record<string, string> = {}
  for (const name of names) {
    const isKnown = knows(name, router) || (isMulti && isTable(name))
    if (!isKnown && profile.unknownNames === 'fail') return 'failure'
    if (!isKnown && profile.unknownNames === 'hang') return 'silence'
    if (!isKnown && profile.unknownNames === 'omit') continue
    answer[name] = isKnown && isOpen(name, asking, router) ? readItem(name, isMulti, asking, router) : ''
    if (name === 'sms_unread_num' && isMulti && profile.splitsUnread) {
      for (const other of ['sms_dev_unread_num', 'sms_sim_unread_num']) {
        answer[other] = asking.hasSession ? readItem(other, isMulti, asking, router) : ''
      }
    }
  }
  return answer
}

function knows(name: string, { profile, settings }: RouterInsides): boolean {
  if (profile.lacks.includes(name)) return false
  if (Object.hasOwn(RENAMED, name)) return profile.prefixesNames
  return Object.hasOwn(PLAIN, name) || settings.has(name) || OTHERS.includes(name)
}

/** The login's own names answer for themselves. */
function isOpen(name: string, { hasSession }: Asking, { profile }: RouterInsides): boolean {
  return hasSession || name === 'user_ip_addr' || profile.openItems.includes(RENAMED[name] ?? name)
}

function readItem(name: string, isMulti: boolean, asking: Asking, router: RouterInsides): string {
  const { profile, settings } = router
  if (profile.neverFills.includes(name) || (profile.prefixesNames && EMPTIED.has(name))) return ''
  if (name === 'loginfo') return loginfo(isMulti, asking, router)
  if (name === 'user_ip_addr') return asking.hasSession ? asking.request.peer : ''
  // Its single form is empty, which is why both counters are to be asked for together.
  if (name === 'login_lock_time') return isMulti ? String(router.login.lockTime) : ''
  if (name === 'sms_received_flag' || name === 'sts_received_flag') return readFlag(name, asking, router)
  return PLAIN[RENAMED[name] ?? name]?.(router) ?? settings.get(name) ?? ''
}

function loginfo(isMulti: boolean, { hasSession }: Asking, { profile }: RouterInsides): string {
  if (hasSession || (!isMulti && profile.singleLoginfoLies)) return 'ok'
  return profile.loggedOutWord
}

/** Event flags are cleared by who asks for it. */
function readFlag(
  name: 'sms_received_flag' | 'sts_received_flag',
  { request }: Asking,
  { inbox, profile }: RouterInsides,
): string {
  const isSet = name === 'sms_received_flag' ? inbox.hasNews : inbox.hasReportNews
  if (request.fields.get(`${name}_flag`) === '0') {
    if (name === 'sms_received_flag') inbox.hasNews = false
    else inbox.hasReportNews = false
  }
  return isSet ? '1' : profile.idleFlag
}
