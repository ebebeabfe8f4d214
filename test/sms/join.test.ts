import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeDataCoding } from '../../src/sms/data-coding.ts'
import { joinUserData } from '../../src/sms/join.ts'
import { parseHex } from '../../src/sms/octets.ts'
import { decodePdu } from '../../src/sms/tpdu.ts'
import type { UserData } from '../../src/sms/user-data.ts'
import { decodeHeader, readConcatenation } from '../../src/sms/user-data-header.ts'
import vectors from '../vectors/pdu.json' with { type: 'json' }

function userDataOf(id: string): UserData {
  const { tpdu } = decodePdu(vectors.vectors.find((vector) => vector.id === id)?.pdu ?? '')
  assert(tpdu.kind === 'deliver')
  return tpdu.userData
}

/** A segment by hand: septets or octets in hex, header in hex without UDHL. */
function part(kind: UserData['kind'], content: string, header = ''): UserData {
  const tpDcs = { septets: 0x00, data: 0x04, utf16: 0x08 }[kind]
  const octets = (hex: string) => (hex === '' ? new Uint8Array(0) : parseHex(hex))
  return { kind, content: octets(content), header: decodeHeader(octets(header)), dataCoding: decodeDataCoding(tpDcs) }
}

for (const { id, parts, text } of vectors.groups) {
  test(`group ${id} is joined to its text`, () => {
    const bySequence: UserData[] = []
    for (const userData of parts.map(userDataOf)) {
      bySequence[(readConcatenation(userData.header)?.sequence ?? 0) - 1] = userData
    }
    assert.equal(joinUserData(bySequence).text, text)
  })
}

const TEXTS = [
  ['a missing segment between two', [part('septets', '41'), null, part('septets', '42')], 'AB'],
  ['an ESC before a gap', [part('septets', '411B'), null, part('septets', '65')], 'Ae'],
  [
    'an ESC at a cut, shifting by the table of what follows',
    [part('septets', '1B'), part('septets', '67', '240101')],
    'ğ',
  ],
  ['tables that differ between segments', [part('septets', '07', '250101'), part('septets', '07')], 'ıì'],
  ['a surrogate pair cut in two', [part('utf16', '0041D83D'), part('utf16', 'DE000042')], 'A😀B'],
  ['a surrogate pair with a gap inside', [part('utf16', 'D83D'), null, part('utf16', 'DE00')], '\ufffd\ufffd'],
  ['a UTF-16 unit cut in two', [part('utf16', '004104'), part('utf16', '42')], 'Aт'],
  ['half a unit left over at a cut', [part('utf16', '0041FF'), part('utf16', '0042')], 'AB'],
  ['segments of both alphabets', [part('septets', '41'), part('utf16', '0442'), part('septets', '42')], 'AтB'],
  ['nothing in it', [part('septets', '')], ''],
] as const

for (const [what, parts, text] of TEXTS) {
  test(`text is joined with ${what}`, () => {
    assert.equal(joinUserData(parts).text, text)
  })
}

test('data has no text, its hex and its ports', () => {
  assert.deepEqual(joinUserData([part('data', '0102', '05040B8423F0'), null, part('data', 'AB')]), {
    text: null,
    encoding: '8bit',
    dataHex: '0102AB',
    ports: { destination: 2948, source: 9200 },
  })
})

for (const [what, content, header, text] of [
  ['a business card', '424547494E3AC3A4', '050423F400E2', 'BEGIN:ä'],
  ['one in Latin-1', '424547494E3AE4', '0402E200', 'BEGIN:ä'],
  ['a calendar entry', '42', '050423F50000', 'B'],
  ['a WAP push', '42', '05040B8423F0', null],
] as const) {
  test(`data for a port is ${text === null ? 'no text' : 'text, too'}: ${what}`, () => {
    const body = joinUserData([part('data', content, header)])
    assert.deepEqual([body.text, body.dataHex, body.encoding], [text, content, '8bit'])
  })
}

test('segments of text and of data each give their part', () => {
  const body = joinUserData([part('septets', '41'), part('data', 'FF')])
  assert.deepEqual(body, { text: 'A', encoding: '8bit', dataHex: 'FF', ports: null })
})

test('the encoding is UCS2 as soon as one segment is', () => {
  assert.equal(joinUserData([part('septets', '41')]).encoding, 'gsm7')
  assert.equal(joinUserData([part('septets', '41'), part('utf16', '0041')]).encoding, 'ucs2')
})
