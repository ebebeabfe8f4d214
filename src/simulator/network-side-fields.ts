import { gsm7Groups, gsm7Text, packSeptets, unpackSeptets } from './network-side-text.ts'

/** Semi-octets 0 … E of an address digit (3GPP TS 24.008 section 10.5.4.7). */
const DIGITS = '0123456789*#abc'
const INTERNATIONAL = 0x91
const UNKNOWN = 0x81
const ALPHANUMERIC = 0xd0

/** An address as it stands in a TPDU (3GPP TS 23.040 section 9.1.2.5). */
export interface Address {
  /** Digits with `+` in front when international; the text itself when alphanumeric. */
  readonly number: string
  /** Type-of-address octet. */
  readonly type: number
}

/** Guesses the type octet that a network would use for this number. */
export function addressOf(number: string): Address {
  if (number.startsWith('+')) return { number, type: INTERNATIONAL }
  return { number, type: /^[0-9*#abc]+$/.test(number) ? UNKNOWN : ALPHANUMERIC }
}

function semiOctets(digits: string): Uint8Array {
  const values = Array.from(digits, (digit) => DIGITS.indexOf(digit))
  return Uint8Array.from({ length: Math.ceil(values.length / 2) }, (_, i) => {
    return (values[2 * i] ?? 0) | ((values[2 * i + 1] ?? 0xf) << 4)
  })
}

function digitsOf(octets: Uint8Array, count: number): string {
  const nibbles = Array.from(octets).flatMap((octet) => [octet & 0xf, octet >> 4])
  return nibbles
    .slice(0, count)
    .map((nibble) => DIGITS[nibble] ?? '')
    .join('')
}

/** TP-OA, TP-DA or TP-RA. The length octet counts useful semi-octets, also for alphanumeric senders. */
export function encodeAddress(address: Address): Uint8Array {
  if (((address.type >> 4) & 7) === 5) {
    const septets = (gsm7Groups(address.number) ?? []).flat()
    return Uint8Array.from([Math.ceil((septets.length * 7) / 4), address.type, ...packSeptets(septets)])
  }
  const digits = address.number.replace('+', '')
  return Uint8Array.from([digits.length, address.type, ...semiOctets(digits)])
}

/** Reads an address at `offset`; `null` when the octets end too early. */
export function decodeAddress(octets: Uint8Array, offset: number): { address: Address; next: number } | null {
  const count = octets[offset]
  const type = octets[offset + 1]
  if (count === undefined || type === undefined) return null
  const next = offset + 2 + Math.ceil(count / 2)
  if (next > octets.length) return null
  const value = octets.subarray(offset + 2, next)
  const ton = (type >> 4) & 7
  if (ton === 5) {
    const septets = unpackSeptets(value, Math.floor((count * 4) / 7))
    return { address: { number: gsm7Text(septets), type }, next }
  }
  const digits = digitsOf(value, count)
  return { address: { number: ton === 1 ? `+${digits}` : digits, type }, next }
}

/** The service centre address in front of a TPDU (3GPP TS 24.011 section 8.2.5.1): its length octet counts octets. */
export function encodeServiceCentre(number: string | null): Uint8Array {
  if (number === null) return Uint8Array.of(0)
  const digits = semiOctets(number.replace('+', ''))
  return Uint8Array.from([digits.length + 1, number.startsWith('+') ? INTERNATIONAL : UNKNOWN, ...digits])
}

/** Reads the service centre address at the start; `null` when the octets end too early. */
export function decodeServiceCentre(octets: Uint8Array): { number: string | null; next: number } | null {
  const length = octets[0]
  if (length === undefined || octets.length <= length) return null
  if (length < 2) return { number: null, next: 1 + length }
  const digits = digitsOf(octets.subarray(2, 1 + length), 2 * (length - 1))
  return { number: (((octets[1] ?? 0) >> 4) & 7) === 1 ? `+${digits}` : digits, next: 1 + length }
}

/** A moment together with the offset in which the service centre tells it. */
export interface Timestamp {
  readonly at: Date
  /** Minutes east of UTC, a multiple of 15. */
  readonly zoneMinutes: number
}

const swapped = (value: number): number => ((value % 10) << 4) | Math.floor(value / 10)

/** TP-SCTS and TP-DT: seven octets, the zone in quarters of an hour with its sign in bit 3 (TS 23.040 section 9.2.3.11). */
export function encodeTimestamp({ at, zoneMinutes }: Timestamp): Uint8Array {
  const local = new Date(at.getTime() + zoneMinutes * 60_000)
  const quarters = swapped(Math.abs(zoneMinutes) / 15) | (zoneMinutes < 0 ? 8 : 0)
  const fields = [
    local.getUTCFullYear() % 100,
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ]
  return Uint8Array.from([...fields.map(swapped), quarters])
}

/** Seven octets → RFC 3339 with offset, without judging whether that day exists. */
export function decodeTimestamp(octets: Uint8Array): string {
  const [year, month, day, hour, minute, second] = Array.from(octets, (octet) => `${octet & 0xf}${octet >> 4}`)
  const zone = octets[6] ?? 0
  const minutes = ((zone & 7) * 10 + (zone >> 4)) * 15
  const offset = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return `20${year}-${month}-${day}T${hour}:${minute}:${second}${zone & 8 ? '-' : '+'}${offset}`
}
