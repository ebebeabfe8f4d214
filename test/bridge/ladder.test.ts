import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Climb, Remedy, Trouble } from '../../src/bridge/ladder.ts'
import { dueRemedy, LADDER, notice, ON_THE_GROUND, took } from '../../src/bridge/ladder.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ALL: ReadonlySet<Remedy> = new Set(['radio_on', 'radio_cycle', 'reset', 'usb_power'])

/** What is done about a trouble that no remedy cures, as [minute, remedy], looked at every ten seconds. */
function climb(trouble: Trouble, available: ReadonlySet<Remedy>, forMs: number, start: Climb = ON_THE_GROUND) {
  const steps: [number, Remedy][] = []
  let stand = start
  for (let now = 0; now <= forMs; now += 10_000) {
    stand = notice(stand, trouble, now)
    const remedy = dueRemedy(stand, available, now)
    if (remedy === undefined) continue
    steps.push([now / MINUTE, remedy])
    stand = took(stand, remedy, true, now)
  }
  return { steps, stand }
}

describe('the ladder', () => {
  test('goes from the gentlest remedy to the hardest, and then from hour to hour', () => {
    assert.deepEqual(climb('off_network', ALL, 24 * HOUR).steps, [
      [1, 'radio_on'],
      [5, 'radio_cycle'],
      [10, 'reset'],
      [20, 'usb_power'],
      [40, 'reset'],
      [80, 'usb_power'],
      [160, 'reset'],
      [320, 'usb_power'],
      [640, 'reset'],
      [1000, 'usb_power'],
      [1360, 'reset'],
    ])
  })

  test('leaves out what cannot be taken', () => {
    assert.deepEqual(climb('off_network', new Set(['reset']), HOUR).steps, [
      [10, 'reset'],
      [20, 'reset'],
      [40, 'reset'],
    ])
    assert.deepEqual(climb('off_network', new Set(), HOUR).steps, [])
  })

  test('restarts one that does not answer, and takes its power at last', () => {
    assert.deepEqual(climb('unresponsive', ALL, 31 * MINUTE).steps, [
      [0.5, 'reset'],
      [10.5, 'usb_power'],
      [30.5, 'reset'],
    ])
  })

  test('can only take the power of one that has gone', () => {
    assert.deepEqual(climb('gone', ALL, 16 * MINUTE).steps, [
      [5, 'usb_power'],
      [15, 'usb_power'],
    ])
  })

  test('begins anew with another trouble, but keeps the distance between two hard remedies', () => {
    const { stand } = climb('off_network', ALL, 10 * MINUTE)
    const later = notice(stand, 'unresponsive', 11 * MINUTE)
    assert.equal(dueRemedy(later, ALL, 12 * MINUTE), undefined)
    assert.equal(dueRemedy(later, ALL, 20 * MINUTE), 'reset')
  })

  test('never takes hard remedies in a loop, whatever the modem does in between', () => {
    let stand = ON_THE_GROUND
    const hard: number[] = []
    for (let now = 0; now <= 24 * HOUR; now += 10_000) {
      // It works for a minute after each remedy, and is silent then.
      const isWell = hard.length > 0 && now - (hard.at(-1) ?? 0) < MINUTE
      stand = notice(stand, isWell ? null : 'unresponsive', now)
      const remedy = dueRemedy(stand, ALL, now)
      if (remedy === undefined) continue
      hard.push(now)
      stand = took(stand, remedy, true, now)
    }
    assert.ok(hard.length <= 10, `${hard.length} in a day`)
    for (const [index, at] of hard.entries()) {
      const before = hard[index - 1]
      if (before !== undefined) assert.ok(at - before >= 10 * MINUTE)
    }
  })

  test('an hour without trouble is forgiven', () => {
    let { stand } = climb('unresponsive', ALL, 40 * MINUTE)
    assert.ok(stand.hard > 1)
    stand = notice(stand, null, 41 * MINUTE)
    stand = notice(stand, null, 100 * MINUTE)
    assert.ok(stand.hard > 1)
    stand = notice(stand, null, 101 * MINUTE)
    assert.equal(stand.hard, 0)
  })

  test('every trouble has its rungs in the order of time', () => {
    for (const trouble of ['off_network', 'unresponsive', 'gone'] as const) {
      const times = LADDER.filter((rung) => rung.trouble === trouble).map(({ afterMs }) => afterMs)
      assert.ok(times.length > 0)
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      )
    }
  })
})
