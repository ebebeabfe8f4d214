import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModemCard } from '../../src/bridge/outlet.ts'
import { modemEntities } from '../../src/homeassistant/entities.ts'
import type { EntitySettings } from '../../src/homeassistant/entity-row.ts'
import { formatReceived, formatState } from '../../src/mqtt/payloads.ts'
import { formatLastUssd } from '../../src/mqtt/private-payloads.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { CARD, NOTHING_KNOWN, SMS, USSD } from '../mqtt/samples.ts'
import { stateOf } from './validator-states.ts'

const topics = createTopics('zte')

const SETTINGS: EntitySettings = {
  publishIdentity: true,
  retainMessages: true,
  notify: [
    { slug: 'peter', name: 'Peter', to: 'peter' },
    { slug: 'отец', name: 'Отец', to: '+491701234567' },
  ],
  queries: [
    { slug: 'balance', name: 'Balance', code: '*100#', unit: 'EUR', regex: '([0-9.]+)' },
    { slug: 'code', name: 'Code', code: '*101#', unit: null, regex: null },
  ],
}

const ROUTER: ModemCard = {
  ...CARD,
  transport: 'http',
  networkModes: ['auto', 'lte'],
  tells: [...CARD.tells, 'battery'],
}

const keysFor = (card: ModemCard, settings = SETTINGS): readonly string[] =>
  modemEntities(settings)
    .filter(({ isFor }) => isFor === undefined || isFor(card, settings))
    .map(({ key }) => key)

function componentOf(key: string, card = CARD): Record<string, unknown> {
  const row = modemEntities(SETTINGS).find((each) => each.key === key)
  assert.ok(row, key)
  return { p: row.platform, ...row.component(card, { topics, settings: SETTINGS }) }
}

test('keys are unique', () => {
  const keys = modemEntities(SETTINGS).map(({ key }) => key)
  assert.equal(new Set(keys).size, keys.length)
})

test('keys name entities for ever, so none of these may be renamed or change its platform', () => {
  const named = modemEntities(SETTINGS).map(({ key, platform }) => `${platform}.${key}`)
  assert.deepEqual(
    named.sort(),
    [
      ...['battery_charging', 'data_connected', 'link', 'problem', 'registered', 'roaming', 'sim_ready'].map(
        (key) => `binary_sensor.${key}`,
      ),
      ...['reboot', 'refresh', 'scan_operators', 'send', 'ussd_ask_balance', 'ussd_ask_code'].map(
        (key) => `button.${key}`,
      ),
      ...['call', 'sms_delivered', 'sms_failed', 'sms_received', 'ussd_reply'].map(
        (key) => `device_automation.${key}_trigger`,
      ),
      ...['call', 'sms_delivery', 'sms_received', 'ussd_reply'].map((key) => `event.${key}`),
      ...['notify___43e___442___435___446_', 'notify_peter'].map((key) => `notify.${key}`),
      ...['network_mode', 'send_priority', 'usb_mode'].map((key) => `select.${key}`),
      ...['access_technology', 'band', 'battery', 'cell_id', 'data_received', 'data_received_month', 'data_sent'],
      ...['data_sent_month', 'download_rate', 'ecio', 'imei', 'ip', 'ipv6', 'last_send', 'last_sms', 'last_ussd'],
      ...[
        'operator',
        'operators_found',
        'phase',
        'registration',
        'rscp',
        'rsrp',
        'rsrq',
        'signal_dbm',
        'signal_percent',
      ],
      ...[
        'sim',
        'sinr',
        'sms_quota_left',
        'sms_sent_today',
        'sms_stored',
        'sms_waiting',
        'upload_rate',
        'ussd_query_balance',
      ],
      ...['ussd_query_code', 'switch.mobile_data', 'switch.send_flash', 'text.send_message', 'text.send_recipient'],
      ...['text.ussd_answer', 'text.ussd_code'],
    ]
      .map((name) => (name.includes('.') ? name : `sensor.${name}`))
      .sort(),
  )
})

test('a stick has no battery and counts no bytes; a router tells of no calls', () => {
  const only = (mine: ModemCard, other: ModemCard) => keysFor(mine).filter((key) => !keysFor(other).includes(key))
  assert.deepEqual(only(CARD, ROUTER), ['call', 'call_trigger'])
  assert.deepEqual(only(ROUTER, CARD).sort(), [
    'battery',
    'battery_charging',
    'data_received',
    'data_received_month',
    'data_sent',
    'data_sent_month',
    'download_rate',
    'network_mode',
    'upload_rate',
  ])
})

