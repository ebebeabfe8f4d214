import type { UssdReply } from '../modem/messages.ts'
import { decodeCbsDataCoding } from '../sms/data-coding.ts'
import { decodeSeptets, encodeSeptets, packSeptets, unpackSeptets } from '../sms/gsm7.ts'
import { decodeOctets, decodeUtf16, encodeUtf16, formatHex, parseHex } from '../sms/octets.ts'
import type { UssdFields } from './responses-device.ts'
import { plausibility } from './ussd-plausibility.ts'

/** One way in which modems want to be told a USSD string. */
export interface UssdDialect {
  /** What `+CSCS` has to be for it (3GPP TS 27.007 section 5.5). */
  readonly characterSet: 'GSM' | 'UCS2'
  /** What stands between the quotes of `AT+CUSD=1,"…"`; `undefined` when this dialect cannot say it. */
  readonly encode: (text: string) => string | undefined
}

const CR = 0x0d
const QUOTE = 0x22
/** CBS data coding (3GPP TS 23.038 section 5): the default alphabet without a language, and UCS2. */
const DEFAULT_DCS = 15
const UCS2_DCS = 72

/**
 * The best first. ZTE sticks take plain characters in the GSM set (an MF667 answers in no other), some want hex of UCS2, and
 * hex of packed septets is what Qualcomm's firmware of that time takes elsewhere.
 */
export const USSD_DIALECTS: readonly UssdDialect[] = [
  { characterSet: 'GSM', encode: encodePlain },
  { characterSet: 'UCS2', encode: (text) => formatHex(encodeUtf16(text)) },
  { characterSet: 'GSM', encode: encodePacked },
]

/** `AT+CUSD=1,"*100#",15` (3GPP TS 27.007 section 7.15). @returns `undefined` when the dialect cannot say it */
export function formatUssdRequest(text: string, dialect: UssdDialect): string | undefined {
  const given = dialect.encode(text)
  if (given === undefined) return undefined
  return `AT+CUSD=1,"${given}",${encodeSeptets(text) === undefined ? UCS2_DCS : DEFAULT_DCS}`
}

/**
 * Whether a USSD string has room in a message of the network: 160 octets, which are 182 characters of GSM 7 bit or
 * 80 units of UCS2 (3GPP TS 23.038 section 5, TS 24.080 section 4.6.1).
 */
export function fitsUssd(text: string): boolean {
  const septets = encodeSeptets(text)
  return septets === undefined ? text.length <= 80 : septets.length <= 182
}

const STATUSES: readonly UssdReply['status'][] = [
  'done',
  'reply_needed',
  'terminated',
  'other_client',
  'not_supported',
  'timeout',
]

/** The fields of a `+CUSD` → what they say. Numbers that the standard does not have end the session. */
export function decodeUssd({ status, text, dcs }: UssdFields): UssdReply {
  return { status: STATUSES[status] ?? 'terminated', text: text === null ? null : decodeText(text, dcs), dcs }
}

/** One way to read a text, and how much speaks for it. */
interface Reading {
  readonly text: string
  readonly score: number
}

/** What the told coding is worth: firmwares tell 15 with UCS2 (K3570-Z), and 72 with whatever the network sent. */
const TOLD = 0.15

/**
 * Texts come as they are, as hex of UCS2, of packed septets or of octets, and the coding scheme beside them is often
 * wrong: every reading that is possible is tried, and the likeliest one counts.
 */
function decodeText(text: string, dcs: number | null): string {
  const coding = decodeCbsDataCoding(dcs ?? DEFAULT_DCS)
  if (!/^(?:[0-9A-F]{2})+$/i.test(text)) return decodePlain(text, coding.hasLanguagePrefix)
  const octets = parseHex(text)
  // Who tells UCS2 writes hex; only who tells the default alphabet may mean the digits themselves.
  const readings: Reading[] = [{ text, score: coding.alphabet === 'gsm7' ? plainHexScore(text) + TOLD : 0.3 }]
  const add = (read: string, isTold: boolean): void => {
    readings.push({ text: read, score: plausibility(read) + (isTold ? TOLD : 0) })
  }
  if (octets.length % 2 === 0) {
    const isTold = coding.alphabet === 'ucs2'
    const read = decodeUtf16(isTold && coding.hasLanguagePrefix ? octets.subarray(2) : octets)
    if (/^(?:00[2-7].){2,}$/.test(text)) return read
    add(read, isTold)
  }
  const isGsm7 = coding.alphabet === 'gsm7'
  add(withoutLanguage(decodePacked(octets), isGsm7 && coding.hasLanguagePrefix), isGsm7)
  // Octets as text are only to be expected where the coding says so.
  if (coding.alphabet === '8bit') add(decodeOctets(octets), true)
  return readings.reduce((best, each) => (each.score > best.score ? each : best)).text
}

/** How likely hex digits mean themselves: few digits are a number, anything else is hardly ever a text. */
function plainHexScore(text: string): number {
  if (!/^\d+$/.test(text)) return text.length < 4 ? 1 : 0.3
  return text.length < 10 ? 1.2 : text.length <= 16 ? 0.85 : 0.3
}

/** The spare septet of 8n octets' worth is filled with CR (TS 23.038 section 6.1.2.3.1), or with zeros, which read as `@`. */
function decodePacked(octets: Uint8Array): string {
  const septets = unpackSeptets(octets, Math.floor((octets.length * 8) / 7))
  const last = septets.at(-1)
  const isPadded = septets.length % 8 === 0 && (last === CR || last === 0)
  return decodeSeptets(isPadded ? septets.subarray(0, -1) : septets)
}

function decodePlain(text: string, hasLanguage: boolean): string {
  const octets = Uint8Array.from(text, (character) => character.charCodeAt(0))
  if (octets.some((octet) => octet > 0x7f)) return decodeOctets(octets)
  return withoutLanguage(isGsmAlphabet(text) ? decodeSeptets(octets) : text, hasLanguage)
}

/**
 * With `+CSCS="GSM"` the octets are code points of the default alphabet, where `~` is ü and 1E hex is ß; many firmwares
 * write ASCII all the same. Control characters leave no doubt, and neither does a brace, bar or tilde within a word.
 */
function isGsmAlphabet(text: string): boolean {
  return /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]/.test(text) || /(?<=[A-Za-z])[{|}~](?=[a-z])|(?<!\S)~(?=[a-z])/.test(text)
}

/** Two letters and CR in front of the text (TS 23.038 section 5, group 0001). */
function withoutLanguage(text: string, hasLanguage: boolean): string {
  return hasLanguage ? text.replace(/^[A-Za-z]{2}\r/, '') : text
}

/** Only what neither ends the quotes nor the line. */
function encodePlain(text: string): string | undefined {
  const septets = encodeSeptets(text)
  const isPlain = septets?.every((septet) => septet >= 0x20 && septet < 0x7f && septet !== QUOTE)
  return septets !== undefined && isPlain === true ? String.fromCharCode(...septets) : undefined
}

function encodePacked(text: string): string | undefined {
  const septets = encodeSeptets(text)
  if (septets === undefined) return undefined
  return formatHex(packSeptets(Uint8Array.from(septets.length % 8 === 7 ? [...septets, CR] : septets)))
}
