import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MF79U, MF833 } from '../../src/simulator/goform-profiles.ts'
import { FRIEND } from '../driver/router-bench.ts'
import { routerRoad } from './router-road.ts'

/** Firmware that gives the id of a deleted message to the next one, and no dates. */
const REUSED = { newIds: 'above-highest', idSpace: 'per-store' } as const
const KEEP = { afterReceive: 'keep' } as const

describe('messages that stay in a router', () => {
  test('are marked as read once the journal has them, once, and published once', async (t) => {
    const road = await routerRoad(t, { like: MF79U }, KEEP)
    road.arrives('one')
    road.arrives('two', { messageClass: 2 })
    const before = road.writes('SET_MSG_READ')
    for (let again = 0; again < 3; again += 1) await road.look()
    assert.deepEqual(road.texts(), ['one', 'two'])
    assert.deepEqual(
      road.rows().map(({ tag }) => tag),
      [0, 0],
    )
    assert.equal(road.writes('SET_MSG_READ') - before, 1)
  })

  test('are not marked in vain again and again where both stores have the id', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: { idSpace: 'per-store' } }, KEEP)
    road.arrives('in the device')
    road.arrives('on the SIM', { messageClass: 2 })
    const before = road.writes('SET_MSG_READ')
    for (let again = 0; again < 4; again += 1) await road.look()
    assert.equal(road.writes('SET_MSG_READ') - before, 1)
    assert.equal(road.texts().length, 2)
  })

  test('are published also where the device does not let itself be told that they are read', async (t) => {
    const road = await routerRoad(t, { like: MF79U }, KEEP)
    road.router.answerResult('failure', { to: 'SET_MSG_READ', times: 100 })
    road.arrives('one')
    await road.look()
    assert.deepEqual(road.texts(), ['one'])
  })

  for (const [store, more] of [
    ['device', {}],
    ['SIM', { messageClass: 2 }],
  ] as const) {
    test(`make room in the store of the ${store} when less than a quarter of it is free, the oldest first`, async (t) => {
      const road = await routerRoad(t, { like: MF79U, profile: { stores: { nv: 8, sim: 8 } } }, KEEP)
      for (let index = 1; index <= 8; index += 1) {
        road.arrives(`Message ${index}`, more)
        road.clock.advance(1_000)
      }
      await road.look()
      assert.deepEqual(
        road.rows().map(({ text }) => text),
        [3, 4, 5, 6, 7, 8].map((index) => `Message ${index}`),
      )
      assert.equal(road.texts().length, 8)
    })
  }
})

test('messages leave the router only once the journal has them, from both stores', async (t) => {
  const road = await routerRoad(t, { like: MF79U })
  road.arrives('in the device')
  road.arrives('on the SIM', { messageClass: 2 })
  t.mock.method(road.journal.received, 'segmentsStored', () => {
    throw new Error('disk full')
  })
  await assert.rejects(road.look(), /disk full/)
  assert.equal(road.rows().length, 2)
  t.mock.restoreAll()
  await road.look()
  assert.deepEqual(road.texts(), ['in the device', 'on the SIM'])
  assert.deepEqual(road.rows(), [])
})

