import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { acceptSms, type SendRequest } from '../../src/bridge/acceptance.ts'
import { Bridge } from '../../src/bridge/bridge.ts'
import { matchReport } from '../../src/bridge/delivery.ts'
import { Outbox, type OutboxOptions } from '../../src/bridge/outbox.ts'
import { Supervisor } from '../../src/bridge/supervisor.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { openJournal } from '../journal/open-journal.ts'
import { ArrayOutlet, FakeDriver, FakeModem, report } from './fake-modem.ts'
import { UNGUARDED } from './unguarded.ts'

const REQUEST: SendRequest = { to: ['+491711'], text: 'one part', flash: false, priority: 'normal', encoding: 'auto' }
const CONTEXT = { identity: 'command', messageExpiresAt: null }

function setUp(t: TestContext, options: Partial<OutboxOptions> = {}) {
  const { journal, clock } = openJournal(t)
  const modem = new FakeModem()
  let ids = 0
  const driver = new FakeDriver(async () => modem)
  const outbox = new Outbox({
    modem: 'stick',
    journal,
    onUnknown: 'report',
    retry: { attempts: 3, backoffMs: 10_000 },
    now: clock.now,
    onPublication: () => {},
    ...options,
  })
  const accept = (
    request: Partial<SendRequest> = {},
    context: typeof CONTEXT | { identity: string; messageExpiresAt: number } = CONTEXT,
  ) =>
    acceptSms(
      {
        modem: 'stick',
        driver,
        journal,
        contacts: new Map([
          ['peter', ['+49170']],
          ['all', ['+491', '+492']],
        ]),
        deliveryReport: true,
        ...UNGUARDED,
        maxParts: 3,
        repeatWindowMs: 30_000,
        now: clock.now,
        newId: () => `id${++ids}`,
        onExhausted: () => {},
      },
      { ...REQUEST, ...request },
      context,
    )
  const status = (id: string) => journal.outbound.byId('stick', id)?.status
  const drain = async (): Promise<void> => {
    while (await outbox.advance(modem.can.sms!)) {
      // goes on until nothing is due
    }
  }
  const deliver = (reference: number, outcome: 'delivered' | 'pending' | 'failed') => {
    const { content } = report(reference, outcome)
    return content.kind === 'report' && matchReport(journal, 'stick', content)
  }
  return { journal, clock, modem, outbox, accept, status, drain, deliver }
}

test('a message of three parts is handed over part by part and delivered when all its parts are', async (t) => {
  const { accept, modem, drain, status, deliver } = setUp(t)
  accept({ id: 'a', text: '1234567890abcdefghijxyz' })
  await drain()
  assert.deepEqual(
    modem.submitted.map(({ wire }) => wire),
    ['1234567890', 'abcdefghij', 'xyz'],
  )
  assert.equal(status('a'), 'sent')
  assert.equal(deliver(2, 'delivered'), true)
  assert.equal(deliver(1, 'pending'), true)
  assert.equal(status('a'), 'sent')
  deliver(1, 'delivered')
  deliver(3, 'delivered')
  assert.equal(status('a'), 'delivered')
})

test('one part that cannot be delivered makes the message undelivered', async (t) => {
  const { accept, drain, status, deliver } = setUp(t)
  accept({ id: 'a', text: '1234567890abc' })
  await drain()
  deliver(1, 'delivered')
  deliver(2, 'failed')
  assert.equal(status('a'), 'undelivered')
})

test('a report on another number is not ours', async (t) => {
  const { accept, drain, journal } = setUp(t)
  accept({ id: 'a' })
  await drain()
  const { content } = report(1, 'delivered', '+499999999')
  assert.equal(content.kind === 'report' && matchReport(journal, 'stick', content), false)
})

test('a refusal that may pass is tried again after the back-off, and no more often than allowed', async (t) => {
  const { accept, modem, drain, status, clock } = setUp(t)
  modem.onSubmit = async (_, handOver) => {
    handOver()
    throw new ModemError('rejected_by_network', 'congestion', { cms: 42, retry: 'now' })
  }
  accept({ id: 'a' })
  await drain()
  assert.deepEqual([modem.submitted.length, status('a')], [1, 'sending'])
  clock.ms += 10_000
  await drain()
  clock.ms += 20_000
  await drain()
  assert.deepEqual([modem.submitted.length, status('a')], [3, 'failed'])
})

test('a refusal for good fails at once', async (t) => {
  const { accept, modem, drain, status, journal } = setUp(t)
  modem.onSubmit = async (_, handOver) => {
    handOver()
    throw new ModemError('rejected_by_network', 'unassigned number', { cms: 1 })
  }
  accept({ id: 'a' })
  await drain()
  assert.equal(status('a'), 'failed')
  assert.equal(journal.outbound.byId('stick', 'a')?.error?.cms, 1)
})

