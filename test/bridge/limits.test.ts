import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SendingLimits, Spending } from '../../src/bridge/limits.ts'
import { exhaustionOf, leftOf, spendingsSince } from '../../src/bridge/limits.ts'

const LIMITS: SendingLimits = { perMinute: 10, perHour: 60, perDay: 200, perMonth: 1000, reserveForHigh: 5 }
const OFF: SendingLimits = { perMinute: 0, perHour: 0, perDay: 0, perMonth: 0, reserveForHigh: 0 }
// Local noon, whatever the zone: days and months are those of the calendar.
const NOON = new Date(2026, 10, 22, 12).getTime()
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** So many parts, one after another, the last at `end`. */
const spent = (count: number, end: number, everyMs = 0): Spending[] =>
  Array.from({ length: count }, (_, index) => ({ at: end - (count - 1 - index) * everyMs, parts: 1 }))

const one = { parts: 1, isHigh: false }

describe('exhaustionOf', () => {
  const cases: readonly [
    name: string,
    given: readonly Spending[],
    asked: { parts: number; isHigh: boolean },
    expected: ReturnType<typeof exhaustionOf>,
  ][] = [
    ['lets the first message pass', [], one, undefined],
    ['lets the last part of a minute pass', spent(9, NOON), one, undefined],
    ['refuses one too many', spent(10, NOON), one, { limit: 'per_minute', allowed: 10, freesAt: NOON + MINUTE }],
    [
      'says when the first of many parts is free',
      spent(10, NOON - 5 * SECOND, SECOND),
      one,
      minute(NOON - 14 * SECOND),
    ],
    [
      'says when enough parts for a long message are free',
      spent(10, NOON - 5 * SECOND, SECOND),
      { parts: 3, isHigh: false },
      minute(NOON - 12 * SECOND),
    ],
    ['counts parts, not messages', [{ at: NOON, parts: 8 }], { parts: 3, isHigh: false }, minute(NOON)],
    ['forgets what is a minute old', spent(10, NOON - MINUTE), one, undefined],
    ['gives high priority its reserve', spent(10, NOON), { parts: 5, isHigh: true }, undefined],
    ['and no more than that', spent(10, NOON), { parts: 6, isHigh: true }, minute(NOON)],
    [
      'never lets one message pass that is longer than the limit',
      [],
      { parts: 11, isHigh: false },
      { ...minute(0), freesAt: null },
    ],
    [
      'slides the hour',
      spent(60, NOON - 2 * MINUTE, 10 * SECOND),
      one,
      { limit: 'per_hour', allowed: 60, freesAt: NOON - 2 * MINUTE - 59 * 10 * SECOND + HOUR },
    ],
    [
      'frees the day at midnight',
      spent(200, NOON - 2 * HOUR, MINUTE),
      one,
      { limit: 'per_day', allowed: 200, freesAt: new Date(2026, 10, 23).getTime() },
    ],
    ['does not count yesterday', spent(200, new Date(2026, 10, 22).getTime() - 1), one, undefined],
    [
      'names the month before the minute',
      spent(1000, NOON),
      one,
      { limit: 'per_month', allowed: 1000, freesAt: new Date(2026, 11, 1).getTime() },
    ],
    ['leaves out what a wrong clock dated into the future', spent(10, NOON + 40 * HOUR), one, undefined],
    ['counts what a clock that was set back a little dated', spent(10, NOON + SECOND), one, minute(NOON + SECOND)],
  ]
  for (const [name, given, asked, expected] of cases) {
    test(name, () => assert.deepEqual(exhaustionOf(LIMITS, given, asked, NOON), expected))
  }

  test('has nothing against anything without limits', () => {
    assert.equal(exhaustionOf(OFF, spent(5000, NOON), { parts: 255, isHigh: false }, NOON), undefined)
  })

  test('ends a month of 31 days and a year', () => {
    const at = new Date(2026, 11, 31, 23, 59).getTime()
    const limits = { ...OFF, perMonth: 1 }
    assert.equal(exhaustionOf(limits, spent(1, at), one, at)?.freesAt, new Date(2027, 0, 1).getTime())
  })
})

function minute(at: number) {
  return { limit: 'per_minute' as const, allowed: 10, freesAt: at + MINUTE }
}

test('spendings are looked for no further back than the longest limit that is set', () => {
  assert.equal(spendingsSince(LIMITS, NOON), new Date(2026, 10, 1).getTime())
  assert.equal(spendingsSince({ ...OFF, perMinute: 1 }, NOON), NOON - MINUTE)
  assert.equal(spendingsSince(OFF, NOON), NOON)
})

describe('leftOf', () => {
  test('tells what is left of the day, or of the month where that is less', () => {
    assert.equal(leftOf(LIMITS, spent(2, NOON), NOON), 198)
    assert.equal(leftOf(LIMITS, [...spent(950, NOON - 48 * HOUR), ...spent(2, NOON)], NOON), 48)
  })
  test('is never below nothing, also where high priority used its reserve', () => {
    assert.equal(leftOf(LIMITS, spent(204, NOON), NOON), 0)
  })
  test('is null where neither is limited', () => {
    assert.equal(leftOf({ ...LIMITS, perDay: 0, perMonth: 0 }, spent(2, NOON), NOON), null)
  })
})
