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
  // It ends at the first pair that is no octet.
  const octets = Buffer.from(hex, 'hex')
  if (hex === '' || octets.length * 2 !== hex.length) {
    const reason = hex === '' ? 'the PDU is empty' : 'the PDU is not a whole number of hex octets'
    throw new ModemError('protocol', `The SMS cannot be read: ${reason}.`, { detail: hex })
  }
  return plain(octets)
}

/** Octets → upper-case hex. */
export function formatHex(octets: Uint8Array): string {
  return bufferOf(octets).toString('hex').toUpperCase()
}

/** Octets one behind the other. */
export function concatOctets(...pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const piece of pieces) length += piece.length
  const octets = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    octets.set(piece, at)
    at += piece.length
  }
  return octets
}

/** Semi-octets → octets; an odd number of them is filled up with F. */
export function fromSemiOctets(semiOctets: readonly number[]): Uint8Array {
  const octets = new Uint8Array((semiOctets.length + 1) >> 1)
  for (let at = 0; at < octets.length; at++) {
    octets[at] = (semiOctets[at * 2] ?? 0xf) | ((semiOctets[at * 2 + 1] ?? 0xf) << 4)
  }
  return octets
}

const BYTE_ORDER_MARK = '\ufeff'
const LONE_SURROGATE = /\p{Surrogate}/gu

/**
 * UTF-16BE, which is what phones send as UCS2 → text. Lone surrogates become U+FFFD, half a unit at the end and a byte
 * order mark at the beginning are dropped.
 */
export function decodeUtf16(octets: Uint8Array): string {
  const text = Buffer.from(octets.subarray(0, octets.length & ~1))
    .swap16()
    .toString('utf16le')
  return (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).replace(LONE_SURROGATE, '\ufffd')
}

/** Text → UTF-16BE, unit by unit; lone surrogates become U+FFFD. */
export function encodeUtf16(text: string): Uint8Array {
  return plain(Buffer.from(text.replace(LONE_SURROGATE, '\ufffd'), 'utf16le').swap16())
}

/** The same octets without what Buffer does otherwise than other arrays. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
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
    const octet = this.#octets[this.#position]
    if (octet === undefined) throw this.unreadable(`it ends inside ${field}`)
    this.#position += 1
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
