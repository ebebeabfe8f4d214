import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { visitBroker } from '../../src/app/doctor-broker.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import type { RunningBroker } from '../../src/mqtt/broker.ts'
import { startBroker } from '../../src/mqtt/broker.ts'
import { MqttConnection } from '../../src/mqtt/client.ts'

const LIMITS = { connectMs: 30_000, retainedMs: 1_000 }
const HA = { username: 'ha', password: 'right' }

function configOf(options: Readonly<Record<string, string | number>>): Config {
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const readFile = () => 'modems: [{id: stick}]'
  return loadConfig({ args, env: {}, readFile, defaultFile: 'zte2mqtt.yaml' })
}

async function brokerWith(t: TestContext, users: readonly (typeof HA)[] = []): Promise<RunningBroker> {
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    users: users.map((user) => ({ ...user, passwordHash: null })),
    tls: null,
    path: null,
    onProblem: () => {},
  })
  t.after(() => broker.close())
  return broker
}

async function listening(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function freePort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  t.diagnostic(`port ${port}`)
  return port
}

const at = (port: number, more: Readonly<Record<string, string | number>> = {}) =>
  configOf({ 'mqtt.url': `mqtt://127.0.0.1:${port}`, ...more })

async function told(config: Config): Promise<readonly (string | null)[][]> {
  const { findings } = await visitBroker(config, LIMITS)
  return findings.map(({ level, what, remedy }) => [level, what, remedy])
}

/** A bridge's session on this broker, which the doctor must not touch. */
async function bridgeOn(t: TestContext, port: number): Promise<{ lost: number }> {
  const seen = { lost: 0 }
  const bridge = new MqttConnection({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'zte2mqtt',
    protocol: 4,
    sessionExpirySeconds: 60,
    will: { topic: 'zte2mqtt/bridge/state', payload: 'offline' },
    onMessage: () => {},
    onProblem: () => {},
  })
  bridge.on('disconnected', () => {
    seen.lost += 1
  })
  t.after(() => bridge.end({ publishBefore: [], withinMs: 100 }))
  bridge.start()
  await once(bridge, 'connected', { signal: AbortSignal.timeout(30_000) })
  await bridge.publish('zte2mqtt/bridge/state', 'online', { qos: 1, retain: true })
  return seen
}

describe('the visit to the broker', () => {
  it('is let in with the right password', async (t) => {
    const { port } = await brokerWith(t, [HA])
    const config = at(port, { 'mqtt.username': 'ha', 'mqtt.password': 'right' })
    assert.deepEqual(await told(config), [['ok', `The MQTT broker 127.0.0.1:${port} lets us in.`, null]])
  })

  it('says that the password is wrong', async (t) => {
    const { port } = await brokerWith(t, [HA])
    const config = at(port, { 'mqtt.username': 'ha', 'mqtt.password': 'wrong' })
    const what = `The MQTT broker 127.0.0.1:${port} refuses user name or password.`
    assert.deepEqual(await told(config), [['problem', what, 'Correct mqtt.username and mqtt.password.']])
  })

  it('says that nothing listens', async (t) => {
    const port = await freePort(t)
    const what = `Nothing answers at 127.0.0.1:${port}.`
    const remedy = 'Start the MQTT broker, or correct host and port in mqtt.url.'
    assert.deepEqual(await told(at(port)), [['problem', what, remedy]])
  })

  it('says that there is no such host', async () => {
    const [finding] = await told(configOf({ 'mqtt.url': 'mqtt://no-such-host.invalid' }))
    assert.equal(finding?.[0], 'problem')
    // Without a name server the lookup fails in another way.
    assert.match(
      `${finding?.[1]} ${finding?.[2]}`,
      /There is no host .* the host in mqtt\.url|cannot be looked up.*network/,
    )
  })

  it('says that a port without TLS is meant to speak TLS', async (t) => {
    const { port } = await brokerWith(t)
    const [finding] = await told(configOf({ 'mqtt.url': `mqtts://127.0.0.1:${port}` }))
    assert.equal(finding?.[0], 'problem')
    assert.match(String(finding?.[2]), /TLS port of the broker|[Cc]heck port and scheme/)
  })

  it('says that a web server is no broker', async (t) => {
    const port = await listening(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const [finding] = await told(at(port))
    assert.match(String(finding?.[1]), /^The connection to the MQTT broker 127\.0\.0\.1:\d+ failed: /)
    assert.equal(finding?.[2], 'Is it an MQTT broker? Check host and port in mqtt.url, and the log of the broker.')
  })

  it('says that the connection is closed without an answer, with a hint at the scheme', async (t) => {
    const port = await listening(t, (socket) => socket.destroy())
    const remedy = 'Check port and scheme (mqtt:// or mqtts://) of mqtt.url, and the log of the broker.'
    assert.deepEqual(await told(at(port)), [
      ['problem', `The MQTT broker 127.0.0.1:${port} closes the connection before it answers.`, remedy],
    ])
  })

  it('gives up on a broker that says nothing', async (t) => {
    const port = await listening(t, () => {})
    const { findings } = await visitBroker(at(port), { connectMs: 200, retainedMs: 10 })
    const what = `The MQTT broker 127.0.0.1:${port} did not answer within 0.2 seconds.`
    assert.deepEqual(
      findings.map((finding) => finding.what),
      [what],
    )
    assert.match(findings[0]?.remedy ?? '', /^Check the network, a firewall, and host, port and scheme/)
  })

  it('ends in time also when memory is cleaned up meanwhile', async (t) => {
    setFlagsFromString('--expose-gc')
    const cleaning = setInterval(runInNewContext('gc') as () => void, 50)
    t.after(() => clearInterval(cleaning))
    const { port } = await brokerWith(t)
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, 10_000, 'late').unref())
    assert.notEqual(await Promise.race([visitBroker(at(port), LIMITS), late]), 'late')
  })

  it('says which certificate file cannot be read', async (t) => {
    const port = await freePort(t)
    const [finding] = await told(at(port, { 'mqtt.url': 'mqtts://127.0.0.1', 'mqtt.ca': '/no/such/ca.pem' }))
    assert.match(String(finding?.[1]), /^mqtt\.ca: ENOENT.*\/no\/such\/ca\.pem/)
  })

  it('sees the bridge on the broker, and does not disturb it', async (t) => {
    const { port } = await brokerWith(t)
    assert.equal((await visitBroker(at(port), LIMITS)).isBridgeOnline, false)
    const bridge = await bridgeOn(t, port)
    assert.equal((await visitBroker(at(port), LIMITS)).isBridgeOnline, true)
    assert.equal((await visitBroker(at(port), LIMITS)).isBridgeOnline, true)
    assert.equal(bridge.lost, 0)
  })

  it('leaves no session behind', async (t) => {
    const packets: Buffer[] = []
    const port = await listening(t, (socket) => socket.on('data', (chunk) => packets.push(chunk)))
    await visitBroker(at(port, { 'mqtt.protocol': 4 }), { connectMs: 300, retainedMs: 10 })
    // Connect flags (MQTT 3.1.1 section 3.1.2.3): Clean Session, and no will.
    assert.equal((packets[0]?.[9] ?? 0) & 0b0000_0110, 0b0000_0010)
    assert.match(packets[0]?.toString('latin1') ?? '', /zte2mqtt-doctor/)
  })
})

