import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { AtChannel } from '../../src/driver/at-channel.ts'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { openSerial } from '../../src/transport/serial.ts'
import { ended, freePort, Observer, run, startBridge, startMosquitto, startPty } from './house.ts'

const NUMBER = '+447700900001'
const PEER = '+447700900123'
const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const BASE = 'zte2mqtt/bridge'

type Json = Record<string, unknown>

async function setUp(
  t: TestContext,
  options: readonly string[] = [],
  asSeen: (tcpPort: number) => Promise<string> = async (port) => `tcp://127.0.0.1:${port}`,
) {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER, profile: MF190 })
  t.after(() => {
    stick.close()
    network.close()
  })
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const port = await stick.listen()
  const given = [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([{ id: 'stick', port: await asSeen(port) }])}`,
    '--sms.after_receive=keep',
    '--sms.backlog=publish',
    ...options,
  ]
  const bridge = startBridge(t, given)
  const state = (): Json => (observer.on('stick/state') as Json[]).at(-1) ?? {}
  const ready = (): Promise<boolean> => observer.until('ready', () => state()['phase'] === 'ready' && true)
  await ready()
  /** Asks as any program may that speaks MQTT 5: with a Response Topic of its own. */
  const ask = async (topic: string, payload: string): Promise<Json> => {
    const args = ['-p', `${brokerPort}`, '-V', 'mqttv5', '-t', topic, '-e', 'rr/answers', '-m', payload, '-W', '20']
    const { stdout } = await promisify(execFile)('mosquitto_rr', args)
    return JSON.parse(stdout)
  }
  return { network, stick, port, brokerPort, observer, bridge, given, state, ready, ask }
}

describe('requests to the bridge itself', () => {
  test('are answered to mosquitto_rr and below bridge/response', async (t) => {
    const { observer, ask, stick } = await setUp(t)
    const health = await ask(`${BASE}/request/health_check`, '{"transaction": "h"}')
    assert.equal(health['status'], 'ok')
    assert.equal(health['transaction'], 'h')
    const { healthy, mqtt, modems } = health['data'] as Json
    assert.deepEqual([healthy, mqtt], [true, { connected: true, connections: 1 }])
    assert.equal(((modems as Json)['stick'] as Json)['phase'], 'ready')
    await observer.until('the same for everybody', () => observer.on('bridge/response/health_check').length === 1)
    const scan = await ask(`${BASE}/request/ports/scan`, '{}')
    assert.ok(Array.isArray((scan['data'] as Json)['devices']))
    const unknown = await ask(`${BASE}/request/nonsense`, '{}')
    assert.equal((unknown['error'] as Json)['code'], 'unknown_command')
    const restarted = await ask(`${BASE}/request/modem/restart`, 'stick')
    assert.equal(restarted['status'], 'ok')
    await observer.until('opened again', () => {
      return (observer.on('stick/event') as Json[]).filter(({ type }) => type === 'connected').length === 2
    })
    assert.ok(stick.isOnBus)
    const nobody = await ask(`${BASE}/request/modem/restart`, '{"modem": "nobody"}')
    assert.match(String((nobody['error'] as Json)['message']), /there is stick/)
  })

  test('change the level of the log, and publish it where that is wished, without numbers and texts', async (t) => {
    const { network, observer, bridge, ask } = await setUp(t, ['--log.mqtt=info', '--log.level=warn'])
    network.inject({ from: PEER, to: NUMBER, text: 'the code is 4711' })
    const line = await observer.until('the line', () =>
      (observer.on('bridge/log') as Json[]).find(({ message }) => message === 'SMS received and published'),
    )
    assert.deepEqual(Object.keys(line), ['level', 'message', 'modem', 'time'])
    assert.deepEqual([line['level'], line['modem']], ['info', 'stick'])
    assert.doesNotMatch(bridge.output, /SMS received/)
    assert.equal((await ask(`${BASE}/request/log_level`, 'info'))['status'], 'ok')
    network.inject({ from: PEER, to: NUMBER, text: 'once more' })
    await observer.until('the second line', () => {
      const told = (observer.on('bridge/log') as Json[]).filter(
        ({ message }) => message === 'SMS received and published',
      )
      return told.length === 2
    })
    assert.match(bridge.output, /SMS received and published/)
    assert.doesNotMatch(bridge.output + JSON.stringify(observer.on('bridge/log')), /4711|4477009/)
  })

  test('restart everything within the process, which goes on receiving', async (t) => {
    const { network, observer, bridge, ask, ready } = await setUp(t)
    const answer = await ask(`${BASE}/request/restart`, '{"transaction": "r"}')
    assert.deepEqual([answer['status'], answer['transaction']], ['ok', 'r'])
    const states = (): string[] =>
      observer.seen.filter(({ topic }) => topic === `${BASE}/state`).map(({ text }) => text)
    await observer.until('offline and online', () => states().join().endsWith('online,offline,online'))
    await ready()
    network.inject({ from: PEER, to: NUMBER, text: 'after the restart' })
    await observer.until('the message', () =>
      (observer.on('stick/sms/received') as Json[]).find(({ text }) => text === 'after the restart'),
    )
    assert.equal(bridge.exitCode, null)
    assert.match(bridge.output, /"msg":"ended"/)
    bridge.kill('SIGTERM')
    assert.equal(await ended(bridge), 0)
  })

  test('that lie retained in the broker are refused at the start, and not carried out', async (t) => {
    const { observer, bridge } = await setUp(t)
    await observer.client.publishAsync(`${BASE}/request/log_level`, 'nonsense', { qos: 1, retain: true })
    await observer.until('the first answer', () => observer.on('bridge/response/log_level').length === 1)
    await observer.client.publishAsync(`${BASE}/request/restart`, 'x', { qos: 1 })
    const answers = (): Json[] => observer.on('bridge/response/log_level') as Json[]
    await observer.until('the refusal', () => answers().length === 2)
    assert.match(JSON.stringify(answers()[1]), /retained_refused/)
    await observer.client.publishAsync(`${BASE}/request/log_level`, '', { qos: 1, retain: true })
    assert.equal(bridge.exitCode, null)
  })
})

describe('a paused modem', () => {
  test('leaves its port to another program, and sends what waited when the pause is over', async (t) => {
    const { port, observer, ask, state, ready } = await setUp(t)
    const answer = await ask('zte2mqtt/stick/command/pause', '{"minutes": 60}')
    assert.equal(answer['status'], 'ok')
    await observer.until('paused', () => state()['phase'] === 'paused')
    assert.match(String(state()['problem']), /paused by command since/)
    // The simulated stick, like a real port, takes one program at a time.
    const other = connect(port, '127.0.0.1')
    await once(other, 'connect')
    other.write('AT+CGMM\r')
    let heard = ''
    while (!heard.includes('OK')) heard += (await once(other, 'data', { signal: AbortSignal.timeout(10_000) }))[0]
    assert.match(heard, /MF190/)
    const refused = await ask('zte2mqtt/stick/command/reboot', 'PRESS')
    assert.deepEqual((refused['error'] as Json)['code'], 'modem_offline')
    assert.match(String((refused['error'] as Json)['message']), /paused/)
    await observer.command('stick', 'sms/send', { to: PEER, text: 'later', id: 'later' })
    await observer.until('it waits', () => (state()['sms'] as Json)['waiting'] === 1)
    other.end()
    await once(other, 'close')
    const over = await ask('zte2mqtt/stick/command/pause', 'OFF')
    assert.deepEqual(over['data'], { until: null })
    await ready()
    await observer.until('it is sent', () =>
      (observer.on('stick/sms/status') as Json[]).find(({ id, status }) => id === 'later' && status === 'sent'),
    )
  })
})

test('a tty that the bridge holds for itself can be opened by others during a pause only', async (t) => {
  let tty = ''
  const { ask } = await setUp(t, [], async (port) => {
    tty = await startPty(t, port)
    return tty
  })
  const { signal } = new AbortController()
  const open = () => openSerial(tty, { baud: 115_200, signal })
  await assert.rejects(open(), { code: 'modem_offline' })
  await ask('zte2mqtt/stick/command/pause', '10')
  const channel = new AtChannel(await open())
  await channel.wake()
  assert.deepEqual(await channel.send('AT+CGMM'), ['MF190'])
  await channel.close()
  assert.equal((await ask('zte2mqtt/stick/command/pause', 'OFF'))['status'], 'ok')
})

test('messages are deleted in the modem by their id, or all of them', async (t) => {
  const { network, stick, observer, ask } = await setUp(t)
  for (const text of ['one', 'two', 'three']) network.inject({ from: PEER, to: NUMBER, text })
  const received = (): Json[] => observer.on('stick/sms/received') as Json[]
  await observer.until('three messages', () => received().length === 3)
  const left = (): number => stick.mailbox.store('SM').used
  assert.equal(left(), 3)
  const id = String(received().find(({ text }) => text === 'two')?.['id'])
  assert.deepEqual((await ask('zte2mqtt/stick/command/sms/delete', JSON.stringify({ id })))['data'], { deleted: 1 })
  assert.equal(left(), 2)
  assert.deepEqual((await ask('zte2mqtt/stick/command/sms/delete', JSON.stringify({ id })))['data'], { deleted: 0 })
  const all = await ask('zte2mqtt/stick/command/sms/delete', '{"all": "received"}')
  assert.deepEqual(all['data'], { deleted: 2 })
  assert.equal(left(), 0)
  const unknown = await ask('zte2mqtt/stick/command/sms/delete', '{"id": "nonsense"}')
  assert.equal((unknown['error'] as Json)['code'], 'invalid_request')
})

test('a call is reported when it begins and when it ends, and hung up where that is configured', async (t) => {
  const { stick, observer } = await setUp(t, ['--calls.reject=true'])
  stick.call.start(PEER)
  const calls = (): Json[] => observer.on('stick/call') as Json[]
  await observer.until('begin and end', () => calls().length === 2)
  assert.deepEqual(
    calls().map(({ from, rings }) => [from, rings]),
    [
      [PEER, null],
      [PEER, 1],
    ],
  )
  assert.equal(calls()[0]?.['ended_at'], null)
  assert.equal(stick.call.isRinging, false)
})

/** The broker acknowledges a message after its subscribers have it, and is counted then. */
async function metricsWhen(get: (path: string) => Promise<Response>, wanted: RegExp): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const metrics = await (await get('/metrics')).text()
    if (wanted.test(metrics)) return metrics
    assert.ok(attempt < 100, metrics)
  }
}

test('the health port tells Docker and Prometheus how things are', async (t) => {
  const healthPort = await freePort()
  const { observer, bridge, given, network } = await setUp(t, [
    `--health.port=${healthPort}`,
    '--health.metrics=true',
    '--health.token=secret',
  ])
  const get = (path: string) =>
    fetch(`http://127.0.0.1:${healthPort}${path}`, { headers: { authorization: 'Bearer secret' } })
  assert.equal((await fetch(`http://127.0.0.1:${healthPort}/metrics`)).status, 401)
  assert.deepEqual(await (await get('/readyz')).json(), { status: 'ok', broker: true, modems: { stick: 'ready' } })
  network.inject({ from: PEER, to: NUMBER, text: 'counted' })
  await observer.until('the message', () => observer.on('stick/sms/received').length === 1)
  const metrics = await metricsWhen(get, /^zte2mqtt_sms_received_total\{modem="stick"\} 1$/m)
  assert.match(metrics, /^zte2mqtt_modem_up\{modem="stick"\} 1$/m)
  assert.match(metrics, /^process_resident_memory_bytes \d+$/m)
  const healthcheck = (options: readonly string[]) =>
    run(t, process.execPath, ['--import', 'tsx', MAIN, 'healthcheck', ...options])
  assert.equal(await ended(healthcheck(given)), 0)
  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
  const down = healthcheck(given)
  assert.equal(await ended(down), 1)
  assert.match(down.output, /does not answer/)
  const unset = healthcheck(given.filter((option) => !option.startsWith('--health')))
  assert.equal(await ended(unset), 1)
  assert.match(unset.output, /no health\.port/)
})
