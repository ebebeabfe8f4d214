import type { RouterInsides } from './goform-insides.ts'
import type { ItemReader } from './goform-items-radio.ts'

/** Bars of `battery_pers`, 0 … 4. */
const barsOf = (percent: number): number => Math.min(4, Math.ceil(percent / 25))

/** Items of a battery: devices on mains power leave them empty, or tell of one that is always full. */
function battery(read: (router: RouterInsides) => string, whenThereIsNone: string): ItemReader {
  return (router) => {
    const { battery: kind } = router.profile
    return kind === 'percent' ? read(router) : kind === 'constant' ? whenThereIsNone : ''
  }
}

const withSim = (read: ItemReader): ItemReader => {
  return (router) => (router.radio.isBooted && !router.sim.isAbsent ? read(router) : '')
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** Device, SIM, login and messages, by the names of the old dialect. Events and settings are read elsewhere. */
export const DEVICE_ITEMS: Readonly<Record<string, ItemReader>> = {
  modem_main_state: ({ radio }) => radio.mainState,
  pin_status: withSim(({ sim }) => (sim.asksForPin ? '1' : '0')),
  pinnumber: withSim(({ sim }) => String(sim.pinTries)),
  puknumber: withSim(({ sim }) => String(sim.pukTries)),
  imei: ({ imei }) => imei,
  imsi: () => '',
  sim_imsi: withSim(({ sim }) => (sim.isReady ? sim.imsi : '')),
  iccid: withSim(({ sim }) => sim.iccid),
  ziccid: withSim(({ sim }) => sim.iccid),
  msisdn: withSim(({ number }) => number),
  model_name: ({ profile }) => profile.model,
  hardware_version: ({ profile }) => profile.hardware,
  wa_inner_version: ({ profile }) => profile.firmware,
  cr_version: ({ profile }) => profile.crVersion,
  wa_version: ({ profile }) => profile.firmware,
  LD: ({ login }) => login.ld,
  RD: ({ login }) => login.readRd(),
  psw_fail_num_str: ({ login }) => String(login.attemptsLeft),
  battery_charging: battery((router) => (router.battery.isCharging ? '1' : '0'), ''),
  battery_vol_percent: battery((router) => String(router.battery.percent), '100'),
  battery_pers: battery((router) => String(barsOf(router.battery.percent)), '4'),
  battery_value: battery(() => '', '100'),
  pm_sensor_mdm: () => '52',
  wifi_chip_temp: () => '-273',
  lan_ipaddr: ({ profile }) => profile.deviceHost,
  sta_count: () => '0',
  m_sta_count: () => '0',
  wifi_cur_state: () => '1',
  date_month: ({ now }) => `${now().getUTCFullYear()}${twoDigits(now().getUTCMonth() + 1)}`,
  sms_unread_num: ({ store }) => String(store.count('nv', [1]) + store.count('sim', [1])),
  sms_dev_unread_num: ({ store }) => String(store.count('nv', [1])),
  sms_sim_unread_num: ({ store }) => String(store.count('sim', [1])),
}
