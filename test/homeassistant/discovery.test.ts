import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModemCard } from '../../src/bridge/outlet.ts'
import { discover } from '../../src/homeassistant/discovery.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { CARD, NEW_CARD } from '../mqtt/samples.ts'
import { faultsOf } from './validator.ts'

const OPTIONS = { prefix: 'homeassistant', topics: createTopics('zte2mqtt'), version: '0.1.0', publishIdentity: false }

function messagesFor(cards: readonly ModemCard[], more: Partial<typeof OPTIONS> = {}) {
  return discover(cards, { ...OPTIONS, ...more }).map((message) => ({ ...message, body: JSON.parse(message.payload) }))
}

const modemFor = (card: ModemCard, more: Partial<typeof OPTIONS> = {}) => messagesFor([card], more)[1]?.body

const CARDS: readonly (readonly [what: string, card: ModemCard])[] = [
  ['a modem that was opened', CARD],
  ['a modem that was never opened', NEW_CARD],
  ['a modem that cannot reboot', { ...CARD, canReboot: false }],
]

for (const [what, card] of CARDS) {
  for (const publishIdentity of [true, false]) {
    test(`Home Assistant takes the messages for ${what} (identity published: ${publishIdentity})`, () => {
      for (const message of messagesFor([card], { publishIdentity })) assert.deepEqual(faultsOf(message), [])
    })
  }
}

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

test('the IMEI is shown only when that is configured, and no other personal number ever', () => {
  assert.equal(modemFor(CARD).dev.sn, undefined)
  assert.equal(modemFor(CARD, { publishIdentity: true }).dev.sn, CARD.identity?.imei)
  const all = JSON.stringify(messagesFor([CARD], { publishIdentity: true }))
  for (const key of ['imsi', 'iccid', 'msisdn'] as const) assert.ok(!all.includes(CARD.identity?.[key] ?? ''), key)
})

test('what a modem that was never opened leaves out may only not be known yet', () => {
  const whole = (card: ModemCard) => discover([card], OPTIONS).map(({ isComplete }) => isComplete)
  assert.deepEqual(whole(CARD), [true, true])
  assert.deepEqual(whole(NEW_CARD), [true, false])
})

test('with its device go the retained topics of a modem, and no others', () => {
  const [bridge, modem] = discover([CARD], OPTIONS)
  assert.deepEqual(bridge?.states, ['zte2mqtt/bridge/state', 'zte2mqtt/bridge/info'])
  for (const topic of ['state', 'availability', 'info', 'sms/last', 'ussd/last']) {
    assert.ok(modem?.states.includes(`zte2mqtt/stick/${topic}`), topic)
  }
  assert.ok(modem?.states.every((topic) => topic.startsWith('zte2mqtt/stick/')))
  assert.ok(!modem?.states.includes('zte2mqtt/stick/sms/received'))
})
