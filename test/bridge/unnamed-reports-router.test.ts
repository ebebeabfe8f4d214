import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { MC888, MF79U, MF823 } from '../../src/simulator/goform-profiles.ts'
import { FRIEND, setUp } from '../driver/router-bench.ts'
import { routerRoad } from './router-road.ts'

const HOUR_MS = 3_600_000
const DELIVERED = 0x00
const TRYING = 0x30
const GIVEN_UP = 0x46

describe('a delivery report of a router', () => {
  for (const like of [MF79U, MC888]) {
    test(`of an ${like.model} is asked for and settles the message, and is nobody's SMS`, async (t) => {
      const road = await routerRoad(t, { like, profile: { reports: 'outcome' } })
      await road.send('a')
      assert.equal(road.statusOf('a'), 'sent')
      await road.look()
      assert.equal(road.statusOf('a'), 'delivered')
      road.network.reportFor(FRIEND, { statuses: [GIVEN_UP] })
      await road.send('b')
      await road.look()
      assert.equal(road.statusOf('b'), 'undelivered')
      assert.match(road.statuses.at(-1)?.error?.message ?? '', /could not deliver it\./)
      assert.equal(road.writes('SET_MESSAGE_CENTER'), 1, 'it is set once for all')
      for (let again = 0; again < 3; again += 1) await road.look()
      assert.deepEqual(road.received, [])
      assert.deepEqual(
        road.statuses.filter(({ status }) => status.endsWith('delivered')).map(({ id }) => id),
        ['a', 'b'],
        'each is told once',
      )
      assert.equal(road.journal.received.openSegments('router').length, 0)
    })
  }

  test('that says the centre still tries settles nothing, and the next one does', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    road.network.reportFor(FRIEND, { statuses: [TRYING, DELIVERED], delayMs: 30_000 })
    await road.send('a')
    road.clock.advance(30_000)
    await road.look()
    assert.equal(road.statusOf('a'), 'sent')
    road.clock.advance(30_000)
    await road.look()
    assert.equal(road.statusOf('a'), 'delivered')
  })

  test('that came while the bridge was away settles the message at the next start', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    road.network.reportFor(FRIEND, { statuses: [DELIVERED], delayMs: 30_000 })
    await road.send('a')
    road.clock.advance(60_000)
    await road.restart()
    assert.equal(road.statusOf('a'), 'delivered')
  })

  test('that does not say how it ended leaves the message as it is', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: { reports: 'recipient' } })
    await road.send('a')
    await road.look()
    assert.deepEqual([road.statusOf('a'), road.received], ['sent', []])
  })

  test('calls nothing delivered that may not be: of two that wait, one is not the other', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    road.network.reportFor(FRIEND, { statuses: [] })
    await road.send('lost')
    road.network.reportFor(FRIEND, { statuses: [DELIVERED] })
    await road.send('second')
    await road.look()
    assert.deepEqual([road.statusOf('lost'), road.statusOf('second')], ['sent', 'sent'])
    await road.send('to somebody else', { to: '+447700900777' })
    await road.look()
    assert.equal(road.statusOf('to somebody else'), 'delivered')
    // A day later nothing is expected of the first two, and what comes is of the third.
    road.clock.advance(25 * HOUR_MS)
    await road.send('third')
    await road.look()
    assert.deepEqual(['lost', 'second', 'third'].map(road.statusOf), ['sent', 'sent', 'delivered'])
  })

  test('and another, for two that wait, settle both when they agree, and neither when they do not', async (t) => {
    for (const [last, expected] of [
      [DELIVERED, 'delivered'],
      [GIVEN_UP, 'sent'],
    ] as const) {
      const road = await routerRoad(t, { like: MF79U })
      road.network.reportFor(FRIEND, { statuses: [DELIVERED], delayMs: 60_000 })
      await road.send('a', { text: 'one' })
      road.network.reportFor(FRIEND, { statuses: [last], delayMs: 60_000 })
      await road.send('b', { text: 'two' })
      road.clock.advance(120_000)
      await road.look()
      assert.deepEqual(['a', 'b'].map(road.statusOf), [expected, expected])
      road.network.reportFor(FRIEND, { statuses: [GIVEN_UP] })
      await road.send('c', { text: 'three' })
      await road.look()
      assert.equal(road.statusOf('c'), 'undelivered', 'what was before does not stand in its way')
    }
  })

  test('is needed for each part of a long message', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    await road.send('long', { text: 'x'.repeat(400) })
    assert.equal(road.network.taken.length, 3)
    await road.look()
    assert.equal(road.statusOf('long'), 'delivered')
  })

  test('that overtakes the outcome is left for the look that follows it', async (t) => {
    const bench = await setUp(t, { like: MF79U })
    const modem = await bench.open()
    const { sms } = modem.can
    const request = { to: FRIEND, text: 'x', flash: false, deliveryReport: true, validityMinutes: null } as const
    const [submission] = bench.driver().prepare({ ...request, encoding: 'auto' }, 1)
    assert.ok(sms && submission)
    const hint = once(modem, 'arrived', { signal: AbortSignal.timeout(5_000) })
    let listed: ReturnType<typeof sms.list> | undefined
    await sms.submit(submission, () => {
      listed = sms.list(false)
    })
    assert.deepEqual(await listed, [])
    await hint
    assert.deepEqual(
      (await sms.list(false)).map(({ content }) => content.kind),
      ['report'],
    )
  })

  test('is hinted at by the device', async (t) => {
    const bench = await setUp(t, { like: MF79U })
    const modem = await bench.open()
    const { sms } = modem.can
    const request = { to: FRIEND, text: 'x', flash: false, deliveryReport: true, validityMinutes: null } as const
    const [submission] = bench.driver().prepare({ ...request, encoding: 'auto' }, 1)
    assert.ok(sms && submission)
    bench.network.reportFor(FRIEND, { statuses: [DELIVERED], delayMs: 60_000 })
    await sms.submit(submission, () => {})
    const hint = once(modem, 'arrived', { signal: AbortSignal.timeout(5_000) })
    bench.clock.advance(60_000)
    await hint
  })

  test('is found among many: pages are read as long as they bring something new', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    for (let index = 0; index < 25; index += 1) await road.send(`${index}`, { to: `+4477009010${10 + index}` })
    await road.look()
    const statuses = Array.from({ length: 25 }, (_, index) => road.statusOf(`${index}`))
    assert.deepEqual([...new Set(statuses)], ['delivered'])
    const reads = (): number =>
      road.router.requests.filter(({ fields }) => fields.get('cmd') === 'sms_status_rpt_data').length
    const before = reads()
    await road.look()
    assert.equal(reads() - before, 1, 'and no further once they are known')
  })
})

