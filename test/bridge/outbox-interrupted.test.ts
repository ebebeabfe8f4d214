import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Outbox } from '../../src/bridge/outbox.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { openJournal } from '../journal/open-journal.ts'
import { FakeDriver, FakeModem } from './fake-modem.ts'

function setUp(t: TestContext) {
  const { journal, clock } = openJournal(t)
  const modem = new FakeModem()
  const outbox = new Outbox({
    modem: 'stick',
    journal,
    onUnknown: 'report',
    retry: { attempts: 1, backoffMs: 10_000 },
    now: clock.now,
    onPublication: () => {},
  })
  const request = {
    to: '+491711',
    text: 'one part',
    flash: false,
    deliveryReport: true,
    validityMinutes: null,
    encoding: 'auto' as const,
  }
  const submissions = new FakeDriver(async () => modem).prepare(request)
  const entry = { id: 'a', request, submissions, highPriority: false, transaction: null, command: 'c', expiresAt: null }
  journal.outbound.accepted('stick', [entry])
  const advance = (): Promise<boolean> => outbox.advance(modem.can.sms!)
  const status = () => journal.outbound.byId('stick', 'a')?.status
  return { journal, modem, advance, status }
}

function breaks(t: TestContext, journal: Journal, method: 'settled' | 'partSettled'): void {
  t.mock.method(journal.outbound, method, () => {
    throw new ModemError('internal', 'disk full')
  })
}

test('a refusal of which the journal could not take all does not become a message of unknown fate', async (t) => {
  const { journal, modem, advance, status } = setUp(t)
  modem.onSubmit = async () => {
    throw new ModemError('invalid_request', 'too long')
  }
  breaks(t, journal, 'settled')
  await assert.rejects(advance(), /disk full/)
  t.mock.restoreAll()
  while (await advance()) {
    // goes on until nothing is due
  }
  assert.equal(status(), 'failed')
})

test('a result that the journal could not take is unknown once it can, and nothing is sent twice', async (t) => {
  const { journal, modem, advance, status } = setUp(t)
  breaks(t, journal, 'partSettled')
  await assert.rejects(advance(), /disk full/)
  await assert.rejects(advance(), /disk full/)
  t.mock.restoreAll()
  assert.equal(await advance(), false)
  assert.deepEqual([modem.submitted.length, status()], [1, 'unknown'])
})
