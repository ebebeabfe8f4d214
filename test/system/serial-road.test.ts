import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import {
  assertNothingForged,
  ended,
  freePort,
  listening,
  Observer,
  startBridge,
  startMosquitto,
  startPty,
  temporaryFolder,
} from './house.ts'
import type { CorpusMessage } from './sms-corpus.ts'
import { INCOMING } from './sms-corpus.ts'

const NUMBER = '+447700900001'
const PEER = '+447700900123'
const KILLER = new URL('./kill-before-puback.mjs', import.meta.url).pathname

type Json = Record<string, unknown>

async function setUpStick(t: TestContext) {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER, profile: MF190 })
  t.after(() => stick.close())
  const port = await stick.listen()
  return { network, stick, port }
}

function optionsFor(port: string, brokerPort: number | null): string[] {
  const broker = brokerPort === null ? [] : [`--mqtt.url=mqtt://127.0.0.1:${brokerPort}`]
  return [...broker, `--modems=${JSON.stringify([{ id: 'stick', port }])}`, '--poll.sms=2s', '--sms.repeat_window=0']
}

const ready = (observer: Observer) =>
  observer.until('the stick is ready', () => (observer.on('stick/state') as Json[]).at(-1)?.['phase'] === 'ready')

const response = (observer: Observer, command: string, transaction: string): Promise<Json> =>
  observer.until(`the answer ${transaction}`, () =>
    (observer.on(`stick/response/${command}`) as Json[]).find((answer) => answer['transaction'] === transaction),
  )

test('with mosquitto and a pseudo-terminal, messages go both ways and awkward ones come through exactly', async (t) => {
  const { network, port } = await setUpStick(t)
  const brokerPort = await startMosquitto(t)
  const tty = await startPty(t, port)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['#'])
  const bridge = startBridge(t, optionsFor(tty, brokerPort))
  await ready(observer)

  const messages: readonly CorpusMessage[] = [
    ...INCOMING,
    { message: { text: `${'abcdefghij'.repeat(30)}!`, order: [2, 1, 2] }, expected: { parts: 2 } },
    {
      message: { dataHex: '00FF10A5', ports: { destination: 5000, source: 23 } },
      expected: { text: null, data_hex: '00FF10A5', encoding: '8bit', ports: { destination: 5000, source: 23 } },
    },
  ]
  for (const { message, expected: more } of messages) {
    const expected: Json = { from: message.from ?? PEER, text: message.text ?? null, ...more }
    const before = observer.on('stick/sms/received').length
    network.inject({ from: PEER, ...message, to: NUMBER })
    const got = await observer.until(`the message ${JSON.stringify(message).slice(0, 80)}`, () => {
      return (observer.on('stick/sms/received') as Json[])[before]
    })
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(got[key], value, `${key} of ${JSON.stringify(message)}`)
    assert.match(String(got['id']), /^[0-9A-Z]{26}$/)
    assert.equal(got['backlog'], false)
  }
  assert.equal(observer.on('stick/sms/received').length, messages.length)
  const west = (observer.on('stick/sms/received') as Json[]).find(({ text }) => text === 'zone west')
  assert.match(String(west?.['sent_at']), /-07:00$/)

  await observer.command('stick', 'sms/send', { to: PEER, text: 'From MQTT 👋', id: 'door-17', transaction: 't1' })
  const answer = await response(observer, 'sms/send', 't1')
  assert.equal(answer['status'], 'ok')
  await observer.until('the status sent', () =>
    (observer.on('stick/sms/status') as Json[]).some(({ status }) => status === 'sent' || status === 'delivered'),
  )
  assert.deepEqual(
    network.taken.map(({ submit }) => submit.to.number),
    [PEER],
  )

  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
  assert.equal(observer.on('bridge/state').at(-1), 'offline')
  assert.equal(observer.on('stick/availability').at(-1), 'offline')
  assertNothingForged(bridge, observer, 'stick')
})

