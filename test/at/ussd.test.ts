import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseCusd } from '../../src/at/responses-device.ts'
import { decodeUssd, fitsUssd, formatUssdRequest, USSD_DIALECTS } from '../../src/at/ussd.ts'
import { encodeSeptets, packSeptets } from '../../src/sms/gsm7.ts'
import { encodeUtf16, formatHex } from '../../src/sms/octets.ts'
import { VECTORS } from './vectors.ts'

const STATUSES = ['done', 'reply_needed', 'terminated', 'other_client', 'not_supported', 'timeout']

describe('a +CUSD of the vectors', () => {
  const vectors = VECTORS.filter(({ parsed }) => parsed.kind === 'cusd')
  for (const { id, lines, parsed } of vectors) {
    test(`${id} says what its network meant`, () => {
      const fields = parseCusd(lines.join('\r\n'))
      assert.ok(fields)
      const reply = decodeUssd(fields)
      assert.equal(reply.text, parsed['text'])
      assert.equal(reply.dcs, parsed['dcs'])
      assert.equal(reply.status, STATUSES[Number(parsed['n'])])
    })
  }

  test('are all there', () => assert.equal(vectors.length, 16))
})

/** The three forms in which a text can come, without the coding scheme beside it. */
const FORMS = {
  plain: (text: string) => text,
  UCS2: (text: string) => formatHex(encodeUtf16(text)),
  packed: (text: string) => {
    const septets = [...(encodeSeptets(text) ?? [])]
    return formatHex(packSeptets(Uint8Array.from(septets.length % 8 === 7 ? [...septets, 0x0d] : septets)))
  },
}

/** Real sentences of several networks and languages. */
const TEXTS: readonly [text: string, forms: readonly (keyof typeof FORMS)[]][] = [
  ['Your balance is 12.50 EUR, valid until 31/12/2026.', ['plain', 'UCS2', 'packed']],
  ['1: Balance\n2: Data', ['plain', 'UCS2', 'packed']],
  ['Saldo 5,00', ['plain', 'UCS2', 'packed']],
  ['1.Info 2.Credit 3.MB 4.Exit #.Back', ['plain', 'UCS2', 'packed']],
  ['Grüße aus Köln, Guthaben 3,40 €', ['UCS2', 'packed']],
  ['Te quedan 3,5 GB. ¿Otro año?', ['UCS2', 'packed']],
  ['Баланс: 42,10 ₽', ['UCS2']],
  ['Ваш баланс 100 руб. Тариф MTS Smart.', ['UCS2']],
  ['Υπόλοιπο 5,20 ευρώ', ['UCS2']],
  ['您的账户余额为十二元', ['UCS2']],
  ['您的余额为12.50元', ['UCS2']],
  ['رصيدك هو 12.50 ريال', ['UCS2']],
  ['잔액은 5000원입니다', ['UCS2']],
  ['आपका बैलेंस 10 रुपये', ['UCS2']],
  ['Số dư 10.000d', ['UCS2']],
]

describe('a USSD text', () => {
  for (const [text, forms] of TEXTS) {
    test(`is read whatever coding scheme is told: ${text.split('\n')[0]}`, () => {
      for (const form of forms) {
        for (const dcs of [0, 1, 15, 68, 72, null]) {
          assert.equal(decodeUssd({ status: 0, text: FORMS[form](text), dcs }).text, text, `${form} under ${dcs}`)
        }
      }
    })
  }

  const ODD: [name: string, text: string, dcs: number | null, expected: string][] = [
    ['one character of UCS2', '0041', 72, 'A'],
    ['two characters packed', 'C834', 15, 'Hi'],
    ['a number that could be packed septets', '12345678', 15, '12345678'],
    ['a phone number', '00491701234567', 15, '00491701234567'],
    ['zeros at the end of eight septets, which are no @', '31D98C56B3DD00', 15, '1234567'],
    ['the language in front of packed septets', `${FORMS.packed('en\rHello there')}`, 16, 'Hello there'],
    ['the language in front of UCS2', `32B3${FORMS.UCS2('Привет всем')}`, 17, 'Привет всем'],
    ['UTF-8 under 8 bit', '4772C3BCC39F65', 68, 'Grüße'],
    ['Latin-1 in plain text', 'Gr\xfc\xdfe', 15, 'Grüße'],
    ['UTF-8 in plain text', 'Gr\xc3\xbc\xc3\x9fe', 15, 'Grüße'],
    ['code points of the GSM alphabet', 'Gr~\x1ee', 15, 'Grüße'],
    ['a GSM umlaut between letters', 'f|r Sie', 15, 'för Sie'],
    [
      'bars, braces and brackets that are what they are',
      '[1] Info | 2: Data {x} $5 a_b@c.de',
      15,
      '[1] Info | 2: Data {x} $5 a_b@c.de',
    ],
    ['nothing', '', 15, ''],
  ]
  for (const [name, text, dcs, expected] of ODD) {
    test(`keeps ${name}`, () => assert.equal(decodeUssd({ status: 0, text, dcs }).text, expected))
  }

  test('with a status that no standard knows ends the session', () => {
    assert.equal(decodeUssd({ status: 9, text: null, dcs: null }).status, 'terminated')
  })
})

describe('a USSD request', () => {
  const ROWS: [text: string, plain: string | undefined, ucs2: string, packed: string | undefined][] = [
    ['*100#', 'AT+CUSD=1,"*100#",15', 'AT+CUSD=1,"002A0031003000300023",15', 'AT+CUSD=1,"AA180C3602",15'],
    ['1', 'AT+CUSD=1,"1",15', 'AT+CUSD=1,"0031",15', 'AT+CUSD=1,"31",15'],
    [
      '1234567',
      'AT+CUSD=1,"1234567",15',
      'AT+CUSD=1,"0031003200330034003500360037",15',
      'AT+CUSD=1,"31D98C56B3DD1A",15',
    ],
    ['Günter', 'AT+CUSD=1,"G~nter",15', 'AT+CUSD=1,"004700FC006E007400650072",15', 'AT+CUSD=1,"47BF9B5E9603",15'],
    ['a"b', undefined, 'AT+CUSD=1,"006100220062",15', undefined],
    ['я', undefined, 'AT+CUSD=1,"044F",72', undefined],
  ]
  for (const [text, plain, ucs2, packed] of ROWS) {
    test(`says ${text} in each dialect`, () => {
      const said = USSD_DIALECTS.map((dialect) => formatUssdRequest(text, dialect))
      assert.equal(said[0], plain)
      assert.equal(said[1], ucs2)
      if (packed !== undefined) assert.equal(said[2], packed)
    })
  }

  test('has room for 182 characters, or for 80 outside the GSM alphabet', () => {
    assert.deepEqual([fitsUssd('1'.repeat(182)), fitsUssd('1'.repeat(183))], [true, false])
    assert.deepEqual([fitsUssd('я'.repeat(80)), fitsUssd('я'.repeat(81))], [true, false])
  })
})
