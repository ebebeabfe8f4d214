import { ModemError } from '../modem/errors.ts'

/**
 * The error for a message that is not what 3GPP TS 23.040 says it should be.
 * @param reason completes the sentence "The SMS cannot be read: …" and names the field
 * @param octets what could not be read, for the log
 */
export function unreadable(reason: string, octets: Uint8Array): ModemError {
  return new ModemError('protocol', `The SMS cannot be read: ${reason}.`, { detail: formatHex(octets) })
}

/** Hex digits in either case → octets. @throws ModemError `protocol` when it is empty, odd or not hex. */
export function parseHex(hex: string): Uint8Array {
  if (hex === '' || hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) {
    const reason = hex === '' ? 'the PDU is empty' : 'the PDU is not a whole number of hex octets'
    throw new ModemError('protocol', `The SMS cannot be read: ${reason}.`, { detail: hex })
  }
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16))
}

/** Octets → upper-case hex. */
export function formatHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).toUpperCase().padStart(2, '0')).join('')
}

/** Octets one behind the other. */
export function concatOctets(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]))
}

/** Octets → semi-octets 0 … 15, the low half first (3GPP TS 23.040 section 9.1.2.3). */
export function toSemiOctets(octets: Uint8Array): readonly number[] {
  return [...octets].flatMap((octet) => [octet & 0x0f, octet >> 4])
}

/** Semi-octets → octets; an odd number of them is filled up with F. */
export function fromSemiOctets(semiOctets: readonly number[]): Uint8Array {
  const octets = new Uint8Array(Math.ceil(semiOctets.length / 2)).fill(0xff)
  for (const [index, value] of semiOctets.entries()) {
    const at = index >> 1
    const octet = octets[at] ?? 0xff
    octets[at] = index % 2 === 0 ? (octet & 0xf0) | value : (octet & 0x0f) | (value << 4)
  }
  return octets
}

const UTF16 = new TextDecoder('utf-16be')

/**
 * UTF-16BE, which is what phones send as UCS2 → text. Lone surrogates become U+FFFD, half a unit at the end and a byte
 * order mark at the beginning are dropped.
 */
export function decodeUtf16(octets: Uint8Array): string {
  return UTF16.decode(octets.subarray(0, octets.length & ~1))
}

/** Text → UTF-16BE, unit by unit. */
export function encodeUtf16(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2)
  const view = new DataView(octets.buffer)
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index))
  return octets
}

/** A cursor over a TPDU that names the field when the octets run out. */
export class OctetReader {
  readonly #octets: Uint8Array
  #position = 0

  constructor(octets: Uint8Array) {
    this.#octets = octets
  }

  get remaining(): number {
    return this.#octets.length - this.#position
  }

  /** The next octet. @throws ModemError `protocol` */
  octet(field: string): number {
    const [octet = 0] = this.take(1, field)
    return octet
  }

  /** The next `count` octets. @throws ModemError `protocol` when fewer are left */
  take(count: number, field: string): Uint8Array {
    if (count > this.remaining) throw this.unreadable(`it ends inside ${field}`)
    this.#position += count
    return this.#octets.subarray(this.#position - count, this.#position)
  }

  /** An error about what is being read here. */
  unreadable(reason: string): ModemError {
    return unreadable(reason, this.#octets)
  }
}

/** Text of 8-bit data whose coding nobody tells: UTF-8, or Latin-1 where it is none. */
export function decodeOctets(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    return String.fromCharCode(...octets)
  }
}
