import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { formatHex, parseHex } from '../../src/sms/octets.ts'
import {
  concatenationElement,
  decodeHeader,
  encodeHeader,
  readConcatenation,
  readLanguage,
  readPorts,
} from '../../src/sms/user-data-header.ts'

function header(hex: string) {
  return decodeHeader(parseHex(hex))
}

test('elements are kept in order, unknown and empty ones too', () => {
  const elements = header('7003010203' + '7100' + '0003AA0201')
  assert.deepEqual(
    elements.map(({ identifier, data }) => [identifier, formatHex(data)]),
    [
      [0x70, '010203'],
      [0x71, ''],
      [0x00, 'AA0201'],
    ],
  )
  assert.equal(formatHex(encodeHeader(elements)), '0C' + '7003010203' + '7100' + '0003AA0201')
  assert.equal(encodeHeader([]).length, 0)
})

test('an element that is cut short is refused', () => {
  for (const hex of ['00', '0003AA02', '7000FF']) assert.throws(() => header(hex), ModemError, hex)
})

const PLACES = [
  ['8 bit', '0003AA0302', { reference: 0xaa, referenceBits: 8, total: 3, sequence: 2 }],
  ['16 bit', '080412340302', { reference: 0x1234, referenceBits: 16, total: 3, sequence: 2 }],
  ['one of one', '0003AA0101', { reference: 0xaa, referenceBits: 8, total: 1, sequence: 1 }],
  ['255 of 255', '0003AAFFFF', { reference: 0xaa, referenceBits: 8, total: 255, sequence: 255 }],
  [
    'the last of two elements',
    '0003AA0302080412340201',
    { reference: 0x1234, referenceBits: 16, total: 2, sequence: 1 },
  ],
  ['sequence 0', '0003AA0300', null],
  ['sequence above total', '0003AA0304', null],
  ['total 0', '0003AA0000', null],
  ['a wrong length', '0004AA030201', null],
  [
    'a wrong length after a good one',
    '0003AA03020002AA03',
    { reference: 0xaa, referenceBits: 8, total: 3, sequence: 2 },
  ],
  ['no such element', '7000', null],
] as const

for (const [what, hex, expected] of PLACES) {
  test(`the place in a concatenated message is read with ${what}`, () => {
    assert.deepEqual(readConcatenation(header(hex)), expected)
  })
}

test('a place is written as it is read, its reference cut to its bits', () => {
  const place = { reference: 0x1234, referenceBits: 16, total: 3, sequence: 2 } as const
  assert.deepEqual(readConcatenation([concatenationElement(place)]), place)
  assert.deepEqual(readConcatenation([concatenationElement({ ...place, referenceBits: 8 })]), {
    ...place,
    referenceBits: 8,
    reference: 0x34,
  })
})

test('ports are read in both widths, the last element counts', () => {
  assert.deepEqual(readPorts(header('05040B8423F0')), { destination: 2948, source: 9200 })
  assert.deepEqual(readPorts(header('0402F0F1')), { destination: 240, source: 241 })
  assert.deepEqual(readPorts(header('05040B8423F00402F0F1')), { destination: 240, source: 241 })
  assert.equal(readPorts(header('05030B8423')), null)
})

test('languages are read for both shifts and default to none', () => {
  assert.deepEqual(readLanguage(header('240101' + '250103')), { single: 1, locking: 3 })
  assert.deepEqual(readLanguage(header('2400')), { single: 0, locking: 0 })
  assert.deepEqual(readLanguage([]), { single: 0, locking: 0 })
})
