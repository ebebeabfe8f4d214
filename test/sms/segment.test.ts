import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { decodeDataCoding } from '../../src/sms/data-coding.ts'
import { joinUserData } from '../../src/sms/join.ts'
import { countSegments, segmentText } from '../../src/sms/segment.ts'
import { readConcatenation } from '../../src/sms/user-data-header.ts'

/** Text, requested encoding, reference bits → encoding and elements (septets or octets) per segment. */
const SPLITS = [
  ['empty text', '', 'auto', 8, 'gsm7', [0]],
  ['empty text as UCS2', '', 'ucs2', 8, 'ucs2', [0]],
  ['160 septets', 'a'.repeat(160), 'auto', 8, 'gsm7', [160]],
  ['161 septets', 'a'.repeat(161), 'auto', 8, 'gsm7', [153, 8]],
  ['161 septets with 16 bit references', 'a'.repeat(161), 'auto', 16, 'gsm7', [152, 9]],
  ['306 septets', 'a'.repeat(306), 'auto', 8, 'gsm7', [153, 153]],
  ['307 septets', 'a'.repeat(307), 'auto', 8, 'gsm7', [153, 153, 1]],
  ['80 extension pairs', '€'.repeat(80), 'auto', 8, 'gsm7', [160]],
  ['81 extension pairs, none of them cut', '€'.repeat(81), 'auto', 8, 'gsm7', [152, 10]],
  ['70 units', 'я'.repeat(70), 'auto', 8, 'ucs2', [140]],
  ['71 units', 'я'.repeat(71), 'auto', 8, 'ucs2', [134, 8]],
  ['71 units with 16 bit references', 'я'.repeat(71), 'auto', 16, 'ucs2', [132, 10]],
  ['35 surrogate pairs', '😀'.repeat(35), 'auto', 8, 'ucs2', [140]],
  ['36 surrogate pairs, none of them cut', '😀'.repeat(36), 'auto', 8, 'ucs2', [132, 12]],
  ['plain text as UCS2', 'a'.repeat(71), 'ucs2', 8, 'ucs2', [134, 8]],
  ['UCS2 text as GSM 7', 'я'.repeat(80), 'gsm7', 8, 'gsm7', [160]],
  ['one character outside GSM 7', `${'a'.repeat(69)}ç`, 'auto', 8, 'ucs2', [140]],
] as const

for (const [what, text, requested, bits, encoding, sizes] of SPLITS) {
  test(`${what} gives ${sizes.length} segment(s) of ${encoding}`, () => {
    const segments = segmentText(text, requested, 7, bits)
    assert.deepEqual(
      segments.map(({ content }) => content.length),
      sizes,
    )
    assert.equal(segments[0]?.kind, encoding === 'gsm7' ? 'septets' : 'utf16')
    assert.deepEqual(countSegments(text, requested, bits), { encoding, segments: sizes.length })
  })
}

function readBack(text: string, requested: 'auto' | 'gsm7' | 'ucs2', bits: 8 | 16 = 8) {
  const dataCoding = decodeDataCoding(0)
  return joinUserData(segmentText(text, requested, 7, bits).map((segment) => ({ ...segment, dataCoding }))).text
}

test('what is segmented reads the same when joined, wherever the cuts fall', () => {
  for (let lead = 0; lead < 4; lead++) {
    for (const unit of ['€', 'ab{', '😀', 'я😀', 'ä€']) {
      const text = 'x'.repeat(lead) + unit.repeat(200)
      assert.equal(readBack(text, 'auto'), text)
      assert.equal(readBack(text, 'ucs2', 16), text)
    }
  }
})

test('each segment can be read alone: no character is cut', () => {
  for (const text of [`${'z'.repeat(152)}€${'q'.repeat(20)}`, `${'ы'.repeat(66)}😀${'э'.repeat(10)}`]) {
    const alone = segmentText(text, 'auto', 7).map(
      (segment) => joinUserData([{ ...segment, dataCoding: decodeDataCoding(0) }]).text,
    )
    assert.equal(alone.join(''), text)
  }
})

test('a lone segment has no header, several count from 1 with one reference', () => {
  assert.deepEqual(segmentText('a', 'auto', 7)[0]?.header, [])
  const places = segmentText('a'.repeat(400), 'auto', 0x1234, 16).map(({ header }) => readConcatenation(header))
  const place = { reference: 0x1234, referenceBits: 16, total: 3 } as const
  assert.deepEqual(
    places,
    [1, 2, 3].map((sequence) => ({ ...place, sequence })),
  )
  assert.equal(readConcatenation(segmentText('a'.repeat(161), 'auto', 0x1234)[0]?.header ?? [])?.reference, 0x34)
})

test('255 segments are sent, more are refused with their number', () => {
  assert.equal(countSegments('a'.repeat(255 * 153), 'auto').segments, 255)
  for (const attempt of [segmentText, countSegments]) {
    assert.throws(
      () => attempt('a'.repeat(255 * 153 + 1), 'auto', 8),
      (error) => error instanceof ModemError && error.code === 'invalid_request' && error.message.includes('256'),
    )
  }
})

test('a lone surrogate is sent as U+FFFD', () => {
  assert.equal(readBack('я\ud83d', 'auto'), 'я\ufffd')
  assert.equal(readBack('a\ude00', 'ucs2'), 'a\ufffd')
})

test('transliteration is done on request only', () => {
  assert.equal(readBack('„Feuer“ 🚨', 'gsm7'), '"Feuer" :rotating_light:')
  assert.equal(readBack('„Feuer“ 🚨', 'auto'), '„Feuer“ 🚨')
})
