import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from './validator.ts'
import { stateFaultsOf } from './validator-states.ts'

const good = () => ({
  dev: { ids: ['zte_m1'], name: 'ZTE Modem', cu: 'http://192.168.0.1' } as Record<string, unknown>,
  o: { name: 'zte2mqtt' } as Record<string, unknown>,
  avty: [{ t: 'zte/bridge/state' }],
  avty_mode: 'all',
  cmps: {
    rsrp: {
      p: 'sensor',
      uniq_id: 'zte_m1_rsrp',
      qos: 1,
      name: 'RSRP',
      dev_cla: 'signal_strength',
      unit_of_meas: 'dBm',
      stat_t: 'zte/m1/state',
    },
    kind: { p: 'sensor', uniq_id: 'k', qos: 1, name: 'Kind', dev_cla: 'enum', options: ['a'], stat_t: 't' },
    sms: { p: 'event', uniq_id: 's', qos: 1, name: 'SMS', stat_t: 't', evt_typ: ['received'], avty: [] },
    trigger: { p: 'device_automation', qos: 1, atype: 'trigger', t: 't', type: 'sms', stype: 'any' },
    reboot: { p: 'button', uniq_id: 'r', qos: 1, name: 'Reboot', cmd_t: 'c', ent_cat: 'config', ic: 'mdi:restart' },
    peter: { p: 'notify', uniq_id: 'n', qos: 1, name: 'Peter', cmd_t: 'c', cmd_tpl: '{{ value }}', avty: [] },
    mode: { p: 'select', uniq_id: 'm', qos: 1, name: 'Mode', cmd_t: 'c', options: ['a', 'b'] },
    code: { p: 'text', uniq_id: 't', qos: 1, name: 'Code', cmd_t: 'c', min: 0, max: 160 },
    data: { p: 'switch', uniq_id: 'd', qos: 1, name: 'Data', cmd_t: 'c' },
    sent: {
      p: 'sensor',
      uniq_id: 'b',
      qos: 1,
      name: 'Sent',
      dev_cla: 'data_size',
      unit_of_meas: 'B',
      stat_cla: 'total_increasing',
      stat_t: 't',
    },
    gone: { p: 'switch' },
  } as Record<string, Record<string, unknown>>,
})

const check = (message: unknown, topic = 'homeassistant/device/zte_m1/config') =>
  faultsOf({ topic, payload: JSON.stringify(message) })

test('a message that Home Assistant takes has no faults', () => {
  assert.deepEqual(check(good()), [])
})

test('an illegal character in the topic is found', () => {
  assert.deepEqual(check(good(), 'homeassistant/device/zte:m1/config'), [
    'illegal topic homeassistant/device/zte:m1/config',
  ])
})

type Message = ReturnType<typeof good>

const BREAKAGES: readonly (readonly [fault: string, damage: (message: Message) => unknown])[] = [
  ['o: no name', (m) => Reflect.deleteProperty(m, 'o')],
  ['o: unknown key hw', (m) => Object.assign(m.o, { hw: '1' })],
  ['root: unknown key ~', (m) => Object.assign(m, { '~': 'zte' })],
  ['root: unknown key qos', (m) => Object.assign(m, { qos: 1 })],
  ['root: avty_mode is not all', (m) => Reflect.deleteProperty(m, 'avty_mode')],
  ['dev: neither ids nor cns', (m) => Reflect.deleteProperty(m.dev, 'ids')],
  ['dev: unknown key color', (m) => Object.assign(m.dev, { color: 'red' })],
  ['dev: sw is null', (m) => Object.assign(m.dev, { sw: null })],
  ['dev: no name', (m) => Reflect.deleteProperty(m.dev, 'name')],
  ['dev: cu is no URL', (m) => Object.assign(m.dev, { cu: '192.168.0.1' })],
  ['no cmps', (m) => Reflect.deleteProperty(m, 'cmps')],
  ['rsrp: unknown platform radio', (m) => Object.assign(m.cmps.rsrp!, { p: 'radio' })],
  ['rsrp: no uniq_id', (m) => Reflect.deleteProperty(m.cmps.rsrp!, 'uniq_id')],
  ['rsrp: no name', (m) => Reflect.deleteProperty(m.cmps.rsrp!, 'name')],
  ['rsrp: no stat_t', (m) => Reflect.deleteProperty(m.cmps.rsrp!, 'stat_t')],
  ['rsrp: no qos of its own', (m) => Reflect.deleteProperty(m.cmps.rsrp!, 'qos')],
  ["rsrp: name begins with the device's", (m) => Object.assign(m.cmps.rsrp!, { name: 'ZTE Modem RSRP' })],
  ['rsrp: unit % does not fit signal_strength', (m) => Object.assign(m.cmps.rsrp!, { unit_of_meas: '%' })],
  ['rsrp: ent_cat config on a sensor', (m) => Object.assign(m.cmps.rsrp!, { ent_cat: 'config' })],
  ['rsrp: ent_cat null', (m) => Object.assign(m.cmps.rsrp!, { ent_cat: null })],
  ['rsrp: avty_t beside avty of the root', (m) => Object.assign(m.cmps.rsrp!, { avty_t: 'x' })],
  ['kind: options and stat_cla or unit', (m) => Object.assign(m.cmps.kind!, { stat_cla: 'measurement' })],
  ['kind: enum without options', (m) => Reflect.deleteProperty(m.cmps.kind!, 'options')],
  ['reboot: unknown dev_cla reboot', (m) => Object.assign(m.cmps.reboot!, { dev_cla: 'reboot' })],
  ['reboot: ic without mdi:', (m) => Object.assign(m.cmps.reboot!, { ic: 'restart' })],
  ['reboot: no cmd_t', (m) => Reflect.deleteProperty(m.cmps.reboot!, 'cmd_t')],
  ['trigger: no stype', (m) => Reflect.deleteProperty(m.cmps.trigger!, 'stype')],
  ['trigger: atype is not trigger', (m) => Object.assign(m.cmps.trigger!, { atype: 'condition' })],
  ['sms: evt_typ is no list', (m) => Object.assign(m.cmps.sms!, { evt_typ: 'received' })],
  ['rsrp: unknown key unit', (m) => Object.assign(m.cmps.rsrp!, { unit: 'dBm' })],
  ['rsrp: unknown stat_cla mean', (m) => Object.assign(m.cmps.rsrp!, { stat_cla: 'mean' })],
  ['sent: unit Gb does not fit data_size', (m) => Object.assign(m.cmps.sent!, { unit_of_meas: 'Gb' })],
  ['sent: a counter that does not increase', (m) => Object.assign(m.cmps.sent!, { stat_cla: 'measurement' })],
  ['peter: a notify that is unavailable drops messages', (m) => Reflect.deleteProperty(m.cmps.peter!, 'avty')],
  ['mode: options are no list of texts', (m) => Object.assign(m.cmps.mode!, { options: [] })],
  ['code: a text longer than 255 characters has no state', (m) => Object.assign(m.cmps.code!, { max: 300 })],
  ['data: no cmd_t', (m) => Reflect.deleteProperty(m.cmps.data!, 'cmd_t')],
  ['sms: an event with an availability fires again', (m) => Reflect.deleteProperty(m.cmps.sms!, 'avty')],
  ['twin: uniq_id used twice', (m) => Object.assign(m.cmps, { twin: { ...m.cmps.reboot } })],
  ['my key: cannot be removed later', (m) => Object.assign(m.cmps, { 'my key': { p: 'switch' } })],
]

