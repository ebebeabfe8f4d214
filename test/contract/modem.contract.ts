import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { StoredSegment, Submission } from '../../src/modem/messages.ts'
import type { Driver, Modem, SmsStore } from '../../src/modem/modem.ts'
import type { CellularNetwork } from '../../src/simulator/cellular-network.ts'

export const OWN_NUMBER = '+447700900001'
export const FRIEND = '+447700900123'

/** One simulated modem and the road to it. */
export interface Road {
  readonly network: CellularNetwork
  readonly driver: Pick<Driver, 'transport' | 'prepare' | 'join'>
  /** Opens; closed with the test. */
  readonly open: () => Promise<Modem>
  /** It goes away without a word: unplugged, its power cut. */
  readonly vanish: () => void
  /** It is here, takes everything and answers nothing, and time passes until that is noticed. */
  readonly hang: () => void
  /** Time passes, in ms. */
  readonly pass: (ms: number) => void
  /** The network hands the next message back. */
  readonly refuse: () => void
}

const within = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(15_000) })

function storeOf(modem: Modem): SmsStore {
  const { sms } = modem.can
  assert.ok(sms, 'it can handle messages')
  return sms
}

const prepare = ({ driver }: Road, text: string): readonly Submission[] =>
  driver.prepare(
    { to: FRIEND, text, flash: false, deliveryReport: false, validityMinutes: null, encoding: 'auto' },
    0x1234,
  )

const textOf = ({ driver }: Road, { raw }: StoredSegment): string | null => driver.join([raw]).text