for (const [name, error] of [
  ['the modem vanishes', new ModemError('closed', 'gone')],
  ['no result comes', new ModemError('timeout', 'silence')],
  [
    'the network never answered (CMS 332)',
    new ModemError('rejected_by_network', 'timeout', { cms: 332, retry: 'later' }),
  ],
] as const) {
  test(`after the hand-over, when ${name}, the outcome is unknown, nothing is sent twice, and a report settles it`, async (t) => {
    const { accept, modem, drain, status, deliver } = setUp(t)
    modem.onSubmit = async (_, handOver) => {
      handOver()
      throw error
    }
    accept({ id: 'a' })
    await drain().catch(() => {})
    assert.equal(status('a'), 'unknown')
    await drain()
    assert.equal(modem.submitted.length, 1)
    deliver(99, 'delivered')
    assert.equal(status('a'), 'delivered')
  })
}

test('a modem that vanishes before it had the message leaves it queued, however often', async (t) => {
  const { accept, modem, drain, status } = setUp(t)
  modem.onSubmit = async () => {
    throw new ModemError('closed', 'gone')
  }
  accept({ id: 'a' })
  for (let i = 0; i < 5; i++) await assert.rejects(drain())
  modem.onSubmit = async (_, handOver) => {
    handOver()
    return [1]
  }
  await drain()
  assert.equal(status('a'), 'sent')
})

test('a part that was being handed over when the process ended is unknown, and the rest goes on', async (t) => {
  const { accept, modem, outbox, drain, status, journal } = setUp(t)
  accept({ id: 'a', text: '1234567890abc' })
  journal.outbound.submitting(journal.outbound.byId('stick', 'a')!.seq, 1)
  outbox.settleInterrupted()
  await drain()
  assert.deepEqual(
    modem.submitted.map(({ part }) => part),
    [2],
  )
  assert.equal(status('a'), 'unknown')
})

test('with on_unknown: resend an uncertain part is handed over again', async (t) => {
  const { accept, modem, outbox, drain, status, journal, clock } = setUp(t, { onUnknown: 'resend' })
  accept({ id: 'a' })
  journal.outbound.submitting(journal.outbound.byId('stick', 'a')!.seq, 1)
  outbox.settleInterrupted()
  clock.ms += 10_000
  await drain()
  assert.deepEqual([modem.submitted.length, status('a')], [1, 'sent'])
})

test('when the journal cannot note the hand-over, the message is not handed over', async (t) => {
  const { accept, modem, outbox, journal } = setUp(t)
  accept({ id: 'a' })
  let handedOver = false
  modem.onSubmit = async (_, handOver) => {
    journal.outbound.submitting = () => {
      throw new ModemError('internal', 'disk full')
    }
    handOver()
    handedOver = true
    return [1]
  }
  await outbox.advance(modem.can.sms!).catch(() => {})
  assert.equal(handedOver, false)
})

test('what is not handed over before expires_at is never sent', async (t) => {
  const { accept, modem, drain, status, clock } = setUp(t)
  accept({ id: 'a', expires_at: new Date(clock.ms + 1000).toISOString() })
  accept({ id: 'b', text: 'other' }, { identity: 'b', messageExpiresAt: clock.ms + 1000 })
  clock.ms += 1000
  await drain()
  assert.deepEqual([status('a'), status('b'), modem.submitted.length], ['expired', 'expired', 0])
  assert.throws(() => accept({ id: 'c', text: 'third', expires_at: new Date(clock.ms - 1).toISOString() }), {
    code: 'expired',
  })
})

test('a thousand messages may wait, and no more: all recipients of a command or none', async (t) => {
  const { accept, journal } = setUp(t)
  for (let index = 0; index < 999; index += 1) accept({ id: `m${index}`, text: `text ${index}` })
  assert.throws(() => accept({ to: ['+441', '+442'], text: 'too many' }), {
    code: 'queue_full',
    message: /sms\/cancel/,
  })
  assert.equal(journal.outbound.waiting('stick'), 999)
  accept({ text: 'the last one' })
  assert.throws(() => accept({ text: 'one more' }), { code: 'queue_full' })
})

test('the same id and content is answered with the present status, other content is refused', async (t) => {
  const { accept, modem, drain } = setUp(t)
  accept({ id: 'a' })
  await drain()
  assert.equal(accept({ id: 'a' })[0]?.status, 'sent')
  await drain()
  assert.equal(modem.submitted.length, 1)
  assert.throws(() => accept({ id: 'a', text: 'changed' }), { code: 'duplicate' })
})

test('the same text to the same number is refused within the repeat window and sent after it', async (t) => {
  const { accept, modem, drain, clock } = setUp(t)
  accept()
  assert.throws(() => accept(), { code: 'duplicate' })
  clock.ms += 30_000
  accept()
  await drain()
  assert.equal(modem.submitted.length, 2)
})

test('contacts and groups become numbers, several recipients get ids of their own', (t) => {
  const { accept } = setUp(t)
  assert.deepEqual(
    accept({ to: ['peter', 'all', '+49 (170)'], id: 'x' }).map(({ id, to }) => [id, to]),
    [
      ['x/1', '+49170'],
      ['x/2', '+491'],
      ['x/3', '+492'],
    ],
  )
})

for (const to of ['', 'nobody', '+', '12a', '++49']) {
  test(`${JSON.stringify(to)} is no recipient`, (t) => {
    const { accept } = setUp(t)
    assert.throws(() => accept({ to: [to] }), { code: 'invalid_request' })
  })
}

