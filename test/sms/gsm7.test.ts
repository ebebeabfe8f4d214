import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeSeptetRuns, decodeSeptets, encodeSeptets, packSeptets, unpackSeptets } from '../../src/sms/gsm7.ts'
import { formatHex, parseHex } from '../../src/sms/octets.ts'

function encode(text: string): Uint8Array {
  return encodeSeptets(text) ?? assert.fail(text)
}

test('septets are packed low bits first (3GPP TS 23.038 section 6.1.2.1)', () => {
  assert.equal(formatHex(packSeptets(encode('hellohello'))), 'E8329BFD4697D9EC37')
  assert.equal(decodeSeptets(unpackSeptets(parseHex('E8329BFD4697D9EC37'), 10)), 'hellohello')
})

test('seven and eight characters fill the same octets, and only the count tells them apart', () => {
  const octets = packSeptets(encode('1234567'))
  assert.deepEqual(octets, packSeptets(encode('1234567@')))
  assert.equal(decodeSeptets(unpackSeptets(octets, 7)), '1234567')
  assert.equal(decodeSeptets(unpackSeptets(octets, 8)), '1234567@')
})

test('packing and unpacking agree for every length and every number of fill bits', () => {
  for (let fillBits = 0; fillBits <= 6; fillBits++) {
    for (let length = 0; length <= 20; length++) {
      const septets = Uint8Array.from({ length }, (_, index) => (index * 37 + 127) & 0x7f)
      const octets = packSeptets(septets, fillBits)
      assert.equal(octets.length, Math.ceil((fillBits + length * 7) / 8))
      assert.deepEqual(unpackSeptets(octets, length, fillBits), septets, `${length} septets after ${fillBits} bits`)
    }
  }
})

const DECODED = [
  ['an extension character', [0x1b, 0x65], { locking: 0, single: 0 }, '€'],
  ['an undefined extension as the main character', [0x1b, 0x41], { locking: 0, single: 0 }, 'A'],
  ['ESC ESC as a space', [0x1b, 0x1b, 0x41], { locking: 0, single: 0 }, ' A'],
  ['ESC with nothing behind it as nothing', [0x41, 0x1b], { locking: 0, single: 0 }, 'A'],
  ['Turkish letters of both tables', [0x07, 0x1b, 0x53], { locking: 1, single: 1 }, 'ıŞ'],
  ['a language that has no locking table in the default alphabet', [0x00, 0x07], { locking: 2, single: 0 }, '@ì'],
  ['unknown languages by the default tables', [0x07, 0x1b, 0x65], { locking: 99, single: 99 }, 'ì€'],
  ['an undefined extension by the locking table in force', [0x1b, 0x07], { locking: 1, single: 0 }, 'ı'],
  ['a hole of a national table as a space', [0x0c, 0x41], { locking: 4, single: 0 }, ' \u09ad'],
] as const

for (const [what, septets, language, text] of DECODED) {
  test(`decoding shows ${what}`, () => {
    assert.equal(decodeSeptets(Uint8Array.from(septets), language), text)
  })
}

test('an ESC at the end of one run shifts the first septet of the next, by the table of that next one', () => {
  const first = { septets: Uint8Array.of(0x41, 0x1b), language: { locking: 0, single: 0 } }
  const second = { septets: Uint8Array.of(0x67, 0x67), language: { locking: 0, single: 1 } }
  assert.equal(decodeSeptetRuns([first, second]), 'Ağg')
})

test('every character of the default alphabet survives being encoded and decoded', () => {
  const all = [...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà\f^{}\\[~]|€']
  assert.equal(decodeSeptets(encode(all.join(''))), all.join(''))
  assert.equal(all.filter((character) => encodeSeptets(character)?.length === 2).length, 10)
})

test('characters outside the default alphabet have no septets', () => {
  for (const character of ['`', 'ç', '\t', '\u00a0', 'я', '😀', '\ud83d', '\u001b']) {
    assert.equal(encodeSeptets(character), undefined, JSON.stringify(character))
  }
})
