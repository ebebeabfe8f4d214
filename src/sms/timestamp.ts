import { toSemiOctets } from './octets.ts'

/** Bit 3 of the zone octet: the top of its tens digit. */
const MINUS = 0x8

/**
 * TP-SCTS, TP-DT or an absolute TP-VP, seven octets (3GPP TS 23.040 section 9.2.3.11) → RFC 3339 with the sender's
 * offset, like `2024-03-15T14:07:09+02:00`; `null` when it is no valid time. Years 90 … 99 are in the last century.
 */
export function decodeTimestamp(octets: Uint8Array): string | null {
  const digits = toSemiOctets(octets)
  const [year, month, day, hour, minute, second] = [0, 2, 4, 6, 8, 10].map((at) => decimal(digits[at], digits[at + 1]))
  const sign = (digits[12] ?? 0) & MINUS ? '-' : '+'
  const quarters = decimal((digits[12] ?? 0) & ~MINUS, digits[13])
  const date = `${(year ?? 0) < 90 ? 20 : 19}${two(year)}-${two(month)}-${two(day)}`
  const time = `${two(hour)}:${two(minute)}:${two(second)}`
  if (!isRealDate(date) || !isClock(hour, minute, second) || Number.isNaN(quarters)) return null
  // RFC 3339 keeps -00:00 for "offset not known".
  const zone = `${quarters === 0 ? '+' : sign}${two(Math.floor(quarters / 4))}:${two((quarters % 4) * 15)}`
  return `${date}T${time}${zone}`
}

function decimal(tens = 15, units = 15): number {
  return tens > 9 || units > 9 ? Number.NaN : tens * 10 + units
}

function two(value = Number.NaN): string {
  return String(value).padStart(2, '0')
}

/** A date that survives being read and written again; 30 February does not. */
function isRealDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)
}

function isClock(hour = Number.NaN, minute = Number.NaN, second = Number.NaN): boolean {
  return hour < 24 && minute < 60 && second < 60
}
