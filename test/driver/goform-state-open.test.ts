import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Refusal, RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC888, MC7010, MF79U, MF266, MF920V, U50 } from '../../src/simulator/goform-profiles.ts'
import { setUp } from './router-bench.ts'

const GROUPS = ['signal', 'registration', 'operator', 'sim', 'cell', 'data', 'battery', 'networkMode', 'store'] as const

const signal = (): AbortSignal => new AbortController().signal

describe('while a person is logged in, a router', () => {
  for (const like of [MF79U, MC888, MF266, MF920V, U50]) {
    test(`such as an ${like.model} is read as far as it is open, and written nothing`, async (t) => {
      const { open, driver, router } = await setUp(t, { like })
      await (await open()).close()
      router.personLogsIn()
      const before = router.requests.length
      const state = await driver().readOpenly?.(GROUPS, signal())
      assert.equal(state?.signal?.bars, 4)
      assert.equal(state.signal.rsrpDbm, null)
      assert.equal(state.registration?.state, 'home')
      assert.equal(state.operator?.name, 'SimNet')
      assert.equal(state.sim, 'ready')
      assert.equal(state.data?.connected, true)
      for (const closed of ['cell', 'networkMode', 'battery', 'store'] as const) assert.equal(state[closed], undefined)
      assert.ok(router.requests.slice(before).every(({ method }) => method === 'GET'))
    })
  }

  test('that opens its battery, too, is read for it', async (t) => {
    const openItems = [...MF920V.openItems, 'battery_vol_percent', 'battery_charging']
    const { driver, router } = await setUp(t, { like: MF920V, profile: { openItems } })
    router.setBattery({ percent: 63 })
    router.personLogsIn()
    assert.equal((await driver().readOpenly?.(GROUPS, signal()))?.battery?.percent, 63)
  })

  test('that opens next to nothing tells nothing, which is not that nothing is there', async (t) => {
    const { driver, router } = await setUp(t, { like: MC7010, profile: { unknownNames: 'echo' } })
    router.personLogsIn()
    assert.deepEqual(await driver().readOpenly?.(GROUPS, signal()), {})
  })

  for (const readsRefusedBy of ['failure', 'empty-body', 'html', 'redirect', 'status-401'] as readonly Refusal[]) {
    test(`that answers a request for what is closed by ${readsRefusedBy} is asked for the rest alone`, async (t) => {
      const profile: Partial<RouterProfile> = { readsRefusedBy }
      const { driver, router } = await setUp(t, { like: MF79U, profile })
      router.personLogsIn()
      const state = await driver().readOpenly?.(GROUPS, signal())
      assert.deepEqual([state?.signal?.bars, state?.sim], [4, 'ready'])
    })
  }

  test('that is gone is said to be gone, and an end is an end', async (t) => {
    const { driver, router } = await setUp(t)
    await assert.rejects(async () => driver().readOpenly?.(GROUPS, AbortSignal.abort(new Error('enough'))), /enough/)
    router.unplug()
    await assert.rejects(async () => driver().readOpenly?.(GROUPS, signal()), { code: 'modem_offline' })
  })
})
