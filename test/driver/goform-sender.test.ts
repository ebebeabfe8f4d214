import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { Modem } from '../../src/modem/modem.ts'
import { MC888, MF79U, MF833 } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import type { RouterBench } from './router-bench.ts'
import { FRIEND, OWN_NUMBER, setUp } from './router-bench.ts'

const TO_SEND = 'SEND_SMS'

/** Sends as the bridge does. @returns the references, or the error, and how often the message left our hands */
async function send({ driver }: RouterBench, modem: Modem, text = 'Alarm') {
  const sms = {
    to: FRIEND,
    text,
    flash: false,
    deliveryReport: false,
    validityMinutes: null,
    encoding: 'auto',
  } as const
  const [submission] = driver().prepare(sms, 1)
  assert.ok(submission)
  let handedOver = 0
  const outcome = await modem.can.sms
    ?.submit(submission, () => {
      handedOver += 1
    })
    .catch((error: unknown) => error)
  return { outcome, handedOver }
}

const code = ({ outcome }: { readonly outcome: unknown }): string =>
  outcome instanceof ModemError ? outcome.code : 'sent'

describe('sending', () => {
  test('tells the reference where the firmware has one, and leaves nothing in the store', async (t) => {
    const bench = await setUp(t, { like: MC888 })
    const modem = await bench.open()
    assert.deepEqual((await send(bench, modem)).outcome, [1])
    assert.deepEqual((await send(bench, modem)).outcome, [2])
    assert.deepEqual(bench.router.store.rows('nv'), [])
  })

  test('leaves a message alone that has got the id of the sent one by the time it is tidied up', async (t) => {
    const bench = await setUp(t, { profile: { newIds: 'lowest-free', stores: { nv: 1, sim: 1 } } })
    const modem = await bench.open()
    bench.router.resetConnection('after-acting', { to: 'DELETE_SMS' })
    const sending = send(bench, modem)
    while (bench.router.store.rows('nv').length === 0) await new Promise((resolve) => setImmediate(resolve))
    bench.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'news' })
    assert.equal(code(await sending), 'sent')
    const texts = (await modem.can.sms?.list(true))?.map(({ raw }) => bench.driver().join([raw]).text)
    assert.deepEqual(texts, ['news'])
  })

  test('does not believe the outcome of the message before', async (t) => {
    const bench = await setUp(t, { latency: { submitMs: 4_000 } })
    const modem = await bench.open()
    await send(bench, modem, 'first')
    bench.network.rejectTo(FRIEND, 500)
    for (const staleMs of [2_000, 8_000, 30_000]) {
      bench.router.staleStatus(staleMs)
      assert.equal(code(await send(bench, modem, `stale for ${staleMs}`)), 'rejected_by_network')
    }
    assert.equal(bench.network.taken.filter(({ rejection }) => rejection === null).length, 1)
  })

  test('the same text twice is two messages, each with its own outcome', async (t) => {
    const bench = await setUp(t, { latency: { submitMs: 1_500 } })
    const modem = await bench.open()
    assert.deepEqual([code(await send(bench, modem)), code(await send(bench, modem))], ['sent', 'sent'])
    bench.network.rejectTo(FRIEND, 500)
    assert.equal(code(await send(bench, modem)), 'rejected_by_network')
    assert.equal(bench.network.taken.length, 3)
  })

  test('a network that refuses, and none at all, are failures that are worth another try', async (t) => {
    const bench = await setUp(t)
    const modem = await bench.open()
    bench.network.rejectTo(FRIEND, 500, 1)
    const { outcome, handedOver } = await send(bench, modem)
    assert.ok(outcome instanceof ModemError)
    assert.deepEqual([outcome.code, outcome.retry, handedOver], ['rejected_by_network', 'later', 1])
    assert.deepEqual(bench.router.store.rows('nv'), [], 'what failed is not left to fill the store')
    bench.router.setService('none')
    assert.equal(code(await send(bench, modem)), 'rejected_by_network')
    bench.router.setService('home')
    assert.equal(code(await send(bench, modem)), 'sent')
  })

  test('what is sealed for the device is what the network gets', async (t) => {
    const bench = await setUp(t, { like: MF833 })
    const modem = await bench.open()
    assert.equal(code(await send(bench, modem, 'sealed 👋')), 'sent')
    bench.router.personLogsIn()
    bench.clock.advance(31_000)
    assert.equal(code(await send(bench, modem, 'sealed again')), 'sent')
    assert.equal(bench.network.taken.length, 2)
  })
})

