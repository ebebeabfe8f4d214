import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMask, maskConfig, maskFault, maskNumbers } from '../../src/app/support-mask.ts'
import { loadConfig } from '../../src/config/load.ts'

const YAML = `
mqtt: {url: "mqtt://h", username: me, password: "hunter (2)"}
health: {token: ab}
modems: [{id: a, port: "/dev/serial/by-id/usb-ZTE_MSM_490154203237518-if01-port0", pin: "2026"}]
contacts: {Jürgen: "+4917012", family: [Jürgen, "110110"]}
notify: [{name: Cousin, to: Jürgen}]
sms: {allowed_recipients: ["+4930*"]}
ussd: {queries: [{name: Top-up, code: "*135*98765#"}, {name: Balance, code: "*1000#"}]}
`
const CONFIG = loadConfig({ args: [], env: {}, readFile: () => YAML, defaultFile: 'f' })

for (const [given, shown] of [
  ['SMS to +44 7700 900123 failed', 'SMS to <15> failed'],
  ['from 07700 900123.', 'from <12>.'],
  ['(+44 (0)7700/900-123)', '(<19>)'],
  ['IMEI 490154203237518', 'IMEI <15>'],
  ['07912374151616F6 is no PDU', '<16> is no PDU'],
  ['"004800650079"', '"<12>"'],
  ['mqtt://me:secret@broker:1883', 'mqtt://<9>@broker:1883'],
  [
    '/dev/serial/by-id/usb-ZTE_ZTE_MSM_MF19001MOD-if01-port0 is gone',
    '/dev/serial/by-id/usb-ZTE_ZTE_MSM_<10>-if01-port0 is gone',
  ],
  ['/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.1-port0', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.1-port0'],
  [
    'sms.limits.per_hour allows 60 parts, again from 2026-11-22T10:00:00.000Z (in 3599 s)',
    'sms.limits.per_hour allows 60 parts, again from 2026-11-22T10:00:00.000Z (in 3599 s)',
  ],
  ['tcp://192.168.178.100:47115 answers +CMS ERROR: 311', 'tcp://192.168.178.100:47115 answers +CMS ERROR: 311'],
  ['imei490154203237518x and +44 7700900123', 'imei<15>x and <14>'],
] as const) {
  test(`of "${given}" everybody may see "${shown}"`, () => {
    assert.equal(maskNumbers(given), shown)
  })
}

for (const [given, shown] of [
  ['the contact Jürgen has no number', 'the contact *** has no number'],
  ['Jürgensen is somebody else', 'Jürgensen is somebody else'],
  ['the password hunter (2) is wrong', 'the password *** is wrong'],
  ['sent to +4917012 and 110110', 'sent to *** and ***'],
  ['"+4930*" allows nothing', '"***" allows nothing'],
  ['the PIN 2026 of 2026-11-22 is wrong', 'the PIN *** of 2026-11-22 is wrong'],
  ['ab initio', 'ab initio'],
] as const) {
  test(`with a configuration, of "${given}" everybody may see "${shown}"`, () => {
    assert.equal(createMask(CONFIG)(given), shown)
  })
}

for (const [given, shown] of [
  ['contacts.Jürgen: found 110110; a phone number must be in quotes (f:3)', 'contacts: ***'],
  ['sms.blocked_recipients[1]: found "Peter"', 'sms.blocked_recipients: ***'],
  ['notify[1].to: found "Pete", which is no contact, did you mean Peter?', 'notify[].to: ***'],
  ['modems[0].imei: found "4901", allowed is 15 digits (f:2)', 'modems[].imei: ***'],
  ['modems[0].port: found "x", allowed is auto (f:2)', 'modems[0].port: found "***", allowed is auto (f:2)'],
  ['modems[0].pin: found 4711 (f:2)', 'modems[0].pin: found *** (f:2)'],
  ['mqtt.qos: there is no such option (f:9)', 'mqtt.qos: there is no such option (f:9)'],
] as const) {
  test(`of the fault "${given}" everybody may see "${shown}"`, () => {
    assert.equal(maskFault(given), shown)
  })
}

test('a configuration for everybody has no names of contacts, no serial numbers and nothing that a USSD code carries', () => {
  const shown = maskConfig(CONFIG) as {
    contacts: number
    notify: number
    modems: { port: string }[]
    ussd: { queries: { code: string }[] }
  }
  assert.equal(shown.contacts, 2)
  assert.equal(shown.notify, 1)
  assert.equal(shown.modems[0]?.port, '/dev/serial/by-id/usb-ZTE_MSM_<15>-if01-port0')
  assert.deepEqual(
    shown.ussd.queries.map(({ code }) => code),
    ['*135*<5>#', '*1000#'],
  )
  for (const secret of ['Jürgen', 'Cousin', '4917012', '110110', 'hunter', '"2026"', '4930']) {
    assert.ok(!JSON.stringify(shown).includes(secret), secret)
  }
})
