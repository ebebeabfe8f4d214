import type { ModemCard } from '../bridge/outlet.ts'
import type { AccessTechnology, RegistrationState } from '../modem/state.ts'
import type { Topics } from '../mqtt/topics.ts'

/** Keys of a discovery component, in Home Assistant's abbreviations. */
export type Component = Readonly<Record<string, unknown>>

/** One thing that Home Assistant shows or does for a modem. */
export interface EntityRow {
  /** Names it for ever: a changed key, or the same key on another platform, is another entity with the user's old one left behind. */
  readonly key: string
  readonly platform: 'binary_sensor' | 'sensor' | 'event' | 'button' | 'device_automation'
  /** What its own keys are; `p`, `uniq_id` and `qos` are added for all rows. */
  readonly component: (card: ModemCard, topics: Topics) => Component
  /** Whether this modem has it; absent: every modem. Asked only once the modem has been opened. */
  readonly isFor?: (card: ModemCard) => boolean
}

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

/** A sensor that shows one value of the modem's state. */
function stateSensor(key: string, path: string, component: Component): EntityRow {
  return {
    key,
    platform: 'sensor',
    component: ({ id }, topics) => ({
      ...component,
      stat_t: topics.modem(id, 'state'),
      val_tpl: `{{ value_json.${path} }}`,
    }),
  }
}

/** Everything Home Assistant gets for a modem. Names do not repeat the device's, which Home Assistant puts in front. */
export const MODEM_ENTITIES: readonly EntityRow[] = [
  {
    key: 'link',
    platform: 'binary_sensor',
    component: ({ id }, topics) => ({
      name: 'Link',
      dev_cla: 'connectivity',
      ent_cat: 'diagnostic',
      // It says that the modem is away, so it must not be unavailable then.
      avty: [{ t: topics.bridge('state') }],
      stat_t: topics.modem(id, 'state'),
      val_tpl: "{{ 'ON' if value_json.link == 'up' else 'OFF' }}",
    }),
  },
  {
    key: 'problem',
    platform: 'binary_sensor',
    component: ({ id }, topics) => ({
      name: 'Problem',
      dev_cla: 'problem',
      ent_cat: 'diagnostic',
      avty: [{ t: topics.bridge('state') }],
      stat_t: topics.modem(id, 'state'),
      val_tpl: "{{ 'ON' if value_json.problem else 'OFF' }}",
      json_attr_t: topics.modem(id, 'state'),
      json_attr_tpl: "{{ {'problem': value_json.problem, 'phase': value_json.phase} | tojson }}",
    }),
  },
  stateSensor('signal_dbm', 'signal.rssi_dbm', {
    name: 'Signal strength',
    dev_cla: 'signal_strength',
    unit_of_meas: 'dBm',
    stat_cla: 'measurement',
    ent_cat: 'diagnostic',
  }),
  stateSensor('signal_percent', 'signal.percent', {
    name: 'Signal',
    // The device class for signals takes only dB and dBm.
    unit_of_meas: '%',
    stat_cla: 'measurement',
    ic: 'mdi:signal',
    ent_cat: 'diagnostic',
  }),
  stateSensor('operator', 'operator', { name: 'Operator', ic: 'mdi:radio-tower' }),
  stateSensor('access_technology', 'access_technology', {
    name: 'Access technology',
    dev_cla: 'enum',
    options: Object.keys(ACCESS_TECHNOLOGIES),
    ic: 'mdi:antenna',
    ent_cat: 'diagnostic',
  }),
  stateSensor('registration', 'registration', {
    name: 'Registration',
    dev_cla: 'enum',
    options: Object.keys(REGISTRATIONS),
    ic: 'mdi:sim',
    ent_cat: 'diagnostic',
  }),
  stateSensor('sms_waiting', 'sms.waiting', {
    name: 'SMS waiting',
    stat_cla: 'measurement',
    ic: 'mdi:message-processing',
    ent_cat: 'diagnostic',
  }),
  {
    key: 'sms_received',
    platform: 'event',
    component: ({ id }, topics) => ({
      name: 'SMS received',
      ic: 'mdi:message-text',
      stat_t: topics.modem(id, 'homeassistant/sms_received'),
      evt_typ: ['received'],
      // With an availability, each return from `unavailable` would fire automations with the old message.
      avty: [],
    }),
  },
  {
    key: 'sms_received_trigger',
    platform: 'device_automation',
    component: ({ id }, topics) => ({
      atype: 'trigger',
      t: topics.modem(id, 'homeassistant/sms_received'),
      type: 'sms_received',
      stype: 'any',
    }),
  },
  {
    key: 'reboot',
    platform: 'button',
    isFor: ({ canReboot }) => canReboot,
    component: ({ id }, topics) => ({
      name: 'Reboot',
      dev_cla: 'restart',
      ent_cat: 'config',
      cmd_t: topics.command(id, 'reboot'),
    }),
  },
]