describe('a send whose answer is spoilt', () => {
  const FAULTS: readonly (readonly [name: string, break_: (router: GoformRouter) => void, isTaken: boolean])[] = [
    ['a web page', (router) => router.answerHtml({ to: TO_SEND }), true],
    ['half of its JSON', (router) => router.truncateJson({ to: TO_SEND }), true],
    ['a result without a word', (router) => router.answerResult('', { to: TO_SEND }), true],
    ['a result that nobody knows', (router) => router.answerResult('queued', { to: TO_SEND }), true],
    ['nothing', (router) => router.answerEmpty({ to: TO_SEND }), true],
    ['HTTP 500', (router) => router.answer500({ to: TO_SEND }), true],
    ['a length too long', (router) => router.announceWrongLength(5, { to: TO_SEND }), true],
    ['a length too short', (router) => router.announceWrongLength(-5, { to: TO_SEND }), true],
    ['a reset behind it', (router) => router.resetConnection('after-acting', { to: TO_SEND }), true],
    ['a reset before it', (router) => router.resetConnection('before-acting', { to: TO_SEND }), false],
    ['silence behind it', (router) => router.swallowAnswer('after-acting', { to: TO_SEND }), true],
    ['silence before it', (router) => router.swallowAnswer('before-acting', { to: TO_SEND }), false],
  ]
  for (const [name, breakIt, isTaken] of FAULTS) {
    for (const submitMs of [0, 2_500]) {
      test(`${name} goes out once, and is ${isTaken ? 'found to be sent' : 'of unknown fate'} (${submitMs} ms)`, async (t) => {
        const bench = await setUp(t, { like: MF79U, latency: { submitMs } })
        const modem = await bench.open()
        await send(bench, modem, 'before')
        breakIt(bench.router)
        const result = await send(bench, modem)
        assert.equal(result.handedOver, 1)
        assert.equal(bench.written().filter((id) => id === TO_SEND).length, 2)
        assert.equal(bench.network.taken.length, isTaken ? 2 : 1)
        if (isTaken) assert.equal(code(result), 'sent')
        // Neither word of a refusal: that would send it again.
        else assert.match(code(result), /^(?:closed|timeout|protocol)$/)
      })
    }
  }

  test('an expired login is renewed before the message leaves our hands, and it goes out once', async (t) => {
    const bench = await setUp(t)
    const modem = await bench.open()
    bench.clock.advance(31_000)
    bench.router.expireLogin()
    const result = await send(bench, modem)
    assert.deepEqual([code(result), result.handedOver, bench.network.taken.length], ['sent', 1, 1])
  })

  test('a session that somebody has taken keeps the message in our hands', async (t) => {
    const bench = await setUp(t)
    const modem = await bench.open()
    bench.router.personLogsIn()
    const result = await send(bench, modem)
    assert.deepEqual([code(result), result.handedOver, bench.network.taken.length], ['session_taken', 0, 0])
  })

  test('a refusal in words, for a token that somebody used up, is no reason to give up', async (t) => {
    const bench = await setUp(t, { like: { ...MC888, tokenRotates: 'never' } })
    const modem = await bench.open()
    const { submit } = modem.can.sms ?? assert.fail()
    const sms = {
      to: FRIEND,
      text: 'x',
      flash: false,
      deliveryReport: false,
      validityMinutes: null,
      encoding: 'auto',
    } as const
    const [submission] = bench.driver().prepare(sms, 1)
    assert.ok(submission)
    await submit.call(modem.can.sms, submission, () => bench.router.rotateRd())
    assert.equal(bench.network.taken.length, 1)
  })
})
