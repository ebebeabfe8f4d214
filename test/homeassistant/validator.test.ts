import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from './validator.ts'

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
