import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findUnsolicited, UNSOLICITED } from '../../src/at/unsolicited.ts'
import { VECTORS } from './vectors.ts'

const MEANINGS = [
  { line: '+CMTI: "SM",7', meaning: 'arrived' },
  { line: '+CDSI: "SR",12', meaning: 'arrived' },
  { line: '+CMT: ,36', meaning: 'direct' },
  { line: '+CDS: ,25', meaning: 'direct' },
  { line: '+CBM: 88', meaning: 'ignore' },
  { line: '+CUSD: 2', meaning: 'ussd' },
  { line: 'RING', meaning: 'call' },
  { line: '+CRING: VOICE', meaning: 'call' },
  { line: '+CREG: 1', meaning: { changed: 'registration' } },
  { line: '+ZPASR: "UMTS"', meaning: { changed: 'registration' } },
  { line: '+ZDONR: "Not Found"', meaning: { changed: 'operator' } },
  { line: '+CSQ: 14,99', meaning: { changed: 'signal' } },
  { line: '+CPIN: READY', meaning: { changed: 'sim' } },
  { line: '+ZUSIMR:2', meaning: 'ignore' },
  { line: '+ZEND', meaning: 'ignore' },
  { line: '+ZMTime: 24/03/15', meaning: 'ignore' },
  { line: '+ZMTime 24/03/15', meaning: 'ignore' },
  { line: 'NO CARRIER', meaning: 'call' },
]

for (const { line, meaning } of MEANINGS) {
  test(`${line} means ${JSON.stringify(meaning)}`, () => assert.deepEqual(findUnsolicited(line)?.meaning, meaning))
}

for (const line of ['+CMGL: 1,1,,36', '+ZENDX', 'RINGING', '+COPS: 0', 'OK', '+CSQ', '', 'MF667']) {
  test(`"${line}" is no unsolicited code`, () => assert.equal(findUnsolicited(line), undefined))
}

test('every recorded unsolicited line has a row', () => {
  for (const { id, command, lines } of VECTORS) {
    if (command === null) assert.ok(findUnsolicited(lines[0] ?? ''), id)
  }
})

test('no row hides a later one', () => {
  for (const row of UNSOLICITED) assert.equal(findUnsolicited(row.prefix)?.prefix, row.prefix)
})

test('a registration line is stray by its form alone', () => {
  const isStray = findUnsolicited('+CREG: 1')?.isStray
  const forms = [
    '+CREG: 1',
    '+CREG: 5,1F3C,2A4',
    '+CREG: 1,"1F3C","02A4B1C7",7',
    '+CREG: 0,1',
    '+CREG: 2,1,1F3C,02A4B1C7',
  ]
  assert.deepEqual(
    forms.map((form) => isStray?.(form)),
    [true, true, true, false, false],
  )
})
