import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimsOf } from '../../src/app/modem-driver.ts'

const PATH = '/dev/ttyUSB2'
const IMEI = '351111111111111'

for (const [situation, configured, hold, claims] of [
  ['its configured path, before it was ever open', { port: PATH, imei: null }, undefined, [PATH]],
  ['its configured IMEI', { port: 'auto', imei: IMEI }, undefined, [IMEI]],
  ['nothing, where nothing is known of it', { port: 'auto', imei: null }, undefined, []],
  [
    'its port and IMEI while it is open',
    { port: PATH, imei: null },
    { port: '/dev/ttyUSB5', imei: IMEI },
    ['/dev/ttyUSB5', IMEI],
  ],
  [
    'its IMEI while it is away: its path may lead to anybody',
    { port: PATH, imei: null },
    { port: null, imei: IMEI },
    [IMEI],
  ],
  ['its port, where it tells no IMEI', { port: PATH, imei: null }, { port: PATH, imei: null }, [PATH]],
] as const) {
  test(`another modem claims ${situation}`, () => {
    assert.deepEqual(claimsOf(configured, hold), claims)
  })
}
