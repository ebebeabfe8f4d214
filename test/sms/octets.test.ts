import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import {
  concatOctets,
  decodeUtf16,
  encodeUtf16,
  formatHex,
  fromSemiOctets,
  OctetReader,
  parseHex,
} from '../../src/sms/octets.ts'

test('hex is read in either case and written in upper case', () => {
  assert.equal(formatHex(parseHex('00aFfF')), '00AFFF')
})

test('what is not a whole number of hex octets is refused, with the text only in the detail', () => {
  for (const text of ['', 'A', '0G', ' 00', '00 11', '0x12', '１２']) {
    assert.throws(
      () => parseHex(text),
      (error) => error instanceof ModemError && error.code === 'protocol' && error.detail === text,
      JSON.stringify(text),
    )
  }
})

test('semi-octets have the low half first and an odd one is filled with F', () => {
  assert.deepEqual(fromSemiOctets([1, 2, 3]), Uint8Array.of(0x21, 0xf3))
  assert.deepEqual(fromSemiOctets([]), new Uint8Array(0))
})

const UTF16 = [
  ['plain units', '004800690442', 'Hiт'],
  ['a surrogate pair', 'D83DDE00', '😀'],
  ['a lone high surrogate', '0041D83D', 'A\ufffd'],
  ['a lone low surrogate', 'DE000041', '\ufffdA'],
  ['half a unit at the end', '00480069FF', 'Hi'],
  ['a byte order mark', 'FEFF0041', 'A'],
  ['nothing', '', ''],
] as const

for (const [what, hex, text] of UTF16) {
  test(`UTF-16BE is read with ${what}`, () => {
    assert.equal(decodeUtf16(hex === '' ? new Uint8Array(0) : parseHex(hex)), text)
  })
}

test('text becomes UTF-16BE unit by unit', () => {
  assert.equal(formatHex(encodeUtf16('A😀')), '0041D83DDE00')
})

test('octets are put one behind the other', () => {
  assert.deepEqual(concatOctets(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3))
})

test('a reader names the field in which the octets run out and keeps them as detail', () => {
  const reader = new OctetReader(Uint8Array.of(1, 2, 3))
  assert.equal(reader.octet('first'), 1)
  assert.equal(reader.remaining, 2)
  assert.throws(
    () => reader.take(3, 'TP-XY'),
    (error) => error instanceof ModemError && error.message.includes('TP-XY') && error.detail === '010203',
  )
  assert.deepEqual([...reader.take(2, 'rest')], [2, 3])
})