describe('alarms that look alike', () => {
  test('on a device without dates are all published, whatever id they get', async (t) => {
    for (const newIds of ['above-highest', 'lowest-free', 'never-used'] as const) {
      const road = await routerRoad(t, { like: MF79U, profile: { ...REUSED, newIds } })
      road.router.faults.hasNoDates = true
      for (let alarm = 1; alarm <= 4; alarm += 1) {
        road.arrives('Alarm')
        await road.look()
        await road.look()
        assert.equal(road.texts().length, alarm, newIds)
        assert.deepEqual(road.rows(), [])
      }
    }
  })

  test('without dates in both stores with one id are two', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: REUSED })
    road.router.faults.hasNoDates = true
    road.arrives('Alarm')
    road.arrives('Alarm', { messageClass: 2 })
    assert.deepEqual(
      road.rows().map(({ id }) => id),
      [1, 1],
    )
    await road.look()
    assert.deepEqual(road.texts(), ['Alarm', 'Alarm'])
  })

  test('without dates that have to stay, because deleting them would delete something else, are published once', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: REUSED })
    road.router.faults.hasNoDates = true
    road.router.store.add({ store: 'sim', number: FRIEND, text: 'draft', tag: 4, date: '24,07,08,09,06,00,+2' })
    road.arrives('Alarm')
    for (let again = 0; again < 3; again += 1) await road.look()
    assert.deepEqual(road.texts(), ['Alarm'])
    assert.equal(road.rows().length, 2)
  })

  test('that come while the one before is being deleted are kept and published', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: { ...REUSED, stores: { nv: 1, sim: 1 } } })
    road.router.faults.hasNoDates = true
    // Only one has room, so each comes in the instant in which the one before is deleted, and gets its id.
    for (let alarm = 1; alarm <= 3; alarm += 1) road.arrives('Alarm')
    for (let again = 0; again < 4; again += 1) await road.look()
    assert.equal(road.texts().length, 3)
    assert.deepEqual(road.rows(), [])
  })

  test('without dates that stay are published once, over a restart and over a list that is too short for once', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: REUSED }, KEEP)
    road.router.faults.hasNoDates = true
    road.arrives('Alarm')
    road.arrives('Alarm')
    await road.look()
    road.router.shorterListOnce()
    for (let again = 0; again < 3; again += 1) await road.look()
    await road.restart()
    assert.deepEqual(road.texts(), ['Alarm', 'Alarm'])
  })

  test('without dates are published anew once a person has cleared the store', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: REUSED }, KEEP)
    road.router.faults.hasNoDates = true
    road.arrives('Alarm')
    await road.look()
    for (const row of road.rows()) road.router.store.remove(row)
    await road.look()
    await road.look()
    road.arrives('Alarm')
    await road.look()
    assert.deepEqual(road.texts(), ['Alarm', 'Alarm'])
  })

  test('without dates that the device only says it has deleted are published once', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: REUSED })
    road.router.faults.hasNoDates = true
    road.router.ignoreDeletions(2)
    road.arrives('Alarm')
    await road.look()
    await road.look()
    assert.deepEqual([road.texts(), road.rows()], [['Alarm'], []])
  })

  for (const [when, isGone] of [
    ['before', false],
    ['after', true],
  ] as const) {
    test(`without dates are told apart when the process ended just ${when} the deletion`, async (t) => {
      const road = await routerRoad(t, { like: MF79U, profile: REUSED })
      road.router.faults.hasNoDates = true
      road.arrives('Alarm')
      if (!isGone) road.router.ignoreDeletions(100)
      const store = road.store()
      const remove = store.remove.bind(store)
      t.mock.method(store, 'remove', async (...[segments, onLeaving]: Parameters<typeof remove>) => {
        await remove(segments, onLeaving)
        throw new Error('killed')
      })
      await assert.rejects(road.look(), isGone ? /killed/ : /still has them/)
      assert.equal(road.rows().length, isGone ? 0 : 1)
      road.router.faults.deletionsToIgnore = 0
      if (isGone) road.arrives('Alarm')
      await road.restart()
      await road.look()
      assert.deepEqual(road.texts(), isGone ? ['Alarm', 'Alarm'] : ['Alarm'])
      assert.deepEqual(road.rows(), [])
    })
  }

  test('without dates that stay are published once, also when their store was away for long', async (t) => {
    const road = await routerRoad(t, { like: MF79U, profile: REUSED }, KEEP)
    road.router.faults.hasNoDates = true
    road.arrives('Alarm')
    await road.look()
    const [row] = road.rows()
    assert.ok(row)
    road.router.store.remove(row)
    for (let again = 0; again < 4; again += 1) await road.look()
    road.router.store.add(row)
    await road.look()
    assert.deepEqual(road.texts(), ['Alarm'])
  })

  test('at another time are two, and one that the network sends again is one, whatever its id', async (t) => {
    const road = await routerRoad(t, { like: MF79U })
    road.arrives('Alarm')
    road.arrives('Alarm')
    await road.look()
    assert.deepEqual(road.texts(), ['Alarm'])
    road.clock.advance(1_000)
    road.arrives('Alarm')
    await road.look()
    assert.deepEqual(road.texts(), ['Alarm', 'Alarm'])
  })
})

