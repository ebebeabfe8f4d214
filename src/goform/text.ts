import { decodeUtf16, encodeUtf16, formatHex, parseHex } from '../sms/octets.ts'

/**
 * Text of messages and USSD: UTF-16BE as hex, `00410042` → `AB`. A byte order mark and units of zero (padding) are dropped,
 * halves of surrogate pairs become U+FFFD. Anything that is not such hex is given back as it is: some devices write plain
 * text.
 */
export function decodeHexText(hex: string): string {
  if (!/^(?:[0-9a-f]{4})+$/i.test(hex)) return hex
  const units = hex.match(/.{4}/g) ?? []
  const padless = units.filter((unit) => unit !== '0000').join('')
  return padless === '' ? '' : decodeUtf16(parseHex(padless))
}

/** Text → UTF-16BE as upper-case hex. A device reads anything else as hex too and sends wrong characters. */
export function encodeHexText(text: string): string {
  return formatHex(encodeUtf16(text.replace(/\p{Surrogate}/gu, '\ufffd')))
}

/**
 * A sender or recipient: plain (`+385…`, `HRTelekom`), or hex as in `decodeHexText` (new MF79U, MC7010), which only looks
 * can tell: `004D0065006700610046006F006E` is MegaFon and `004812345678` a number.
 */
export function decodeNumber(number: string): string {
  const trimmed = number.trim()
  if (!/^(?:[0-9a-f]{4}){2,}$/i.test(trimmed)) return trimmed
  const units = (trimmed.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16))
  const isLikely = /^\d+$/.test(trimmed) ? (trimmed.length > LONGEST_NUMBER ? isOftenDigits : isAscii) : isAlphabetic
  return units.every(isLikely) ? decodeHexText(trimmed) : trimmed
}

/** Digits of a phone number (ITU-T E.164). More of them are hex, less could be either and have to be plain ASCII as hex. */
const LONGEST_NUMBER = 15

/** Latin and Cyrillic, whose hex can be all digits: `0422043504410442` is Тест. */
function isOftenDigits(unit: number): boolean {
  return isAscii(unit) || (unit >= 0x0400 && unit < 0x0500)
}

function isAscii(unit: number): boolean {
  return unit >= 0x20 && unit <= 0x7e
}

/** Latin to Arabic. */
function isAlphabetic(unit: number): boolean {
  return isAscii(unit) || (unit >= 0xa0 && unit < 0x0700)
}