/** What every Modem promises, whatever it is made of. @param setUp a road of its own for each test */
export function describeModem(name: string, setUp: (t: TestContext) => Promise<Road>): void {
  describe(`${name}: a store`, () => {
    test('lists what lies in it until that is removed, and nothing else goes with it', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      for (const text of ['one', 'two', 'three']) road.network.inject({ from: FRIEND, to: OWN_NUMBER, text })
      const first = await store.list(true)
      assert.deepEqual(first.map((each) => textOf(road, each)).sort(), ['one', 'three', 'two'])
      const two = first.filter((each) => textOf(road, each) === 'two')
      await store.remove(two)
      const second = await store.list(true)
      assert.deepEqual(second.map((each) => textOf(road, each)).sort(), ['one', 'three'])
      await store.remove(second)
      assert.deepEqual(await store.list(true), [])
    })

    test('gives the same message the same key each time, and its sender and time', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'Grüße 👋' })
      const [once_, twice] = [await store.list(true), await store.list(false)]
      assert.equal(once_[0]?.contentKey, twice[0]?.contentKey)
      const { content } = once_[0] ?? assert.fail()
      assert.ok(content.kind === 'received')
      assert.equal(content.from, FRIEND)
      assert.ok(Number.isFinite(Date.parse(content.sentAt ?? '')))
    })

    test('tells apart two messages of the same text that came at different times', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      for (const sentAt of ['2024-07-08T06:00:00Z', '2024-07-08T06:00:07Z']) {
        road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'again', sentAt: new Date(sentAt) })
      }
      const keys = (await store.list(true)).map(({ contentKey }) => contentKey)
      assert.equal(new Set(keys).size, 2)
    })

    test('names the stores that its segments come from', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'x' })
      for (const segment of await store.list(true)) assert.ok(store.stores.includes(segment.store))
    })

    test('does not mind removing what is gone already', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'x' })
      const segments = await store.list(true)
      await store.remove(segments)
      await store.remove(segments)
      await store.remove([])
      assert.deepEqual(await store.list(true), [])
    })

    test('outlives the modem: what was not removed is there after the next opening', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'kept' })
      await modem.close()
      const store = storeOf(await road.open())
      assert.deepEqual(
        (await store.list(true)).map((each) => textOf(road, each)),
        ['kept'],
      )
    })
  })

  describe(`${name}: sending`, () => {
    test('hands over once, after saying so, and gives message references of one octet', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      for (const submission of prepare(road, 'Alarm')) {
        let sentBefore = -1
        const references = await store.submit(submission, () => {
          assert.equal(sentBefore, -1, 'said once')
          sentBefore = road.network.taken.length
        })
        assert.equal(sentBefore, 0, 'said before it left')
        for (const reference of references) assert.ok(reference >= 0 && reference <= 255)
      }
      assert.deepEqual(
        road.network.taken.map(({ submit }) => submit.to.number),
        [FRIEND],
      )
    })

    test('keeps the message when saying so fails', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      const [submission] = prepare(road, 'x')
      assert.ok(submission)
      const full = new ModemError('internal', 'The journal cannot be written.')
      await assert.rejects(
        store.submit(submission, () => {
          throw full
        }),
        (error) => error === full,
      )
      road.pass(5_000)
      assert.equal(road.network.taken.length, 0)
    })

    test('keeps the order', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      const submissions = ['1', '22', '333', '4444'].flatMap((text) => prepare(road, text))
      await Promise.all(submissions.map((each) => store.submit(each, () => undefined)))
      assert.deepEqual(
        road.network.taken.map(({ submit }) => submit.content.text),
        ['1', '22', '333', '4444'],
      )
    })

    test('tells a refusal by the network as one', async (t) => {
      const road = await setUp(t)
      const store = storeOf(await road.open())
      road.refuse()
      const [submission] = prepare(road, 'x')
      assert.ok(submission)
      await assert.rejects(
        store.submit(submission, () => undefined),
        (error: unknown) => error instanceof ModemError && error.code.startsWith('rejected'),
      )
    })

    test('of what cannot be sent is refused before anything is handed over', async (t) => {
      const road = await setUp(t)
      assert.throws(() => prepare(road, 'x'.repeat(100_000)), ModemError)
      await road.open()
      assert.equal(road.network.taken.length, 0)
    })
  })

  describe(`${name}: its state`, () => {
    test('has the groups that were asked for', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      const state = await modem.readState(['signal', 'registration', 'operator', 'sim', 'store'])
      // The cell may come along: it costs a stick nothing of its own.
      const { cell: _, ...asked } = state
      assert.deepEqual(Object.keys(asked).sort(), ['operator', 'registration', 'signal', 'sim', 'store'])
      assert.equal(state.sim, 'ready')
      assert.equal(state.registration?.state, 'home')
      assert.ok((state.signal?.percent ?? -1) > 0 && (state.signal?.percent ?? 101) <= 100)
      assert.match(state.operator?.code ?? '', /^\d{5,6}$/)
      assert.deepEqual(Object.keys(await modem.readState(['sim'])), ['sim'])
      assert.deepEqual(await modem.readState([]), {})
    })

    test('counts what lies in the store', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      const before = (await modem.readState(['store'])).store
      road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'x' })
      const after = (await modem.readState(['store'])).store
      assert.ok(before && after)
      assert.equal(after.used, before.used + 1)
      assert.ok(after.capacity >= after.used)
      assert.ok(storeOf(modem).stores.includes(after.storage))
    })

    test('comes with an identity and without a problem', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      assert.equal(modem.problem, null)
      assert.equal(modem.identity.manufacturer?.includes('ZTE'), true)
      for (const key of ['model', 'firmware', 'imei', 'iccid', 'port'] as const) assert.ok(modem.identity[key], key)
    })
  })

  describe(`${name}: its end`, () => {
    test('is told once, when it vanishes, and what is asked then fails and does not hang', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      let losses = 0
      modem.on('lost', () => {
        losses += 1
      })
      const lost = once(modem, 'lost', within())
      road.vanish()
      const [cause] = await lost
      assert.ok(cause instanceof ModemError)
      await assert.rejects(modem.readState(['signal']), ModemError)
      road.pass(60_000)
      assert.equal(losses, 1)
      await modem.close()
    })

    test('waits for whoever listens first', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      road.vanish()
      await assert.rejects(async () => {
        for (;;) await modem.readState(['signal'])
      }, ModemError)
      await once(modem, 'lost', within())
    })

    test('comes when it hangs', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      const lost = once(modem, 'lost', within())
      road.hang()
      // A serial line is quiet until somebody asks; a router is asked all the time.
      modem.readState(['signal']).catch(() => undefined)
      const [cause] = await lost
      assert.ok(cause instanceof ModemError)
    })

    test('by closing is no loss, and can be said twice', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      let losses = 0
      modem.on('lost', () => {
        losses += 1
      })
      await modem.close()
      await modem.close()
      await assert.rejects(modem.readState(['signal']), ModemError)
      road.pass(60_000)
      assert.equal(losses, 0)
    })

    test('follows a reboot that the modem took', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      const lost = once(modem, 'lost', within())
      await modem.can.reboot?.()
      await lost
    })
  })

  describe(`${name}: a hint`, () => {
    test('comes with a new message', async (t) => {
      const road = await setUp(t)
      const modem = await road.open()
      const hint = once(modem, 'arrived', within())
      road.network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'x' })
      road.pass(5_000)
      await hint
    })
  })
}
