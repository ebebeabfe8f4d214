import type { LanguageShifts } from './network-side-text.ts'
import {
  gsm7Groups,
  gsm7Text,
  hex,
  octetsOfHex,
  packSeptets,
  textOfUtf16be,
  unpackSeptets,
  utf16be,
} from './network-side-text.ts'

/** One information element of a user data header (3GPP TS 23.040 section 9.2.3.24). */
export interface InformationElement {
  readonly identifier: number
  readonly data: readonly number[]
}

/** TP-UD as it travels: a network passes it on without looking inside. */
export interface UserData {
  /** TP-UDHI: the octets begin with a header. */
  readonly hasHeader: boolean
  /** TP-UDL: septets for GSM 7 bit, else octets; the header counts. */
  readonly length: number
  readonly octets: Uint8Array
}

/** Alphabet of a TP-DCS (3GPP TS 23.038 section 4); reserved groups read as GSM 7 bit. */
export type Alphabet = 'gsm7' | '8bit' | 'ucs2'

export function alphabetOf(dcs: number): Alphabet {
  const group = dcs >> 4
  if (group < 8) return (['gsm7', '8bit', 'ucs2', 'gsm7'] as const)[(dcs >> 2) & 3] ?? 'gsm7'
  if (group === 14) return 'ucs2'
  return group === 15 && dcs & 4 ? '8bit' : 'gsm7'
}

/** Message class of a TP-DCS, `null` when it has none. */
export function messageClassOf(dcs: number): 0 | 1 | 2 | 3 | null {
  const hasClass = dcs >> 4 === 15 || (dcs >> 4 < 8 && (dcs & 0x10) !== 0)
  return hasClass ? (([0, 1, 2, 3] as const)[dcs & 3] ?? null) : null
}

function headerOctets(elements: readonly InformationElement[]): number[] {
  const body = elements.flatMap(({ identifier, data }) => [identifier, data.length, ...data])
  return body.length === 0 ? [] : [body.length, ...body]
}

/** User data of septets; fill bits bring them to a septet boundary behind the header. */
export function septetData(septets: readonly number[], elements: readonly InformationElement[] = []): UserData {
  const header = headerOctets(elements)
  const headerSeptets = Math.ceil((header.length * 8) / 7)
  const packed = packSeptets(septets, headerSeptets * 7 - header.length * 8)
  return {
    hasHeader: header.length > 0,
    length: headerSeptets + septets.length,
    octets: Uint8Array.from([...header, ...packed]),
  }
}

/** User data of octets: UCS2 or 8-bit. */
export function octetData(body: Uint8Array, elements: readonly InformationElement[] = []): UserData {
  const octets = Uint8Array.from([...headerOctets(elements), ...body])
  return { hasHeader: elements.length > 0, length: octets.length, octets }
}

/** Decoded user data. `text` is `null` for 8-bit data, `dataHex` for text. */
export interface Content {
  readonly elements: readonly InformationElement[]
  readonly text: string | null
  readonly dataHex: string | null
}

/** Reads user data by its alphabet; `null` when the header does not fit. */
export function decodeUserData(userData: UserData, dcs: number): Content | null {
  const { octets } = userData
  const headerLength = userData.hasHeader ? (octets[0] ?? 0) + 1 : 0
  if (headerLength > octets.length) return null
  const elements = elementsOf(octets.subarray(1, headerLength))
  if (alphabetOf(dcs) !== 'gsm7') {
    const body = octets.subarray(headerLength)
    const isText = alphabetOf(dcs) === 'ucs2'
    return { elements, text: isText ? textOfUtf16be(body) : null, dataHex: isText ? null : hex(body) }
  }
  const headerSeptets = Math.ceil((headerLength * 8) / 7)
  const fillBits = headerSeptets * 7 - headerLength * 8
  const septets = unpackSeptets(octets.subarray(headerLength), Math.max(0, userData.length - headerSeptets), fillBits)
  return { elements, text: gsm7Text(septets, shiftsOf(elements)), dataHex: null }
}

function elementsOf(header: Uint8Array): InformationElement[] {
  const elements: InformationElement[] = []
  for (let at = 0; at + 1 < header.length; at += 2 + (header[at + 1] ?? 0)) {
    const data = Array.from(header.subarray(at + 2, at + 2 + (header[at + 1] ?? 0)))
    elements.push({ identifier: header[at] ?? 0, data })
  }
  return elements
}

function shiftsOf(elements: readonly InformationElement[]): LanguageShifts {
  const language = (identifier: number): number => elements.find((e) => e.identifier === identifier)?.data[0] ?? 0
  return { single: language(0x24), locking: language(0x25) }
}

