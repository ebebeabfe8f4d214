import type { UssdReport } from '../bridge/ussd-report.ts'
import type { InboundSms, SendingStatus } from '../modem/messages.ts'
import type { LastSendStatus } from '../mqtt/private-payloads.ts'
import type { Component, EntityRow, EntitySettings } from './entity-row.ts'
import { ALWAYS, keyOf, stateSensor, withBridge } from './entity-row.ts'
import { attributes, cut, literal, path } from './templates.ts'

/** Every value there can be: Home Assistant refuses one that is not listed. The type makes a forgotten one an error. */
const SENDING: Readonly<Record<SendingStatus, true>> = {
  queued: true,
  sending: true,
  sent: true,
  delivered: true,
  undelivered: true,
  failed: true,
  expired: true,
  unknown: true,
  cancelled: true,
}

const LAST_SEND: Readonly<Record<LastSendStatus, true>> = { ...SENDING, refused: true }

/** What nobody should wait for any longer. */
const NOT_DELIVERED: readonly SendingStatus[] = ['failed', 'undelivered', 'expired', 'unknown']

const USSD: Readonly<Record<UssdReport['status'], true>> = {
  done: true,
  reply_needed: true,
  terminated: true,
  other_client: true,
  not_supported: true,
  timeout: true,
  network_initiated: true,
}

const CALL = { ringing: true, ended: true }

const canUssd: NonNullable<EntityRow['isFor']> = ({ canUssd }) => canUssd
/** Routers tell of no calls. */
const hearsCalls: NonNullable<EntityRow['isFor']> = ({ transport }) => transport === 'serial'
const retains: NonNullable<EntityRow['isFor']> = (_, { retainMessages }) => retainMessages

type EventTopic = 'sms_delivery' | 'ussd_reply' | 'call'

function event(
  key: string,
  topic: EventTopic,
  types: object,
  component: Component,
  isFor?: EntityRow['isFor'],
): EntityRow {
  return {
    key,
    platform: 'event',
    component: ({ id }, { topics }) => ({
      ...component,
      stat_t: topics.modem(id, `homeassistant/${topic}`),
      evt_typ: Object.keys(types),
      ...ALWAYS,
    }),
    ...(isFor && { isFor }),
  }
}

/** A device trigger. @param template what the payload has to render to for it; `undefined`: it fires on every message */
function trigger(
  key: string,
  type: string,
  topic: EventTopic,
  match: { readonly template: string; readonly renders: string } | undefined,
  isFor?: EntityRow['isFor'],
): EntityRow {
  return {
    key,
    platform: 'device_automation',
    component: ({ id }, { topics }) => ({
      atype: 'trigger',
      t: topics.modem(id, `homeassistant/${topic}`),
      type,
      stype: 'any',
      ...(match && { pl: match.renders, val_tpl: match.template }),
    }),
    ...(isFor && { isFor }),
  }
}

/** The newest received message of the `sms/last` topic, whole in the attributes. */
const LAST_SMS: EntityRow = {
  key: 'last_sms',
  platform: 'sensor',
  component: ({ id }, { topics }) => ({
    name: 'Last SMS',
    ic: 'mdi:message-text',
    stat_t: topics.modem(id, 'sms/last'),
    val_tpl: cut(`value_json.${'text' satisfies keyof InboundSms}`),
    json_attr_t: topics.modem(id, 'sms/last'),
    ...ALWAYS,
  }),
  isFor: retains,
}