test('bad input gets an error that names the key, clearing a retained command does nothing, and the process stays up', async (t) => {
  const { network, port } = await setUpStick(t)
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  await observer.client.publishAsync('zte2mqtt/stick/command/sms/send', JSON.stringify({ to: PEER, text: 'stale' }), {
    qos: 1,
    retain: true,
  })
  await observer.client.publishAsync('zte2mqtt/stick/command/reboot', 'PRESS', { qos: 1, retain: true })
  const bridge = startBridge(t, optionsFor(`tcp://127.0.0.1:${port}`, brokerPort))
  await ready(observer)
  await observer.until(
    'both refusals',
    () => observer.seen.filter(({ text }) => text.includes('retained_refused')).length === 2,
  )

  await observer.client.publishAsync('zte2mqtt/stick/command/reboot', '', { qos: 1, retain: true })
  const bad: [string, unknown, string, RegExp][] = [
    ['sms/send', '{"to": ', 'invalid_request', /JSON/],
    ['sms/send', 'hello', 'invalid_request', /JSON/],
    ['sms/send', { to: PEER, text: 7, transaction: 'x' }, 'invalid_request', /text: .*string/],
    ['sms/send', { to: PEER, text: 'a', colour: 'red' }, 'invalid_request', /colour/],
    ['sms/send', { text: 'a' }, 'invalid_request', /to: /],
    ['sms/send', { to: 'nobody', text: 'a' }, 'invalid_request', /nobody/],
    ['sms/send', { to: PEER, text: 'a'.repeat(66_000) }, 'invalid_request', /65536/],
    ['sms/send', { to: PEER, text: 'a'.repeat(5000) }, 'invalid_request', /max_parts/],
    ['sms/send', Buffer.from([0xff, 0xfe]), 'invalid_request', /UTF-8/],
    ['dance', 'now', 'unknown_command', /sms\/send/],
  ]
  for (const [command, payload, code, says] of bad) {
    const before = observer.on(`stick/response/${command}`).length
    await observer.command('stick', command, payload)
    const answer = await observer.until(
      `an answer to ${String(payload).slice(0, 40)}`,
      () => (observer.on(`stick/response/${command}`) as Json[])[before],
    )
    const error = answer['error'] as Json
    assert.equal(error['code'], code)
    assert.match(String(error['message']), says)
  }
  assert.equal(network.taken.length, 0)
  assert.equal(
    observer.on('stick/event').some((event) => (event as Json)['type'] === 'rebooting'),
    false,
  )
  assert.equal(bridge.exitCode, null)
})

for (const [name, isEmbedded] of [
  ['mosquitto', false],
  ['the embedded broker', true],
] as const) {
  test(`a command redelivered because the bridge was killed before PUBACK sends once, with ${name}`, async (t) => {
    const { network, port } = await setUpStick(t)
    const brokerPort = isEmbedded ? await freePort() : await startMosquitto(t)
    const folder = temporaryFolder(t)
    const options = [
      ...optionsFor(`tcp://127.0.0.1:${port}`, isEmbedded ? null : brokerPort),
      `--journal.path=${join(folder, 'journal.db')}`,
      `--broker.path=${join(folder, 'broker')}`,
      `--broker.port=${brokerPort}`,
    ]
    const env = { KILL_ONCE: join(folder, 'killed'), BROKER_PORT: String(brokerPort) }
    const first = startBridge(t, options, env, ['--import', KILLER])
    await listening(brokerPort)
    const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
    await ready(observer)
    void observer.command('stick', 'sms/send', { to: PEER, text: 'once' }).catch(() => {})
    assert.equal(await ended(first), 'SIGKILL')
    assert.equal(network.taken.length, 0)

    startBridge(t, options, env, ['--import', KILLER])
    const status = await observer.until('it was sent', () =>
      (observer.on('stick/sms/status') as Json[]).find(({ status }) => status === 'sent' || status === 'delivered'),
    )
    assert.equal(status['to'], PEER)
    // The same text on purpose is another message.
    await observer.command('stick', 'sms/send', { to: PEER, text: 'once', id: 'second', transaction: 'second' })
    await observer.until('the second was sent', () =>
      (observer.on('stick/sms/status') as Json[]).find(
        ({ id, status }) => id === 'second' && (status === 'sent' || status === 'delivered'),
      ),
    )
    assert.equal(network.taken.length, 2)
  })
}

test('a wrong configuration prints every fault and exits 2', async (t) => {
  const bridge = startBridge(t, [
    '--mqtt.base_topic=a/#',
    '--poll.sms=soon',
    '--modems=[{"id":"Bridge"}]',
    '--colour=red',
  ])
  assert.equal(await ended(bridge), 2)
  for (const fault of ['mqtt.base_topic', 'poll.sms', 'modems[0].id', 'colour'])
    assert.ok(bridge.output.includes(fault), `${fault} in:\n${bridge.output}`)
})
