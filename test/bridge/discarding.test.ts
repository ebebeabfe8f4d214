import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { discardStored } from '../../src/bridge/discarding.ts'
import { Inbox } from '../../src/bridge/inbox.ts'
import type { StoredSegment } from '../../src/modem/messages.ts'
import { openJournal } from '../journal/open-journal.ts'
import { FakeDriver, FakeModem, part, report, segment } from './fake-modem.ts'

function setUp(t: TestContext) {
  const { journal, clock } = openJournal(t)
  const modem = new FakeModem()
  let ids = 0
  const inbox = new Inbox({
    modem: 'stick',
    driver: new FakeDriver(async () => modem),
    journal,
    afterReceive: 'keep',
    backlog: 'publish',
    multipartTimeoutMs: 60_000,
    now: clock.now,
    newId: () => `id${++ids}`,
    onPublication: () => {},
    onEvent: () => {},
  })
  const discard = (unwanted: Parameters<typeof discardStored>[2]) =>
    discardStored({ id: 'stick', journal, inbox }, modem, unwanted)
  const texts = (): string[] => modem.stored.map(({ raw }) => raw)
  const known = (): (string | null)[] =>
    journal
      .history('stick', { limit: 50, before: Number.MAX_SAFE_INTEGER, direction: 'received' })
      .map((entry) => (entry.direction === 'received' ? entry.sms.text : null))
  const look = (): Promise<void> => inbox.look(modem, modem.can.sms!)
  return { journal, modem, inbox, discard, texts, known, look }
}

test('one message leaves the modem by its id, from the slot where it lies now, all its parts', async (t) => {
  const { modem, discard, texts, look } = setUp(t)
  modem.stored.push(segment('first', {}, 1), part('one ', 1, 2, 9, 2), part('two', 2, 2, 9, 3))
  await look()
  assert.deepEqual(texts(), ['first', 'one ', 'two'])
  // The modem has sorted its store anew: the slots that the journal saw are taken by others.
  modem.stored.splice(0, 3, part('two', 2, 2, 9, 1), segment('first', {}, 2), part('one ', 1, 2, 9, 3))
  assert.deepEqual(await discard({ id: 'id2' }), { deleted: 2 })
  assert.deepEqual(texts(), ['first'])
  assert.deepEqual(await discard({ id: 'id2' }), { deleted: 0 })
})

test('an id that nobody knows is refused, and nothing is deleted', async (t) => {
  const { modem, discard, texts } = setUp(t)
  modem.stored.push(segment('first'))
  await assert.rejects(discard({ id: 'nonsense' }), { code: 'invalid_request', message: /"nonsense"/ })
  assert.deepEqual(texts(), ['first'])
})

test('all received messages leave the modem, reports stay for their own purpose, and the journal has everything first', async (t) => {
  const { modem, discard, texts, known } = setUp(t)
  modem.stored.push(segment('never seen before'), part('one part of two', 1, 2), report(1, 'delivered'))
  assert.deepEqual(await discard({ all: 'received' }), { deleted: 2 })
  assert.deepEqual(texts(), ['report 1 delivered'])
  assert.deepEqual(known(), ['never seen before'])
  assert.deepEqual(await discard({ all: 'received' }), { deleted: 0 })
})

test('with a journal that cannot be written, nothing is deleted', async (t) => {
  const { journal, modem, discard, texts } = setUp(t)
  modem.stored.push(segment('alarm'))
  journal.close()
  await assert.rejects(discard({ all: 'received' }), { code: 'internal' })
  assert.deepEqual(texts(), ['alarm'])
})

test('a look that frees a slot in between cannot make a new message be deleted', async (t) => {
  const { modem, inbox, discard, look } = setUp(t)
  await look()
  modem.stored.push(segment('old', {}, 1))
  const sms = modem.can.sms!
  const order: string[] = []
  const slow = async (segments: readonly StoredSegment[]): Promise<readonly StoredSegment[]> => {
    order.push(`remove ${segments.length}`)
    await new Promise(setImmediate)
    order.push('removed')
    return []
  }
  const list = sms.list
  Object.assign(sms, {
    remove: slow,
    list: (everywhere: boolean) => {
      order.push('list')
      return list(everywhere)
    },
  })
  await Promise.all([discard({ all: 'received' }), inbox.look(modem, sms)])
  assert.deepEqual(order, ['list', 'remove 1', 'removed', 'list'])
})

test('a modem without a store says so', async (t) => {
  const { journal, modem, inbox } = setUp(t)
  const { sms: _, ...can } = modem.can
  Object.assign(modem, { can })
  await assert.rejects(discardStored({ id: 'stick', journal, inbox }, modem, { all: 'received' }), {
    code: 'not_supported',
  })
})
