import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModemCard } from '../../src/bridge/outlet.ts'
import { discover } from '../../src/homeassistant/discovery.ts'
import type { EntitySettings } from '../../src/homeassistant/entity-row.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { CARD, NEW_CARD } from '../mqtt/samples.ts'
import { faultsOf } from './validator.ts'

const SETTINGS: EntitySettings = { publishIdentity: false, retainMessages: true, notify: [], queries: [] }
const OPTIONS = { prefix: 'homeassistant', topics: createTopics('zte2mqtt'), version: '0.1.0', settings: SETTINGS }

function messagesFor(cards: readonly ModemCard[], more: Partial<typeof OPTIONS> = {}) {
  return discover(cards, { ...OPTIONS, ...more }).map((message) => ({ ...message, body: JSON.parse(message.payload) }))
}

const modemFor = (card: ModemCard, more: Partial<typeof OPTIONS> = {}) => messagesFor([card], more)[1]?.body

test('without modems there is the bridge', () => {
  const [bridge, ...none] = messagesFor([])
  assert.deepEqual(none, [])
  assert.equal(bridge?.topic, 'homeassistant/device/zte2mqtt_bridge/config')
  assert.deepEqual(bridge?.body.dev.ids, ['zte2mqtt_bridge'])
  assert.equal(bridge?.body.cmps.state.stat_t, 'zte2mqtt/bridge/state')
  assert.equal(bridge?.body.cmps.version.stat_t, 'zte2mqtt/bridge/info')
})

test('the bridge shows as disconnected instead of unavailable when it is away', () => {
  const [bridge] = messagesFor([])
  assert.equal(bridge?.body.avty, undefined)
  assert.equal(bridge?.body.cmps.state.avty, undefined)
  assert.equal(bridge?.body.cmps.state.pl_off, 'offline')
})

test('each modem has a device of its own, tied to the bridge', () => {
  const messages = messagesFor([CARD, { ...CARD, id: 'stack', name: 'Second' }])
  assert.deepEqual(
    messages.map(({ topic }) => topic),
    ['bridge', 'stick', 'stack'].map((id) => `homeassistant/device/zte2mqtt_${id}/config`),
  )
  assert.equal(messages[1]?.body.dev.via_device, messages[0]?.body.dev.ids[0])
  assert.equal(messages[2]?.body.dev.name, 'Second')
  const ids = messages.flatMap(({ body }) => Object.values<{ uniq_id?: string }>(body.cmps).map((c) => c.uniq_id))
  const given = ids.filter((id) => id !== undefined)
  assert.equal(new Set(given).size, given.length)
})

test('a base topic with other characters gives a legal discovery topic, and the prefix is the configured one', () => {
  const [, modem] = messagesFor([CARD], { prefix: 'ha/x', topics: createTopics('home/zté.1') })
  assert.equal(modem?.topic, 'ha/x/device/home_zt__1_stick/config')
  assert.deepEqual(modem && faultsOf(modem), [])
  assert.equal(modem?.body.cmps.reboot.cmd_t, 'home/zté.1/stick/command/reboot')
})

test('the modem counts as available when both it and the bridge are', () => {
  const { avty, avty_mode } = modemFor(CARD)
  assert.deepEqual(avty, [{ t: 'zte2mqtt/bridge/state' }, { t: 'zte2mqtt/stick/availability' }])
  assert.equal(avty_mode, 'all')
})

test('what says that the modem is away stays available then', () => {
  for (const key of ['link', 'problem']) {
    assert.deepEqual(modemFor(CARD).cmps[key].avty, [{ t: 'zte2mqtt/bridge/state' }])
  }
})

test('received messages come on a topic that nobody retains, as an event and as a trigger', () => {
  const { sms_received, sms_received_trigger } = modemFor(CARD).cmps
  assert.equal(sms_received.stat_t, 'zte2mqtt/stick/homeassistant/sms_received')
  assert.deepEqual(sms_received.evt_typ, ['received'])
  assert.deepEqual(sms_received.avty, [])
  assert.equal(sms_received_trigger.t, sms_received.stat_t)
})

