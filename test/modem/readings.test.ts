import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRegistered, percentOf } from '../../src/modem/readings.ts'

const UNKNOWN = { rssiDbm: null, rsrpDbm: null, rscpDbm: null }

for (const [level, percent] of [
  [{ rssiDbm: -113 }, 0],
  [{ rssiDbm: -51 }, 100],
  [{ rssiDbm: -79 }, 55],
  [{ rssiDbm: -20 }, 100],
  [{ rsrpDbm: -141 }, 0],
  [{ rsrpDbm: -44 }, 100],
  [{ rscpDbm: -121 }, 0],
  [{ rscpDbm: -25 }, 100],
  [{ rssiDbm: -113, rsrpDbm: -44 }, 0],
  [{}, null],
] as const) {
  test(`a signal of ${JSON.stringify(level)} is ${percent} %`, () => {
    assert.equal(percentOf({ ...UNKNOWN, ...level }), percent)
  })
}

test('only at home and roaming is a modem registered', () => {
  const states = ['home', 'roaming', 'searching', 'denied', 'not_registered', 'unknown'] as const
  assert.deepEqual(
    states.filter((state) => isRegistered({ state })),
    ['home', 'roaming'],
  )
})
