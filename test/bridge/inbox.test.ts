import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Inbox, type InboxOptions } from '../../src/bridge/inbox.ts'
import type { InboundSms } from '../../src/modem/messages.ts'
import { Clock, openJournal } from '../journal/open-journal.ts'
import { FakeDriver, FakeModem, part, segment } from './fake-modem.ts'

function setUp(t: TestContext, options: Partial<InboxOptions> = {}) {
  const { journal, clock } = openJournal(t, new Clock())
  const modem = new FakeModem()
  const events: string[] = []
  let ids = 0
  const make = (): Inbox =>
    new Inbox({
      modem: 'stick',
      driver: new FakeDriver(async () => modem),
      journal,
      afterReceive: 'delete',
      backlog: 'import',
      multipartTimeoutMs: 60_000,
      now: clock.now,
      newId: () => `id${++ids}`,
      onPublication: () => {},
      onEvent: ({ type }) => events.push(type),
      ...options,
    })
  const published = (): InboundSms[] => {
    const list: InboundSms[] = []
    for (let next = journal.publications.next('stick'); next !== undefined; next = journal.publications.next('stick')) {
      if (next.kind === 'received') list.push(next.body)
      journal.publications.published(next.seq)
    }
    return list
  }
  const inbox = make()
  const look = (): Promise<void> => inbox.look(modem, modem.can.sms!)
  return { journal, clock, modem, inbox, make, look, published, events }
}

test('a message leaves the modem once the journal has it, and is published once', async (t) => {
  const { modem, look, published } = setUp(t)
  await look()
  modem.stored.push(segment('hello'))
  await look()
  assert.equal(modem.stored.length, 0)
  assert.deepEqual(
    published().map(({ text, backlog }) => ({ text, backlog })),
    [{ text: 'hello', backlog: false }],
  )
  await look()
  assert.deepEqual(published(), [])
})

test('a message that could not be removed is not published again', async (t) => {
  const { modem, look, published } = setUp(t)
  await look()
  modem.stored.push(segment('hello'))
  modem.removeFails = true
  await assert.rejects(look())
  modem.removeFails = false
  await look()
  assert.equal(modem.stored.length, 0)
  assert.equal(published().length, 1)
})

test('parts leave the modem as they come and are published as one when they are whole', async (t) => {
  const { modem, look, published } = setUp(t)
  await look()
  modem.stored.push(part('b', 2, 3), part('c', 3, 3))
  await look()
  assert.equal(modem.stored.length, 0)
  assert.deepEqual(published(), [])
  modem.stored.push(part('a', 1, 3))
  await look()
  assert.deepEqual(
    published().map(({ text, parts }) => ({ text, parts })),
    [{ text: 'abc', parts: 3 }],
  )
})

test('parts that never come are published as missing after the time-out, and completed under the same id', async (t) => {
  const { modem, look, published, clock, inbox } = setUp(t)
  await look()
  modem.stored.push(part('a', 1, 2))
  await look()
  assert.equal(inbox.settle(), 60_000)
  clock.ms += 60_000
  inbox.settle()
  const [first] = published()
  assert.deepEqual([first?.text, first?.missingParts], ['a', 1])
  inbox.settle()
  assert.deepEqual(published(), [])
  modem.stored.push(part('b', 2, 2))
  await look()
  const [second] = published()
  assert.deepEqual([second?.id, second?.text, second?.missingParts], [first?.id, 'ab', 0])
})

test('what lay in the modem when the bridge first met it is imported, not published, and stays', async (t) => {
  const { modem, look, published, journal } = setUp(t)
  modem.stored.push(segment('old'))
  await look()
  assert.deepEqual(published(), [])
  assert.equal(modem.stored.length, 1)
  assert.equal(journal.history('stick', { limit: 5, before: Number.MAX_SAFE_INTEGER, direction: null }).length, 1)
})

test('what came while the bridge was away is published as backlog', async (t) => {
  const { modem, look, make, published } = setUp(t)
  await look()
  modem.stored.push(segment('meanwhile'))
  await make().look(modem, modem.can.sms!)
  assert.deepEqual(
    published().map(({ text, backlog }) => ({ text, backlog })),
    [{ text: 'meanwhile', backlog: true }],
  )
})

test('with backlog: publish what was there is published, with skip it is left alone', async (t) => {
  for (const [backlog, expected] of [
    ['publish', 1],
    ['skip', 0],
  ] as const) {
    const { modem, look, published } = setUp(t, { backlog })
    modem.stored.push(segment('old'))
    await look()
    assert.equal(published().length, expected)
  }
})

