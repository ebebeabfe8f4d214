import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import type { SendRequest } from '../../src/bridge/acceptance.ts'
import { roundedPrice } from '../../src/bridge/cost-guard.ts'
import type { SupervisorOptions } from '../../src/bridge/supervisor-options.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { segment } from './fake-modem.ts'
import { supervise } from './supervisor-bench.ts'

const LIMITS = { perMinute: 3, perHour: 0, perDay: 5, perMonth: 0, reserveForHigh: 1 }
const PETER = '+491701234567'
const MACHINE = '+491709999999'

async function guarded(t: TestContext, given: Partial<SupervisorOptions> = {}) {
  const exhaustions: unknown[] = []
  const bench = supervise(t, { limits: LIMITS, repeatWindowMs: 0, ...given })
  await bench.pass(1)
  let count = 0
  const send = (request: Partial<SendRequest> = {}) => {
    const text = request.text ?? `message ${count++}`.slice(0, 10)
    const whole = {
      to: [PETER],
      flash: false,
      priority: 'normal' as const,
      encoding: 'auto' as const,
      ...request,
      text,
    }
    return bench.supervisor.service.accept(whole, { identity: text, messageExpiresAt: null })
  }
  const refusal = (request: Partial<SendRequest> = {}): string => {
    try {
      send(request)
    } catch (error) {
      if (error instanceof ModemError) return `${error.code}: ${error.message}`
      throw error
    }
    return 'accepted'
  }
  bench.outlet.event = async (_, { type, detail }) => {
    if (type === 'quota_exceeded') exhaustions.push(detail)
  }
  return { ...bench, send, refusal, exhaustions }
}

describe('sending', () => {
  test('ends at the limit, says when there is room, and tells it once', async (t) => {
    const { send, refusal, exhaustions, pass } = await guarded(t)
    for (let count = 0; count < 3; count++) send()
    await pass(20)
    for (let count = 0; count < 50; count++) {
      assert.match(
        refusal(),
        /^quota_exceeded: sms\.limits\.per_minute allows 3 parts.*\(in 40 s\).*"priority": "high"/,
      )
    }
    assert.deepEqual(exhaustions, [{ limit: 'per_minute', allowed: 3, frees_at: '2026-11-22T10:01:01.000Z' }])
    await pass(40)
    send()
    assert.equal(exhaustions.length, 1)
  })

  test('keeps a reserve for high priority', async (t) => {
    const { send, refusal } = await guarded(t)
    for (let count = 0; count < 3; count++) send()
    send({ priority: 'high' })
    assert.match(refusal({ priority: 'high' }), /^quota_exceeded: .*\(in 60 s\)\.$/)
  })

  test('counts what waits for a network, and what was cancelled no more', async (t) => {
    const { send, refusal, modem, supervisor } = await guarded(t)
    modem().onSubmit = async () => Promise.reject(new ModemError('not_registered', 'no network service'))
    send()
    const waiting = [send(), send()]
    assert.match(refusal(), /per_minute/)
    supervisor.service.cancel(waiting[1]?.[0]?.id ?? '')
    assert.equal(refusal(), 'accepted')
  })

  test('does not count what the network refused', async (t) => {
    const { send, refusal, modem, pass } = await guarded(t)
    modem().onSubmit = async (_, handOver) => {
      handOver()
      throw new ModemError('rejected_by_network', 'no', { cms: 21, retry: 'never' })
    }
    for (let count = 0; count < 3; count++) send()
    await pass(5)
    assert.equal(refusal(), 'accepted')
  })

  test('takes a request with several recipients whole or not at all', async (t) => {
    const { refusal, outlet, pass } = await guarded(t)
    assert.match(
      refusal({ to: [PETER, '+491', '+492', '+493'] }),
      /needs 4 parts, and sms\.limits\.per_minute allows 3/,
    )
    await pass(1)
    assert.deepEqual(outlet.statuses, [])
  })

  test('answers the same id again although the limit is met', async (t) => {
    const { send, refusal } = await guarded(t)
    send({ id: 'door', text: 'open' })
    for (let count = 0; count < 2; count++) send()
    assert.match(refusal(), /per_minute/)
    assert.equal(send({ id: 'door', text: 'open' })[0]?.id, 'door')
  })

  test('tells what it costs before anything is sent', async (t) => {
    const { send } = await guarded(t, { pricePerPart: 0.09 })
    assert.deepEqual(
      send({ text: 'three parts that each have ten'.slice(0, 25) }).map(({ parts, cost }) => [parts, cost]),
      [[3, 0.27]],
    )
    assert.equal(roundedPrice(3 * 0.1), 0.3)
  })

  test('refuses a recipient before it counts anything', async (t) => {
    const { refusal, send } = await guarded(t, { recipients: { allowed: ['+49*'], blocked: [] } })
    assert.match(refusal({ to: [PETER, '+43123456'] }), /^not_allowed: to: \+43123456/)
    for (let count = 0; count < 3; count++) send()
  })

  test('shows what is left of the day', async (t) => {
    const { send, outlet, pass } = await guarded(t)
    send()
    await pass(1)
    const { quotaPerDay, quotaLeft } = outlet.status ?? {}
    assert.deepEqual([quotaPerDay, quotaLeft], [5, 4])
  })
})

test('two machines that answer one another are stopped, and high priority is not', async (t) => {
  const off = { perMinute: 0, perHour: 0, perDay: 0, perMonth: 0, reserveForHigh: 0 }
  const { send, refusal, modem, pass } = await guarded(t, { limits: off })
  for (let turn = 0; turn < 20; turn++) {
    modem().stored.push(segment(`auto reply ${turn}`, { from: MACHINE }))
    modem().emit('arrived')
    await pass(1)
    send({ to: [MACHINE] })
    await pass(10)
  }
  assert.match(refusal({ to: [MACHINE] }), /two machines answering one another/)
  assert.equal(refusal({ to: [PETER] }), 'accepted')
  assert.equal(refusal({ to: [MACHINE], priority: 'high' }), 'accepted')
  await pass(600)
  assert.equal(refusal({ to: [MACHINE] }), 'accepted')
})
