import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'

const NUMBER = '+447700900001'
/** The promise is 1 s; a machine that builds other things at the same time gets this many milliseconds. */
const LIMIT_MS = 10_000

const discovery = (id: string): string => `homeassistant/device/zte2mqtt_${id}/config`

/** One stick that is there, and others on ports where nothing listens, which are announced as well. */
async function setUp(t: TestContext, count: number) {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER })
  t.after(() => stick.close())
  const port = await stick.listen()
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'home-assistant', ['#'])
  const journal = join(temporaryFolder(t), 'journal.db')
  const ids = Array.from({ length: count }, (_, n) => `modem${n}`)
  const start = (modems: readonly string[]) =>
    startBridge(t, [
      `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
      `--journal.path=${journal}`,
      `--modems=${JSON.stringify(modems.map((id, n) => ({ id, port: `tcp://127.0.0.1:${n === 0 ? port : n}` })))}`,
      '--poll.sms=2s',
    ])
  return { network, brokerPort, observer, ids, start }
}

/** @returns after how many ms every topic was published since `from` messages had been seen */
async function allPublished(observer: Observer, topics: readonly string[], from: number): Promise<number> {
  const began = performance.now()
  await observer.until('all topics', () => {
    const seen = new Set(observer.seen.slice(from).map(({ topic }) => topic))
    return topics.every((topic) => seen.has(topic))
  })
  return performance.now() - began
}

test('twenty modems are announced, and at the birth of Home Assistant all of it comes again', async (t) => {
  const { observer, ids, start } = await setUp(t, 20)
  start(ids)
  const devices = ['bridge', ...ids].map(discovery)
  const rest = ids.flatMap((id) => ['availability', 'state', 'info'].map((path) => `zte2mqtt/${id}/${path}`))
  await observer.until('the bridge', () => observer.seen.some(({ topic }) => topic.startsWith('zte2mqtt/')))
  const announced = await allPublished(observer, [...devices, ...rest], 0)
  t.diagnostic(`20 modems announced ${announced.toFixed(0)} ms after the first message of the bridge`)
  await observer.until('the stick', () => observer.on('modem0/availability').at(-1) === 'online')
  const from = observer.seen.length
  await observer.client.publishAsync('homeassistant/status', 'online')
  const again = await allPublished(observer, [...devices, ...rest, 'zte2mqtt/bridge/state'], from)
  t.diagnostic(`discovery, availability and states of 20 modems again ${again.toFixed(0)} ms after the birth`)
  assert.ok(announced < LIMIT_MS && again < LIMIT_MS, `${announced} ms, ${again} ms`)
})

test('a modem that is removed leaves nothing retained, and what Home Assistant missed comes after its birth', async (t) => {
  const { network, brokerPort, observer, ids, start } = await setUp(t, 2)
  const first = start(ids)
  await observer.until('both devices', () => ids.every((id) => observer.on(discovery(id)).length > 0))
  await observer.until('the stick', () => observer.on('modem0/availability').at(-1) === 'online')
  await observer.client.publishAsync('homeassistant/status', 'offline')
  network.inject({ to: NUMBER, from: '+447700900009', text: 'Water' })
  await observer.until('the message', () => observer.on('modem0/sms/received').length > 0)
  first.kill('SIGTERM')
  await ended(first)
  const from = observer.seen.length
  start(ids.slice(0, 1))
  await observer.until('the device is cleared', () =>
    observer.seen.slice(from).some(({ topic, text }) => topic === 'zte2mqtt/modem1/state' && text === ''),
  )
  const texts = observer.seen.slice(from).flatMap(({ topic, text }) => (topic === discovery('modem1') ? [text] : []))
  assert.deepEqual(
    texts.map((text) => text === ''),
    [false, true],
  )
  const newcomer = await Observer.connect(t, brokerPort, 'newcomer', ['#'])
  await newcomer.until('what is retained', () => newcomer.on('modem0/state').length > 0)
  assert.deepEqual(
    newcomer.seen.filter(({ topic }) => topic.includes('modem1')),
    [],
  )
  const caughtUp = () =>
    (observer.on('modem0/homeassistant/sms_received') as { catch_up: boolean; text: string }[]).slice(1)
  assert.deepEqual(caughtUp(), [])
  await observer.client.publishAsync('homeassistant/status', 'online')
  await observer.until('the message again', () => caughtUp().length > 0)
  assert.deepEqual(
    caughtUp().map(({ catch_up: isCatchUp, text }) => [isCatchUp, text]),
    [[true, 'Water']],
  )
})
