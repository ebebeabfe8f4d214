import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { Calls } from '../../src/bridge/calls.ts'
import type { IncomingCall } from '../../src/bridge/outlet.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { Capabilities } from '../../src/modem/modem.ts'
import { settle, supervise } from './supervisor-bench.ts'

const BEGIN = Date.parse('2026-11-22T10:00:00Z')

function setUp(t: TestContext, isRejecting = false, hangUp: Capabilities['hangUp'] = async () => {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: BEGIN })
  const told: IncomingCall[] = []
  const problems: string[] = []
  const calls = new Calls({
    isRejecting,
    now: () => Date.now(),
    onCall: (call) => told.push(call),
    onProblem: (problem) => problems.push(problem),
  })
  const modem = { can: { hangUp } }
  return {
    told,
    problems,
    pass: (seconds: number) => t.mock.timers.tick(seconds * 1000),
    ring: () => calls.heard({ kind: 'ring' }, modem),
    named: (from: string | null) => calls.heard({ kind: 'caller', from }, modem),
    gaveUp: () => calls.heard({ kind: 'end' }, modem),
    end: () => calls.end(Date.now()),
    /** As a table: from, seconds of begin and end, rings. */
    table: () =>
      told.map(({ from, at, endedAt, rings }) => [
        from,
        (Date.parse(at) - BEGIN) / 1000,
        endedAt === null ? null : (Date.parse(endedAt) - BEGIN) / 1000,
        rings,
      ]),
  }
}

describe('a call', () => {
  test('is told as soon as the caller is named, and again when the caller gives up', (t) => {
    const { ring, named, pass, gaveUp, table } = setUp(t)
    ring()
    assert.deepEqual(table(), [])
    named('+4917012345')
    assert.deepEqual(table(), [['+4917012345', 0, null, null]])
    pass(5)
    ring()
    named('+4917012345')
    pass(2)
    gaveUp()
    assert.deepEqual(table().slice(1), [['+4917012345', 0, 7, 2]])
    pass(60)
    gaveUp()
    assert.equal(table().length, 2)
  })

  test('is over when it rings no more, at the time of its last ring', (t) => {
    const { ring, pass, table } = setUp(t)
    ring()
    pass(6)
    ring()
    pass(6)
    ring()
    pass(9)
    assert.deepEqual(table(), [[null, 0, null, null]])
    pass(1)
    assert.deepEqual(table().slice(1), [[null, 0, 12, 3]])
  })

  test('of which the modem tells no name is told after a second', (t) => {
    const { ring, pass, table } = setUp(t)
    ring()
    pass(0.9)
    assert.deepEqual(table(), [])
    pass(0.1)
    assert.deepEqual(table(), [[null, 0, null, null]])
  })

  test('that ends within its first second is told all the same', (t) => {
    const { ring, gaveUp, table } = setUp(t)
    ring()
    gaveUp()
    assert.deepEqual(table(), [
      [null, 0, null, null],
      [null, 0, 0, 1],
    ])
  })

  test('with a withheld number has none', (t) => {
    const { ring, named, table } = setUp(t)
    ring()
    named(null)
    assert.deepEqual(table(), [[null, 0, null, null]])
  })

  test('that is told by +CLIP alone counts its rings by it', (t) => {
    const { named, pass, gaveUp, table } = setUp(t)
    named('123')
    pass(5)
    named('123')
    gaveUp()
    assert.deepEqual(table().at(-1), ['123', 0, 5, 2])
  })

  test('of another number right after it is another call', (t) => {
    const { ring, named, pass, gaveUp, table } = setUp(t)
    ring()
    named('1')
    pass(5)
    ring()
    named('2')
    pass(5)
    gaveUp()
    assert.deepEqual(table(), [
      ['1', 0, null, null],
      ['1', 0, 5, 1],
      ['2', 5, null, null],
      ['2', 5, 10, 1],
    ])
  })

  test('is rejected when it has been told, where that is wished', async (t) => {
    let hungUp = 0
    const { ring, named, table, pass } = setUp(t, true, async () => {
      hungUp++
    })
    ring()
    named('1')
    await settle()
    pass(60)
    assert.equal(hungUp, 1)
    assert.deepEqual(table(), [
      ['1', 0, null, null],
      ['1', 0, 0, 1],
    ])
  })

  test('that cannot be rejected goes on ringing, and that is said', async (t) => {
    const { ring, named, table, pass, problems } = setUp(t, true, async () => {
      throw new ModemError('rejected_by_modem', 'The modem refused.')
    })
    ring()
    named('1')
    await settle()
    assert.match(problems[0] ?? '', /could not be rejected: The modem refused/)
    assert.equal(table().length, 1)
    pass(10)
    assert.equal(table().length, 2)
  })
})

test('a call on a supervised modem reaches the outside, and ends when the modem is lost', async (t) => {
  const { modem, outlet, pass } = supervise(t)
  await pass(1)
  modem().emit('call', { kind: 'ring' })
  modem().emit('call', { kind: 'caller', from: '+4917012345' })
  await pass(3)
  assert.deepEqual(outlet.calls, [{ from: '+4917012345', at: '2026-11-22T10:00:01.000Z', endedAt: null, rings: null }])
  modem().emit('lost', new ModemError('closed', 'unplugged'))
  await pass(1)
  assert.equal(outlet.calls[1]?.rings, 1)
  assert.deepEqual(modem().told, [])
})

test('a supervised modem hangs up where calls are to be rejected', async (t) => {
  const { modem, pass } = supervise(t, { rejectsCalls: true })
  await pass(1)
  modem().emit('call', { kind: 'ring' })
  await pass(2)
  assert.deepEqual(modem().told, ['hang up'])
})

test('a call that could not be rejected because it was over by then is no problem', async (t) => {
  const { modem, problems, pass } = supervise(t, { rejectsCalls: true })
  await pass(1)
  let refuse: (error: ModemError) => void = () => {}
  Object.assign(modem().can, {
    hangUp: () =>
      new Promise((_, reject) => {
        refuse = reject
      }),
  })
  modem().emit('call', { kind: 'ring' })
  await pass(2)
  modem().emit('call', { kind: 'end' })
  refuse(new ModemError('rejected_by_modem', 'There is no call.'))
  await settle()
  assert.deepEqual(problems, [])
})
