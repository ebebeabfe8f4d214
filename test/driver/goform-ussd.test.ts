import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import type { UssdReply } from '../../src/modem/messages.ts'
import type { Modem } from '../../src/modem/modem.ts'
import { MC888, MF79U } from '../../src/simulator/goform-profiles.ts'
import { setUp } from './router-bench.ts'

const heard = async (modem: Modem, ask: () => Promise<void> | undefined): Promise<UssdReply> => {
  const reply = once(modem, 'ussd', { signal: AbortSignal.timeout(10_000) })
  await ask()
  return (await reply)[0]
}

describe('USSD', () => {
  test('gives the answer of the network, and goes through a menu', async (t) => {
    const { open } = await setUp(t, { latency: { ussdMs: 3_000 } })
    const modem = await open()
    const balance = await heard(modem, () => modem.can.ussd?.request('*100#'))
    assert.equal(balance.status, 'done')
    assert.match(balance.text ?? '', /\d/)
    assert.equal(balance.dcs, 72)
    const menu = await heard(modem, () => modem.can.ussd?.request('*123#'))
    assert.equal(menu.status, 'reply_needed')
    const answer = await heard(modem, () => modem.can.ussd?.reply('1'))
    assert.notEqual(answer.text, menu.text)
  })

  test('is cancelled, and nobody hears of it any more', async (t) => {
    const { open, router, written } = await setUp(t, { latency: { ussdMs: 3_000 } })
    const modem = await open()
    let replies = 0
    modem.on('ussd', () => replies++)
    await modem.can.ussd?.request('*123#')
    await modem.can.ussd?.cancel()
    assert.equal(
      router.requests.some(({ fields }) => fields.get('USSD_operator') === 'ussd_cancel'),
      true,
    )
    assert.equal(replies, 0)
    assert.equal(written().filter((id) => id === 'USSD_PROCESS').length, 3)
  })

  test('that the network has no service for is refused at once; an ended session, and no built-in USSD, are told', async (t) => {
    const lte = await setUp(t, { like: MC888 })
    const onLte = await lte.open()
    await assert.rejects(async () => onLte.can.ussd?.request('*100#'), { code: 'rejected_by_network' })

    const none = await setUp(t, { profile: { ussd: 'no' } })
    const without = await none.open()
    assert.equal((await heard(without, () => without.can.ussd?.request('*100#'))).status, 'not_supported')

    const ended = await setUp(t, { like: MF79U })
    const modem = await ended.open()
    await heard(modem, () => modem.can.ussd?.request('*123#'))
    ended.router.endUssdSession()
    assert.equal((await heard(modem, () => modem.can.ussd?.reply('1'))).status, 'terminated')
  })

  test('that gets no answer is a time-out after half a minute, and is said once', async (t) => {
    const { open, router } = await setUp(t, { latency: { ussdMs: 1_000 } })
    const modem = await open()
    const reply = await heard(modem, () => modem.can.ussd?.request('*111#'))
    assert.equal(reply.status, 'timeout')
    const said = router.requests.filter(({ fields }) => fields.get('USSD_operator') === 'ussd_send')
    assert.equal(said.length, 1)
  })

  test('does not take the answer of the request before for its own', async (t) => {
    const { open, router } = await setUp(t)
    const modem = await open()
    await heard(modem, () => modem.can.ussd?.request('*100#'))
    router.staleUssdFlag(1_500)
    const menu = await heard(modem, () => modem.can.ussd?.request('*123#'))
    assert.equal(menu.status, 'reply_needed')
  })

  test('that is refused while it is under way is told as what may be asked elsewhere', async (t) => {
    const { open, router } = await setUp(t, { like: MC888 })
    const modem = await open()
    router.seekUssdService(4_000)
    const reply = await heard(modem, () => modem.can.ussd?.request('*100#'))
    assert.deepEqual(reply, { status: 'not_supported', text: null, dcs: null })
  })

  test('that is refused the same way twice is refused twice', async (t) => {
    const { open } = await setUp(t, { like: MC888 })
    const modem = await open()
    for (let turn = 1; turn <= 2; turn += 1) {
      await assert.rejects(async () => modem.can.ussd?.request('*100#'), { code: 'rejected_by_network' })
    }
  })

  test('begins also where there is nothing to cancel, and the device says so', async (t) => {
    const { open, router } = await setUp(t)
    const modem = await open()
    router.answerResult('failure', { to: 'USSD_PROCESS', times: 2 })
    assert.equal((await heard(modem, () => modem.can.ussd?.request('*100#'))).status, 'done')
  })

  test('that is cancelled while the device takes it ends without an error', async (t) => {
    const { open, router } = await setUp(t, { latency: { ussdMs: 3_000 } })
    const modem = await open()
    let replies = 0
    modem.on('ussd', () => replies++)
    router.staleUssdFlag(10_000)
    const asked = modem.can.ussd?.request('*100#')
    while (!router.requests.some(({ fields }) => fields.get('USSD_operator') === 'ussd_send')) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    await modem.can.ussd?.cancel()
    await asked
    assert.equal(replies, 0)
  })
})
