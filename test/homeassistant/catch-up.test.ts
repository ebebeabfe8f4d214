import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CatchUp } from '../../src/homeassistant/catch-up.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { openJournal } from '../journal/open-journal.ts'
import { FakeConnection } from '../mqtt/fake-connection.ts'
import { SMS } from '../mqtt/samples.ts'
import type { Setup } from './house.ts'
import { House } from './house.ts'

const SETUP: Setup = { modems: { stick: { sms_received: 'event' } } }
const MINUTE_MS = 60_000

/** What may happen in the house. `sms a`: a message arrives; `wait 5`: so many seconds pass. */
type Act = string

const ACTS: Readonly<Record<string, (house: House, detail: string) => unknown>> = {
  'ha stop': (house) => house.homeAssistant.stop(),
  'ha start': (house) => house.homeAssistant.start(),
  'broker stop': (house) => house.stopBroker(),
  'broker start': (house) => house.startBroker(),
  'broker empty': (house) => house.startBroker('lost'),
  'bridge stop': (house) => house.stopBridge(),
  'bridge start': (house) => house.startBridge(SETUP),
  'bridge off': (house) => house.startBridge({ ...SETUP, catchUpMs: 0 }),
  'bridge other': (house) => house.startBridge({ modems: { mifi: { sms_received: 'event' } } }),
  sms: (house, id) => house.bridge()?.receive(id),
  wait: (house, seconds) => house.pass(Number(seconds) * 1000),
}

/** Each act takes half a second, unless it says otherwise. */
async function act(house: House, acts: readonly Act[]): Promise<void> {
  for (const line of acts) {
    const [first = '', second = ''] = line.split(' ')
    await (ACTS[line] ?? ACTS[first])?.(house, second)
    await house.pass(500)
  }
}

/** What the event entity got: ids, with a `*` for what was told once more. */
const heardIn = (house: House): readonly string[] =>
  house.homeAssistant.heard.map(({ id, catch_up: isCatchUp }) => `${id}${isCatchUp === true ? '*' : ''}`)

/** From its start to its birth Home Assistant takes 6 s here, and back to a lost broker 14 s. */
const UP = ['ha start', 'bridge start', 'wait 15']

const DAYS: readonly (readonly [what: string, acts: readonly Act[], heard: readonly string[]])[] = [
  ['a message is heard once', [...UP, 'sms a', 'wait 30'], ['a']],
  [
    'what came while Home Assistant was away comes after its birth',
    [...UP, 'ha stop', 'sms a', 'ha start', 'wait 15'],
    ['a*'],
  ],
  [
    'what it heard before is not told again',
    [...UP, 'sms a', 'ha stop', 'sms b', 'sms c', 'ha start', 'wait 15', 'sms d'],
    ['a', 'b*', 'c*', 'd'],
  ],
  [
    'it is told again once only',
    [...UP, 'ha stop', 'sms a', 'ha start', 'wait 15', 'ha stop', 'ha start', 'wait 15'],
    ['a*'],
  ],
  [
    'what is too old is not told again',
    [...UP, 'ha stop', 'sms a', 'wait 3500', 'sms b', 'wait 200', 'ha start', 'wait 15'],
    ['b*'],
  ],
  [
    'switched off, nothing is told again',
    ['ha start', 'bridge off', 'wait 15', 'ha stop', 'sms a', 'ha start', 'wait 15', 'sms b'],
    ['b'],
  ],
  ['the bridge is there long before Home Assistant', ['bridge start', 'sms a', 'ha start', 'wait 15'], ['a*']],
  [
    'the bridge starts while Home Assistant runs, which then starts anew',
    [...UP, 'bridge start', 'sms a', 'ha stop', 'ha start', 'wait 15'],
    ['a'],
  ],
  [
    'the bridge starts anew while Home Assistant is away',
    [...UP, 'ha stop', 'sms a', 'bridge start', 'sms b', 'ha start', 'wait 15'],
    ['a*', 'b*'],
  ],
  [
    'Home Assistant goes while the bridge is down',
    [...UP, 'bridge stop', 'ha stop', 'bridge start', 'sms a', 'ha start', 'wait 15'],
    ['a*'],
  ],
  [
    'the broker starts anew, and Home Assistant is back after the bridge',
    [...UP, 'sms a', 'broker stop', 'broker start', 'wait 2', 'sms b', 'wait 20'],
    ['a', 'b*'],
  ],
  [
    'the same with a message that came while it was away',
    [...UP, 'broker stop', 'sms a', 'broker start', 'wait 20'],
    ['a*'],
  ],
  [
    'a broker that lost everything starts anew',
    [...UP, 'sms a', 'broker stop', 'broker empty', 'wait 2', 'sms b', 'wait 20'],
    ['a', 'b*'],
  ],
  [
    'bridge and then broker start anew',
    [...UP, 'sms a', 'bridge start', 'broker stop', 'broker start', 'wait 20'],
    ['a'],
  ],
  [
    'the broker starts anew before Home Assistant is there at all',
    ['bridge start', 'sms a', 'broker stop', 'broker start', 'wait 2', 'sms b', 'ha start', 'wait 15'],
    ['a*', 'b*'],
  ],
  [
    'a start of Home Assistant that comes to nothing is none',
    [...UP, 'ha stop', 'sms a', 'ha start', 'wait 3', 'ha stop', 'ha start', 'wait 15'],
    ['a*'],
  ],
  [
    'the bridge is killed right after the birth',
    [...UP, 'ha stop', 'sms a', 'ha start', 'wait 6', 'bridge start', 'wait 5'],
    ['a*'],
  ],
  [
    'Home Assistant goes right after its birth',
    [...UP, 'ha stop', 'sms a', 'ha start', 'wait 6', 'ha stop', 'wait 5', 'ha start', 'wait 15'],
    ['a*'],
  ],
  [
    'a message of a modem that is no more is not told again',
    [...UP, 'ha stop', 'sms a', 'bridge other', 'ha start', 'wait 15'],
    [],
  ],
]