test('a text over the part limit is refused and nothing is half done', (t) => {
  const { accept, journal } = setUp(t)
  assert.throws(() => accept({ text: 'x'.repeat(31), to: ['+491', '+492'] }), /text: it needs 4 parts/)
  assert.equal(journal.outbound.waiting('stick'), 0)
})

test('a command whose acknowledgement may be lost is absorbed once after the session was resumed, and never in a new session', async (t) => {
  const { journal, clock, modem } = setUp(t)
  const driver = new FakeDriver(async () => modem)
  const outlet = new ArrayOutlet()
  const supervisor = new Supervisor({
    id: 'stick',
    name: 'stick',
    driver,
    journal,
    outlet,
    afterReceive: 'delete',
    backlog: 'import',
    multipartTimeoutMs: 1,
    onUnknown: 'report',
    retry: { attempts: 1, backoffMs: 1 },
    contacts: new Map(),
    deliveryReport: true,
    ...UNGUARDED,
    maxParts: 3,
    repeatWindowMs: 0,
    networkMode: null,
    allowRawAt: false,
    poll: { signalMs: 1, statusMs: 1, smsMs: 1, republishMs: 1 },
    ussd: { fallback: 'never', timeoutMs: 1, queries: [] },
    recovery: { isEnabled: false, usbPowerTopic: null },
    rejectsCalls: false,
    now: clock.now,
    elapsed: clock.now,
    newId: () => `n${journal.outbound.waiting('stick')}`,
    onProblem: () => {},
  })
  const bridge = new Bridge({
    pricePerPart: null,
    journal,
    supervisors: new Map([['stick', supervisor]]),
    keepMs: 1,
    onProblem: () => {},
  })
  const payload = Buffer.from(JSON.stringify({ to: '+491711', text: 'hi' }))
  const send = () => bridge.carryOut('stick', 'sms/send', payload, { identity: 'same', messageExpiresAt: null }).answer
  const waiting = (): number => journal.outbound.waiting('stick')
  await send()
  bridge.sessionResumed()
  assert.equal((await send()).status, 'ok')
  assert.equal(waiting(), 1)
  await send()
  assert.equal(waiting(), 2)
  bridge.sessionStarted()
  bridge.sessionResumed()
  await send()
  assert.equal(waiting(), 3)
})

test('a report that overtakes the answer to its own part is not taken for that of an uncertain one', async (t) => {
  const { accept, modem, drain, deliver, status, outbox, journal } = setUp(t)
  modem.onSubmit = async (_, handOver) => {
    handOver()
    throw new ModemError('closed', 'gone')
  }
  accept({ id: 'cut off', text: 'one' })
  await assert.rejects(drain())
  outbox.settleInterrupted()
  assert.equal(status('cut off'), 'unknown')
  let isOurs: boolean | undefined
  modem.onSubmit = async (_, handOver) => {
    handOver()
    isOurs = deliver(9, 'delivered')
    return [9]
  }
  accept({ id: 'next', text: 'two' })
  await drain()
  assert.equal(isOurs, false)
  assert.deepEqual([status('cut off'), status('next')], ['unknown', 'sent'])
  assert.equal(deliver(9, 'delivered'), true)
  assert.deepEqual([status('cut off'), status('next')], ['unknown', 'delivered'])
  assert.equal(journal.outbound.waiting('stick'), 0)
})

test('a message waits for a SIM that was taken out, however often it is tried', async (t) => {
  const { accept, modem, drain, status, clock } = setUp(t)
  modem.onSubmit = async () => {
    throw new ModemError('sim_not_ready', 'no SIM', { cms: 310, retry: 'never' })
  }
  accept({ id: 'a' })
  for (let turn = 0; turn < 6; turn += 1) {
    await drain()
    assert.equal(status('a'), 'queued')
    clock.ms += 10_000
  }
  modem.onSubmit = async (_, handOver) => {
    handOver()
    return [1]
  }
  await drain()
  assert.equal(status('a'), 'sent')
})

test('a message that was refused and expires before its next try is not tried again, and what is due lies ahead', async (t) => {
  const { accept, modem, drain, status, clock, journal } = setUp(t)
  modem.onSubmit = async (_, handOver) => {
    handOver()
    throw new ModemError('rejected_by_network', 'congestion', { cms: 42, retry: 'now' })
  }
  accept({ id: 'a', expires_at: new Date(clock.ms + 5000).toISOString() })
  await drain()
  assert.equal(journal.outbound.nextDue('stick'), clock.ms + 5000)
  clock.ms += 5000
  await drain()
  assert.deepEqual([status('a'), modem.submitted.length, journal.outbound.nextDue('stick')], ['expired', 1, undefined])
})

test('a message that waits with an expiry is next due when it expires', (t) => {
  const { accept, clock, journal } = setUp(t)
  accept({ id: 'a', expires_at: new Date(clock.ms + 5000).toISOString() })
  assert.equal(journal.outbound.nextDue('stick'), clock.ms + 5000)
})
