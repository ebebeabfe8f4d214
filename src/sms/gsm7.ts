import { LOCKING_SHIFT_TABLES, SINGLE_SHIFT_TABLES } from './gsm7-tables.ts'

const ESC = 0x1b

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
const DEFAULT_ALPHABET = LOCKING_SHIFT_TABLES.get(0) ?? []
const DEFAULT_EXTENSION: ReadonlyMap<number, string> = SINGLE_SHIFT_TABLES.get(0) ?? new Map()

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
  for (const [index, septet] of septets.entries()) {
    const bit = fillBits + index * 7
    const shifted = septet << (bit & 7)
    const at = bit >> 3
    octets[at] = (octets[at] ?? 0) | (shifted & 0xff)
    if (shifted > 0xff) octets[at + 1] = shifted >> 8
  }
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
  let text = ''
  let isShifted = false
  for (const { septets, language } of runs) {
    const locking = LOCKING_SHIFT_TABLES.get(language.locking) ?? DEFAULT_ALPHABET
    const single = SINGLE_SHIFT_TABLES.get(language.single) ?? DEFAULT_EXTENSION
    for (const septet of septets) {
      if (septet === ESC && !isShifted) {
        isShifted = true
        continue
      }
      // An undefined position shows the main table's character, ESC ESC and holes in that table a space: annex A, notes.
      text += (isShifted ? single.get(septet) : undefined) ?? locking[septet] ?? ' '
      isShifted = false
    }
  }
  return text
}

const SEPTETS: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...[...DEFAULT_EXTENSION].map(([septet, character]) => [character, [ESC, septet]] as const),
  ...DEFAULT_ALPHABET.flatMap((character, septet) => (character === null ? [] : [[character, [septet]] as const])),
])

/** One character → its one or two septets in the default alphabet; `undefined` when it has none. */
export function septetsOf(character: string): readonly number[] | undefined {
  return SEPTETS.get(character)
}
