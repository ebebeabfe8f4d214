import type { Concatenation, MessageBody } from '../modem/messages.ts'
import type { NationalLanguage } from './gsm7.ts'
import { concatOctets, OctetReader } from './octets.ts'

/** One information element of a TP-User-Data-Header (3GPP TS 23.040 section 9.2.3.24). */
export interface InformationElement {
  /** IEI, 0 … 255 */
  readonly identifier: number
  readonly data: Uint8Array
}

const CONCATENATED_8_BIT = 0x00
const PORTS_8_BIT = 0x04
const PORTS_16_BIT = 0x05
const CONCATENATED_16_BIT = 0x08
const SINGLE_SHIFT = 0x24
const LOCKING_SHIFT = 0x25

/** Header octets behind UDHL → its elements, unknown ones too. @throws ModemError `protocol` when one is cut short */
export function decodeHeader(octets: Uint8Array): readonly InformationElement[] {
  const reader = new OctetReader(octets)
  const elements: InformationElement[] = []
  while (reader.remaining > 0) {
    const identifier = reader.octet('the user data header')
    const length = reader.octet('an element of the user data header')
    elements.push({ identifier, data: reader.take(length, 'an element of the user data header') })
  }
  return elements
}

/** Elements → header with its UDHL octet; empty when there are none. */
export function encodeHeader(elements: readonly InformationElement[]): Uint8Array {
  if (elements.length === 0) return new Uint8Array(0)
  const body = concatOctets(
    ...elements.map(({ identifier, data }) => concatOctets(Uint8Array.of(identifier, data.length), data)),
  )
  return concatOctets(Uint8Array.of(body.length), body)
}

/** Place in a concatenated message; an element with an impossible place is ignored, as the standard asks. */
export function readConcatenation(header: readonly InformationElement[]): Concatenation | null {
  const element = lastOf(header, CONCATENATED_8_BIT, 3, CONCATENATED_16_BIT, 4)
  if (element === undefined) return null
  const referenceBits = element.identifier === CONCATENATED_8_BIT ? 8 : 16
  const [reference = 0, total = 0, sequence = 0] = referenceBits === 8 ? element.data : wide(element.data)
  if (total === 0 || sequence === 0 || sequence > total) return null
  return { reference, referenceBits, total, sequence }
}

/** Place in a concatenated message → its element; the reference is cut to its bits. */
export function concatenationElement({ reference, referenceBits, total, sequence }: Concatenation): InformationElement {
  const low = reference & 0xff
  return referenceBits === 8
    ? { identifier: CONCATENATED_8_BIT, data: Uint8Array.of(low, total, sequence) }
    : { identifier: CONCATENATED_16_BIT, data: Uint8Array.of((reference >> 8) & 0xff, low, total, sequence) }
}

/** Application ports (3GPP TS 23.040 section 9.2.3.24.3 and .4). */
export function readPorts(header: readonly InformationElement[]): MessageBody['ports'] {
  const element = lastOf(header, PORTS_8_BIT, 2, PORTS_16_BIT, 4)
  if (element === undefined) return null
  const [a = 0, b = 0, c = 0, d = 0] = element.data
  return element.identifier === PORTS_8_BIT
    ? { destination: a, source: b }
    : { destination: (a << 8) | b, source: (c << 8) | d }
}

/** Shift tables for this segment alone (3GPP TS 23.040 section 9.2.3.24.15 and .16); an identifier may be unknown to us. */
export function readLanguage(header: readonly InformationElement[]): NationalLanguage {
  const [single = 0] = lastOf(header, SINGLE_SHIFT, 1)?.data ?? []
  const [locking = 0] = lastOf(header, LOCKING_SHIFT, 1)?.data ?? []
  return { single, locking }
}

/** Of repeated or contradicting elements the last one counts (section 9.2.3.24); one of the wrong length counts for nothing. */
function lastOf(
  header: readonly InformationElement[],
  identifier: number,
  length: number,
  otherIdentifier?: number,
  otherLength?: number,
): InformationElement | undefined {
  return header.findLast(
    (element) =>
      (element.identifier === identifier && element.data.length === length) ||
      (element.identifier === otherIdentifier && element.data.length === otherLength),
  )
}

function wide(data: Uint8Array): readonly number[] {
  const [high = 0, low = 0, ...rest] = data
  return [(high << 8) | low, ...rest]
}
