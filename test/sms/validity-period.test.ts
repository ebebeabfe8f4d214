import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeRelativeValidity, encodeRelativeValidity } from '../../src/sms/validity-period.ts'

const HOUR = 60
const DAY = 24 * HOUR
const WEEK = 7 * DAY

const OCTETS = [
  [0, 5],
  [143, 12 * HOUR],
  [144, 12 * HOUR + 30],
  [167, DAY],
  [168, 2 * DAY],
  [196, 30 * DAY],
  [197, 5 * WEEK],
  [255, 63 * WEEK],
] as const

for (const [octet, minutes] of OCTETS) {
  test(`relative validity ${octet} is ${minutes} minutes, both ways`, () => {
    assert.equal(decodeRelativeValidity(octet), minutes)
    assert.equal(encodeRelativeValidity(minutes), octet)
  })
}

test('a period that no octet can say becomes the next longer one', () => {
  for (let octet = 1; octet <= 255; octet++) {
    const shorter = decodeRelativeValidity(octet - 1)
    assert.equal(encodeRelativeValidity(shorter + 1), octet, `${shorter + 1} minutes`)
    assert.equal(encodeRelativeValidity(decodeRelativeValidity(octet)), octet)
  }
})

test('a period outside what can be said becomes the nearest that can', () => {
  assert.equal(encodeRelativeValidity(0), 0)
  assert.equal(encodeRelativeValidity(1), 0)
  assert.equal(encodeRelativeValidity(64 * WEEK), 255)
  assert.equal(encodeRelativeValidity(Number.MAX_SAFE_INTEGER), 255)
})