for (const [what, acts, heard] of DAYS) {
  test(`catching up: ${what}`, async (t) => {
    const house = new House(t)
    await act(house, acts)
    assert.deepEqual(heardIn(house), heard)
    assert.deepEqual(house.problems, [])
  })
}

test('the messages come two seconds after the birth, when Home Assistant has been told of everything again', async (t) => {
  const house = new House(t)
  await act(house, [...UP, 'ha stop', 'sms a', 'sms b'])
  house.homeAssistant.start()
  while (!house.log.at(-1)?.includes('bridge/state online')) await house.pass(100)
  const told = (): number => house.log.filter((line) => line.includes('"catch_up":true')).length
  await house.pass(1_900)
  assert.equal(told(), 0)
  await house.pass(200)
  assert.equal(told(), 2)
})

function orders<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

describe('Home Assistant, broker and bridge go and come back in any order', () => {
  const PARTS = ['ha', 'broker', 'bridge']
  for (const down of orders(PARTS)) {
    for (const up of orders(PARTS)) {
      test(`down: ${down.join(', ')}; up: ${up.join(', ')}`, async (t) => {
        const house = new House(t)
        await act(house, [...UP, 'sms before'])
        const told = ['before']
        let number = 0
        for (const change of [...down.map((part) => `${part} stop`), ...up.map((part) => `${part} start`), 'wait 20']) {
          await act(house, [change, 'wait 3'])
          if (house.bridge() === undefined) continue
          told.push(`m${++number}`)
          await act(house, [`sms m${number}`])
        }
        await act(house, ['wait 5'])
        const heard = heardIn(house)
        for (const id of told) {
          assert.ok(
            heard.some((entry) => entry === id || entry === `${id}*`),
            `${id} was missed: ${heard}`,
          )
          assert.ok(heard.filter((entry) => entry === id).length <= 1, `${id} twice as new: ${heard}`)
          assert.ok(heard.filter((entry) => entry === `${id}*`).length <= 1, `${id} twice: ${heard}`)
        }
        assert.deepEqual(
          heard.filter((entry) => entry.startsWith('before')),
          ['before'],
        )
      })
    }
  }
})

function createCatchUp(t: Parameters<typeof openJournal>[0], maxAgeMs = 60 * MINUTE_MS) {
  const { journal, clock } = openJournal(t)
  const connection = new FakeConnection()
  const problems: unknown[] = []
  const tolerantly = (work: () => void): boolean => {
    try {
      work()
      return true
    } catch (error) {
      problems.push(error)
      return false
    }
  }
  const catchUp = new CatchUp({
    connection,
    topics: createTopics('zte'),
    modems: new Set(['stick']),
    journal,
    maxAgeMs,
    now: clock.now,
    tolerantly,
  })
  return { catchUp, connection, journal, problems }
}

test('a broker that never takes the event costs neither messages nor memory', (t) => {
  const { catchUp, connection } = createCatchUp(t)
  for (let n = 0; n < 500; n++) catchUp.received('stick', { ...SMS, id: String(n) })
  const events = connection.take().length
  assert.ok(events > 1 && events < 100, String(events))
})

test('an event is not retained, has an event type and says that it is new', (t) => {
  const { catchUp, connection } = createCatchUp(t)
  catchUp.received('stick', SMS)
  const [event] = connection.take()
  assert.equal(event?.topic, 'zte/stick/homeassistant/sms_received')
  assert.deepEqual([event?.options.qos, event?.options.retain ?? false], [1, false])
  const { event_type: type, id, catch_up: isCatchUp } = JSON.parse(event?.payload ?? '')
  assert.deepEqual([type, id, isCatchUp], ['received', SMS.id, false])
})

test('a journal that cannot be written keeps nobody from hearing of a message', (t) => {
  const { catchUp, connection, journal, problems } = createCatchUp(t)
  journal.close()
  catchUp.connected()
  catchUp.born()
  catchUp.gone()
  catchUp.received('stick', SMS)
  assert.equal(connection.take().length, 1)
  assert.ok(problems.length > 0)
})
