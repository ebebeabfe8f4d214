import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  afterPrefix,
  decodeUcs2Hex,
  expandNumbers,
  numberOf,
  parseParameters,
  textOf,
} from '../../src/at/parameters.ts'
import { ModemError } from '../../src/modem/errors.ts'

const plain = (text: string): unknown[] =>
  parseParameters(text).map((each) =>
    each.kind === 'list' ? each.items.map(textOf) : each.kind === 'text' ? `"${each.value}"` : textOf(each),
  )

const READABLE = [
  { text: '"SM",3,50', values: ['"SM"', '3', '50'] },
  { text: ',36', values: [null, '36'] },
  { text: '', values: [null] },
  { text: ' 1 , "a" ,b ', values: ['1', '"a"', 'b'] },
  { text: '"",145', values: ['""', '145'] },
  { text: '"The "Net"",2', values: ['"The "Net""', '2'] },
  { text: '(2,"Other, Inc","","24405",0),,(0,1)', values: [['2', 'Other, Inc', null, '24405', '0'], null, ['0', '1']] },
  { text: '(0-1,3),', values: [['0-1', '3'], null] },
  { text: '()', values: [[null]] },
]

for (const { text, values } of READABLE) {
  test(`reads the parameters ${text}`, () => assert.deepEqual(plain(text), values))
}

for (const text of ['"SM,3', '(1,2', '1)', '((1))', 'a"b', '"a"b', '(1)2', `${'('.repeat(9000)}`]) {
  test(`refuses ${text.slice(0, 20)}, keeping it out of the message`, () => {
    assert.throws(
      () => parseParameters(text),
      (error) => error instanceof ModemError && error.code === 'protocol' && error.detail === text,
    )
  })
}

test('a prefix is found with colon or equals sign, with blanks or without, and only whole', () => {
  assert.equal(afterPrefix('+CSQ: 17,99 ', '+CSQ'), '17,99')
  assert.equal(afterPrefix('+CSQ:17', '+CSQ'), '17')
  assert.equal(afterPrefix('+ZSNT=0,0,0', '+ZSNT'), '0,0,0')
  assert.equal(afterPrefix('+CREGX: 1', '+CREG'), undefined)
  assert.equal(afterPrefix('+CSQ', '+CSQ'), undefined)
  assert.equal(afterPrefix('x+CSQ: 1', '+CSQ'), undefined)
})

test('a number is decimal, in quotes or not, and nothing else is one', () => {
  const numbers = parseParameters('17,-9.5,"24","",0x10,1F,').map(numberOf)
  assert.deepEqual(numbers, [17, -9.5, 24, null, null, null, null])
  assert.equal(numberOf(undefined), null)
})

test('ranges are expanded, and absurd ones cut', () => {
  assert.deepEqual(parseParameters('(0-1,3),(2),7,(),(5-3)').map(expandNumbers), [[0, 1, 3], [2], [7], [], []])
  assert.equal(expandNumbers(parseParameters('0-99999')[0]).length, 256)
  assert.deepEqual(expandNumbers(undefined), [])
})

const UCS2 = [
  { text: '0422043504410442', decoded: 'Тест' },
  { text: '00540065', decoded: 'Te' },
  { text: '4E2D56FD79FB52A8', decoded: '中国移动' },
  { text: '002B003400340037', decoded: '+447' },
  { text: 'Testnet', decoded: 'Testnet' },
  { text: '12345678', decoded: '12345678' },
  { text: '24491', decoded: '24491' },
  { text: '0000000000000000', decoded: '0000000000000000' },
  { text: 'D83DDE00D83DDE00', decoded: 'D83DDE00D83DDE00' },
]

for (const { text, decoded } of UCS2) {
  test(`${text} is read as ${decoded}`, () => assert.equal(decodeUcs2Hex(text), decoded))
}
