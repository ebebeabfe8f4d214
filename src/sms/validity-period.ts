const HOUR = 60
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** Relative TP-VP octet → minutes (3GPP TS 23.040 section 9.2.3.12.1). */
export function decodeRelativeValidity(octet: number): number {
  if (octet <= 143) return (octet + 1) * 5
  if (octet <= 167) return 12 * HOUR + (octet - 143) * 30
  if (octet <= 196) return (octet - 166) * DAY
  return (octet - 192) * WEEK
}

/** Minutes → the octet of the next longer period there is: at least 5 minutes, at most 63 weeks. */
export function encodeRelativeValidity(minutes: number): number {
  if (minutes <= 12 * HOUR) return Math.max(0, Math.ceil(minutes / 5) - 1)
  if (minutes <= DAY) return 143 + Math.ceil((minutes - 12 * HOUR) / 30)
  if (minutes <= 30 * DAY) return 166 + Math.ceil(minutes / DAY)
  return Math.min(255, 192 + Math.ceil(minutes / WEEK))
}
