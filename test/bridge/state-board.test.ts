import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Signal } from '../../src/modem/state.ts'
import { supervise } from './supervisor-bench.ts'

const HOUR_S = 3600
/** `poll.republish` of the bench. */
const REPUBLISH_S = 600

const signal = (rssiDbm: number): Signal => ({
  percent: Math.round(((rssiDbm + 113) / 62) * 100),
  bars: 3,
  rssiDbm,
  rscpDbm: null,
  ecioDb: null,
  rsrpDbm: null,
  rsrqDb: null,
  sinrDb: null,
  ber: null,
})

/** Publications of an hour in which the signal is read, and told by the modem, every second. */
async function publications(t: Parameters<typeof supervise>[0], rssiAt: (second: number) => number): Promise<number> {
  const poll = { signalMs: 1000, statusMs: 60_000, smsMs: 60_000, republishMs: REPUBLISH_S * 1000 }
  const { modem, outlet, pass } = supervise(t, { poll })
  await pass(2)
  const before = outlet.states
  for (let second = 0; second < HOUR_S; second += 1) {
    modem().state = { ...modem().state, signal: signal(rssiAt(second)) }
    modem().emit('changed', 'signal')
    await pass(1)
  }
  return outlet.states - before
}

describe('a signal that changes every second for an hour', () => {
  const unchanged = HOUR_S / REPUBLISH_S

  // The first value that is known at all is one publication.
  for (const [what, rssiAt, most] of [
    [
      'between two steps of +CSQ is published as often as one that does not change',
      (s: number) => -71 - 2 * (s % 2),
      1,
    ],
    ['by one dB up and down likewise', (s: number) => -71 + (s % 3) - 1, 1],
    ['and rises by 1 dB in two minutes is published once for each 3 dB', (s: number) => -105 + s / 120 + (s % 2), 11],
  ] as const) {
    test(what, async (t) => {
      const count = await publications(t, rssiAt)
      assert.ok(count <= unchanged + most, `${count} publications`)
      assert.ok(count >= most, `${count} publications`)
    })
  }

  test('by more than the dead band is published', async (t) => {
    const count = await publications(t, (second) => -71 - 10 * Math.floor((second % 120) / 60))
    assert.ok(count >= 59 && count <= 61 + unchanged, `${count} publications`)
  })
})