for (const [fault, damage] of BREAKAGES) {
  test(`the fault "${fault}" is found, and no other`, () => {
    const message = good()
    damage(message)
    assert.deepEqual(check(message), [fault])
  })
}

const NUMBER = { p: 'sensor', stat_t: 't', unit_of_meas: 'dBm', val_tpl: '{{ value_json.x }}' }
const WORDS = { p: 'sensor', stat_t: 't', options: ['lte', 'gsm'], val_tpl: '{{ value_json.x }}' }
const TEXT = { p: 'text', min: 0, max: 5, ptrn: '^[0-9]*$', val_tpl: '{{ value_json.x }}' }
const FREE = { p: 'sensor', stat_t: 't', val_tpl: '{{ value_json.x }}' }
const DETAILED = { ...FREE, json_attr_t: 't' }
const FLAG = { p: 'binary_sensor', val_tpl: "{{ 'ON' if value_json.x else 'OFF' }}" }
const SWITCH = { p: 'switch', val_tpl: '{{ value_json.x }}' }
const CHOICE = { p: 'select', options: ['auto', 'lte'], val_tpl: '{{ value_json.x }}' }
const EVENT = { p: 'event', evt_typ: ['received'] }
const TRIGGER = { p: 'device_automation', val_tpl: '{{ value_json.status }}' }

for (const [what, component, payload, faults] of [
  ['a number', NUMBER, { x: -71.5 }, []],
  ['an unknown number', NUMBER, { x: null }, []],
  ['a word for a number', NUMBER, { x: 'low' }, ['state low']],
  ['a listed word', WORDS, { x: 'lte' }, []],
  ['a word that is not listed', WORDS, { x: 'umts' }, ['state umts']],
  ['a key that is missing', WORDS, { y: 1 }, ['no key x']],
  ['a text', TEXT, { x: '100' }, []],
  ['an empty text', TEXT, { x: '' }, []],
  ['a text too long', TEXT, { x: '123456' }, ['state 123456']],
  ['a text against its pattern', TEXT, { x: 'a' }, ['state a']],
  ['a text that is none', TEXT, { x: null }, ['a text without a value shows the word None']],
  ['255 characters', FREE, { x: '👋'.repeat(255) }, []],
  ['256 characters', FREE, { x: '👋'.repeat(256) }, ['256 characters']],
  ['an empty state', FREE, { x: ' ' }, ['an empty state is ignored']],
  ['attributes', DETAILED, { x: 'a' }, []],
  ['an attribute that is dropped', DETAILED, { x: 'a', state: 1 }, ['attribute state is dropped']],
  ['attributes from elsewhere', { ...DETAILED, json_attr_t: 'u' }, { x: 'a' }, ['attributes come from another topic']],
  ['a missing key that would read as OFF', FLAG, {}, ['no key x']],
  ['a word that a switch does not know', SWITCH, { x: 'on' }, ['state on']],
  ['an option', CHOICE, { x: 'auto' }, []],
  ['an option that is not listed', CHOICE, { x: 'other' }, ['state other']],
  ['an event', EVENT, { event_type: 'received' }, []],
  ['an event without its type', EVENT, { type: 'received' }, ['event_type undefined']],
  ['an event of another type', EVENT, { event_type: 'sent' }, ['event_type sent']],
  ['an event that is a list', EVENT, [], ['an event is no object']],
  ['a trigger without what it looks at', TRIGGER, {}, ['no key status']],
] as const) {
  test(`the state of ${what} has these faults: ${faults.join() || 'none'}`, () => {
    assert.deepEqual(stateFaultsOf(component, JSON.stringify(payload)), faults)
  })
}

test('an empty payload, and one that is no JSON, is a fault', () => {
  for (const payload of ['', 'online']) assert.notDeepEqual(stateFaultsOf(FREE, payload), [])
})
