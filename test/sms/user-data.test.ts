import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { decodeDataCoding } from '../../src/sms/data-coding.ts'
import { concatOctets, formatHex, OctetReader, parseHex } from '../../src/sms/octets.ts'
import { decodeUserData, encodeUserData } from '../../src/sms/user-data.ts'

function decode(hex: string, tpDcs: number, hasHeader: boolean) {
  return decodeUserData(new OctetReader(parseHex(hex)), decodeDataCoding(tpDcs), hasHeader)
}

const CASES = [
  ['octets of data', '03010203', 0x04, false, 'data', 0, '010203'],
  ['compressed septets as data counted in octets', '03010203', 0x20, false, 'data', 0, '010203'],
  ['compressed UCS2 as data', '0200AA', 0x28, false, 'data', 0, '00AA'],
  ['an odd octet of UTF-16, which another segment may complete', '03004100', 0x08, false, 'utf16', 0, '004100'],
  ['nothing', '00', 0x00, false, 'septets', 0, ''],
  ['one septet behind one fill bit', '08050003AA020104', 0x00, true, 'septets', 1, '02'],
  ['a header and nothing else', '07050003AA020100', 0x00, true, 'septets', 1, ''],
] as const

for (const [what, hex, tpDcs, hasHeader, kind, elements, content] of CASES) {
  test(`user data is read with ${what}`, () => {
    const read = decode(hex, tpDcs, hasHeader)
    assert.deepEqual([read.kind, read.header.length, formatHex(read.content)], [kind, elements, content])
  })
}

test('user data that is shorter than it says, or than its header, is refused', () => {
  const cases = [
    ['050102', 0x04, false],
    ['09010203', 0x00, false],
    ['03050003', 0x04, true],
    ['00', 0x04, true],
    // The header takes seven septets, TP-UDL says six.
    ['06050003AA0201', 0x00, true],
  ] as const
  for (const [hex, tpDcs, hasHeader] of cases) {
    assert.throws(
      () => decode(hex, tpDcs, hasHeader),
      (error) => error instanceof ModemError && error.code === 'protocol' && error.message.includes('TP-UD'),
      hex,
    )
  }
})

test('whatever the length of the header, its text begins at a septet boundary and is read as it was written', () => {
  for (let length = 0; length <= 20; length++) {
    const header = length === 0 ? [] : [{ identifier: 0x70, data: new Uint8Array(length).fill(0xff) }]
    for (const kind of ['septets', 'utf16', 'data'] as const) {
      const segment = { kind, header, content: Uint8Array.of(0x7f, 0x00, 0x55, 0x01) }
      const { tpUdl, octets } = encodeUserData(segment)
      const tpDcs = { septets: 0x00, data: 0x04, utf16: 0x08 }[kind]
      const read = decode(formatHex(concatOctets(Uint8Array.of(tpUdl), octets)), tpDcs, length > 0)
      const { dataCoding, ...rest } = read
      assert.deepEqual(rest, segment, `${kind} behind ${length} octets`)
      assert.equal(dataCoding.tpDcs, tpDcs)
    }
  }
})

test('TP-UDL counts header and text: six header octets are seven septets', () => {
  const header = [{ identifier: 0, data: Uint8Array.of(0xaa, 2, 1) }]
  assert.equal(encodeUserData({ kind: 'septets', header, content: new Uint8Array(153) }).tpUdl, 160)
  assert.equal(encodeUserData({ kind: 'septets', header, content: new Uint8Array(153) }).octets.length, 140)
  assert.equal(encodeUserData({ kind: 'utf16', header, content: new Uint8Array(134) }).tpUdl, 140)
})
