import { LOCKING_SHIFT_TABLES, SINGLE_SHIFT_TABLES } from './gsm7-tables.ts'

/** Before a character of the extension table (3GPP TS 23.038 section 6.2.1.1). */
export const ESC = 0x1b

/** The shift tables in force, as national language identifiers (3GPP TS 23.038 section 6.2.1.2.4); 0 = default. */
export interface NationalLanguage {
  readonly locking: number
  readonly single: number
}

/** Septets of one segment with the tables that its header asks for. */
export interface SeptetRun {
  readonly septets: Uint8Array
  readonly language: NationalLanguage
}

const DEFAULT_LANGUAGE: NationalLanguage = { locking: 0, single: 0 }
const SPACE = 0x20
const NOTHING = 0

/** Characters of a table by septet, as UTF-16 units; 0 where it has none. All that there are have one unit. */
type Units = Uint16Array

const LOCKING: ReadonlyMap<number, Units> = new Map(
  [...LOCKING_SHIFT_TABLES].map(([id, table]) => [id, Uint16Array.from(table, (it) => it?.charCodeAt(0) ?? NOTHING)]),
)
const SINGLE: ReadonlyMap<number, Units> = new Map(
  [...SINGLE_SHIFT_TABLES].map(([id, table]) => {
    const units = new Uint16Array(128)
    for (const [septet, character] of table) units[septet] = character.charCodeAt(0)
    return [id, units]
  }),
)
const DEFAULT_ALPHABET = LOCKING.get(0) ?? new Uint16Array(128)
const DEFAULT_EXTENSION = SINGLE.get(0) ?? new Uint16Array(128)

/**
 * Packed octets → septets, one per element (3GPP TS 23.038 section 6.1.2.1).
 * @param count how many septets there are; the octets cannot tell 7 from 8 at their end
 * @param fillBits bits to skip at the start, 0 … 6 (3GPP TS 23.040 section 9.2.3.24)
 */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): Uint8Array {
  const septets = new Uint8Array(count)
  for (let index = 0; index < count; index++) {
    const bit = fillBits + index * 7
    const low = octets[bit >> 3] ?? 0
    const high = octets[(bit >> 3) + 1] ?? 0
    septets[index] = ((low | (high << 8)) >> (bit & 7)) & 0x7f
  }
  return septets
}

/** Septets → packed octets, after `fillBits` zero bits; unused bits at the end are zero. */
export function packSeptets(septets: Uint8Array, fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((fillBits + septets.length * 7) / 8))
  let bits = 0
  let held = fillBits
  let at = 0
  for (const septet of septets) {
    bits |= septet << held
    held += 7
    if (held < 8) continue
    octets[at++] = bits & 0xff
    bits >>= 8
    held -= 8
  }
  if (held > 0 && at < octets.length) octets[at] = bits
  return octets
}

/** Septets → text. */
export function decodeSeptets(septets: Uint8Array, language = DEFAULT_LANGUAGE): string {
  return decodeSeptetRuns([{ septets, language }])
}

/**
 * Septets of consecutive segments → text. An ESC at the end of one segment shifts the first septet of the next: some
 * senders cut there. An ESC with nothing behind it is dropped.
 */
export function decodeSeptetRuns(runs: readonly SeptetRun[]): string {
  let count = 0
  for (const { septets } of runs) count += septets.length
  const units = new Uint16Array(count)
  let at = 0
  let isShifted = false
  for (const { septets, language } of runs) {
    const locking = LOCKING.get(language.locking) ?? DEFAULT_ALPHABET
    const single = SINGLE.get(language.single) ?? DEFAULT_EXTENSION
    for (const septet of septets) {
      if (septet === ESC && !isShifted) {
        isShifted = true
        continue
      }
      const shifted = isShifted ? single[septet] : NOTHING
      // An undefined position shows the main table's character, ESC ESC and holes in that table a space: annex A, notes.
      units[at++] = shifted || locking[septet] || SPACE
      isShifted = false
    }
  }
  return Buffer.from(units.buffer, 0, at * 2).toString('utf16le')
}

/** By UTF-16 unit: the septet, with the upper bit set where ESC stands before it; `ABSENT` where there is none. */
const SEPTET_OF_UNIT = new Uint8Array(0x10000)
const ABSENT = 0xff
const EXTENDED = 0x80
SEPTET_OF_UNIT.fill(ABSENT)
for (const [septet, unit] of DEFAULT_EXTENSION.entries()) if (unit !== NOTHING) SEPTET_OF_UNIT[unit] = septet | EXTENDED
for (const [septet, unit] of DEFAULT_ALPHABET.entries()) if (unit !== NOTHING) SEPTET_OF_UNIT[unit] = septet

/** Text → septets of the default alphabet; `undefined` when it has a character that is not there. */
export function encodeSeptets(text: string): Uint8Array | undefined {
  const septets = new Uint8Array(text.length * 2)
  let at = 0
  for (let index = 0; index < text.length; index++) {
    const septet = SEPTET_OF_UNIT[text.charCodeAt(index)] ?? ABSENT
    if (septet === ABSENT) return undefined
    if (septet >= EXTENDED) septets[at++] = ESC
    septets[at++] = septet & 0x7f
  }
  return septets.subarray(0, at)
}
