/** What the date of a message says. */
export interface MessageDate {
  /** Wall clock, like `2024-03-01T12:34:56`. */
  readonly local: string
  /** Minutes east of UTC; `null`: the device did not say it, or in a unit that cannot be known. */
  readonly offsetMinutes: number | null
}

/** Years of a clock that was never set: 1970 to 1999, and 2000, where some count from. */
const NEVER_SET = /^(?:[7-9]\d|00)$/

/** No zone is further away from UTC (Kiribati). */
const MAX_QUARTERS = 14 * 4

/**
 * Reads `24,03,01,12,34,56,+4`, unpadded `24,7,8,9,5,3,+8`, `26,08,27,04,00,00,+,0` (U50), with semicolons, and without a
 * zone. `null` when a piece is missing, it is no real time, or that of a device that never learnt the time.
 * @param zone `quarters`: TP-SCTS, quarter hours, as in received messages. `unknown`: messages of our own repeat what the
 *   sender's page or program wrote, which may be hours
 */
export function parseMessageDate(date: string, zone: 'quarters' | 'unknown'): MessageDate | null {
  const [year, month, day, hour, minute, second, ...rest] = date.trim().split(/\s*[,;]\s*/)
  const pieces = [year, month, day, hour, minute, second]
  if (!pieces.every((piece) => piece !== undefined && /^\d{1,2}$/.test(piece))) return null
  const [yy, mm, dd, hours, minutes, seconds] = pieces.map((piece) => (piece ?? '').padStart(2, '0'))
  const local = `20${yy}-${mm}-${dd}T${hours}:${minutes}:${seconds}`
  if (!isRealTime(local) || NEVER_SET.test(yy ?? '')) return null
  return { local, offsetMinutes: zone === 'quarters' ? offsetOf(rest.join('')) : null }
}

/** RFC 3339, `null` without an offset. */
export function formatMessageDate({ local, offsetMinutes }: MessageDate): string | null {
  if (offsetMinutes === null) return null
  const minutes = Math.abs(offsetMinutes)
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/**
 * The time of sending as devices want it: `24;07;08;09;06;00;+2`, the zone in hours.
 * @param at ms since the epoch
 * @param offsetMinutes of the local time, east of UTC
 */
export function formatSendTime(at: number, offsetMinutes: number): string {
  const local = new Date(at + offsetMinutes * 60_000)
  const pieces = [
    local.getUTCFullYear() % 100,
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ]
  return [...pieces.map(two), `${offsetMinutes > 0 ? '+' : ''}${offsetMinutes / 60}`].join(';')
}

function offsetOf(quarters: string): number | null {
  if (!/^[+-]?\d{1,2}$/.test(quarters) || Math.abs(Number(quarters)) > MAX_QUARTERS) return null
  return Number(quarters) * 15
}

/** 30 February and the 25th hour do not survive being read and written again. */
function isRealTime(local: string): boolean {
  const parsed = new Date(`${local}Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(local)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
