import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, test } from 'node:test'
import { Pause } from '../../src/bridge/pause.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { FakeModem } from './fake-modem.ts'
import { settle, supervise } from './supervisor-bench.ts'

const MINUTE_S = 60
const context = { identity: 'x', messageExpiresAt: null }

describe('a pause', () => {
  test('is answered when the port is free, says until when, and ends by itself', async (t) => {
    const { modem, outlet, driver, pass, supervisor } = supervise(t)
    await pass(1)
    const first = modem()
    let isClosed = false
    first.close = async () => {
      await settle()
      isClosed = true
    }
    const { until } = await supervisor.service.pause(10)
    assert.ok(isClosed)
    assert.equal(until, '2026-11-22T10:10:01.000Z')
    await settle()
    assert.equal(outlet.phases.at(-1), 'paused')
    assert.match(
      outlet.problem ?? '',
      /paused by command since 2026-11-22T10:00:01\.000Z until 2026-11-22T10:10:01\.000Z/,
    )
    assert.equal(outlet.availabilities.at(-1), false)
    assert.equal(supervisor.hold.port, 'fake')
    await pass(10 * MINUTE_S - 1)
    assert.equal(driver.opened, 1)
    await pass(1)
    assert.equal(driver.opened, 2)
    assert.deepEqual(outlet.phases.slice(-3), ['paused', 'starting', 'ready'])
    assert.equal(outlet.problem, null)
    assert.deepEqual(outlet.events, ['connected', 'disconnected', 'connected'])
    assert.equal(supervisor.counters.losses, 0)
  })

  test('of 0 minutes ends one, and a second one moves its end', async (t) => {
    const { driver, pass, supervisor } = supervise(t)
    await pass(1)
    await supervisor.service.pause(1)
    await pass(30)
    const { until } = await supervisor.service.pause(5)
    assert.equal(until, '2026-11-22T10:05:31.000Z')
    await pass(2 * MINUTE_S)
    assert.equal(driver.opened, 1)
    assert.deepEqual(await supervisor.service.pause(0), { until: null })
    await pass(1)
    assert.equal(driver.opened, 2)
  })

  test('lets messages be accepted, which wait, and refuses what needs the modem', async (t) => {
    const { modems, pass, supervisor } = supervise(t)
    await pass(1)
    await supervisor.service.pause(1)
    supervisor.service.accept(
      { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
      context,
    )
    await assert.rejects(supervisor.service.reboot(), { code: 'modem_offline', message: /is paused by command/ })
    await assert.rejects(supervisor.service.discard({ all: 'received' }), { code: 'modem_offline', message: /paused/ })
    await assert.rejects(supervisor.restart(), { code: 'modem_offline', message: /paused/ })
    await pass(30)
    assert.equal(modems.length, 1)
    assert.equal(modems[0]?.submitted.length, 0)
    await pass(31)
    assert.equal(modems[1]?.submitted.length, 1)
  })

  test('that begins while the modem cannot be opened keeps the bridge away from it, remedies and all', async (t) => {
    const { opens, driver, outlet, pass, supervisor } = supervise(t, {
      recovery: { isEnabled: true, usbPowerTopic: 'socket' },
    })
    await pass(1)
    opens(async () => {
      throw new ModemError('timeout', 'nothing answers')
    })
    await supervisor.restart()
    await pass(20)
    const tries = driver.opened
    assert.ok(tries > 2)
    await supervisor.service.pause(60)
    await pass(59 * MINUTE_S)
    assert.deepEqual([driver.opened, driver.restarted, outlet.published], [tries, 0, []])
    // What was wrong before the pause counts no more: the ladder begins anew.
    await pass(MINUTE_S + 20)
    assert.ok(driver.opened > tries)
    assert.equal(driver.restarted, 0)
    await pass(30)
    assert.equal(driver.restarted, 1)
  })

  test('waits for a message that is being handed over, so that its fate is known', async (t) => {
    const { modem, pass, supervisor, outlet } = supervise(t)
    await pass(1)
    const first = modem()
    let confirm = (): void => {}
    first.onSubmit = (_, handOver) => {
      handOver()
      return new Promise((resolve, reject) => {
        confirm = () => resolve([7])
        first.close = async () => reject(new ModemError('closed', 'closed'))
      })
    }
    supervisor.service.accept(
      { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
      context,
    )
    await settle()
    let isFree = false
    const paused = supervisor.service.pause(10).then(() => {
      isFree = true
    })
    await pass(3)
    assert.ok(!isFree)
    confirm()
    await paused
    await pass(1)
    assert.equal(outlet.statuses.at(-1)?.status, 'sent')
  })

  test('does not wait for ever for a message that gets no answer', async (t) => {
    const { modem, pass, supervisor } = supervise(t)
    await pass(1)
    const first = modem()
    let fail: (error: ModemError) => void = () => {}
    first.onSubmit = (_, handOver) => {
      handOver()
      return new Promise((_resolve, reject) => {
        fail = reject
      })
    }
    first.close = async () => fail(new ModemError('closed', 'closed'))
    supervisor.service.accept(
      { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
      context,
    )
    await settle()
    const paused = supervisor.service.pause(10)
    await pass(7)
    await paused
  })
})

test('a restart by request closes the modem and opens it at once, and is no loss', async (t) => {
  const { outlet, driver, pass, supervisor, modems } = supervise(t)
  await pass(1)
  await supervisor.restart()
  await pass(1)
  assert.equal(driver.opened, 2)
  assert.equal(modems.length, 2)
  assert.deepEqual(outlet.phases.slice(-2), ['starting', 'ready'])
  assert.deepEqual(outlet.events, ['connected', 'disconnected', 'connected'])
  assert.equal(supervisor.counters.losses, 0)
})

test('a modem whose opening is interrupted by a pause is opened after it', async (t) => {
  const { opens, modems, outlet, driver, pass, supervisor } = supervise(t)
  await pass(1)
  driver.open = (signal?: AbortSignal) => {
    driver.opened++
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  }
  await supervisor.restart()
  await pass(1)
  assert.equal(outlet.phases.at(-1), 'starting')
  await supervisor.service.pause(1)
  await settle()
  assert.equal(outlet.phases.at(-1), 'paused')
  opens(async () => {
    const modem = new FakeModem()
    modems.push(modem)
    return modem
  })
  driver.open = () => driver.modem()
  await pass(61)
  assert.equal(outlet.phases.at(-1), 'ready')
})

test('a pause that begins in the instant in which another one ends is one, and is answered', async (t) => {
  const { driver, pass, supervisor } = supervise(t)
  await pass(1)
  await supervisor.service.pause(1)
  await settle()
  await supervisor.service.pause(0)
  await supervisor.service.pause(5)
  await pass(60)
  assert.equal(driver.opened, 1)
})

test('a pause that begins just before the modem is opened ends that turn at once', async () => {
  const pause = new Pause({ now: () => 0, elapsed: () => 0 })
  const { signal } = new AbortController()
  await pause.over(signal, () => assert.fail('there is no pause yet'))
  const free = pause.begin(60_000)
  assert.ok(pause.turn(signal).aborted)
  const ending = new AbortController()
  const over = pause.over(ending.signal, () => {})
  await free
  ending.abort()
  await over
})

test('a turn ends with the bridge, and however many there were leave nothing behind', () => {
  const bridge = new AbortController()
  const pause = new Pause({ now: Date.now, elapsed: () => 0 })
  const turns = Array.from({ length: 100 }, () => pause.turn(bridge.signal))
  assert.ok(turns.every(({ aborted }) => !aborted))
  assert.equal(getEventListeners(bridge.signal, 'abort').length, 1)
  bridge.abort()
  assert.equal(turns.at(-1)?.aborted, true)
  assert.equal(pause.turn(bridge.signal).aborted, true)
})