test('the button to reboot is there, is removed, or is left as it was, by what is known of the modem', () => {
  const { p, cmd_t, ent_cat, qos } = modemFor(CARD).cmps.reboot
  assert.deepEqual([p, cmd_t, ent_cat, qos], ['button', 'zte2mqtt/stick/command/reboot', 'config', 1])
  assert.deepEqual(modemFor({ ...CARD, canReboot: false }).cmps.reboot, { p: 'button' })
  assert.equal(modemFor(NEW_CARD).cmps.reboot, undefined)
})

test('a locked SIM keeps some abilities from being found out, so nothing is removed because of it', () => {
  const locked: ModemCard = { ...CARD, canSend: false, canSwitchData: false, networkModes: null, tells: ['sim'] }
  const { cmps } = modemFor(locked)
  for (const key of ['mobile_data', 'network_mode', 'battery', 'ip']) assert.equal(cmps[key], undefined, key)
  assert.equal(cmps.reboot.cmd_t, 'zte2mqtt/stick/command/reboot')
})

test('the IMEI is shown only when that is configured, and no other personal number ever', () => {
  const settings = { ...SETTINGS, publishIdentity: true }
  assert.equal(modemFor(CARD).dev.sn, undefined)
  assert.deepEqual(modemFor(CARD).cmps.imei, { p: 'sensor' })
  assert.equal(modemFor(CARD, { settings }).dev.sn, CARD.identity?.imei)
  assert.equal(modemFor(CARD, { settings }).cmps.imei.stat_t, 'zte2mqtt/stick/info')
  const all = JSON.stringify(messagesFor([CARD], { settings }))
  for (const key of ['imsi', 'iccid', 'msisdn'] as const) assert.ok(!all.includes(CARD.identity?.[key] ?? ''), key)
})

for (const [what, transport, port, url] of [
  ['a router', 'http', 'http://192.168.0.1', 'http://192.168.0.1'],
  ['a router on another port', 'http', 'https://mifi.lan:8443/', 'https://mifi.lan:8443'],
  ['a router with credentials in its address', 'http', 'http://me:secret@192.168.0.1/x?y', 'http://192.168.0.1'],
  ['a stick', 'serial', '/dev/ttyUSB2', undefined],
  ['a stick behind TCP', 'serial', 'tcp://10.0.0.1:2000', undefined],
] as const) {
  test(`the device page links to ${url ?? 'nothing'} for ${what}`, () => {
    const identity = CARD.identity && { ...CARD.identity, port }
    assert.equal(modemFor({ ...CARD, transport, identity }).dev.cu, url)
  })
}

test('what the bridge has of its own is there without any modem', () => {
  const [bridge] = messagesFor([])
  const { log_level, restart, messages_waiting, problem } = bridge?.body.cmps ?? {}
  assert.equal(log_level.cmd_t, 'zte2mqtt/bridge/request/log_level')
  assert.ok(log_level.options.includes('debug'))
  assert.equal(restart.cmd_t, 'zte2mqtt/bridge/request/restart')
  for (const { stat_t } of [log_level, messages_waiting, problem]) {
    assert.equal(stat_t, 'zte2mqtt/bridge/homeassistant/summary')
  }
  for (const { avty } of [log_level, restart, messages_waiting, problem]) {
    assert.deepEqual(avty, [{ t: 'zte2mqtt/bridge/state' }])
  }
})

test('what a modem that was never opened leaves out may only not be known yet', () => {
  const whole = (card: ModemCard) => discover([card], OPTIONS).map(({ isComplete }) => isComplete)
  assert.deepEqual(whole(CARD), [true, true])
  assert.deepEqual(whole(NEW_CARD), [true, false])
  assert.deepEqual(whole({ ...CARD, canSend: false }), [true, false])
})

test('with its device go the retained topics of a modem, and no others', () => {
  const [bridge, modem] = discover([CARD], OPTIONS)
  assert.deepEqual(bridge?.states, [
    'zte2mqtt/bridge/state',
    'zte2mqtt/bridge/info',
    'zte2mqtt/bridge/homeassistant/summary',
  ])
  for (const topic of ['state', 'availability', 'info', 'sms/last', 'ussd/last', 'homeassistant/send_form']) {
    assert.ok(modem?.states.includes(`zte2mqtt/stick/${topic}`), topic)
  }
  assert.ok(modem?.states.every((topic) => topic.startsWith('zte2mqtt/stick/')))
  assert.ok(!modem?.states.includes('zte2mqtt/stick/sms/received'))
})
