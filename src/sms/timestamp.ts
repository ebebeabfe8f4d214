/** Bit 3 of the zone octet: the top of its tens digit. */
const MINUS = 0x8
/** Semi-octets that are no digits. */
const INVALID = 0xff

/**
 * TP-SCTS, TP-DT or an absolute TP-VP, seven octets (3GPP TS 23.040 section 9.2.3.11) → RFC 3339 with the sender's
 * offset, like `2024-03-15T14:07:09+02:00`; `null` when it is no valid time. Years 90 … 99 are in the last century.
 */
export function decodeTimestamp(octets: Uint8Array): string | null {
  const [year = -1, month = -1, day = -1, hour = -1, minute = -1, second = -1] = octets.subarray(0, 6)
  const zoneOctet = octets[6] ?? INVALID
  const [YY, MM, DD] = [decimal(year), decimal(month), decimal(day)]
  const [hh, mm, ss] = [decimal(hour), decimal(minute), decimal(second)]
  const quarters = decimal(zoneOctet & ~MINUS)
  const fullYear = YY < 90 ? 2000 + YY : 1900 + YY
  if (!(YY >= 0 && isDate(fullYear, MM, DD) && hh < 24 && mm < 60 && ss < 60 && quarters >= 0)) return null
  // RFC 3339 keeps -00:00 for "offset not known".
  const sign = quarters !== 0 && (zoneOctet & MINUS) !== 0 ? '-' : '+'
  const zone = `${sign}${two(Math.floor(quarters / 4))}:${two((quarters % 4) * 15)}`
  return `${fullYear}-${two(MM)}-${two(DD)}T${two(hh)}:${two(mm)}:${two(ss)}${zone}`
}

/** Semi-octets, the tens in the low half; no number where one of them is no digit. */
function decimal(octet: number): number {
  const [tens, units] = [octet & 0x0f, octet >> 4]
  return octet < 0 || tens > 9 || units > 9 ? Number.NaN : tens * 10 + units
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}

/** 30 February is none. */
function isDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