describe('a message that cannot be decrypted', () => {
  test('is published once as it is, stays in the router, and comes in clear once it can', async (t) => {
    const road = await routerRoad(t, { like: MF833 })
    road.arrives('secret')
    road.router.loseKeys()
    road.clock.advance(1_000)
    road.arrives('readable')
    for (let again = 0; again < 4; again += 1) await road.look()
    assert.deepEqual(road.texts(), ['readable', null])
    const { raw, from } = road.received[1] ?? assert.fail()
    assert.equal(from, null)
    assert.match(JSON.parse(raw ?? '').content, /^[A-Za-z0-9+/=]{40,}$/)
    assert.deepEqual(road.events, ['pdu_quarantined'])
    assert.deepEqual(
      road.rows().map(({ text }) => text),
      ['secret'],
    )
    await road.restart()
    assert.equal(road.texts().length, 2)
    road.router.loseKeys(false)
    await road.look()
    assert.deepEqual(road.texts(), ['readable', null, 'secret'])
    assert.deepEqual(road.rows(), [])
  })

  test('does not make the bridge register key after key', async (t) => {
    const road = await routerRoad(t, { like: MF833 })
    road.arrives('secret')
    road.router.loseKeys()
    for (let again = 0; again < 8; again += 1) await road.look()
    assert.ok(road.writes('web_http_enstr_set') <= 4, `${road.writes('web_http_enstr_set')}`)
  })

  test('makes room when less than a quarter of the store is free', async (t) => {
    const road = await routerRoad(t, { like: MF833, profile: { stores: { nv: 4, sim: 4 } } })
    for (let index = 0; index < 4; index += 1) {
      road.arrives(`secret ${index}`)
      road.clock.advance(1_000)
    }
    road.router.loseKeys()
    await road.look()
    assert.deepEqual([road.texts().length, road.rows().length], [4, 3])
  })
})

test('a sealed message that goes out again behind a fresh login is sealed with the fresh key', async (t) => {
  const road = await routerRoad(t, { like: MF833 })
  road.accept('a', { text: 'sealed 👋' })
  const { submit } = road.store()
  t.mock.method(road.store(), 'submit', (submission: Parameters<typeof submit>[0], onHandOver: () => void) =>
    submit.call(road.store(), submission, () => {
      onHandOver()
      road.clock.advance(31_000)
      road.router.expireLogin()
      road.router.personLogsIn()
      road.router.expireLogin()
    }),
  )
  await road.outbox.advance(road.store())
  assert.equal(road.statusOf('a'), 'sent')
  assert.deepEqual(
    road.network.taken.map(({ submit: { content, to } }) => [to.number, content.text]),
    [[FRIEND, 'sealed 👋']],
  )
})

test('of several recipients each has an outcome of its own', async (t) => {
  const road = await routerRoad(t, { like: MF79U })
  const others = ['+447700900201', '+447700900202', '+447700900203']
  road.network.rejectTo(others[1] ?? '', 500)
  for (const [index, to] of others.entries()) {
    await road.send(`m/${index + 1}`, { to, text: 'x'.repeat(400), deliveryReport: false })
  }
  assert.deepEqual(
    road.statuses
      .filter(({ status }) => status === 'sent' || status === 'failed')
      .map(({ id, to, status, parts, partsSent }) => [id, to, status, parts, partsSent]),
    [
      ['m/1', others[0], 'sent', 3, 3],
      ['m/2', others[1], 'failed', 3, 0],
      ['m/3', others[2], 'sent', 3, 3],
    ],
  )
})