describe('the visit to the embedded broker', () => {
  const embedded = (port: number, more = {}) => configOf({ 'broker.host': '127.0.0.1', 'broker.port': port, ...more })

  it('finds its port free', async (t) => {
    const port = await freePort(t)
    const what = `The port of the embedded broker, 127.0.0.1:${port}, is free.`
    assert.deepEqual(await told(embedded(port)), [['ok', what, null]])
  })

  it('recognises the bridge that has it', async (t) => {
    const { port } = await brokerWith(t)
    await bridgeOn(t, port)
    const { findings, isBridgeOnline } = await visitBroker(embedded(port), LIMITS)
    assert.deepEqual([findings[0]?.level, isBridgeOnline], ['ok', true])
  })

  it('says that another broker has it, and how to use that one', async (t) => {
    const { port } = await brokerWith(t)
    const what = `Another program listens at 127.0.0.1:${port}, where the embedded broker should.`
    const remedy = `If it is an MQTT broker, set "mqtt.url: mqtt://127.0.0.1:${port}"; else choose another "broker.port".`
    assert.deepEqual(await told(embedded(port)), [['problem', what, remedy]])
  })

  it('says that it cannot look behind a port when it knows hashes of passwords only', async (t) => {
    const { port } = await brokerWith(t, [HA])
    const hash = `scrypt:16384:8:1:${'a'.repeat(22)}:${'b'.repeat(43)}`
    const args = [`--broker.port=${port}`, `--broker.users=[{username: ha, password_hash: "${hash}"}]`]
    const config = loadConfig({ args, env: {}, readFile: () => 'modems: [{id: stick}]', defaultFile: 'x.yaml' })
    const [finding] = await told(config)
    assert.equal(finding?.[0], 'warning')
    assert.match(String(finding?.[1]), /^Something listens at .* hashes/)
  })

  it('says that the address is not of this machine', async (t) => {
    const port = await freePort(t)
    const args = [`--broker.port=${port}`, '--broker.host=192.0.2.1', '--broker.users=[{username: a, password: b}]']
    const config = loadConfig({ args, env: {}, readFile: () => 'modems: [{id: stick}]', defaultFile: 'x.yaml' })
    const [finding] = await told(config)
    assert.equal(finding?.[1], `The embedded broker cannot listen at 192.0.2.1:${port} (EADDRNOTAVAIL).`)
    assert.match(String(finding?.[2]), /^"broker\.host" is no address of this machine/)
  })
})
