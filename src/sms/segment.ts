import { ModemError } from '../modem/errors.ts'
import type { Concatenation, RequestedEncoding } from '../modem/messages.ts'
import { ESC, encodeSeptets } from './gsm7.ts'
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

/** A text as it will be sent, cut into what one segment can hold. */
interface Layout {
  readonly encoding: TextEncoding
  readonly contents: readonly Uint8Array[]
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
  const total = layout.contents.length
  return layout.contents.map((content, index) => ({
    kind: layout.encoding === 'gsm7' ? 'septets' : 'utf16',
    header: total === 1 ? [] : [concatenationElement({ reference, referenceBits, total, sequence: index + 1 })],
    content,
  }))
}

/** How `segmentText` would send this text. @throws ModemError `invalid_request` as there */
export function countSegments(
  text: string,
  encoding: RequestedEncoding,
  referenceBits: Concatenation['referenceBits'] = 8,
): SegmentCount {
  const layout = layOut(text, encoding, referenceBits)
  return { encoding: layout.encoding, segments: layout.contents.length }
}

function layOut(text: string, requested: RequestedEncoding, referenceBits: Concatenation['referenceBits']): Layout {
  const wanted = requested === 'gsm7' ? transliterate(text) : text
  const septets = requested === 'ucs2' ? undefined : encodeSeptets(wanted)
  const contents =
    septets === undefined
      ? cut(encodeUtf16(wanted), 2, ROOM.ucs2, referenceBits, isInsidePair)
      : cut(septets, 1, ROOM.gsm7, referenceBits, isBehindEscape)
  if (contents.length > MAX_SEGMENTS) {
    throw new ModemError(
      'invalid_request',
      `The text is too long: it would need ${contents.length} SMS, and ${MAX_SEGMENTS} is the most one message can have.`,
    )
  }
  return { encoding: septets === undefined ? 'ucs2' : 'gsm7', contents }
}

/** @param size octets of a unit @param isInside whether a cut there would go through a character */
function cut(
  content: Uint8Array,
  size: 1 | 2,
  room: (typeof ROOM)[TextEncoding],
  referenceBits: Concatenation['referenceBits'],
  isInside: (content: Uint8Array, at: number) => boolean,
): readonly Uint8Array[] {
  if (content.length <= room.alone * size) return [content]
  const pieces: Uint8Array[] = []
  for (let from = 0; from < content.length; ) {
    let to = Math.min(from + room.beside[referenceBits] * size, content.length)
    if (to < content.length && isInside(content, to)) to -= size
    pieces.push(content.subarray(from, to))
    from = to
  }
  return pieces
}

function isBehindEscape(septets: Uint8Array, at: number): boolean {
  return septets[at - 1] === ESC
}

/** Before a low surrogate. */
function isInsidePair(octets: Uint8Array, at: number): boolean {
  return ((octets[at] ?? 0) & 0xfc) === 0xdc
}
