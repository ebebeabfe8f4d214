import type { Component, EntityContext, EntityRow } from './entity-row.ts'
import { withBridge } from './entity-row.ts'
import { LONGEST_STATE } from './send-form.ts'
import { attributes, oneOf, onOff, path } from './templates.ts'

const USSD_CODE_MAX = 160
const USSD_ANSWER_MAX = 182

const CONFIG: Component = { ent_cat: 'config' }
const RARE_CONFIG: Component = { ent_cat: 'config', en: false }

const canUssd: NonNullable<EntityRow['isFor']> = ({ canUssd }) => canUssd

/** A field of the send form: Home Assistant sets it, and shows what the bridge made of it. */
function formKeys(id: string, context: EntityContext, field: string): Component {
  const { topics } = context
  return {
    ...withBridge(context),
    cmd_t: topics.formField(id, field),
    stat_t: topics.homeAssistant(id, 'send_form'),
    val_tpl: path(field),
  }
}

/** Without `max`, Home Assistant would cut nothing and show nothing. */
function text(key: string, field: string, component: Component, isFor?: EntityRow['isFor']): EntityRow {
  return {
    key,
    platform: 'text',
    component: ({ id }, context) => ({ min: 0, max: LONGEST_STATE, ...component, ...formKeys(id, context, field) }),
    ...(isFor && { isFor }),
  }
}

function button(key: string, command: string, component: Component, isFor?: EntityRow['isFor']): EntityRow {
  return {
    key,
    platform: 'button',
    component: ({ id }, { topics }) => ({ ...component, cmd_t: topics.command(id, command) }),
    ...(isFor && { isFor }),
  }
}

/** What can be asked of a modem from a dashboard. */
export const CONTROL_ENTITIES: readonly EntityRow[] = [
  text('send_recipient', 'recipient', { name: 'Recipient', ic: 'mdi:account' }),
  text('send_message', 'message', { name: 'Message', ic: 'mdi:message-text-outline' }),
  {
    key: 'send',
    platform: 'button',
    component: ({ id }, context) => ({
      name: 'Send',
      ic: 'mdi:send',
      ...withBridge(context),
      cmd_t: context.topics.formField(id, 'send'),
    }),
  },
  {
    key: 'send_flash',
    platform: 'switch',
    component: ({ id }, context) => ({
      name: 'Send as flash',
      ic: 'mdi:message-flash',
      ...RARE_CONFIG,
      ...formKeys(id, context, 'flash'),
      val_tpl: "{{ 'ON' if value_json.flash else 'OFF' }}",
    }),
  },
  {
    key: 'send_priority',
    platform: 'select',
    component: ({ id }, context) => ({
      name: 'Send priority',
      ic: 'mdi:priority-high',
      options: ['normal', 'high'],
      ...RARE_CONFIG,
      ...formKeys(id, context, 'priority'),
    }),
  },
  text(
    'ussd_code',
    'ussd_code',
    { name: 'USSD code', ic: 'mdi:dialpad', max: USSD_CODE_MAX, ptrn: '^[0-9*#]*$' },
    canUssd,
  ),
  text('ussd_answer', 'ussd_answer', { name: 'USSD answer', ic: 'mdi:dialpad', max: USSD_ANSWER_MAX }, canUssd),
  {
    key: 'network_mode',
    platform: 'select',
    isFor: ({ networkModes }) => networkModes !== null && networkModes.length > 0,
    component: ({ id, networkModes }, { topics }) => ({
      name: 'Network mode',
      ic: 'mdi:network-strength-3',
      ...CONFIG,
      options: networkModes ?? [],
      cmd_t: topics.command(id, 'network_mode/set'),
      stat_t: topics.modem(id, 'state'),
      // One without a name, or that this modem does not take, was set by somebody else.
      val_tpl: oneOf('value_json.network_mode', networkModes ?? []),
    }),
  },
  {
    key: 'usb_mode',
    platform: 'select',
    isFor: ({ canSwitchUsb }) => canSwitchUsb,
    component: ({ id, transport }, { topics }) => ({
      name: 'USB mode',
      ic: 'mdi:usb-port',
      ...RARE_CONFIG,
      options: ['modem', 'network'],
      cmd_t: topics.command(id, 'usb_mode/set'),
      stat_t: topics.modem(id, 'state'),
      // It follows from the road by which it is reached.
      val_tpl: transport === 'serial' ? "{{ 'modem' }}" : "{{ 'network' }}",
    }),
  },
  {
    key: 'mobile_data',
    platform: 'switch',
    isFor: ({ canSwitchData }) => canSwitchData,
    component: ({ id }, { topics }) => ({
      name: 'Mobile data',
      ic: 'mdi:swap-vertical',
      cmd_t: topics.command(id, 'data/set'),
      stat_t: topics.modem(id, 'state'),
      val_tpl: onOff('value_json.data.connected'),
    }),
  },
  button('reboot', 'reboot', { name: 'Reboot', dev_cla: 'restart', ...CONFIG }, ({ canReboot }) => canReboot),
  button('refresh', 'refresh', { name: 'Refresh', ic: 'mdi:refresh', ent_cat: 'diagnostic' }),
  // It takes minutes, during which the modem may lose its network.
  button(
    'scan_operators',
    'operator/scan',
    { name: 'Scan networks', ic: 'mdi:radar', ent_cat: 'diagnostic', en: false },
    ({ canScan }) => canScan,
  ),
  {
    key: 'operators_found',
    platform: 'sensor',
    isFor: ({ canScan }) => canScan,
    component: ({ id }, { topics }) => ({
      name: 'Networks found',
      ic: 'mdi:radar',
      ent_cat: 'diagnostic',
      en: false,
      stat_t: topics.response(id, 'operator/scan'),
      val_tpl: "{{ value_json.data.operators | length if value_json.status == 'ok' else none }}",
      json_attr_t: topics.response(id, 'operator/scan'),
      json_attr_tpl: attributes({
        operators: "(value_json.data.operators if value_json.status == 'ok' else [])",
        error: "(value_json.error.message if value_json.status == 'error' else none)",
      }),
    }),
  },
]
