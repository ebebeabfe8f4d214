/** How many parts may be sent, each `0` for no limit. */
export interface SendingLimits {
  readonly perMinute: number
  readonly perHour: number
  readonly perDay: number
  readonly perMonth: number
  /** Parts beyond each limit that only messages with `priority: high` may use. */
  readonly reserveForHigh: number
}

/** Parts that were accepted at a moment (ms since the epoch) and cost something or still may. */
export interface Spending {
  readonly at: number
  readonly parts: number
}

/** Why and until when nothing more may be sent. */
export interface Exhaustion {
  readonly limit: 'per_minute' | 'per_hour' | 'per_day' | 'per_month'
  readonly allowed: number
  /** ms since the epoch at which as many parts as asked for are free; `null`: never, the message alone is too long. */
  readonly freesAt: number | null
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface Window {
  readonly limit: Exhaustion['limit']
  readonly allowed: number
  /** What was accepted before counts no more. */
  readonly since: number
  /** When something accepted at `at` stops counting. */
  readonly ends: (at: number) => number
}

/** The windows that are limited, the longest first: what is used up for the month is not free in a minute. */
function windowsOf(limits: SendingLimits, now: number): readonly Window[] {
  // Days and months are those of the calendar, as on a bill; minutes and hours slide.
  const day = new Date(now).setHours(0, 0, 0, 0)
  const month = new Date(day).setDate(1)
  const windows: readonly Window[] = [
    { limit: 'per_month', allowed: limits.perMonth, since: month, ends: () => nextMonth(month) },
    { limit: 'per_day', allowed: limits.perDay, since: day, ends: () => nextDay(day) },
    { limit: 'per_hour', allowed: limits.perHour, since: now - HOUR_MS, ends: (at) => at + HOUR_MS },
    { limit: 'per_minute', allowed: limits.perMinute, since: now - MINUTE_MS, ends: (at) => at + MINUTE_MS },
  ]
  return windows.filter(({ allowed }) => allowed > 0)
}

function nextDay(day: number): number {
  const date = new Date(day)
  return date.setDate(date.getDate() + 1)
}

function nextMonth(month: number): number {
  const date = new Date(month)
  return date.setMonth(date.getMonth() + 1)
}

/** From when on spendings matter to the limits (ms since the epoch). */
export function spendingsSince(limits: SendingLimits, now: number): number {
  return Math.min(now, ...windowsOf(limits, now).map(({ since }) => since))
}

/**
 * Whether so many more parts may be sent now.
 * @param spent oldest first, at least since `spendingsSince`
 * @returns the first limit in the way, the longest window first
 */
export function exhaustionOf(
  limits: SendingLimits,
  spent: readonly Spending[],
  asked: { readonly parts: number; readonly isHigh: boolean },
  now: number,
): Exhaustion | undefined {
  const extra = asked.isHigh ? limits.reserveForHigh : 0
  for (const window of windowsOf(limits, now)) {
    const counted = spent.filter((spending) => counts(spending, window, now))
    const excess = sum(counted) + asked.parts - (window.allowed + extra)
    if (excess > 0) return { limit: window.limit, allowed: window.allowed, freesAt: freesAt(window, counted, excess) }
  }
  return undefined
}

// What a wrong clock dated into the future would otherwise count for years.
function counts({ at }: Spending, { since, ends }: Window, now: number): boolean {
  return at >= since && ends(at) > now && at <= now + MINUTE_MS
}

function freesAt({ ends }: Window, counted: readonly Spending[], excess: number): number | null {
  let left = excess
  for (const { at, parts } of counted) {
    left -= parts
    if (left <= 0) return ends(at)
  }
  return null
}

/** Parts that are left today and this month for messages of normal priority; `null`: neither is limited. */
export function leftOf(limits: SendingLimits, spent: readonly Spending[], now: number): number | null {
  const windows = windowsOf(limits, now).filter(({ limit }) => limit === 'per_day' || limit === 'per_month')
  if (windows.length === 0) return null
  const left = windows.map((window) => window.allowed - sum(spent.filter((spending) => counts(spending, window, now))))
  return Math.max(0, Math.min(...left))
}

function sum(spendings: readonly Spending[]): number {
  return spendings.reduce((total, { parts }) => total + parts, 0)
}
