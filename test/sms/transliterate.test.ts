import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeSeptets } from '../../src/sms/gsm7.ts'
import { transliterate } from '../../src/sms/transliterate.ts'

const TEXTS = [
  ['what fits as it is', 'Grüße @ 5€ [Ω]\r\n', 'Grüße @ 5€ [Ω]\r\n'],
  ['typographic quotes and dashes', '„Wasser“ – jetzt…', '"Wasser" - jetzt...'],
  ['Cyrillic', 'Тревога', 'Trevoga'],
  ['Chinese', '你好', 'NiHao'],
  ['accents that GSM 7 lacks', 'français Łódź', 'francais Lodz'],
  ['composed accents that it has', 'e\u0301 u\u0308', 'é ü'],
  ['emoji by name', '🚨 Feuer 👍🏽', ':rotating_light: Feuer :thumbsup:'],
  ['joined emoji one by one', '👨‍👩‍👧', ':man::woman::girl:'],
  ['flags as letters', '🇫🇮', 'FI'],
  ['an emoji with its variation selector', '⚠️', ':warning:'],
  ['tabs and odd spaces as a space', 'a\tb\u00a0c\u2028d', 'a b c d'],
  ['the back-tick as an apostrophe', '`x`', "'x'"],
  ['Arabic consonants', 'مرحبا', 'mrhb'],
  ['soft hyphens and zero-width characters as nothing', 'a\u00ad\u200b\u200db', 'ab'],
  ['private and control characters and lone surrogates as ?', '\ue000\u0000\u001b\u0085\ud83d', '?????'],
  ['nothing', '', ''],
] as const

for (const [what, text, expected] of TEXTS) {
  test(`transliteration gives ${what}`, () => {
    assert.equal(transliterate(text), expected)
  })
}

test('whatever comes in, the GSM 7 bit default alphabet can carry what comes out', () => {
  for (let codePoint = 0; codePoint <= 0x2ffff; codePoint++) {
    const character = String.fromCodePoint(codePoint)
    for (const out of transliterate(character)) {
      assert.notEqual(encodeSeptets(out), undefined, `U+${codePoint.toString(16)} gives ${JSON.stringify(out)}`)
    }
  }
})
