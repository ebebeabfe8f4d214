import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHex } from '../../src/sms/octets.ts'
import { decodeTimestamp } from '../../src/sms/timestamp.ts'

const VALID = [
  ['42305141709080', '2024-03-15T14:07:09+02:00'],
  ['42305141709000', '2024-03-15T14:07:09+00:00'],
  // Minus zero: RFC 3339 would take -00:00 for "offset not known".
  ['42305141709008', '2024-03-15T14:07:09+00:00'],
  ['42305141709049', '2024-03-15T14:07:09-03:30'],
  ['4230514170908A', '2024-03-15T14:07:09-07:00'],
  ['4230514170902B', '2024-03-15T14:07:09-08:00'],
  ['42305141709001', '2024-03-15T14:07:09+02:30'],
  ['42305141709097', '2024-03-15T14:07:09+19:45'],
  ['4230514170909F', '2024-03-15T14:07:09-19:45'],
  ['42209200000000', '2024-02-29T00:00:00+00:00'],
  ['00101000000000', '2000-01-01T00:00:00+00:00'],
  ['98101000000000', '2089-01-01T00:00:00+00:00'],
  ['09101000000000', '1990-01-01T00:00:00+00:00'],
  ['99211332959500', '1999-12-31T23:59:59+00:00'],
] as const

for (const [hex, expected] of VALID) {
  test(`the time stamp ${hex} is ${expected}`, () => {
    assert.equal(decodeTimestamp(parseHex(hex)), expected)
  })
}

const INVALID = [
  ['all zero', '00000000000000'],
  ['erased', 'FFFFFFFFFFFFFF'],
  ['month 13', '42315141709080'],
  ['day 0', '42300041709080'],
  ['30 February', '42200341709080'],
  ['29 February of a common year', '52209241709080'],
  ['31 April', '42401341709080'],
  ['hour 24', '42305142709080'],
  ['minute 60', '42305141069080'],
  ['second 60', '42305141700680'],
  ['a nibble above 9 in the year', '4A305141709080'],
  ['a nibble above 9 in the zone', '423051417090A0'],
  ['no octets', ''],
] as const

for (const [what, hex] of INVALID) {
  test(`a time stamp with ${what} is no time`, () => {
    assert.equal(decodeTimestamp(hex === '' ? new Uint8Array(0) : parseHex(hex)), null)
  })
}
