import type { Phase } from '../bridge/outlet.ts'
import type { AccessTechnology, RegistrationState, SimState, StateGroup } from '../modem/state.ts'
import type { Component, EntityRow } from './entity-row.ts'
import { stateFlag, stateSensor, withBridge } from './entity-row.ts'
import { attributes, onOff, path, pathIn } from './templates.ts'

/** Every value there can be: Home Assistant ignores one that is not listed. The type makes a forgotten one an error. */
const REGISTRATIONS: Readonly<Record<RegistrationState, true>> = {
  home: true,
  roaming: true,
  searching: true,
  denied: true,
  not_registered: true,
  unknown: true,
}

const ACCESS_TECHNOLOGIES: Readonly<Record<AccessTechnology, true>> = {
  gsm: true,
  gprs: true,
  edge: true,
  umts: true,
  hsdpa: true,
  hsupa: true,
  hspa: true,
  hspa_plus: true,
  lte: true,
  lte_ca: true,
  nr_nsa: true,
  nr_sa: true,
}

const SIM_STATES: Readonly<Record<SimState, true>> = {
  ready: true,
  pin_required: true,
  puk_required: true,
  absent: true,
  blocked: true,
  unknown: true,
}

const PHASES: Readonly<Record<Phase, true>> = {
  starting: true,
  unlocking: true,
  ready: true,
  paused: true,
  recovering: true,
  rebooting: true,
  absent: true,
  failed: true,
}

const DIAGNOSTIC: Component = { ent_cat: 'diagnostic' }
const RARE: Component = { ent_cat: 'diagnostic', en: false }

/** In an enumeration, `unknown` is a value of its own; of what follows from it nothing is known. */
const REGISTRATION = "(none if value_json.registration == 'unknown' else value_json.registration)"
const SIM = "(none if value_json.sim == 'unknown' else value_json.sim)"

const tells =
  (group: StateGroup): NonNullable<EntityRow['isFor']> =>
  ({ tells }) =>
    tells.includes(group)

/** AT commands count no bytes. */
const counts: NonNullable<EntityRow['isFor']> = ({ transport }) => transport === 'http'

/** One that cannot be told to use LTE has none; where it tells no modes, nobody knows. */
const hasLte: NonNullable<EntityRow['isFor']> = ({ networkModes }) =>
  networkModes === null || networkModes.some((mode) => /lte|nr/.test(mode))

function level(
  key: string,
  field: string,
  name: string,
  unit: 'dB' | 'dBm',
  more: Component,
  isFor?: EntityRow['isFor'],
) {
  const component = {
    name,
    dev_cla: 'signal_strength',
    unit_of_meas: unit,
    stat_cla: 'measurement',
    sug_dsp_prc: 0,
    ...DIAGNOSTIC,
    ...more,
  }
  return stateSensor(key, path(`signal.${field}`), component, isFor)
}

/** Bytes of the running connection, and of the billing month, begin again at 0; Home Assistant adds them up over that. */
function counter(key: string, field: string, name: string, icon: string) {
  const component = {
    name,
    dev_cla: 'data_size',
    unit_of_meas: 'B',
    stat_cla: 'total_increasing',
    sug_dsp_prc: 0,
    ic: icon,
    ...DIAGNOSTIC,
  }
  return stateSensor(key, path(`data.${field}`), component, counts)
}

function rate(key: string, field: string, name: string, icon: string) {
  const component = {
    name,
    dev_cla: 'data_rate',
    unit_of_meas: 'bit/s',
    stat_cla: 'measurement',
    sug_dsp_prc: 0,
    ic: icon,
    ...DIAGNOSTIC,
  }
  return stateSensor(key, path(`data.${field}`), component, counts)
}

