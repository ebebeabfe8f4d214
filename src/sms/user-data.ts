import type { DataCoding } from './data-coding.ts'
import { packSeptets, unpackSeptets } from './gsm7.ts'
import type { OctetReader } from './octets.ts'
import { concatOctets } from './octets.ts'
import type { InformationElement } from './user-data-header.ts'
import { decodeHeader, encodeHeader } from './user-data-header.ts'

/** TP-UD apart from its coding octet (3GPP TS 23.040 section 9.2.3.24). */
export interface SegmentPayload {
  /** What an element of `content` is: a septet, or an octet of UTF-16BE, or an octet of data (8 bit, or compressed). */
  readonly kind: 'septets' | 'utf16' | 'data'
  readonly header: readonly InformationElement[]
  /** Without header and fill bits; not decoded, because characters may be cut between segments. */
  readonly content: Uint8Array
}

/** TP-DCS and TP-UD together. */
export interface UserData extends SegmentPayload {
  readonly dataCoding: DataCoding
}

/** TP-UDL and TP-UD. @throws ModemError `protocol` when it is shorter than it says, or its header is broken */
export function decodeUserData(reader: OctetReader, dataCoding: DataCoding, hasHeader: boolean): UserData {
  const length = reader.octet('TP-UDL')
  const isSeptets = dataCoding.alphabet === 'gsm7' && !dataCoding.isCompressed
  const octets = reader.take(isSeptets ? Math.ceil((length * 7) / 8) : length, 'TP-UD')
  const headerOctets = hasHeader ? headerLength(reader, octets) : 0
  const header = decodeHeader(octets.subarray(1, headerOctets))
  const body = octets.subarray(headerOctets)
  if (!isSeptets) return { kind: dataKind(dataCoding), header, content: body, dataCoding }
  const fillBits = fillBitsAfter(headerOctets)
  const septets = length - (headerOctets * 8 + fillBits) / 7
  if (septets < 0) throw reader.unreadable('the user data header is longer than TP-UD')
  return { kind: 'septets', header, content: unpackSeptets(body, septets, fillBits), dataCoding }
}

/** → TP-UDL, 0 … 255, and TP-UD. */
export function encodeUserData(segment: SegmentPayload): { readonly tpUdl: number; readonly octets: Uint8Array } {
  const header = encodeHeader(segment.header)
  if (segment.kind !== 'septets') {
    const octets = concatOctets(header, segment.content)
    return { tpUdl: octets.length, octets }
  }
  const fillBits = fillBitsAfter(header.length)
  return {
    tpUdl: (header.length * 8 + fillBits) / 7 + segment.content.length,
    octets: concatOctets(header, packSeptets(segment.content, fillBits)),
  }
}

/** UDHL and what it counts. */
function headerLength(reader: OctetReader, octets: Uint8Array): number {
  const length = (octets[0] ?? 0) + 1
  if (length > octets.length) throw reader.unreadable('the user data header is longer than TP-UD')
  return length
}

function fillBitsAfter(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7
}

function dataKind({ alphabet, isCompressed }: DataCoding): 'utf16' | 'data' {
  return alphabet === 'ucs2' && !isCompressed ? 'utf16' : 'data'
}
