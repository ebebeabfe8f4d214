import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCbsDataCoding, decodeDataCoding, encodeDataCoding } from '../../src/sms/data-coding.ts'

const PLAIN = {
  alphabet: 'gsm7',
  isCompressed: false,
  messageClass: null,
  messageWaiting: null,
  isDeletedAfterReading: false,
} as const

const GROUPS = [
  [0x00, {}],
  [0x04, { alphabet: '8bit' }],
  [0x08, { alphabet: 'ucs2' }],
  // The reserved alphabet.
  [0x0c, {}],
  // Class bits without the bit that gives them meaning.
  [0x03, {}],
  [0x10, { messageClass: 0 }],
  [0x19, { alphabet: 'ucs2', messageClass: 1 }],
  [0x16, { alphabet: '8bit', messageClass: 2 }],
  [0x13, { messageClass: 3 }],
  [0x20, { isCompressed: true }],
  [0x28, { alphabet: 'ucs2', isCompressed: true }],
  [0x40, { isDeletedAfterReading: true }],
  [0x58, { alphabet: 'ucs2', messageClass: 0, isDeletedAfterReading: true }],
  [0x7f, { messageClass: 3, isCompressed: true, isDeletedAfterReading: true }],
  // Reserved groups.
  [0x80, {}],
  [0xb8, {}],
  [0xc0, { messageWaiting: { kind: 'voicemail', isActive: false, isStored: false } }],
  [0xc9, { messageWaiting: { kind: 'fax', isActive: true, isStored: false } }],
  [0xda, { messageWaiting: { kind: 'email', isActive: true, isStored: true } }],
  [0xe3, { alphabet: 'ucs2', messageWaiting: { kind: 'other', isActive: false, isStored: true } }],
  [0xf0, { messageClass: 0 }],
  [0xf5, { alphabet: '8bit', messageClass: 1 }],
  // Bit 3 is reserved and means nothing.
  [0xfa, { messageClass: 2 }],
  [0xff, { alphabet: '8bit', messageClass: 3 }],
] as const

for (const [tpDcs, expected] of GROUPS) {
  test(`TP-DCS ${tpDcs.toString(16).padStart(2, '0')} is read by its coding group`, () => {
    assert.deepEqual(decodeDataCoding(tpDcs), { ...PLAIN, tpDcs, ...expected })
  })
}

test('TP-DCS is written for each alphabet, with and without flash', () => {
  for (const alphabet of ['gsm7', '8bit', 'ucs2'] as const) {
    for (const flash of [false, true]) {
      const { alphabet: read, messageClass } = decodeDataCoding(encodeDataCoding(alphabet, flash))
      assert.deepEqual([read, messageClass], [alphabet, flash ? 0 : null])
    }
  }
  assert.equal(encodeDataCoding('gsm7', false), 0x00)
  assert.equal(encodeDataCoding('ucs2', true), 0x18)
})

const CBS = [
  [0x00, {}],
  [0x0f, {}],
  [0x10, { hasLanguagePrefix: true }],
  [0x11, { alphabet: 'ucs2', hasLanguagePrefix: true }],
  [0x12, {}],
  [0x24, {}],
  [0x44, { alphabet: '8bit' }],
  [0x48, { alphabet: 'ucs2' }],
  [0x4c, {}],
  [0x59, { alphabet: 'ucs2' }],
  [0x60, { isCompressed: true }],
  [0x88, {}],
  [0x98, { alphabet: 'ucs2' }],
  [0xd4, {}],
  [0xf0, {}],
  [0xf4, { alphabet: '8bit' }],
] as const

for (const [octet, expected] of CBS) {
  test(`CBS data coding ${octet.toString(16).padStart(2, '0')} is read by its coding group`, () => {
    const plain = { alphabet: 'gsm7', isCompressed: false, hasLanguagePrefix: false }
    assert.deepEqual(decodeCbsDataCoding(octet), { ...plain, ...expected })
  })
}
