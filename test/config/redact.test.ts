import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { hiddenTexts, redacted } from '../../src/config/redact.ts'

const YAML = `
mqtt: {url: "mqtt://h", username: me, password: hunter2}
broker: {users: [{username: ha, password: hunter3}]}
modems: [{id: a, port: /dev/a, pin: "4711", imei: "490154203237518"}, {id: b, port: /dev/b}]
contacts: {peter: "+491701234567", family: [peter, "+491707654321"]}
`

function load(yaml: string) {
  return loadConfig({ args: [], env: {}, readFile: () => yaml, defaultFile: 'f' })
}

test('no secret, phone number or IMEI is left, inside lists neither', () => {
  const shown = JSON.stringify(redacted(load(YAML)))
  for (const secret of ['hunter2', 'hunter3', '4711', '490154203237518', '491701234567', '491707654321']) {
    assert.ok(!shown.includes(secret), secret)
  }
})

test('everything else is left as it is, and what is not set stays visible as that', () => {
  const config = load(YAML)
  const shown = redacted(config)
  assert.deepEqual(shown, {
    ...config,
    mqtt: { ...config.mqtt, password: '***' },
    broker: { ...config.broker, users: [{ username: 'ha', password: '***', password_hash: null }] },
    modems: [
      { ...config.modems[0], pin: '***', imei: '***' },
      { ...config.modems[1], pin: null, imei: null },
    ],
    contacts: { peter: '***', family: '***' },
  })
})

test('the texts that are hidden are told to whoever has to look for them', () => {
  assert.deepEqual(hiddenTexts(load(YAML)).sort(), [
    '+491701234567',
    '+491707654321',
    '4711',
    '490154203237518',
    'family',
    'hunter2',
    'hunter3',
    'peter',
  ])
})
