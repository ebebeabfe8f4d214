import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { Observer, startBridge, startMosquitto } from './house.ts'

const NUMBER = '+447700900001'
const PEER = '+447700900123'
/** The first remedy comes after a minute. */
const PATIENCE_MS = 100_000

type Json = Record<string, unknown>

async function setUp(t: TestContext) {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER, profile: MF190 })
  t.after(() => stick.close())
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const modem = { id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` }
  const bridge = startBridge(t, [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([modem])}`,
    '--poll.signal=2s',
    '--poll.status=2s',
    '--health.interval=10s',
  ])
  const state = (): Json => (observer.on('stick/state') as Json[]).at(-1) ?? {}
  const isRegistered = (): boolean => state()['phase'] === 'ready' && state()['registration'] === 'home'
  await observer.until('ready and registered', isRegistered)
  const events = (): unknown[] => (observer.on('stick/event') as Json[]).map(({ type }) => type)
  return { network, stick, observer, bridge, state, isRegistered, events }
}

describe('a modem off the network', { concurrency: true }, () => {
  test('that shows its red light is registered again by itself, and receives', async (t) => {
    const { network, stick, observer, isRegistered, events, state } = await setUp(t)
    stick.goRedLight()
    await observer.until('it is noticed', () => !isRegistered())
    await observer.until('registered again', isRegistered, PATIENCE_MS)
    // The stick tells of the network by itself, before it is asked how it is.
    await observer.until('recovered', () => events().includes('recovered') && state()['problem'] === null)
    assert.deepEqual(
      (observer.on('stick/event') as Json[]).filter(({ type }) => type === 'recovery').map(({ remedy }) => remedy),
      ['radio_on'],
    )
    assert.ok(!events().includes('disconnected'))
    network.inject({ from: PEER, to: NUMBER, text: 'alarm' })
    await observer.until('the message', () =>
      (observer.on('stick/sms/received') as Json[]).find(({ text }) => text === 'alarm'),
    )
    const health = await observer.until('the health', () =>
      (observer.on('bridge/health') as Json[]).find((report) => JSON.stringify(report).includes('radio_on')),
    )
    assert.deepEqual((health['modems'] as Json)['stick'], {
      openings: 1,
      losses: 0,
      received: 1,
      sent: 0,
      failed: 0,
      remedies: { radio_on: 1 },
    })
  })

  test('whose radio was switched off by radio/set is left alone, and found on again when asked', async (t) => {
    const { stick, observer, isRegistered, events, state } = await setUp(t)
    await observer.command('stick', 'radio/set', 'OFF')
    await observer.until('the answer', () => observer.on('stick/response/radio/set')[0])
    await observer.until('off', () => state()['registration'] === 'not_registered')
    assert.match(String(state()['problem']), /radio\/set/)
    // A stick that was pulled out comes back with its radio on.
    stick.dropOffBus()
    await observer.until('gone', () => state()['link'] === 'down')
    await stick.replug()
    await observer.until('back, and still off', () => {
      return state()['phase'] === 'ready' && state()['registration'] === 'not_registered'
    })
    // The first remedy would come after a minute; the reports of the bridge's health are the clock.
    const reports = observer.on('bridge/health').length
    await observer.until(
      'seven more reports, one each ten seconds',
      () => observer.on('bridge/health').length > reports + 7,
      PATIENCE_MS,
    )
    assert.equal(state()['registration'], 'not_registered')
    assert.ok(!events().includes('recovery'))
    await observer.command('stick', 'radio/set', { on: true, transaction: 'on' })
    const answer = await observer.until('the second answer', () => observer.on('stick/response/radio/set')[1])
    assert.equal((answer as Json)['status'], 'ok')
    await observer.until('registered', isRegistered)
    assert.equal(state()['problem'], null)
  })
})
