import { hiddenTexts, personalOptionOf, redacted } from '../config/redact.ts'
import type { Config } from '../config/schema.ts'

/** Hides in a text what could tell of a person. */
export type Mask = (text: string) => string

/** By-id links hold the serial number (`usb-ZTE_ZTE_WCDMA_Technologies_MSM_MF19001-if01-port0`), which on some sticks is the IMEI. */
const SERIAL_IN_LINK = /(by-id\/[^/\s"]*_)([^_/\s"*]+)(?=-if[\da-f]{2})/gi
const CREDENTIALS_IN_URL = /(?<=:\/\/)[^/\s@"]+(?=@)/g
const PLUS_NUMBER = /\+\d(?:[ ()/-]{0,2}\d){5,}/g
/** What travels in hexadecimal: PDUs, UCS2, identities. */
const LONG_HEX = /(?<![\da-z])(?=[a-f]*\d)[\da-f]{7,}(?![\da-z])/gi
const LONG_NUMBER = /\d(?: ?\d){6,}/g

/** `*135*1234567#` (3GPP TS 22.090) */
const CARRIED_BY_CODE = /(?<=^\*[\d*]*\*)\d{4,}(?=[\d*]*#$)/g
/** One or two characters are no secret, and stand in every sentence. */
const SHORTEST_SECRET = 3

/** Masks numbers of seven digits and more, and serial numbers and credentials where they usually stand. */
export const maskNumbers: Mask = (text) =>
  text
    .replace(SERIAL_IN_LINK, (_, before: string, serial: string) => `${before}${masked(serial)}`)
    .replace(CREDENTIALS_IN_URL, masked)
    .replace(PLUS_NUMBER, masked)
    .replace(LONG_HEX, masked)
    .replace(LONG_NUMBER, masked)

/** Masks, beside numbers, each secret and name of this configuration where it stands as a word of its own. */
export function createMask(config: Config): Mask {
  const known = hiddenTexts(config).filter(({ length }) => length >= SHORTEST_SECRET)
  if (known.length === 0) return maskNumbers
  const anyOfThem = known
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('|')
  // What is equal to a part of a date (a PIN like 2026) would be told by being hidden.
  const words = new RegExp(`(?<![\\p{L}\\p{N}])(?:${anyOfThem})(?![\\p{L}\\p{N}]|-\\d\\d)`, 'gu')
  return (text) => maskNumbers(text.replace(words, '***'))
}

/** One fault of a configuration that cannot be used: its values are not told, nor who is in the address book. */
export function maskFault(fault: string): string {
  const [path = ''] = fault.split(': ', 1)
  const option = personalOptionOf(path)
  if (option !== undefined) return `${option}: ***`
  return maskNumbers(fault.replace(/"(?:[^"\\]|\\.)*"/g, '"***"').replace(/\bfound \d+/g, 'found ***'))
}

/** As `redacted`, and of the address book and who can be notified the size alone; what a USSD code carries (a voucher, a PIN) is masked as well. */
export function maskConfig(config: Config): unknown {
  return {
    ...maskStrings(redacted(config)),
    contacts: Object.keys(config.contacts).length,
    notify: config.notify.length,
  }
}

function maskStrings<Value>(value: Value): Value {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? maskNumbers(inner.replace(CARRIED_BY_CODE, masked)) : inner,
  )
  return JSON.parse(text) as Value
}

function masked(text: string): string {
  return `<${text.length}>`
}