/** How a text or a block of data is to be sent. */
export interface Composition {
  readonly text?: string
  /** 8-bit data as hex, instead of a text. */
  readonly dataHex?: string
  /** `auto`: GSM 7 bit when every character fits, else UCS2. */
  readonly encoding?: 'auto' | 'gsm7' | 'ucs2'
  readonly messageClass?: 0 | 1 | 2 | 3
  /** National language tables (TS 23.038 annex A), 1 … 13. */
  readonly shifts?: Partial<LanguageShifts>
  readonly ports?: { readonly destination: number; readonly source: number }
  /** Ties the parts of a long message together: 0 … 255 or 0 … 65535, by its width. */
  readonly reference?: number
  readonly referenceBits?: 8 | 16
}

/** Parts of one message with the TP-DCS they share. */
export interface ComposedParts {
  readonly dcs: number
  readonly parts: readonly UserData[]
}

const USER_DATA_OCTETS = 140

/** Splits as TS 23.040 section 9.2.3.24.1 allows, never cutting a character. @throws RangeError when a character has no septet */
export function compose(composition: Composition): ComposedParts {
  const { units, alphabet } = unitsOf(composition)
  const classBits = composition.messageClass === undefined ? 0 : 0x10 | composition.messageClass
  const dcs = classBits | { gsm7: 0, '8bit': 4, ucs2: 8 }[alphabet]
  const make = (group: readonly (readonly number[])[], elements: readonly InformationElement[]): UserData =>
    alphabet === 'gsm7' ? septetData(group.flat(), elements) : octetData(Uint8Array.from(group.flat()), elements)

  const common = commonElements(composition)
  const whole = make(units, common)
  if (whole.octets.length <= USER_DATA_OCTETS) return { dcs, parts: [whole] }

  const groups = divide(units, roomFor(alphabet, [concatenation(composition, 1, 1), ...common]))
  const parts = groups.map((group, i) => make(group, [concatenation(composition, groups.length, i + 1), ...common]))
  return { dcs, parts }
}

/** The smallest pieces that must stay together: septets of a character, octets of a code point, single octets of data. */
function unitsOf({ text = '', dataHex, encoding = 'auto', shifts }: Composition): {
  units: readonly (readonly number[])[]
  alphabet: Alphabet
} {
  if (dataHex !== undefined) return { units: octetUnits(dataHex), alphabet: '8bit' }
  const groups = encoding === 'ucs2' ? null : gsm7Groups(text, { locking: 0, single: 0, ...shifts })
  if (groups !== null) return { units: groups, alphabet: 'gsm7' }
  if (encoding === 'gsm7') throw new RangeError('The text has a character that the chosen GSM 7 bit tables lack')
  return { units: Array.from(text, (character) => [...utf16be(character)]), alphabet: 'ucs2' }
}

function octetUnits(dataHex: string): (readonly number[])[] {
  const octets = octetsOfHex(dataHex)
  if (octets === null) throw new RangeError('The data is not made of pairs of hex digits')
  return Array.from(octets, (octet) => [octet])
}

function commonElements({ ports, shifts }: Composition): InformationElement[] {
  const elements: InformationElement[] = []
  if (ports) elements.push({ identifier: 0x05, data: [...word(ports.destination), ...word(ports.source)] })
  if (shifts?.single) elements.push({ identifier: 0x24, data: [shifts.single] })
  if (shifts?.locking) elements.push({ identifier: 0x25, data: [shifts.locking] })
  return elements
}

function concatenation(composition: Composition, total: number, sequence: number): InformationElement {
  const { reference = 1, referenceBits = 8 } = composition
  return referenceBits === 16
    ? { identifier: 0x08, data: [...word(reference), total, sequence] }
    : { identifier: 0x00, data: [reference & 0xff, total, sequence] }
}

const word = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff]

function roomFor(alphabet: Alphabet, elements: readonly InformationElement[]): number {
  const octets = USER_DATA_OCTETS - headerOctets(elements).length
  return alphabet === 'gsm7' ? Math.floor((octets * 8) / 7) : octets
}

function divide(units: readonly (readonly number[])[], room: number): (readonly number[])[][] {
  const groups: (readonly number[])[][] = [[]]
  let used = 0
  for (const unit of units) {
    if (used + unit.length > room) {
      groups.push([])
      used = 0
    }
    groups.at(-1)?.push(unit)
    used += unit.length
  }
  return groups
}
