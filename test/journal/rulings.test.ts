import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../src/journal/database.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { InboundSms } from '../../src/modem/messages.ts'
import { segment } from '../bridge/fake-modem.ts'
import { inboundSms } from '../modem/inbound-sms.ts'
import { openJournal } from './open-journal.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function received(journal: Journal, message: InboundSms, raw: string, hadCode: boolean): void {
  journal.received.segmentsStored('stick', [{ segment: segment(raw), backlog: false, publish: true, settled: false }])
  const segments = journal.received.openSegments('stick').map(({ seq }) => seq)
  journal.received.received('stick', message, { segments, publish: true, replaceType: null, hadCode })
}

test('a message that had a code is kept without it, in whatever form', (t) => {
  const { journal, path } = openJournal(t)
  received(journal, inboundSms('1'), 'reboot 987650', true)
  received(journal, inboundSms('2', { text: 'hello' }), 'hello raw', false)
  const database = openDatabase(path, () => {})
  t.after(() => database.close())
  const kept = ['segment', 'message', 'publication'].map((table) => database.all(`SELECT * FROM ${table}`))
  const { content_key, ...rest } = database.all<{ content_key: string }>('SELECT * FROM segment')[0] ?? {}
  assert.ok(content_key?.includes('987650'), 'the fake names its segments so, a real modem by a digest')
  assert.ok(!JSON.stringify([rest, kept.slice(1)]).includes('987650'))
  assert.ok(JSON.stringify(kept).includes('hello raw'))
})

test('the raw form of a message with missing parts is kept: it is needed to complete it', (t) => {
  const { journal } = openJournal(t)
  received(journal, inboundSms('1', { missingParts: 1 }), 'reboot 987650', true)
  assert.equal(journal.received.openSegments('stick')[0]?.raw, 'reboot 987650')
})

test('what was decided waits until it is taken, over restarts, and with the sender of its message', (t) => {
  const { journal, reopen } = openJournal(t)
  received(journal, inboundSms('1'), 'a', false)
  journal.rulings.decided('stick', { message: '1', rule: 'r', inputs: { what: 'x' }, actBefore: 5 })
  const [waiting, ...more] = reopen().rulings.waiting('stick')
  assert.deepEqual(more, [])
  const { seq = 0, ...rest } = waiting ?? {}
  assert.deepEqual(rest, { message: '1', sender: '+491701234567', rule: 'r', inputs: { what: 'x' }, actBefore: 5 })
  assert.deepEqual(journal.rulings.waiting('other'), [])
  journal.rulings.taken(seq)
  assert.deepEqual(journal.rulings.waiting('stick'), [])
  assert.equal(journal.rulings.interrupted('stick').length, 1)
  assert.deepEqual(journal.rulings.interrupted('stick'), [])
})

test('wrong codes count since the last right one, for a time, and not when they come from the future', (t) => {
  const { journal, clock } = openJournal(t)
  const { rulings } = journal
  const wrong = (rule: string): void => rulings.refused('stick', '1', rule, 'wrong_code')
  const count = (): number => rulings.wrongCodes(['a', 'b'], clock.ms - DAY_MS).count
  wrong('a')
  wrong('b')
  wrong('c')
  rulings.refused('stick', '1', 'a', 'too_old')
  assert.deepEqual(rulings.wrongCodes(['a', 'b'], 0), { count: 2, lastAt: clock.ms })
  rulings.decided('stick', { message: '1', rule: 'b', inputs: {}, actBefore: 0 })
  assert.deepEqual(rulings.wrongCodes(['a', 'b'], 0), { count: 0, lastAt: null })
  wrong('a')
  clock.ms += 23 * HOUR_MS
  assert.equal(count(), 1)
  clock.ms += 2 * HOUR_MS
  assert.equal(count(), 0)
  clock.ms -= 26 * HOUR_MS
  assert.equal(count(), 0)
})

test('obeyed messages are counted by rule, and old entries are forgotten unless they still wait', (t) => {
  const { journal, clock } = openJournal(t)
  const { rulings } = journal
  received(journal, inboundSms('1'), 'a', false)
  for (const rule of ['a', 'a', 'b']) rulings.decided('stick', { message: '1', rule, inputs: {}, actBefore: 0 })
  rulings.refused('stick', '1', 'a', 'wrong_code')
  assert.equal(rulings.obeyed('a', clock.ms - 1), 2)
  assert.equal(rulings.obeyed('a', clock.ms), 0)
  const [first] = rulings.waiting('stick')
  rulings.taken(first?.seq ?? 0)
  rulings.closed(first?.seq ?? 0, 'failed', 'timeout')
  clock.ms += 2 * DAY_MS
  journal.prune(DAY_MS)
  assert.equal(rulings.obeyed('a', 0), 1)
  assert.equal(rulings.wrongCodes(['a'], 0).count, 0)
})

test('an answer of ours is recognised by its text', (t) => {
  const { journal, clock } = openJournal(t)
  const request = {
    to: '+1',
    text: 'done',
    flash: false,
    deliveryReport: true,
    validityMinutes: null,
    encoding: 'auto',
  } as const
  const entry = { request, submissions: [], highPriority: false, transaction: null, command: 'x', expiresAt: null }
  journal.outbound.accepted('stick', [
    { ...entry, id: 'rule/1' },
    { ...entry, id: 'mine', request: { ...request, text: 'hello' } },
  ])
  assert.ok(journal.rulings.answeredWith('done', clock.ms - 1))
  assert.ok(!journal.rulings.answeredWith('done', clock.ms))
  assert.ok(!journal.rulings.answeredWith('hello', 0))
})