test('messages that may stay are removed as far as a quarter of the store must be free', async (t) => {
  const { modem, look, published } = setUp(t, { afterReceive: 'keep' })
  await look()
  for (let i = 0; i < 18; i++) modem.stored.push(segment(`m${i}`, {}, i))
  await look()
  assert.equal(modem.stored.length, 15)
  assert.equal(published().length, 18)
  await look()
  assert.equal(published().length, 0)
})

test('a copy that the network sends again is published once', async (t) => {
  const { modem, look, published } = setUp(t)
  await look()
  modem.stored.push(segment('twice', {}, 1))
  await look()
  modem.stored.push(segment('twice', {}, 2))
  await look()
  assert.equal(modem.stored.length, 0)
  assert.equal(published().length, 1)
})

test('within one look the order is that of the service centre', async (t) => {
  const { modem, look, published } = setUp(t)
  await look()
  modem.stored.push(
    segment('second', { sentAt: '2026-11-22T10:00:09+00:00' }, 1),
    segment('first', { sentAt: '2026-11-22T12:00:05+02:00' }, 2),
  )
  await look()
  assert.deepEqual(
    published().map(({ text }) => text),
    ['first', 'second'],
  )
})

test('what cannot be decoded is published raw, and the next message is not blocked', async (t) => {
  const { modem, look, published, events } = setUp(t)
  await look()
  modem.stored.push({ ...segment('00FF'), content: { kind: 'undecodable', reason: 'x' } }, segment('fine', {}, 2))
  await look()
  assert.deepEqual(
    published()
      .map(({ raw, text }) => raw ?? text)
      .sort(),
    ['00FF', 'fine'],
  )
  assert.deepEqual(events, ['pdu_quarantined'])
})

test('a message that replaces an earlier one names it', async (t) => {
  const { modem, look, published } = setUp(t)
  await look()
  modem.stored.push(segment('v1', { replaceType: 3 }))
  await look()
  const [first] = published()
  modem.stored.push(segment('v2', { replaceType: 3 }))
  await look()
  assert.equal(published()[0]?.replaces, first?.id)
})

for (const [name, before, after, expected] of [
  [
    'the same card, of which the modem now tells only the IMSI',
    { iccid: '89', imsi: '262' },
    { iccid: null, imsi: '262' },
    1,
  ],
  ['a card of which the modem now tells nothing', { iccid: '89', imsi: null }, { iccid: null, imsi: null }, 1],
  ['a card of which the modem had told nothing before', { iccid: null, imsi: null }, { iccid: '89', imsi: '262' }, 1],
  ['another card', { iccid: '89', imsi: '262' }, { iccid: '90', imsi: '263' }, 0],
] as const) {
  test(`what came meanwhile on ${name} is ${expected === 1 ? 'published' : 'imported'}`, async (t) => {
    const { modem, look, make, published } = setUp(t)
    Object.assign(modem.identity, before)
    await look()
    modem.stored.push(segment('meanwhile'))
    Object.assign(modem.identity, after)
    await make().look(modem, modem.can.sms!)
    assert.equal(published().length, expected)
  })
}

test('first parts without end wait within bounds, are all published once, and keep nobody else waiting', async (t) => {
  const { clock, journal, modem, look, published } = setUp(t, { multipartTimeoutMs: 3_600_000 })
  await look()
  const bomb = (reference: number) =>
    segment(`bomb ${reference}`, {
      from: '+491700000666',
      concatenation: { reference, referenceBits: 16, total: 255, sequence: 1 },
    })
  for (let first = 0; first < 600; first += 50) {
    modem.stored.push(...Array.from({ length: 50 }, (_, index) => bomb(first + index)))
    await look()
    clock.ms += 1_000
  }
  assert.equal(journal.received.openSegments('stick').length, 510)
  const given = published()
  assert.deepEqual(
    given.map(({ missingParts }) => missingParts),
    Array.from({ length: 90 }, () => 254),
  )
  assert.match(given[0]?.text ?? '', /bomb 0/)
  modem.stored.push(part('b', 2, 2), part('a', 1, 2))
  await look()
  assert.deepEqual(
    published().map(({ missingParts, from }) => [missingParts, from]),
    [[0, '+491700000001']],
  )
  clock.ms += 3_600_000
  await look()
  assert.equal(published().length, 510, 'the others when their time is over')
})
