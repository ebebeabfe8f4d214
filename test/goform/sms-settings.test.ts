import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSameValidity, nextValidity, readSettings, settingsForm } from '../../src/goform/sms-settings.ts'

const SETTINGS = { smsc: '+385910401', isReportRequested: false, validityPeriod: 255, place: 'native' } as const

test('settings that are not there are not known', () => {
  assert.deepEqual(readSettings({ sms_parameter_info: '' }), {
    smsc: null,
    isReportRequested: false,
    validityPeriod: null,
    place: 'native',
  })
})

test('of the four periods the shortest that lasts long enough is chosen', () => {
  const WANTED: readonly (readonly [minutes: number, code: number])[] = [
    [5, 143],
    [720, 143],
    [721, 167],
    [1440, 167],
    [1441, 173],
    [10_080, 173],
    [10_081, 255],
  ]
  for (const [minutes, code] of WANTED) assert.equal(nextValidity(minutes), code, `${minutes}`)
})

test('a period that cannot be chosen is the next longer one, and an unknown one the longest', () => {
  const PERIODS: readonly (readonly [code: number | null, word: string])[] = [
    [0, 'twelve_hours'],
    [143, 'twelve_hours'],
    [150, 'one_day'],
    [170, 'one_week'],
    [244, 'largest'],
    [255, 'largest'],
    [null, 'largest'],
  ]
  for (const [validityPeriod, word] of PERIODS) {
    assert.equal(new Map(settingsForm({ ...SETTINGS, validityPeriod })).get('save_time'), word, `${validityPeriod}`)
  }
  assert.ok(isSameValidity(244, 255))
  assert.ok(!isSameValidity(173, 255))
})

test('what is not to change is written as it was read', () => {
  const form = new Map(settingsForm({ ...SETTINGS, place: 'sim', isReportRequested: true }))
  assert.deepEqual(
    ['MessageCenter', 'save_location', 'status_save'].map((field) => form.get(field)),
    ['+385910401', 'sim', '1'],
  )
})

test('without a service centre nothing is written: it would be lost', () => {
  for (const smsc of [null, '002B003300380035', '0033003800350039', '+385 910', 'n/a', '1']) {
    assert.equal(settingsForm({ ...SETTINGS, smsc }), null, `${smsc}`)
  }
})
