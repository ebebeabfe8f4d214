import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeHexText, decodeNumber, encodeHexText } from '../../src/goform/text.ts'

describe('text', () => {
  const TEXTS: readonly (readonly [what: string, hex: string, text: string])[] = [
    ['of nothing', '', ''],
    ['with a byte order mark and padding', 'FEFF00410000', 'A'],
    ['of padding alone', '00000000', ''],
    ['with tabs and line breaks, which stay', '0041000900420 00D000A'.replace(' ', ''), 'A\tB\r\n'],
    ['with a character beyond the basic plane', 'D83DDE00', '😀'],
    ['with half a character', '0041D83D0042', 'A\ufffdB'],
    ['with its halves the wrong way round', 'DE00D83D', '\ufffd\ufffd'],
    ['in plain, as some devices write it', 'Your code is 4829', 'Your code is 4829'],
    ['that only begins like hex', '00410', '00410'],
  ]
  for (const [what, hex, text] of TEXTS) test(what, () => assert.equal(decodeHexText(hex), text))
  test('goes out with nothing in it that is no character', () => {
    assert.equal(encodeHexText('a\ud83d\n'), '0061FFFD000A')
    assert.equal(encodeHexText(''), '')
  })
})

describe('a number', () => {
  const NUMBERS: readonly (readonly [given: string, number: string])[] = [
    ['+385911234567', '+385911234567'],
    [' 12345 ', '12345'],
    ['HRTelekom', 'HRTelekom'],
    ['002B003300380035003900310031003200330034003500360037', '+385911234567'],
    ['004D0065006700610046006F006E', 'MegaFon'],
    ['0422043504410442', 'Тест'],
    ['00310032', '12'],
    // Numbers and names that happen to be hex.
    ['12345678', '12345678'],
    ['004812345678', '004812345678'],
    ['00491701234567', '00491701234567'],
    ['0044016100450123', '0044016100450123'],
    ['ABBA2024', 'ABBA2024'],
    ['DEADBEEF', 'DEADBEEF'],
    ['0041', '0041'],
    ['', ''],
  ]
  for (const [given, number] of NUMBERS)
    test(`"${given}" is ${number}`, () => assert.equal(decodeNumber(given), number))
})
