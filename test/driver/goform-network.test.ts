import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { MC888, MF79U, MF823, U50 } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { setUp } from './router-bench.ts'

describe('the network mode', () => {
  for (const [like, mode, bearer] of [
    [MF79U, 'lte', 'Only_LTE'],
    [MF823, 'umts', 'Only_WCDMA'],
    [MC888, 'lte_nr', 'LTE_AND_5G'],
    [U50, 'lte_nr', 'WL_AND_5G'],
  ] as const) {
    test(`of an ${like.model} is set to ${mode} and read back, and data is on again behind it`, async (t) => {
      const { open, router } = await setUp(t, { like, latency: { settleMs: 2_000, connectMs: 2_000 } })
      const modem = await open()
      await modem.can.data?.set(true)
      await modem.can.networkMode?.set(mode)
      assert.equal(router.radio.bearer, bearer)
      assert.equal((await modem.readState(['networkMode'])).networkMode?.mode, mode)
      await modem.can.data?.set(true)
      assert.equal((await modem.readState(['data'])).data?.connected, true)
    })
  }

  test('that the modem does not have is refused, and one that it has no word for', async (t) => {
    const { open } = await setUp(t)
    const control = (await open()).can.networkMode
    await assert.rejects(async () => control?.set('nr'), { code: 'invalid_request' })
    await assert.rejects(async () => control?.set({ raw: 'Only_Morse' }), { code: 'rejected_by_modem' })
    await control?.set({ raw: 'WCDMA_AND_LTE' })
    assert.ok(control?.modes.includes('umts_lte'))
  })
})

describe('a network mode that is refused', () => {
  test('goes nowhere when it is no word for one', async (t) => {
    const { open, written } = await setUp(t, { like: MF823 })
    const modem = await open()
    const before = written().length
    for (const raw of ['0,0,0', '', '2', 'Only LTE', 'Only_LTE&goformId=REBOOT_DEVICE']) {
      await assert.rejects(async () => modem.can.networkMode?.set({ raw }), { code: 'invalid_request' })
    }
    assert.equal(written().length, before)
  })

  test('costs no data connection where that is not in the way', async (t) => {
    const { open, router, written } = await setUp(t)
    const modem = await open()
    await modem.can.data?.set(true)
    await assert.rejects(async () => modem.can.networkMode?.set({ raw: 'Only_Morse' }), { code: 'rejected_by_modem' })
    assert.equal(written().includes('DISCONNECT_NETWORK'), false)
    assert.equal(router.radio.connection, 'connected')
  })

  for (const [name, spoil] of [
    ['it is refused again', () => undefined],
    ['the end of data is not told', (router) => spoilAll(router, 'DISCONNECT_NETWORK', 2)],
    ['its return is not told', (router) => spoilAll(router, 'CONNECT_NETWORK', 4)],
  ] as readonly (readonly [string, (router: GoformRouter) => void])[]) {
    test(`by a stick leaves data on, also when ${name}`, async (t) => {
      const { open, router, written } = await setUp(t, { like: MF823 })
      const modem = await open()
      await modem.can.data?.set(true)
      spoil(router)
      await assert.rejects(async () => modem.can.networkMode?.set({ raw: 'Only_Morse' }), ModemError)
      assert.ok(written().includes('DISCONNECT_NETWORK'))
      assert.equal(router.radio.connection, 'connected')
    })
  }
})

function spoilAll(router: GoformRouter, to: string, times: number): void {
  const moment = to === 'CONNECT_NETWORK' ? 'before-acting' : 'after-acting'
  router.resetConnection(moment, { to, times })
}

describe('mobile data', () => {
  test('is switched off and on', async (t) => {
    const { open } = await setUp(t, { latency: { connectMs: 3_000 } })
    const modem = await open()
    for (const connected of [false, true, false]) {
      await modem.can.data?.set(connected)
      assert.equal((await modem.readState(['data'])).data?.connected, connected)
    }
  })

  test('that does not come about is said', async (t) => {
    const { open, router } = await setUp(t)
    const modem = await open()
    await modem.can.data?.set(false)
    router.setService('none')
    await assert.rejects(async () => modem.can.data?.set(true), /refused|still down/)
  })
})

