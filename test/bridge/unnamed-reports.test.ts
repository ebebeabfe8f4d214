import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { matchUnnamedReports } from '../../src/bridge/unnamed-reports.ts'
import type { StatusReport, StoredSegment } from '../../src/modem/messages.ts'
import { openJournal } from '../journal/open-journal.ts'

const TO = '+491701234567'
const HOUR_MS = 3_600_000

function setUp(t: TestContext) {
  const { journal, clock } = openJournal(t)
  let count = 0
  const send = (id: string, { segments = 1, deliveryReport = true, isKnown = true } = {}): void => {
    const request = { to: TO, text: id, flash: false, deliveryReport, validityMinutes: null, encoding: 'auto' } as const
    const submissions = [{ part: 1, of: 1, segments, encoding: 'gsm7', wire: id }] as const
    const common = { highPriority: false, transaction: null, command: id, expiresAt: null }
    const [sent] = journal.outbound.accepted('router', [{ id, request, submissions, ...common }])
    assert.ok(sent)
    journal.outbound.partSettled(sent.seq, 1, isKnown ? 'submitted' : 'unknown')
    journal.outbound.settled(sent.seq, isKnown ? 'sent' : 'unknown', null)
    clock.ms += 1_000
  }
  const comes = (outcome: StatusReport['outcome'], to = TO, dischargedAt: string | null = null): void => {
    count += 1
    const content = {
      kind: 'report',
      reference: null,
      to,
      sentAt: null,
      dischargedAt,
      status: null,
      outcome,
    } as const
    const segment: StoredSegment = { store: 'reports', slot: null, raw: '{}', contentKey: `report ${count}`, content }
    journal.received.segmentsStored('router', [{ segment, backlog: false, publish: true, settled: false }])
    matchUnnamedReports(journal, 'router', journal.received.openSegments('router'), clock.now())
    clock.ms += 1_000
  }
  const statusOf = (id: string) => journal.outbound.byId('router', id)?.status
  const open = () => journal.received.openSegments('router').length
  return { clock, send, comes, statusOf, open }
}

test('a report that was there before a message is not of it', (t) => {
  const { comes, send, statusOf } = setUp(t)
  comes('delivered')
  send('a')
  comes('delivered', '+491700000000')
  assert.equal(statusOf('a'), 'sent')
  comes('delivered', '01701234567')
  assert.equal(statusOf('a'), 'delivered', 'the number may be written otherwise')
})

test('a report that is listed late, with the time of an older message, is not of the one that waits', (t) => {
  const { clock, comes, send, statusOf } = setUp(t)
  send('a')
  const hoursAgo = (hours: number): string => new Date(clock.now() - hours * HOUR_MS).toISOString()
  comes('delivered', TO, hoursAgo(15))
  assert.equal(statusOf('a'), 'sent')
  comes('delivered', TO, hoursAgo(13))
  assert.equal(statusOf('a'), 'delivered', 'its zone may not be known')
})

test('a message of three segments is delivered with the third report, and undelivered with one that says so', (t) => {
  const { comes, send, statusOf, open } = setUp(t)
  send('whole', { segments: 3 })
  for (let count = 0; count < 2; count += 1) comes('delivered')
  assert.equal(statusOf('whole'), 'sent')
  comes('delivered')
  assert.equal(statusOf('whole'), 'delivered')
  send('torn', { segments: 3 })
  comes('delivered')
  comes('failed')
  assert.equal(statusOf('torn'), 'undelivered')
  assert.equal(open(), 0)
})

test('a message for which none was asked is none that a report may be of', (t) => {
  const { comes, send, statusOf } = setUp(t)
  send('quiet', { deliveryReport: false })
  send('a')
  comes('delivered')
  assert.deepEqual([statusOf('quiet'), statusOf('a')], ['sent', 'delivered'])
})

test('one of which nobody knows whether it was taken was, when its report comes', (t) => {
  const { comes, send, statusOf } = setUp(t)
  send('a', { isKnown: false })
  comes('delivered')
  assert.equal(statusOf('a'), 'delivered')
})

test('a report that fits nothing is forgotten after a day', (t) => {
  const { comes, clock, open } = setUp(t)
  comes('delivered')
  assert.equal(open(), 1)
  clock.ms += 25 * HOUR_MS
  comes('pending')
  assert.equal(open(), 0)
})