for (const [what, change, gone] of [
  ['no data', { canSwitchData: false, tells: ['signal'] }, ['data_connected', 'ip', 'ipv6', 'mobile_data']],
  [
    'no USSD',
    { canUssd: false },
    [
      'last_ussd',
      'ussd_answer',
      'ussd_ask_balance',
      'ussd_ask_code',
      'ussd_code',
      'ussd_query_balance',
      'ussd_query_code',
      'ussd_reply',
      'ussd_reply_trigger',
    ],
  ],
  ['no LTE', { networkModes: ['auto', 'gsm', 'umts'] }, ['rsrp', 'rsrq', 'sinr']],
  ['no search for networks', { canScan: false }, ['operators_found', 'scan_operators']],
  ['no other USB mode', { canSwitchUsb: false }, ['usb_mode']],
  ['no reboot', { canReboot: false }, ['reboot']],
] as const) {
  test(`a modem with ${what} lacks just the entities for it`, () => {
    const [all, few] = [keysFor(CARD), keysFor({ ...CARD, ...change })]
    assert.deepEqual(all.filter((key) => !few.includes(key)).sort(), gone)
  })
}

test('where no message may stay in the broker, nothing shows the last one', () => {
  const few = keysFor(CARD, { ...SETTINGS, retainMessages: false })
  assert.deepEqual(
    keysFor(CARD).filter((key) => !few.includes(key)),
    ['last_sms', 'last_ussd'],
  )
})

test('what gets alarms through, or is a record of the past, is never unavailable', () => {
  for (const key of ['notify_peter', 'sms_received', 'sms_delivery', 'ussd_reply', 'call', 'last_sms', 'last_send']) {
    assert.deepEqual(componentOf(key).avty, [], key)
  }
})

test('the form works while the modem is away, because the bridge keeps what is to be sent', () => {
  for (const key of ['send', 'send_recipient', 'send_message', 'send_flash', 'send_priority', 'sms_waiting']) {
    assert.deepEqual(componentOf(key).avty, [{ t: 'zte/bridge/state' }], key)
  }
})

for (const [key, payload, state] of [
  ['last_sms', formatReceived({ ...SMS, text: ` ${'👋'.repeat(300)}` }), '👋'.repeat(255)],
  ['last_sms', formatReceived({ ...SMS, text: '' }), 'None'],
  ['last_sms', formatReceived({ ...SMS, text: null }), 'None'],
  ['last_ussd', formatLastUssd(USSD), '1: Balance'],
  ['registered', formatState(NOTHING_KNOWN), 'None'],
  ['data_connected', formatState(NOTHING_KNOWN), 'None'],
  ['battery', formatState(NOTHING_KNOWN), 'None'],
  ['battery_charging', formatState(NOTHING_KNOWN), 'None'],
  ['sms_waiting', formatState({ ...NOTHING_KNOWN, waiting: 7 }), '7'],
  ['ussd_query_balance', formatState(NOTHING_KNOWN), 'None'],
  [
    'ussd_query_balance',
    formatState({ ...NOTHING_KNOWN, ussd: { balance: { value: 12.34, unit: 'EUR', text: '12,34 EUR', at: null } } }),
    '12.34',
  ],
  [
    'roaming',
    formatState({ ...NOTHING_KNOWN, modem: { registration: { state: 'roaming', accessTechnology: null } } }),
    'ON',
  ],
  [
    'registered',
    formatState({ ...NOTHING_KNOWN, modem: { registration: { state: 'denied', accessTechnology: null } } }),
    'OFF',
  ],
] as const) {
  test(`${key} shows ${state.slice(0, 20)}`, () => {
    assert.equal(stateOf(componentOf(key), payload), state)
  })
}

test('a network mode that cannot be chosen shows as unknown', () => {
  const select = componentOf('network_mode', ROUTER)
  const stateIn = (mode: 'lte' | 'other' | 'gsm') =>
    stateOf(select, formatState({ ...NOTHING_KNOWN, modem: { networkMode: { mode, raw: '' } } }))
  assert.deepEqual(select.options, ['auto', 'lte'])
  assert.deepEqual(
    ['lte', 'other', 'gsm'].map((mode) => stateIn(mode as 'lte')),
    ['lte', 'None', 'None'],
  )
})