/** What a modem tells of itself. */
export const STATE_ENTITIES: readonly EntityRow[] = [
  {
    key: 'link',
    platform: 'binary_sensor',
    component: ({ id }, context) => ({
      name: 'Link',
      dev_cla: 'connectivity',
      ...DIAGNOSTIC,
      // It says that the modem is away, so it must not be unavailable then.
      ...withBridge(context),
      stat_t: context.topics.modem(id, 'state'),
      val_tpl: "{{ 'ON' if value_json.link == 'up' else 'OFF' }}",
    }),
  },
  {
    key: 'problem',
    platform: 'binary_sensor',
    component: ({ id }, context) => ({
      name: 'Problem',
      dev_cla: 'problem',
      ...DIAGNOSTIC,
      ...withBridge(context),
      stat_t: context.topics.modem(id, 'state'),
      val_tpl: "{{ 'ON' if value_json.problem else 'OFF' }}",
      json_attr_t: context.topics.modem(id, 'state'),
      json_attr_tpl: attributes({ problem: 'value_json.problem', phase: 'value_json.phase' }),
    }),
  },
  {
    key: 'phase',
    platform: 'sensor',
    component: ({ id }, context) => ({
      name: 'Phase',
      dev_cla: 'enum',
      options: Object.keys(PHASES),
      ic: 'mdi:state-machine',
      ...RARE,
      ...withBridge(context),
      stat_t: context.topics.modem(id, 'state'),
      val_tpl: path('phase'),
    }),
  },
  stateFlag('registered', onOff(REGISTRATION, "value_json.registration in ['home', 'roaming']"), {
    name: 'Registered',
    dev_cla: 'connectivity',
    ...DIAGNOSTIC,
  }),
  stateFlag('roaming', onOff(REGISTRATION, "value_json.registration == 'roaming'"), {
    name: 'Roaming',
    ic: 'mdi:earth',
    ...DIAGNOSTIC,
  }),
  stateFlag('sim_ready', onOff(SIM, "value_json.sim == 'ready'"), {
    name: 'SIM ready',
    ic: 'mdi:sim',
    ...DIAGNOSTIC,
  }),
  stateFlag(
    'data_connected',
    onOff('value_json.data.connected'),
    { name: 'Data connection', dev_cla: 'connectivity' },
    tells('data'),
  ),
  level('signal_dbm', 'rssi_dbm', 'Signal strength', 'dBm', {}),
  stateSensor('signal_percent', path('signal.percent'), {
    name: 'Signal',
    // The device class for signals takes only dB and dBm.
    unit_of_meas: '%',
    stat_cla: 'measurement',
    sug_dsp_prc: 0,
    ic: 'mdi:signal',
    ...DIAGNOSTIC,
  }),
  level('rsrp', 'rsrp_dbm', 'RSRP', 'dBm', {}, hasLte),
  level('rsrq', 'rsrq_db', 'RSRQ', 'dB', {}, hasLte),
  level('sinr', 'sinr_db', 'SINR', 'dB', { sug_dsp_prc: 1 }, hasLte),
  level('rscp', 'rscp_dbm', 'RSCP', 'dBm', RARE),
  level('ecio', 'ecio_db', 'Ec/Io', 'dB', RARE),
  stateSensor('operator', path('operator'), { name: 'Operator', ic: 'mdi:radio-tower' }),
  stateSensor('access_technology', path('access_technology'), {
    name: 'Access technology',
    dev_cla: 'enum',
    options: Object.keys(ACCESS_TECHNOLOGIES),
    ic: 'mdi:antenna',
    ...DIAGNOSTIC,
  }),
  stateSensor('registration', path('registration'), {
    name: 'Registration',
    dev_cla: 'enum',
    options: Object.keys(REGISTRATIONS),
    ic: 'mdi:sim',
    ...DIAGNOSTIC,
  }),
  stateSensor('sim', path('sim'), {
    name: 'SIM',
    dev_cla: 'enum',
    options: Object.keys(SIM_STATES),
    ic: 'mdi:sim-outline',
    ...DIAGNOSTIC,
  }),
  stateSensor('cell_id', path('cell.cell_id'), { name: 'Cell', ic: 'mdi:transmission-tower', ...DIAGNOSTIC }),
  stateSensor('band', path('cell.band'), { name: 'Band', ic: 'mdi:sine-wave', ...DIAGNOSTIC }),
  stateSensor('ip', path('data.ip'), { name: 'IP address', ic: 'mdi:ip-network', ...DIAGNOSTIC }, tells('data')),
  stateSensor(
    'ipv6',
    path('data.ipv6'),
    { name: 'IPv6 address', ic: 'mdi:ip-network-outline', ...RARE },
    tells('data'),
  ),
  counter('data_received', 'rx_bytes', 'Data received', 'mdi:download-network'),
  counter('data_sent', 'tx_bytes', 'Data sent', 'mdi:upload-network'),
  counter('data_received_month', 'month_rx_bytes', 'Data received this month', 'mdi:download-network'),
  counter('data_sent_month', 'month_tx_bytes', 'Data sent this month', 'mdi:upload-network'),
  rate('download_rate', 'rx_rate_bps', 'Download rate', 'mdi:download'),
  rate('upload_rate', 'tx_rate_bps', 'Upload rate', 'mdi:upload'),
  stateSensor(
    'battery',
    pathIn('battery', 'percent'),
    { name: 'Battery', dev_cla: 'battery', unit_of_meas: '%', stat_cla: 'measurement', ...DIAGNOSTIC },
    tells('battery'),
  ),
  stateFlag(
    'battery_charging',
    "{{ none if not value_json.battery or value_json.battery.charging is none else 'ON' if value_json.battery.charging else 'OFF' }}",
    { name: 'Charging', dev_cla: 'battery_charging', ...DIAGNOSTIC },
    tells('battery'),
  ),
  {
    key: 'imei',
    platform: 'sensor',
    component: ({ id }, { topics }) => ({
      name: 'IMEI',
      ic: 'mdi:identifier',
      ...DIAGNOSTIC,
      stat_t: topics.modem(id, 'info'),
      val_tpl: path('imei'),
    }),
    isFor: (_, { publishIdentity }) => publishIdentity,
  },
]
