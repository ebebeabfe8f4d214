import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StateBoard } from '../../src/bridge/state-board.ts'
import type { Identity } from '../../src/modem/modem.ts'
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

const STICK: Identity = {
  manufacturer: 'ZTE CORPORATION',
  model: 'MF831',
  firmware: 'B02',
  hardware: null,
  imei: '863071010123456',
  imsi: '244910123456789',
  iccid: '89358010123456789012',
  msisdn: null,
  locks: null,
  port: '/dev/ttyUSB1',
}
const LOCKED = { iccid: null, imsi: null }
const OTHER_SIM = { iccid: '89358010123456780000', imsi: '244910123450000' }
const OTHER_IMSI = { iccid: null, imsi: '244910123450000' }

describe('a modem that is opened again', () => {
  for (const [what, openings, expected] of [
    ['and is the same tells nothing', [{}, {}], []],
    [
      'at another port names both',
      [{}, { port: '/dev/ttyUSB3' }],
      [{ type: 'port_changed', detail: { from: '/dev/ttyUSB1', to: '/dev/ttyUSB3' } }],
    ],
    [
      'with other firmware names both',
      [{}, { firmware: null }, { firmware: 'B03' }],
      [{ type: 'firmware_changed', detail: { from: 'B02', to: 'B03' } }],
    ],
    ['with another SIM tells that and no number of it', [{}, OTHER_SIM], [{ type: 'sim_changed' }]],
    ['with another SIM, having had none in between, tells it once', [{}, LOCKED, OTHER_SIM], [{ type: 'sim_changed' }]],
    ['with the same SIM, having been locked in between, tells nothing', [{}, LOCKED, {}], []],
    ['with a SIM that was locked before tells nothing', [LOCKED, {}], []],
    ['that tells no ICCID is known by its IMSI', [{ iccid: null }, OTHER_IMSI, OTHER_IMSI], [{ type: 'sim_changed' }]],
    ['with the ICCID told once and the IMSI always tells nothing', [{}, { iccid: null }, {}], []],
  ] as const) {
    test(what, () => {
      const events: unknown[] = []
      const board = new StateBoard((event) => events.push(event))
      for (const opening of openings) board.opened({ ...STICK, ...opening })
      assert.deepEqual(events, expected)
    })
  }
})
