/**
 * The network's own reading of 3GPP TS 23.038: written apart from the product's codec, so that a mistake on one side
 * shows up on the other. Only the tables of code points are shared.
 */
import { LOCKING_SHIFT_TABLES, SINGLE_SHIFT_TABLES } from '../sms/gsm7-tables.ts'

const ESC = 0x1b

/** National language tables of one message part; 0 is the default alphabet (TS 23.038 section 6.2.1.2.4). */
export interface LanguageShifts {
  readonly locking: number
  readonly single: number
}

const DEFAULT_ALPHABET: LanguageShifts = { locking: 0, single: 0 }

/** Septets of one character, or `null` when the tables lack it. */
function septetsOfCharacter(character: string, shifts: LanguageShifts): readonly number[] | null {
  const table = LOCKING_SHIFT_TABLES.get(shifts.locking) ?? LOCKING_SHIFT_TABLES.get(0) ?? []
  const septet = table.indexOf(character)
  if (septet >= 0) return [septet]
  for (const [code, shifted] of SINGLE_SHIFT_TABLES.get(shifts.single) ?? []) {
    if (shifted === character) return [ESC, code]
  }
  return null
}

/** The text as groups of septets, one group (1 or 2 septets) a character; `null` when a character has no septet. */
export function gsm7Groups(text: string, shifts = DEFAULT_ALPHABET): readonly (readonly number[])[] | null {
  const groups: (readonly number[])[] = []
  for (const character of text) {
    const septets = septetsOfCharacter(character, shifts)
    if (septets === null) return null
    groups.push(septets)
  }
  return groups
}

/** Septets → text. What no table knows is shown as TS 23.038 section 6.2.1.1 wants it: the main table's character, or a space. */
export function gsm7Text(septets: readonly number[], shifts = DEFAULT_ALPHABET): string {
  const main = LOCKING_SHIFT_TABLES.get(shifts.locking) ?? LOCKING_SHIFT_TABLES.get(0) ?? []
  const shifted = SINGLE_SHIFT_TABLES.get(shifts.single) ?? SINGLE_SHIFT_TABLES.get(0)
  let text = ''
  for (let at = 0; at < septets.length; at++) {
    const septet = septets[at] ?? 0
    if (septet !== ESC) {
      text += main[septet] ?? ' '
      continue
    }
    at++
    const code = septets[at]
    if (code !== undefined) text += shifted?.get(code) ?? main[code] ?? ' '
  }
  return text
}

/** Packs septets, least significant bit first, behind `fillBits` zero bits (TS 23.038 section 6.1.2.1). */
export function packSeptets(septets: readonly number[], fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((fillBits + septets.length * 7) / 8))
  septets.forEach((septet, position) => {
    const bit = fillBits + position * 7
    const octet = bit >> 3
    octets[octet] = (octets[octet] ?? 0) | ((septet << (bit & 7)) & 0xff)
    if ((bit & 7) > 1) octets[octet + 1] = septet >> (8 - (bit & 7))
  })
  return octets
}

/** The inverse of `packSeptets`; octets that are missing read as zero. */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): number[] {
  return Array.from({ length: count }, (_, position) => {
    const bit = fillBits + position * 7
    const pair = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8)
    return (pair >> (bit & 7)) & 0x7f
  })
}

/** UTF-16BE, which is what UCS2 messages carry in practice. */
export function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** UTF-16BE → text; half a unit at the end is dropped. */
export function textOfUtf16be(octets: Uint8Array): string {
  const even = Buffer.from(octets.subarray(0, octets.length & ~1))
  return even.swap16().toString('utf16le')
}

/** Octets as upper-case hex. */
export function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex').toUpperCase()
}

/** Hex → octets, `null` when it is not made of pairs of hex digits. */
export function octetsOfHex(text: string): Uint8Array | null {
  return /^(?:[0-9A-F]{2})*$/i.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : null
}
