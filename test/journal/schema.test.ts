import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Database, openToRead } from '../../src/journal/database.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { inboundSms } from '../modem/inbound-sms.ts'
import { openJournal } from './open-journal.ts'

const MODEM = 'stick'

/** Everything that is asked of the journal for each message, each report, each look or each published state. */
const ASKED: readonly ((journal: Journal) => unknown)[] = [
  (journal) => journal.outbound.byId(MODEM, 'a'),
  (journal) => journal.outbound.unacknowledged(),
  (journal) => journal.outbound.ofCommand(MODEM, 'command'),
  (journal) => journal.outbound.acknowledged('command'),
  (journal) => journal.outbound.lastSame(MODEM, '+491701234567', 'Alarm', 0),
  (journal) => journal.outbound.next(MODEM),
  (journal) => journal.outbound.nextDue(MODEM),
  (journal) => journal.outbound.overdue(MODEM),
  (journal) => journal.outbound.interrupted(MODEM),
  (journal) => journal.outbound.waiting(MODEM),
  (journal) => journal.outbound.awaitingReport(MODEM, '4567', 0),
  (journal) => journal.traffic.segmentsSent(MODEM, 0),
  (journal) => journal.traffic.spendings(MODEM, 0),
  (journal) => journal.traffic.sentTo(MODEM, '+491701234567', 0),
  (journal) => journal.traffic.receivedFrom(MODEM, '+491701234567', 0),
  (journal) => journal.received.openSegments(MODEM),
  (journal) => journal.received.isImported(MODEM, 'key'),
  (journal) => journal.received.slotBound(MODEM),
  (journal) => journal.received.slotsNoted(MODEM, ['key'], 'left'),
  (journal) => journal.received.hasMet(MODEM, ['sim'], 'SM'),
  (journal) => journal.received.lastReplaceable(MODEM, '+491701234567', 1),
  (journal) => journal.received.contentKeysOf(MODEM, 'message'),
  (journal) =>
    journal.received.received(MODEM, inboundSms('message'), { segments: [1], publish: true, replaceType: null }),
  (journal) => journal.publications.next(MODEM),
  (journal) => journal.history(MODEM, { limit: 50, before: 1, direction: null }),
  (journal) => journal.rulings.waiting(MODEM),
  (journal) => journal.rulings.obeyed('rule', 0),
  (journal) => journal.note('name'),
]

/** Looks at each row, or at each row of a modem. */
const WHOLE_TABLE = /^SCAN (?!json_each)|^SEARCH \w+ USING (?:COVERING )?INDEX \w+ \(modem=\?\)$/

/** In these there is nothing but what is under way, or only the first is taken. */
const FEW: ReadonlySet<string> = new Set([
  'SCAN due',
  'SCAN outbound USING INDEX outbound_unacknowledged',
  'SCAN part USING COVERING INDEX part_submitting',
  'SEARCH publication USING INDEX publication_modem (modem=?)',
])

function plansOf(path: string, sql: string): readonly string[] {
  const file = openToRead(path)
  try {
    return file.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail)
  } finally {
    file.close()
  }
}

test('nothing that is asked for each message looks at all that were ever sent or received', (t) => {
  const { journal, path } = openJournal(t)
  const asked = new Set<string>()
  for (const method of ['run', 'get', 'all'] as const) {
    const original = Database.prototype[method] as (...given: unknown[]) => unknown
    t.mock.method(Database.prototype, method, function (this: Database, sql: string, ...values: unknown[]) {
      asked.add(sql)
      return original.call(this, sql, ...values)
    })
  }
  for (const ask of ASKED) ask(journal)
  t.mock.restoreAll()
  const slow = [...asked]
    .filter((sql) => !/^(?:BEGIN|COMMIT)/.test(sql))
    .flatMap((sql) =>
      plansOf(path, sql)
        .filter((plan) => WHOLE_TABLE.test(plan) && !FEW.has(plan))
        .map((plan) => `${plan}: ${sql}`),
    )
  assert.ok(asked.size > 25)
  assert.deepEqual(slow, [])
})
