import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Inbox } from '../../src/bridge/inbox.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { openJournal } from '../journal/open-journal.ts'
import { FakeDriver, FakeModem, report } from './fake-modem.ts'

test('a report is taken wholly or not at all: what was cut off in the middle is settled by the next look', async (t) => {
  const { journal, clock } = openJournal(t)
  const modem = new FakeModem()
  const driver = new FakeDriver(async () => modem)
  const inbox = new Inbox({
    modem: 'stick',
    driver,
    journal,
    afterReceive: 'delete',
    backlog: 'import',
    multipartTimeoutMs: 60_000,
    now: clock.now,
    newId: () => 'id',
    onPublication: () => {},
    onEvent: () => {},
  })
  const request = {
    to: '+491711',
    text: 'one part',
    flash: false,
    deliveryReport: true,
    validityMinutes: null,
    encoding: 'auto' as const,
  }
  const [sent] = journal.outbound.accepted('stick', [
    {
      id: 'a',
      request,
      submissions: driver.prepare(request),
      highPriority: false,
      transaction: null,
      command: 'command',
      expiresAt: null,
    },
  ])
  assert.ok(sent !== undefined)
  journal.outbound.partSettled(sent.seq, 1, 'submitted', [7])
  journal.outbound.settled(sent.seq, 'sent', null)
  modem.stored.push(report(7, 'delivered'))

  for (const [records, method] of [
    [journal.outbound, 'settled'],
    [journal.received, 'settled'],
  ] as const) {
    t.mock.method(records, method, () => {
      throw new ModemError('internal', 'disk full')
    })
    await assert.rejects(inbox.look(modem, modem.can.sms!), /disk full/)
    t.mock.restoreAll()
    assert.equal(journal.outbound.byId('stick', 'a')?.parts[0]?.outcome, null)
    assert.equal(journal.outbound.byId('stick', 'a')?.status, 'sent')
  }
  await inbox.look(modem, modem.can.sms!)
  assert.equal(journal.outbound.byId('stick', 'a')?.status, 'delivered')
  assert.deepEqual(journal.received.openSegments('stick'), [])
})