/** What comes in, what went out, and what the modem counts of it. */
export const MESSAGE_ENTITIES: readonly EntityRow[] = [
  {
    key: 'sms_received',
    platform: 'event',
    component: ({ id }, { topics }) => ({
      name: 'SMS received',
      ic: 'mdi:message-text',
      stat_t: topics.modem(id, 'homeassistant/sms_received'),
      evt_typ: ['received'],
      ...ALWAYS,
    }),
  },
  {
    key: 'sms_received_trigger',
    platform: 'device_automation',
    component: ({ id }, { topics }) => ({
      atype: 'trigger',
      t: topics.modem(id, 'homeassistant/sms_received'),
      type: 'sms_received',
      stype: 'any',
    }),
  },
  event('sms_delivery', 'sms_delivery', SENDING, { name: 'SMS delivery', ic: 'mdi:message-arrow-right' }),
  trigger('sms_delivered_trigger', 'sms_delivered', 'sms_delivery', {
    template: path('status'),
    renders: 'delivered',
  }),
  trigger('sms_failed_trigger', 'sms_not_delivered', 'sms_delivery', {
    template: `{{ 'failed' if value_json.status in [${NOT_DELIVERED.map(literal).join(', ')}] else 'other' }}`,
    renders: 'failed',
  }),
  event('ussd_reply', 'ussd_reply', USSD, { name: 'USSD reply', ic: 'mdi:pound-box' }, canUssd),
  trigger('ussd_reply_trigger', 'ussd_reply', 'ussd_reply', undefined, canUssd),
  event('call', 'call', CALL, { name: 'Call', ic: 'mdi:phone-incoming' }, hearsCalls),
  trigger('call_trigger', 'call', 'call', { template: path('event_type'), renders: 'ringing' }, hearsCalls),
  LAST_SMS,
  {
    key: 'last_ussd',
    platform: 'sensor',
    component: ({ id }, { topics }) => ({
      name: 'Last USSD reply',
      ic: 'mdi:pound-box-outline',
      stat_t: topics.homeAssistant(id, 'last_ussd'),
      val_tpl: cut('value_json.text or value_json.error'),
      json_attr_t: topics.homeAssistant(id, 'last_ussd'),
      ...ALWAYS,
    }),
    isFor: (card, settings) => card.canUssd && settings.retainMessages,
  },
  {
    key: 'last_send',
    platform: 'sensor',
    component: ({ id }, { topics }) => ({
      name: 'Last send status',
      dev_cla: 'enum',
      options: Object.keys(LAST_SEND),
      ic: 'mdi:message-arrow-right-outline',
      stat_t: topics.homeAssistant(id, 'last_send'),
      val_tpl: path('status'),
      json_attr_t: topics.homeAssistant(id, 'last_send'),
      ...ALWAYS,
    }),
  },
  count('sms_waiting', 'waiting', 'SMS waiting', { ic: 'mdi:message-processing' }),
  count('sms_sent_today', 'sent_today', 'SMS sent today', { ic: 'mdi:message-check', stat_cla: 'total_increasing' }),
  // Unknown without a limit.
  count('sms_quota_left', 'quota_left', 'SMS left', { ic: 'mdi:message-alert' }),
  stateSensor('sms_stored', path('sms.used'), {
    name: 'SMS stored',
    stat_cla: 'measurement',
    ic: 'mdi:sim-alert',
    ent_cat: 'diagnostic',
  }),
]

/** The bridge counts these, whether the modem is there or not. */
function count(key: string, field: string, name: string, more: Component): EntityRow {
  return {
    key,
    platform: 'sensor',
    component: ({ id }, context) => ({
      name,
      stat_cla: 'measurement',
      ent_cat: 'diagnostic',
      ...more,
      ...withBridge(context),
      stat_t: context.topics.modem(id, 'state'),
      val_tpl: path(`sms.${field}`),
    }),
  }
}

/** One for each configured recipient. */
export function notifyEntities({ notify }: EntitySettings): readonly EntityRow[] {
  return notify.map(({ slug, name, to }) => ({
    key: keyOf('notify', slug),
    platform: 'notify',
    component: ({ id }, { topics }) => ({
      name,
      ic: 'mdi:message-text',
      cmd_t: topics.command(id, 'sms/send'),
      cmd_tpl: `{{ {'to': ${literal(to)}, 'text': value} | tojson }}`,
      // The bridge takes and keeps it while the modem is away, and the broker does while the bridge is.
      ...ALWAYS,
    }),
  }))
}

/** Of each configured query, what it brought and a button that asks it now. */
export function queryEntities({ queries }: EntitySettings): readonly EntityRow[] {
  return queries.flatMap(({ slug, name, code, unit, regex }): readonly EntityRow[] => {
    // `get`, because Home Assistant may still have the entity of a query that is configured no more.
    const reading = (key: string): string => `value_json.ussd.get(${literal(slug)}, {}).get(${literal(key)})`
    const number = { stat_cla: 'measurement', ...(unit === null ? {} : { unit_of_meas: unit }) }
    return [
      {
        key: keyOf('ussd_query', slug),
        platform: 'sensor',
        isFor: canUssd,
        component: ({ id }, context) => ({
          name,
          ic: 'mdi:pound-box-outline',
          ...(regex === null ? {} : number),
          ...withBridge(context),
          stat_t: context.topics.modem(id, 'state'),
          val_tpl: regex === null ? cut(reading('text')) : `{{ ${reading('value')} }}`,
          json_attr_t: context.topics.modem(id, 'state'),
          json_attr_tpl: attributes({ text: reading('text'), at: reading('at') }),
        }),
      },
      {
        key: keyOf('ussd_ask', slug),
        platform: 'button',
        isFor: canUssd,
        component: ({ id }, { topics }) => ({
          name: `Ask ${name}`,
          ic: 'mdi:cloud-question',
          cmd_t: topics.command(id, 'ussd/send'),
          pl_prs: code,
        }),
      },
    ]
  })
}
