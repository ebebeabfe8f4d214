import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { SmsStore } from '../../src/modem/modem.ts'
import { MC888, MF79RU, MF79U, MF823, MF833 } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import type { RouterBench } from './router-bench.ts'
import { FRIEND, OWN_NUMBER, setUp } from './router-bench.ts'

const MINUTE_MS = 60_000

async function storeOf({ open }: RouterBench): Promise<SmsStore> {
  const { sms } = (await open()).can
  assert.ok(sms)
  return sms
}

const textsOf = async (bench: RouterBench, store: SmsStore): Promise<readonly (string | null)[]> =>
  (await store.list(true)).map(({ raw }) => bench.driver().join([raw]).text).sort()

const arrives = ({ network }: RouterBench, text: string, more: object = {}): void => {
  network.inject({ from: FRIEND, to: OWN_NUMBER, text, ...more })
}

describe('the stores', () => {
  for (const like of [MF79U, MF79RU]) {
    test(`of an ${like.model} with 200 waiting messages are drained, none lost and none twice`, async (t) => {
      const bench = await setUp(t, {
        like,
        profile: { stores: { nv: 300, sim: 50 }, newIds: 'lowest-free', idSpace: 'per-store' },
      })
      const store = await storeOf(bench)
      const wanted = Array.from({ length: 200 }, (_, index) => `Message ${String(index).padStart(3, '0')}`)
      // Every fourth goes to the SIM (class 2), whose ids are the same as those of the device.
      for (const [index, text] of wanted.slice(0, 180).entries()) {
        arrives(bench, text, index % 4 === 0 && index < 160 ? { messageClass: 2 } : {})
      }
      const seen = new Map<string, string | null>()
      let rounds = 0
      for (; ; rounds += 1) {
        const segments = await store.list(true)
        if (segments.length === 0) break
        for (const { contentKey, raw } of segments) seen.set(contentKey, bench.driver().join([raw]).text)
        // While they are taken out, others come in, and get the ids that became free.
        for (const text of wanted.slice(180 + rounds * 5, 185 + rounds * 5)) arrives(bench, text)
        await store.remove(segments)
      }
      assert.equal(bench.router.store.rows('nv').length + bench.router.store.rows('sim').length, 0)
      assert.deepEqual([...seen.values()].sort(), wanted)
      assert.ok(rounds >= 5)
    })
  }

  test('give a message that lacks parts when it is whole, or after ten minutes', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    const text = 'abcdefghij'.repeat(40)
    arrives(bench, text, { order: [3, 1] })
    assert.deepEqual(await store.list(true), [])
    bench.clock.advance(9 * MINUTE_MS)
    assert.deepEqual(await store.list(true), [])
    bench.clock.advance(2 * MINUTE_MS)
    const [partial, ...others] = await store.list(true)
    assert.ok(partial?.content.kind === 'received')
    assert.deepEqual(others, [])
    assert.equal(partial.content.concatenation?.total, 2)

    const whole = await setUp(t)
    const wholeStore = await storeOf(whole)
    arrives(whole, text, { order: [3, 1] })
    await wholeStore.list(true)
    arrives(whole, text, { order: [2] })
    // Another message from the same sender, with a reference of its own.
    assert.equal((await wholeStore.list(true)).length, 0)
  })

  test('forget nothing when an id was used again between listing and removing', async (t) => {
    const bench = await setUp(t, { profile: { newIds: 'lowest-free' } })
    const store = await storeOf(bench)
    arrives(bench, 'first')
    const segments = await store.list(true)
    const [row] = bench.router.store.rows('nv')
    assert.ok(row)
    bench.router.store.remove(row)
    arrives(bench, 'second, with the id of the first')
    assert.equal(bench.router.store.rows('nv')[0]?.id, row.id)
    await store.remove(segments)
    assert.deepEqual(await textsOf(bench, store), ['second, with the id of the first'])
  })

  test('keep a message whose id both have until its twin may go, too', async (t) => {
    const bench = await setUp(t, { profile: { idSpace: 'per-store' } })
    const store = await storeOf(bench)
    arrives(bench, 'in the device')
    arrives(bench, 'on the SIM', { messageClass: 2 })
    const [first, second] = await store.list(true)
    assert.ok(first && second)
    assert.equal(first.slot, second.slot)
    await store.remove([second])
    assert.deepEqual(await textsOf(bench, store), ['in the device', 'on the SIM'])
    assert.deepEqual(bench.written(), ['SET_MSG_READ'], 'no deletion was even tried')
    await store.remove([first, second])
    assert.deepEqual(await textsOf(bench, store), [])
  })

  test('delete again what the device only says it deleted, and say so when that is in vain', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    arrives(bench, 'one')
    bench.router.ignoreDeletions(2)
    await store.remove(await store.list(true))
    assert.deepEqual(await store.list(true), [])

    arrives(bench, 'two')
    bench.router.ignoreDeletions(100)
    await assert.rejects(store.remove(await store.list(true)), (error: unknown) => {
      assert.ok(error instanceof ModemError)
      return error.retry === 'later' && /still has them/.test(error.message)
    })
  })

  for (const [name, lose] of [
    ['a reset', (router: GoformRouter) => router.resetConnection('after-acting', { to: 'DELETE_SMS' })],
    ['silence', (router: GoformRouter) => router.swallowAnswer('after-acting', { to: 'DELETE_SMS' })],
    ['a web page', (router: GoformRouter) => router.answerHtml({ to: 'DELETE_SMS' })],
  ] as const) {
    test(`keep the message that got the id of a deleted one while the answer was lost by ${name}`, async (t) => {
      const bench = await setUp(t, { profile: { newIds: 'lowest-free', stores: { nv: 1, sim: 1 } } })
      const store = await storeOf(bench)
      arrives(bench, 'old')
      arrives(bench, 'new, waiting for room')
      const segments = await store.list(true)
      lose(bench.router)
      await store.remove(segments)
      assert.deepEqual(await textsOf(bench, store), ['new, waiting for room'])
      assert.equal(bench.written().filter((id) => id === 'DELETE_SMS').length, 1)
    })
  }

  test('keep the message that got the id of one that a bridge before this one is still deleting', async (t) => {
    const bench = await setUp(t, {
      like: MF823,
      profile: { newIds: 'lowest-free', stores: { nv: 1, sim: 1 } },
      latency: { storeMs: 2_000 },
    })
    const store = await storeOf(bench)
    arrives(bench, 'old')
    arrives(bench, 'new, waiting for room')
    const segments = await store.list(true)
    const deletion = await fetch(`${bench.url}/goform/goform_set_cmd_process`, {
      method: 'POST',
      headers: { Referer: `${bench.url}/index.html` },
      body: new URLSearchParams({ goformId: 'DELETE_SMS', msg_id: '1;', notCallback: 'true' }),
    })
    assert.match(await deletion.text(), /success/)
    await store.remove(segments)
    bench.clock.advance(10_000)
    assert.deepEqual(await textsOf(bench, store), ['new, waiting for room'])
  })

  test('keep a message that a list did not show, though one on the SIM has its id and may go', async (t) => {
    const bench = await setUp(t, { profile: { idSpace: 'per-store' } })
    const store = await storeOf(bench)
    const row = { number: FRIEND, tag: 1, date: '24,07,08,09,06,00,+8' } as const
    bench.router.store.add({ ...row, store: 'nv', id: 7, text: 'not shown' })
    bench.router.store.add({ ...row, store: 'sim', id: 3, text: 'not shown either' })
    bench.router.store.add({ ...row, store: 'sim', id: 7, text: 'shown' })
    for (let lists = 0; lists < 20; lists += 1) bench.router.shorterListOnce()
    const segments = await store.list(true)
    assert.equal(segments.length, 1)
    await store.remove(segments)
    bench.router.faults.listsToShorten = 0
    assert.ok((await textsOf(bench, store)).includes('not shown'))
    await store.remove(await store.list(true))
    assert.deepEqual(await store.list(true), [])
  })

  test('delete from the SIM only after some looks what the device counts and never lists may have the id of', async (t) => {
    const bench = await setUp(t, { profile: { idSpace: 'per-store' } })
    const store = await storeOf(bench)
    bench.router.faults.ghosts = 1
    arrives(bench, 'on the SIM', { messageClass: 2 })
    const outcomes: number[] = []
    for (let looks = 0; looks < 4; looks += 1) outcomes.push((await store.remove(await store.list(true))).length)
    assert.deepEqual(outcomes, [1, 1, 1, 0])
    bench.router.faults.ghosts = 2
    arrives(bench, 'on the SIM', { messageClass: 2 })
    assert.equal(
      (await store.remove(await store.list(true))).length,
      1,
      'another count is another list that is too short',
    )
  })

  test('delete again where the device never heard of the deletion', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    arrives(bench, 'one')
    bench.router.resetConnection('before-acting', { to: 'DELETE_SMS' })
    await store.remove(await store.list(true))
    assert.deepEqual(await store.list(true), [])
  })

  test('of a device that never learnt the time tell two alarms of the same text apart', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    bench.router.clockAt1970()
    arrives(bench, 'Alarm')
    arrives(bench, 'Alarm')
    const segments = await store.list(true)
    assert.equal(new Set(segments.map(({ contentKey }) => contentKey)).size, 2)
    for (const { content } of segments) assert.equal(content.kind === 'received' && content.sentAt, null)
    await store.remove(segments)
    assert.deepEqual(await store.list(true), [])
  })

  test('without times say which had to stay, read or not, while others are deleted', async (t) => {
    const bench = await setUp(t, { profile: { idSpace: 'per-store' } })
    const store = await storeOf(bench)
    bench.router.faults.hasNoDates = true
    bench.router.store.add({ store: 'sim', number: FRIEND, text: 'draft', tag: 4, date: '24,07,08,09,06,00,+2' })
    arrives(bench, 'has an id of the SIM')
    arrives(bench, 'may go')
    const segments = await store.list(true)
    const stayed = await store.remove(segments)
    assert.deepEqual(
      stayed.map(({ raw }) => bench.driver().join([raw]).text),
      ['has an id of the SIM'],
    )
    assert.deepEqual(await textsOf(bench, store), ['has an id of the SIM'])
  })

  test('without times go from both stores though the mark of the one on the SIM never shows', async (t) => {
    const bench = await setUp(t, { profile: { idSpace: 'per-store' } })
    const store = await storeOf(bench)
    bench.router.faults.hasNoDates = true
    arrives(bench, 'Alarm')
    arrives(bench, 'Alarm', { messageClass: 2 })
    assert.deepEqual(await store.remove(await store.list(true)), [])
    assert.deepEqual(bench.router.store.rows('sim'), [])
  })

  test('without times are no endless work where marks and deletions are both in vain', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    bench.router.faults.hasNoDates = true
    arrives(bench, 'Alarm')
    bench.router.answerResult('failure', { to: 'SET_MSG_READ', times: 100 })
    bench.router.ignoreDeletions(100)
    await assert.rejects(store.remove(await store.list(true)), /still has them/)
  })

  test('tell what is about to be deleted, and keep it where that cannot be noted', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    arrives(bench, 'one')
    const segments = await store.list(true)
    await assert.rejects(
      store.remove(segments, () => {
        throw new Error('disk full')
      }),
      /disk full/,
    )
    assert.deepEqual(await textsOf(bench, store), ['one'])
    const told: string[] = []
    await store.remove(segments, (leaving) => told.push(...leaving.map(({ contentKey }) => contentKey)))
    assert.deepEqual(
      told,
      segments.map(({ contentKey }) => contentKey),
    )
  })

  test('leave what was sent, failed or drafted by others where it is', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    for (const tag of [2, 3, 4] as const) {
      bench.router.store.add({ store: 'nv', number: FRIEND, text: 'mine', tag, date: '24,07,08,09,06,00,+2' })
    }
    arrives(bench, 'news')
    await store.remove(await store.list(true))
    assert.equal(bench.router.store.rows('nv').length, 3)
  })

  test('survive a list that is too short for once, and a row that is there twice', async (t) => {
    const bench = await setUp(t)
    const store = await storeOf(bench)
    for (let index = 0; index < 6; index += 1) arrives(bench, `Message ${index} of several`)
    bench.router.doubleRowOnce()
    assert.equal(new Set(await textsOf(bench, store)).size, 6)
    bench.router.shorterListOnce()
    await store.remove(await store.list(true))
    await store.remove(await store.list(true))
    assert.deepEqual(await store.list(true), [])
  })

  test('of an open device are sealed anew when a browser has brought a key of its own', async (t) => {
    const bench = await setUp(t, { like: { ...MF833, login: 'none', token: 'none', cookie: null } })
    const store = await storeOf(bench)
    arrives(bench, 'sealed')
    bench.router.personLogsIn()
    assert.deepEqual(await textsOf(bench, store), ['sealed'])
    assert.equal(bench.written().filter((id) => id === 'web_http_enstr_set').length, 2)
  })

  test('give sealed messages in clear, also when a browser has brought a key of its own', async (t) => {
    const bench = await setUp(t, { like: MF833 })
    const store = await storeOf(bench)
    arrives(bench, 'sealed')
    assert.deepEqual(await textsOf(bench, store), ['sealed'])
    bench.router.personLogsIn()
    bench.clock.advance(31_000)
    arrives(bench, 'sealed with another key')
    assert.deepEqual(await textsOf(bench, store), ['sealed', 'sealed with another key'])
    await store.remove(await store.list(true))
    assert.deepEqual(await store.list(true), [])
  })
})

describe('the notices', () => {
  for (const like of [MF79U, MC888]) {
    test(`of an ${like.model} hint at a new message, once`, async (t) => {
      const bench = await setUp(t, { like })
      const modem = await bench.open()
      let hints = 0
      modem.on('arrived', () => hints++)
      const hint = once(modem, 'arrived', { signal: AbortSignal.timeout(5_000) })
      arrives(bench, 'news')
      bench.clock.advance(5_000)
      await hint
      for (let look = 0; look < 3; look += 1) {
        const before = bench.router.requests.length
        bench.clock.advance(5_000)
        while (bench.router.requests.length === before) await new Promise((resolve) => setImmediate(resolve))
        await modem.readState(['sim'])
      }
      assert.equal(hints, 1)
    })
  }
})
