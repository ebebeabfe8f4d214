import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MC888, MF823 } from '../../src/simulator/goform-profiles.ts'
import { setUp } from './router-bench.ts'
import { PinNotes } from './stick-bench.ts'

const entered = (requests: readonly { readonly fields: URLSearchParams }[]): number =>
  requests.filter(({ fields }) => fields.get('goformId') === 'ENTER_PIN').length

describe('the SIM of a router', () => {
  test('gets the configured PIN once', async (t) => {
    const { open, router } = await setUp(t)
    router.needPin('1234')
    const modem = await open({ pin: '1234' })
    assert.equal(modem.problem, null)
    assert.ok(modem.can.sms)
    assert.equal(entered(router.requests), 1)
  })

  test('is not asked a second time with a PIN that it refused, over restarts too', async (t) => {
    const { open, router, pinNotes } = await setUp(t)
    router.needPin('1234')
    const first = await open({ pin: '9999' })
    assert.match(first.problem?.message ?? '', /refused the configured PIN/)
    assert.equal(first.can.sms, undefined)
    assert.equal(pinNotes.isRefused, true)
    await first.close()
    await open({ pin: '9999' })
    assert.equal(entered(router.requests), 1)
  })

  test('is asked again with a PIN that never left our hands, and with one that the router did not pass on', async (t) => {
    const { driver, open, router } = await setUp(t, { like: { ...MC888, tokenRotates: 'never' } })
    router.needPin('1234')
    const notes = new PinNotes()
    const refused = (): boolean => {
      router.resetConnection('before-acting', { to: 'RD', times: 2 })
      return notes.refused()
    }
    const early = { refused, remember: notes.remember }
    await assert.rejects(driver({ pin: '1234', pinMemory: early }).open(new AbortController().signal), {
      code: 'closed',
    })
    assert.deepEqual([entered(router.requests), notes.isRefused], [0, false])

    const remember = (refused: boolean): void => {
      notes.remember(refused)
      if (refused) router.rotateRd()
    }
    const modem = await open({ pin: '1234', pinMemory: { refused: notes.refused, remember } })
    assert.match(modem.problem?.message ?? '', /did not hand/)
    assert.deepEqual([entered(router.requests), notes.isRefused, router.sim.pinTries], [1, false, 3])
    await modem.close()
    assert.equal((await open({ pin: '1234', pinMemory: notes })).problem, null)
  })

  test('is not asked again when the answer to the PIN was lost', async (t) => {
    const { driver, router, pinNotes } = await setUp(t)
    router.needPin('1234')
    router.resetConnection('after-acting', { to: 'ENTER_PIN' })
    await assert.rejects(driver({ pin: '9999' }).open(new AbortController().signal), { code: 'closed' })
    assert.deepEqual([entered(router.requests), pinNotes.isRefused], [1, true])
  })

  test('keeps its last try for people', async (t) => {
    const { open, router } = await setUp(t)
    router.needPin('1234')
    router.sim.enter('0000')
    router.sim.enter('0000')
    const modem = await open({ pin: '1234' })
    assert.match(modem.problem?.message ?? '', /last try/)
    assert.equal(entered(router.requests), 0)
  })

  test('is unlocked on request, and a wrong PIN costs one try, not two', async (t) => {
    const { open, router } = await setUp(t)
    router.needPin('1234')
    const modem = await open()
    assert.equal(modem.problem?.code, 'sim_not_ready')
    await assert.rejects(async () => modem.can.unlock?.pin('0000'), { code: 'rejected_by_modem' })
    assert.equal(entered(router.requests), 1)
    await modem.can.unlock?.pin('1234')
    assert.equal((await modem.readState(['sim'])).sim, 'ready')
  })

  test('that is not there is said, and messages are left alone', async (t) => {
    const { open, router } = await setUp(t)
    router.simAbsent()
    const modem = await open()
    assert.match(modem.problem?.message ?? '', /no SIM/)
    assert.equal(modem.can.sms, undefined)
  })
})

describe('a stick in network mode', () => {
  test('leaves it on request, and only sticks do', async (t) => {
    const stick = await setUp(t, { like: MF823 })
    const modem = await stick.open()
    await modem.can.usbMode?.set('network')
    assert.equal(stick.router.isPowered, true)
    await modem.can.usbMode?.set('modem')
    // The last words leave the house first.
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(stick.router.isPowered, false)
    const router = await setUp(t)
    assert.equal((await router.open()).can.usbMode, undefined)
  })
})
