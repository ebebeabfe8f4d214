import { ModemError } from '../modem/errors.ts'
import type { Concatenation, RequestedEncoding } from '../modem/messages.ts'
import { septetsOf } from './gsm7.ts'
import { encodeUtf16 } from './octets.ts'
import { transliterate } from './transliterate.ts'
import type { SegmentPayload } from './user-data.ts'
import { concatenationElement } from './user-data-header.ts'

/** A concatenated message cannot have more (3GPP TS 23.040 section 9.2.3.24.1). */
const MAX_SEGMENTS = 255

/** Room in septets or UTF-16 units, of 140 octets: alone, and beside a concatenation element of 8 or 16 bits. */
const ROOM = {
  gsm7: { alone: 160, beside: { 8: 153, 16: 152 } },
  ucs2: { alone: 70, beside: { 8: 67, 16: 66 } },
} as const

type TextEncoding = keyof typeof ROOM

/** How a text will be sent. */
export interface SegmentCount {
  readonly encoding: TextEncoding
  /** 1 … 255 */
  readonly segments: number
}

interface Layout {
  readonly encoding: TextEncoding
  /** The characters of each segment. */
  readonly segments: readonly (readonly string[])[]
}

/**
 * Text → contents of its SMS-SUBMITs, never cutting a character in two. Empty text is one empty segment.
 * @param reference 0 … 65535, the same in all segments and cut to `referenceBits`
 * @throws ModemError `invalid_request` when more than 255 segments would be needed
 */
export function segmentText(
  text: string,
  encoding: RequestedEncoding,
  reference: number,
  referenceBits: Concatenation['referenceBits'] = 8,
): readonly SegmentPayload[] {
  const layout = layOut(text, encoding, referenceBits)
  const total = layout.segments.length
  return layout.segments.map((characters, index) => ({
    ...encodeCharacters(characters, layout.encoding),
    header: total === 1 ? [] : [concatenationElement({ reference, referenceBits, total, sequence: index + 1 })],
  }))
}

/** How `segmentText` would send this text. @throws ModemError `invalid_request` as there */
export function countSegments(
  text: string,
  encoding: RequestedEncoding,
  referenceBits: Concatenation['referenceBits'] = 8,
): SegmentCount {
  const layout = layOut(text, encoding, referenceBits)
  return { encoding: layout.encoding, segments: layout.segments.length }
}

function layOut(text: string, requested: RequestedEncoding, referenceBits: Concatenation['referenceBits']): Layout {
  const characters = [...(requested === 'gsm7' ? transliterate(text) : text.replace(/\p{Surrogate}/gu, '\ufffd'))]
  const fits = requested !== 'ucs2' && characters.every((character) => septetsOf(character) !== undefined)
  const encoding = fits ? 'gsm7' : 'ucs2'
  const room = ROOM[encoding]
  const alone = split(characters, encoding, room.alone)
  const segments = alone.length === 1 ? alone : split(characters, encoding, room.beside[referenceBits])
  if (segments.length > MAX_SEGMENTS) {
    throw new ModemError(
      'invalid_request',
      `The text is too long: it would need ${segments.length} SMS, and ${MAX_SEGMENTS} is the most one message can have.`,
    )
  }
  return { encoding, segments }
}

function split(characters: readonly string[], encoding: TextEncoding, room: number): readonly (readonly string[])[] {
  let segment: string[] = []
  let used = 0
  const segments = [segment]
  for (const character of characters) {
    const size = encoding === 'gsm7' ? (septetsOf(character)?.length ?? 1) : character.length
    if (used + size > room) {
      segment = []
      used = 0
      segments.push(segment)
    }
    segment.push(character)
    used += size
  }
  return segments
}

function encodeCharacters(characters: readonly string[], encoding: TextEncoding): Omit<SegmentPayload, 'header'> {
  return encoding === 'gsm7'
    ? { kind: 'septets', content: Uint8Array.from(characters.flatMap((character) => septetsOf(character) ?? [])) }
    : { kind: 'utf16', content: encodeUtf16(characters.join('')) }
}