describe('what a message wants of the device', () => {
  test('no report is asked for where none is wanted, and what was set before is not', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    await road.send('a', { deliveryReport: true })
    await road.send('b', { deliveryReport: false })
    assert.deepEqual(
      road.network.taken.map(({ submit }) => submit.wantsReport),
      [true, false],
    )
    assert.equal(road.router.outbox.centre, road.network.smsc, 'the service centre is kept')
  })

  test('its validity is the next that can be chosen, and the one before is put back', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    const wanted = [60, 24 * 60, 3 * 24 * 60, null, 60 * 24 * 60] as const
    for (const validityMinutes of wanted) {
      await road.send(`${validityMinutes}`, { validityMinutes, deliveryReport: false })
      assert.equal(road.router.outbox.validity, 255, 'as it was')
    }
    assert.deepEqual(
      road.network.taken.map(({ submit }) => (submit.validity?.format === 'relative' ? submit.validity.minutes : null)),
      [12 * 60, 24 * 60, 7 * 24 * 60, 63 * 7 * 24 * 60, 63 * 7 * 24 * 60],
    )
  })

  test('is put back by the next process where the one before ended', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    const store = road.store()
    const submit = store.submit.bind(store)
    t.mock.method(store, 'submit', (...[submission, onHandOver]: Parameters<typeof submit>) =>
      submit(submission, () => {
        road.router.resetConnection('before-acting', { to: 'SET_MESSAGE_CENTER', times: 2 })
        onHandOver()
      }),
    )
    await road.send('a', { validityMinutes: 60, deliveryReport: false })
    assert.equal(road.router.outbox.validity, 143)
    await road.restart()
    assert.equal(road.router.outbox.validity, 255)
    await road.send('b', { deliveryReport: false })
    assert.equal(road.router.outbox.validity, 255)
  })

  test('is put back also when the message could not be sent', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    road.network.rejectTo(FRIEND, 500)
    await road.send('a', { validityMinutes: 60 })
    assert.deepEqual([road.statusOf('a'), road.router.outbox.validity], ['failed', 255])
  })

  for (const [name, spoil] of [
    [
      'refuses the settings',
      (road: Awaited<ReturnType<typeof routerRoad>>) =>
        road.router.answerResult('failure', { to: 'SET_MESSAGE_CENTER', times: 1_000 }),
    ],
    [
      'does not tell them',
      (road: Awaited<ReturnType<typeof routerRoad>>) =>
        road.router.answerEmpty({ to: 'sms_parameter_info', times: 1_000 }),
    ],
    [
      'shows a web page instead',
      (road: Awaited<ReturnType<typeof routerRoad>>) =>
        road.router.answerHtml({ to: 'sms_parameter_info', times: 1_000 }),
    ],
    [
      'is silent about them',
      (road: Awaited<ReturnType<typeof routerRoad>>) =>
        road.router.swallowAnswer('before-acting', { to: 'sms_parameter_info', times: 1_000 }),
    ],
    [
      'is silent about reports',
      (road: Awaited<ReturnType<typeof routerRoad>>) =>
        road.router.swallowAnswer('before-acting', { to: 'sms_status_rpt_data', times: 1_000 }),
    ],
  ] as const) {
    test(`does not keep it from being sent, nor others from coming, where the device ${name}`, async (t) => {
      const road = await routerRoad(t, { like: MF823 })
      spoil(road)
      for (const id of ['a', 'b', 'c', 'd']) {
        await road.send(id, { validityMinutes: 60 })
        assert.equal(road.statusOf(id), 'sent')
      }
      road.arrives('news')
      await road.look()
      assert.deepEqual(road.texts(), ['news'])
    })
  }
})
