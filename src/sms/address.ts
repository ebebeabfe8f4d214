import { ModemError } from '../modem/errors.ts'
import { decodeSeptets, unpackSeptets } from './gsm7.ts'
import type { OctetReader } from './octets.ts'
import { concatOctets, fromSemiOctets } from './octets.ts'

/** Type of number, bits 6 … 4 of the type-of-address octet (3GPP TS 23.040 section 9.1.2.5). */
const TYPES_OF_NUMBER = [
  'unknown',
  'international',
  'national',
  'network-specific',
  'subscriber',
  'alphanumeric',
  'abbreviated',
  'reserved',
] as const

/** Numbering plan identification, bits 3 … 0 of the same octet; what the standard does not name is `reserved`. */
const NUMBERING_PLANS = {
  0: 'unknown',
  1: 'isdn',
  3: 'data',
  4: 'telex',
  5: 'service-centre-1',
  6: 'service-centre-2',
  8: 'national',
  9: 'private',
  10: 'ermes',
} as const

type TypeOfNumber = (typeof TYPES_OF_NUMBER)[number]
type NumberingPlan = (typeof NUMBERING_PLANS)[keyof typeof NUMBERING_PLANS] | 'reserved'

/** TP-OA, TP-DA or TP-RA (3GPP TS 23.040 section 9.1.2.5). */
export interface Address {
  /** Digits with `+` in front when international, `*#abc` possible; or an alphanumeric sender. May be empty. */
  readonly number: string
  readonly typeOfNumber: TypeOfNumber
  readonly numberingPlan: NumberingPlan
  /** The whole octet, 0 … 255. */
  readonly typeOfAddress: number
}

/** Semi-octets 0 … 14 as digits; F fills. */
const DIGITS = '0123456789*#abc'

const MAX_SEMI_OCTETS = 20
/** Type-of-address and ten octets of digits (3GPP TS 24.011 section 8.2.5.1). */
const MAX_SMSC_OCTETS = 11

/** Address whose length counts semi-octets. @throws ModemError `protocol` */
export function decodeAddress(reader: OctetReader, field: string): Address {
  const length = reader.octet(field)
  if (length > MAX_SEMI_OCTETS) throw reader.unreadable(`the length of ${field} is more than ${MAX_SEMI_OCTETS}`)
  const typeOfAddress = reader.octet(field)
  return describe(typeOfAddress, reader.take(Math.ceil(length / 2), field), length)
}

/** Service centre address in front of a TPDU, whose length counts octets; `null` when it is empty. @throws ModemError `protocol` */
export function decodeSmscAddress(reader: OctetReader): string | null {
  const length = reader.octet('the SMSC address')
  if (length > MAX_SMSC_OCTETS) throw reader.unreadable('the length of the SMSC address is not valid')
  if (length === 0) return null
  const typeOfAddress = reader.octet('the SMSC address')
  const digits = reader.take(length - 1, 'the SMSC address')
  return describe(typeOfAddress, digits, digits.length * 2).number || null
}

/** Recipient → TP-DA. @throws ModemError `invalid_request` */
export function encodeAddress(to: string): Uint8Array {
  const digits = semiOctetsOf(to)
  return concatOctets(Uint8Array.of(digits.length, typeOfAddressOf(to)), fromSemiOctets(digits))
}

/** Service centre → address in front of a TPDU; `null` = the one stored on the SIM. @throws ModemError `invalid_request` */
export function encodeSmscAddress(smsc: string | null): Uint8Array {
  if (smsc === null) return Uint8Array.of(0)
  const digits = fromSemiOctets(semiOctetsOf(smsc))
  return concatOctets(Uint8Array.of(digits.length + 1, typeOfAddressOf(smsc)), digits)
}

function describe(typeOfAddress: number, octets: Uint8Array, length: number): Address {
  const typeOfNumber = TYPES_OF_NUMBER[(typeOfAddress >> 4) & 7] ?? 'reserved'
  const plans: Readonly<Record<number, NumberingPlan>> = NUMBERING_PLANS
  return {
    number: typeOfNumber === 'alphanumeric' ? decodeName(octets, length) : decodeDigits(octets, length, typeOfNumber),
    typeOfNumber,
    numberingPlan: plans[typeOfAddress & 0x0f] ?? 'reserved',
    typeOfAddress,
  }
}

/** Some centres write 14 for seven characters instead of 13: the eighth is then an `@` that nobody wrote. */
function decodeName(octets: Uint8Array, length: number): string {
  const name = decodeSeptets(unpackSeptets(octets, Math.floor((length * 4) / 7)))
  return length === 14 && name.endsWith('@') ? name.slice(0, -1) : name
}

function decodeDigits(octets: Uint8Array, length: number, typeOfNumber: TypeOfNumber): string {
  let digits = ''
  for (let at = 0; at < length; at++) digits += DIGITS.charAt(((octets[at >> 1] ?? 0xff) >> ((at & 1) * 4)) & 0x0f)
  return typeOfNumber === 'international' && digits !== '' ? `+${digits}` : digits
}

function typeOfAddressOf(to: string): number {
  return to.startsWith('+') ? 0x91 : 0x81
}

function semiOctetsOf(to: string): readonly number[] {
  if (!/^\+?[0-9*#abc]{1,20}$/.test(to)) {
    throw new ModemError(
      'invalid_request',
      'A phone number must have 1 to 20 digits (also * # a b c), with a leading + when it is international, and nothing between them.',
      { detail: to },
    )
  }
  return [...to.replace('+', '')].map((digit) => DIGITS.indexOf(digit))
}