describe('the operators', () => {
  for (const like of [MF79U, MF823]) {
    test(`at an ${like.model} are found, chosen, and left to itself again`, async (t) => {
      const neighbours = [{ name: 'Other', plmn: '21910', state: 3, rat: 2 }] as const
      const { open } = await setUp(t, { like, neighbours, latency: { scanMs: 60_000, settleMs: 1_000 } })
      const modem = await open()
      const found = await modem.can.operator?.scan()
      assert.equal(found?.[0]?.code, '21901')
      assert.equal(found?.[0]?.name, 'SimNet')
      assert.equal(found?.[0]?.status, 'current')
      assert.deepEqual(found?.[1], { name: 'Other', code: '21910', status: 'forbidden', accessTechnology: 'umts' })
      await modem.can.operator?.set('21901')
      await assert.rejects(async () => modem.can.operator?.set('99999'), { code: 'rejected_by_network' })
      await modem.can.operator?.set('auto')
    })
  }

  test('are not those that an earlier search found', async (t) => {
    const { open, router } = await setUp(t, { like: MF79U, neighbours: [], latency: { scanMs: 60_000 } })
    const modem = await open()
    router.radio.scanStatus = 'manual_selected'
    router.radio.scanResult = '3,"Abroad",26201,2;'
    router.staleSelection(2_500)
    assert.deepEqual(
      (await modem.can.operator?.scan())?.map(({ code }) => code),
      ['21901'],
    )
  })

  test('are chosen anew, whatever became of the choice before', async (t) => {
    const { open, router } = await setUp(t, { like: MF79U, latency: { settleMs: 20_000 } })
    const modem = await open()
    router.staleSelection(2_500)
    await modem.can.operator?.set('21901')
    assert.equal(router.radio.selection, 'manual_select')
    await assert.rejects(async () => modem.can.operator?.set('99999'), { code: 'rejected_by_network' })
    await modem.can.operator?.set('21901')
    assert.equal(router.radio.selectionResult, 'manual_success')
  })

  test('of a device that tells only the end of a search are believed after a while', async (t) => {
    const { open, router } = await setUp(t, { like: MF79U, latency: { scanMs: 0 } })
    const modem = await open()
    for (let turn = 1; turn <= 2; turn += 1) {
      assert.equal((await modem.can.operator?.scan())?.[0]?.code, '21901')
      assert.equal(router.radio.scanStatus, 'manual_selected')
    }
  })
})

describe('a mode that reads back in another word than it is set by', () => {
  const bearers = (router: GoformRouter): readonly (string | null)[] =>
    router.requests.flatMap(({ fields }) => fields.get('BearerPreference') ?? [])

  test('is put back by what was read of it, as after USSD on 3G', async (t) => {
    const { open, router } = await setUp(t, { like: U50 })
    const modem = await open()
    await modem.can.networkMode?.set('lte_nr')
    const users = (await modem.readState(['networkMode'])).networkMode
    assert.deepEqual(users, { mode: 'lte_nr', raw: 'WL_AND_5G' })
    await modem.can.networkMode?.set('umts')
    await modem.can.networkMode?.set({ raw: users.raw })
    assert.deepEqual((await modem.readState(['networkMode'])).networkMode, users)
    assert.deepEqual(bearers(router), ['4G_AND_5G', 'Only_WCDMA', '4G_AND_5G'])
  })

  test('stays when the operator is left to itself again, and may be set in either word', async (t) => {
    const { open, router } = await setUp(t, { like: U50 })
    const modem = await open()
    await modem.can.networkMode?.set({ raw: '4G_AND_5G' })
    await modem.can.operator?.set('auto')
    assert.equal(router.radio.bearer, 'WL_AND_5G')
    assert.deepEqual(bearers(router), ['4G_AND_5G', '4G_AND_5G'])
  })
})
