import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, mock, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { createServer as createTlsServer } from 'node:tls'
import { ModemError } from '../../src/modem/errors.ts'
import { MqttConnection } from '../../src/mqtt/client.ts'
import type { Connected, MqttConnectionOptions } from '../../src/mqtt/connection-options.ts'
import type { IncomingMessage } from '../../src/mqtt/network-connection.ts'
import { createCertificate } from '../../src/simulator/goform-certificate.ts'
import type { Packet } from './fake-broker.ts'
import {
  CONNECT,
  DISCONNECT,
  FakeBroker,
  messageOf,
  PUBACK,
  PUBLISH,
  publishPacket,
  SUBSCRIBE,
  subscriptionsOf,
  UNSUBSCRIBE,
} from './fake-broker.ts'

const SEND = 'zte/stick/command/sms/send'
const SUBSCRIPTIONS = [
  { topic: SEND, qos: 1 },
  { topic: 'zte/stick/command/reboot', qos: 0 },
] as const

const open = new Set<MqttConnection>()

/** A started connection to a broker that the test plays. */
function dial(options: Partial<MqttConnectionOptions> = {}) {
  const broker = new FakeBroker()
  const problems: string[] = []
  const happened: string[] = []
  const messages: IncomingMessage[] = []
  const connection = new MqttConnection({
    url: 'mqtt://user:secret@broker.lan',
    clientId: 'zte',
    protocol: 4,
    sessionExpirySeconds: 604_800,
    will: { topic: 'zte/bridge/state', payload: 'offline' },
    backOff: { first: 1, longest: 1, stable: 60_000 },
    connect: broker.connect,
    onMessage: (message) => void messages.push(message),
    onProblem: (line) => problems.push(line),
    ...options,
  })
  open.add(connection)
  connection.on('connected', ({ sessionPresent, first }) => happened.push(`up ${sessionPresent} ${first}`))
  connection.on('disconnected', () => happened.push('down'))
  connection.subscribe(SUBSCRIPTIONS)
  connection.start()
  const publish = (topic: string, payload = '') => connection.publish(topic, payload, { qos: 1 })
  return { broker, connection, problems, happened, messages, publish }
}

const connected = async (connection: MqttConnection): Promise<Connected> => {
  const [event] = await once(connection, 'connected', { signal: AbortSignal.timeout(5000) })
  return event as Connected
}

/** Everything that is on its way between the two ends has arrived by then. */
const quiet = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

const idOf = ({ body }: Packet): number => body.readUInt16BE(0)
const END = { publishBefore: [], withinMs: 1000 }

afterEach(async () => {
  mock.timers.reset()
  for (const connection of open) await connection.end({ publishBefore: [], withinMs: 0 })
  open.clear()
})

describe('a connection to the broker', () => {
  test('asks for a persistent session under a fixed name, and leaves a retained will', async () => {
    const { broker } = dial({ username: 'user', password: 'secret' })
    const { body } = await (await broker.line()).accept()
    assert.equal(body.subarray(0, 7).toString('latin1'), '\0\x04MQTT\x04')
    // User name, password, retained will of QoS 1, no clean session (MQTT 3.1.1 section 3.1.2.3).
    assert.equal(body[7], 0b1110_1100)
    assert.equal(
      body.subarray(10).toString('latin1'),
      '\0\x03zte\0\x10zte/bridge/state\0\x07offline\0\x04user\0\x06secret',
    )
  })

  test('asks for a session that outlives it with MQTT 5', async () => {
    const { broker } = dial({ protocol: 5 })
    const { body } = await (await broker.line()).take(CONNECT)
    assert.equal(body[6], 5)
    // Session Expiry Interval, identifier 0x11 (MQTT 5 section 3.1.2.11.2).
    assert.deepEqual([...body.subarray(10, 16)], [5, 0x11, 0, 0x09, 0x3a, 0x80])
  })

  test('subscribes each time before it counts as connected, also in a session that was present', async () => {
    const { broker, connection, happened } = dial()
    for (const sessionPresent of [false, true]) {
      const line = await broker.line()
      await line.take(CONNECT)
      line.send(0x20, 2, sessionPresent ? 1 : 0, 0)
      const { body } = await line.take(SUBSCRIBE)
      assert.deepEqual(subscriptionsOf(body), SUBSCRIPTIONS)
      await quiet()
      assert.equal(connection.isConnected, false)
      const up = connected(connection)
      line.send(0x90, 4, body[0] as number, body[1] as number, 1, 0)
      assert.deepEqual(await up, { sessionPresent, protocol: 4, first: !sessionPresent })
      assert.equal(connection.isConnected, true)
      line.stream.destroy()
    }
    await broker.line()
    assert.deepEqual(happened, ['up false true', 'down', 'up true false', 'down'])
  })

  test('does not count as connected when it ends before the subscriptions are answered', async () => {
    const { broker, happened } = dial()
    const line = await broker.line()
    await line.take(CONNECT)
    line.send(0x20, 2, 0, 0)
    await line.take(SUBSCRIBE)
    line.stream.destroy()
    await broker.line()
    assert.deepEqual(happened, ['down'])
  })

  test('asks at once for what is wanted later, and for all of it next time', async () => {
    const { broker, connection } = dial()
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    connection.subscribe([{ topic: 'homeassistant/status', qos: 0 }])
    assert.deepEqual(subscriptionsOf((await line.take(SUBSCRIBE)).body), [{ topic: 'homeassistant/status', qos: 0 }])
    line.stream.destroy()
    const second = await broker.line()
    await second.take(CONNECT)
    second.send(0x20, 2, 0, 0)
    assert.equal(subscriptionsOf((await second.take(SUBSCRIBE)).body).length, 3)
  })

  test('ends a subscription at once, and asks for it no more', async () => {
    const { broker, connection } = dial()
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    connection.unsubscribe(['zte/stick/command/reboot'])
    const { body } = await line.take(UNSUBSCRIBE)
    assert.equal(body.toString('utf8', 4), 'zte/stick/command/reboot')
    line.stream.destroy()
    const second = await broker.line()
    await second.take(CONNECT)
    second.send(0x20, 2, 0, 0)
    assert.deepEqual(
      subscriptionsOf((await second.take(SUBSCRIBE)).body).map(({ topic }) => topic),
      [SEND],
    )
  })

  test('says once which subscription the broker refuses or weakens', async () => {
    const { broker, problems } = dial()
    for (const codes of [
      [0x80, 0x80],
      [0x80, 0x80],
      [0, 0],
    ]) {
      const line = await broker.line()
      await line.take(CONNECT)
      line.send(0x20, 2, 0, 0)
      await line.grant(codes)
      await quiet()
      line.stream.destroy()
    }
    await broker.line()
    const about = problems.filter((line) => line.includes('zte/stick'))
    assert.equal(about.length, 3)
    assert.match(about[0] ?? '', /refuses the subscription to zte\/stick\/command\/sms\/send: allow/)
    assert.match(about[1] ?? '', /refuses the subscription to zte\/stick\/command\/reboot: allow/)
    assert.match(about[2] ?? '', /sms\/send only QoS 0/)
  })

  test('gives up a connection that sends what is no MQTT', async () => {
    const { broker, problems } = dial()
    const line = await broker.line()
    await line.accept()
    line.send(0xf0, 0x00, 0x20, 0x02, 0xff, 0xff)
    await line.over()
    await broker.line()
    assert.equal(problems.length, 1)
  })
})

describe('a message from the broker', () => {
  test('is acknowledged only after the handler has returned', async () => {
    let seen = -1
    const { broker, connection } = dial({
      onMessage: () => {
        seen = line.packets.length
      },
    })
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    line.publish(SEND, '{}', { id: 9 })
    assert.equal(idOf(await line.take(PUBACK)), 9)
    assert.equal(seen, 2)
  })

  test('is told with all that MQTT 3.1.1 says about it', async () => {
    const { broker, messages } = dial()
    const first = await broker.line()
    await first.accept()
    first.publish(SEND, 'grüße', { id: 9, retain: true })
    await first.take(PUBACK)
    first.stream.destroy()
    const second = await broker.line()
    await second.accept({ sessionPresent: true })
    second.publish('zte/stick/command/reboot', '')
    second.publish(SEND, '2', { id: 10 })
    await second.take(PUBACK)
    const facts = messages.map(({ payload, ...rest }) => ({ ...rest, payload: payload.toString() }))
    const rest = { dup: false, responseTopic: undefined, correlationData: undefined, expirySeconds: undefined }
    assert.deepEqual(facts, [
      { ...rest, topic: SEND, payload: 'grüße', qos: 1, retain: true, sessionPresent: false },
      { ...rest, topic: 'zte/stick/command/reboot', payload: '', qos: 0, retain: false, sessionPresent: true },
      { ...rest, topic: SEND, payload: '2', qos: 1, retain: false, sessionPresent: true },
    ])
  })

  test('is told with what MQTT 5 adds', async () => {
    const { broker, messages } = dial({ protocol: 5 })
    const line = await broker.line()
    await line.take(CONNECT)
    line.send(0x20, 3, 0, 0, 0)
    await line.take(SUBSCRIBE)
    // Message Expiry Interval 300, Response Topic "r", Correlation Data 00 ff (section 3.3.2.3).
    line.send(0x32, 22, 0, 1, 0x61, 0, 9, 14, 2, 0, 0, 1, 0x2c, 8, 0, 1, 0x72, 9, 0, 2, 0, 0xff, 0x68, 0x69)
    await line.take(PUBACK)
    const [message] = messages
    assert.equal(message?.payload.toString(), 'hi')
    assert.equal(message?.expirySeconds, 300)
    assert.equal(message?.responseTopic, 'r')
    assert.deepEqual([...(message?.correlationData ?? [])], [0, 0xff])
  })

  test('that could not be taken is not acknowledged, nor is what came with it, and both come again', async () => {
    const taken: string[] = []
    let isDiskFull = true
    const { broker, problems } = dial({
      onMessage: ({ payload }) => {
        if (isDiskFull) throw new ModemError('internal', 'The disk is full: make room.')
        taken.push(String(payload))
      },
    })
    const first = await broker.line()
    await first.accept()
    first.send(...publishPacket(SEND, '1', { id: 1 }), ...publishPacket(SEND, '2', { id: 2 }))
    await first.over()
    assert.deepEqual(
      first.packets.map(({ type }) => type),
      [CONNECT, SUBSCRIBE],
    )
    isDiskFull = false
    const second = await broker.line()
    await second.accept({ sessionPresent: true })
    second.publish(SEND, '1', { id: 1 })
    second.publish(SEND, '2', { id: 2 })
    assert.equal(idOf(await second.take(PUBACK)), 1)
    assert.equal(idOf(await second.take(PUBACK)), 2)
    assert.deepEqual(taken, ['1', '2'])
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /broker\.lan:1883 could not be taken.*sms\/send: The disk is full: make room\./)
  })

  test('that was read before the line broke, but not handled, is left to the next connection', async () => {
    const taken: string[] = []
    const { broker } = dial({
      onMessage: ({ payload }) => {
        taken.push(String(payload))
        line.stream.destroy()
      },
    })
    const line = await broker.line()
    await line.accept()
    line.send(...publishPacket(SEND, '1', { id: 1 }), ...publishPacket(SEND, '2', { id: 2 }))
    await line.over()
    await broker.line()
    assert.deepEqual(taken, ['1'])
  })

  test('whose handler publishes is acknowledged before that goes out', async () => {
    const { broker, connection, publish } = dial({ onMessage: () => void publish('zte/answer', 'ok') })
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    line.publish(SEND, '{}', { id: 9 })
    await line.take(PUBACK)
    assert.equal(await line.acknowledge(), 'zte/answer ok')
  })

  test('counts as acknowledged when the broker answers what was sent after the PUBACK, not before', async () => {
    const told: string[] = []
    const { broker, connection, publish } = dial({
      onMessage:
        ({ payload }) =>
        () =>
          told.push(String(payload)),
    })
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    const before = publish('zte/before')
    const { id } = messageOf(await line.take(PUBLISH))
    line.publish(SEND, '1', { id: 9 })
    await line.take(PUBACK)
    line.send(0x40, 2, id >> 8, id & 0xff)
    await before
    assert.deepEqual(told, [])
    const after = publish('zte/after')
    await line.acknowledge()
    await after
    assert.deepEqual(told, ['1'])
  })

  test('never counts as acknowledged when the line breaks between PUBACK and the next answer', async () => {
    const told: string[] = []
    const { broker, publish } = dial({
      onMessage:
        ({ payload, sessionPresent }) =>
        () =>
          told.push(`${payload} ${sessionPresent}`),
    })
    const first = await broker.line()
    await first.accept()
    first.publish(SEND, '1', { id: 9 })
    await first.take(PUBACK)
    const answer = publish('zte/answer')
    await first.take(PUBLISH)
    first.stream.destroy()
    const second = await broker.line()
    await second.accept({ sessionPresent: true })
    await second.acknowledge()
    await answer
    assert.deepEqual(told, [])
    second.publish(SEND, '1', { id: 9 })
    await second.take(PUBACK)
    const next = publish('zte/next')
    await second.acknowledge()
    await next
    assert.deepEqual(told, ['1 true'])
  })
})

describe('a message to the broker', () => {
  test('resolves at PUBACK, however many connections that takes, and keeps its place', async () => {
    const { broker, connection, publish } = dial()
    const settled: string[] = []
    const all = ['a', 'b', 'c'].map((topic) => publish(topic).then(() => settled.push(topic)))
    assert.equal(connection.inFlight, 3)
    const first = await broker.line()
    await first.accept()
    assert.equal(await first.acknowledge(), 'a ')
    assert.deepEqual(messageOf(await first.take(PUBLISH)).dup, false)
    await first.take(PUBLISH)
    await quiet()
    assert.deepEqual(settled, ['a'])
    first.stream.destroy()

    const second = await broker.line()
    await second.accept()
    await second.take(PUBLISH)
    second.stream.destroy()

    const third = await broker.line()
    await third.accept()
    all.push(publish('d').then(() => settled.push('d')))
    for (const [name, dup] of [
      ['b ', true],
      ['c ', true],
      ['d ', false],
    ] as const) {
      const packet = await third.take(PUBLISH)
      const { text, id } = messageOf(packet)
      assert.deepEqual([text, messageOf(packet).dup], [name, dup])
      third.send(0x40, 2, id >> 8, id & 0xff)
    }
    await Promise.all(all)
    assert.deepEqual(settled, ['a', 'b', 'c', 'd'])
    assert.equal(connection.inFlight, 0)
  })

  test('waits until fewer are unanswered than the broker takes at once', async () => {
    const { broker, connection, publish } = dial({ protocol: 5 })
    const line = await broker.line()
    await line.take(CONNECT)
    // Receive Maximum 2, identifier 0x21 (MQTT 5 section 3.2.2.3.3).
    line.send(0x20, 6, 0, 0, 3, 0x21, 0, 2)
    const up = connected(connection)
    const { body } = await line.take(SUBSCRIBE)
    line.send(0x90, 5, body[0] as number, body[1] as number, 0, 1, 0)
    await up
    const all = ['a', 'b', 'c'].map((topic) => publish(topic))
    const { id } = messageOf(await line.take(PUBLISH))
    await line.take(PUBLISH)
    await quiet()
    assert.equal(line.packets.length, 4)
    line.send(0x40, 2, id >> 8, id & 0xff)
    assert.match(messageOf(await line.take(PUBLISH)).text, /^c/)
    await connection.end({ publishBefore: [], withinMs: 0 })
    assert.deepEqual(
      (await Promise.allSettled(all)).map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    )
  })

  test('that the broker refuses is kept, named, and offered again after a while', async () => {
    const { broker, connection, problems, publish } = dial({ protocol: 5 })
    const line = await broker.line()
    await line.take(CONNECT)
    line.send(0x20, 3, 0, 0, 0)
    const { body } = await line.take(SUBSCRIBE)
    const up = connected(connection)
    line.send(0x90, 5, body[0] as number, body[1] as number, 0, 1, 0)
    await up
    mock.timers.enable({ apis: ['setTimeout'] })
    const message = publish('secret/topic')
    const refuse = async (): Promise<void> => {
      const { id } = messageOf(await line.take(PUBLISH))
      line.send(0x40, 4, id >> 8, id & 0xff, 0x87, 0)
      await quiet()
    }
    await refuse()
    mock.timers.tick(59_999)
    await quiet()
    assert.equal(line.packets.length, 3)
    mock.timers.tick(1)
    await refuse()
    assert.equal(connection.inFlight, 1)
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /does not take messages on secret\/topic \(.*Not authorized\): allow/)
    mock.timers.tick(60_000)
    const { id } = messageOf(await line.take(PUBLISH))
    line.send(0x40, 2, id >> 8, id & 0xff)
    await message
  })

  test('with QoS 0 goes out at once, and nowhere while there is no connection', async () => {
    const { broker, connection } = dial()
    const send = (payload: string) => connection.publish('zte/log', payload, { qos: 0 })
    await send('lost')
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    await send('heard')
    const { body, flags } = await line.take(PUBLISH)
    assert.equal(flags, 0)
    assert.equal(body.subarray(9).toString(), 'heard')
    assert.equal(connection.inFlight, 0)
  })
})

describe('the version of MQTT', () => {
  const REFUSALS: readonly (readonly [what: string, bytes: readonly number[]])[] = [
    ['answers like a broker of 3.1.1', [0x20, 2, 0, 1]],
    ['answers like a broker of 5', [0x20, 3, 0, 0x84, 0]],
    ['says nothing and closes', []],
  ]
  for (const [what, bytes] of REFUSALS) {
    test(`falls back to 3.1.1 at once, without a complaint and for good, when the broker ${what}`, async () => {
      const { broker, connection, problems } = dial({
        protocol: 'auto',
        backOff: { first: 1, longest: 1, stable: 0 },
      })
      const first = await broker.line()
      assert.equal((await first.take(CONNECT)).body[6], 5)
      if (bytes.length > 0) first.send(...bytes)
      else first.stream.destroy()
      const second = await broker.line()
      const up = connected(connection)
      assert.equal((await second.accept()).body[6], 4)
      assert.equal((await up).protocol, 4)
      assert.deepEqual(problems, [])
      second.stream.destroy()
      const third = await broker.line()
      assert.equal((await third.take(CONNECT)).body[6], 4)
      // Once it worked, a broker that closes at once is one that is ending, not one that has changed.
      third.stream.destroy()
      const fourth = await broker.line()
      assert.equal((await fourth.take(CONNECT)).body[6], 4)
    })
  }

  test('is tried again from 5 on when neither is answered', async () => {
    const { broker, problems } = dial({ protocol: 'auto' })
    for (const version of [5, 4, 5, 4]) {
      const line = await broker.line()
      assert.equal((await line.take(CONNECT)).body[6], version)
      line.stream.destroy()
    }
    await broker.line()
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /broker\.lan:1883 closes the connection before it answers/)
  })

  test('is not changed where it is configured', async () => {
    const { broker, problems } = dial({ protocol: 5 })
    for (let attempt = 0; attempt < 3; attempt++) {
      const line = await broker.line()
      assert.equal((await line.take(CONNECT)).body[6], 5)
      line.send(0x20, 2, 0, 1)
    }
    await broker.line()
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /set mqtt\.protocol to auto/)
  })
})

describe('what keeps the bridge from its broker', () => {
  test('is said once, and again only when it changes', async () => {
    const { broker, problems } = dial()
    for (const code of [4, 4, 5, 5, 5, 4]) {
      const line = await broker.line()
      await line.take(CONNECT)
      line.send(0x20, 2, 0, code)
    }
    await broker.line()
    assert.equal(problems.length, 3)
    assert.match(problems[0] ?? '', /refuses user name or password/)
    assert.match(problems[1] ?? '', /refuses this client/)
    assert.equal(problems[2], problems[0])
    assert.doesNotMatch(problems.join(), /secret/)
  })

  test('is said again after a connection that lasted', async () => {
    const { broker, problems } = dial({ backOff: { first: 1, longest: 1, stable: 0 } })
    for (let time = 0; time < 2; time++) {
      const line = await broker.line()
      await line.accept()
      await quiet()
      line.stream.destroy()
    }
    await broker.line()
    assert.equal(problems.length, 2)
    assert.match(problems[0] ?? '', /was lost/)
  })

  test('is a second program with the same client id when MQTT 5 says so', async () => {
    const { broker, problems } = dial({ protocol: 5 })
    const line = await broker.line()
    await line.take(CONNECT)
    line.send(0x20, 3, 0, 0, 0)
    await line.take(SUBSCRIBE)
    line.send(0xe0, 2, 0x8e, 0)
    await quiet()
    line.stream.destroy()
    await broker.line()
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /Another program.*client id "zte".*mqtt\.client_id/)
  })

  test('is probably that when a broker of 3.1.1 ends each connection soon', async () => {
    const { broker, problems } = dial()
    for (let time = 1; time <= 4; time++) {
      const line = await broker.line()
      await line.accept()
      await quiet()
      line.stream.destroy()
    }
    await broker.line()
    assert.equal(problems.length, 2)
    assert.match(problems[0] ?? '', /was lost/)
    assert.match(problems[1] ?? '', /Most likely another program uses the client id "zte"/)
  })

  test('makes it wait twice as long each time, up to a limit', async () => {
    const { broker } = dial({ backOff: { first: 8, longest: 32, stable: 60_000 } })
    const waits: number[] = []
    let last = performance.now()
    for (let attempt = 0; attempt < 5; attempt++) {
      const line = await broker.line()
      const now = performance.now()
      waits.push(now - last)
      await line.take(CONNECT)
      last = performance.now()
      line.send(0x20, 2, 0, 3)
    }
    // Timers may be a millisecond early.
    for (const [index, least] of [8, 16, 32, 32].entries()) assert.ok((waits[index + 1] ?? 0) > least - 2, `${waits}`)
  })

  const BAD_PEM = '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n'
  test('is a file that holds no certificate', async () => {
    const problems: string[] = []
    const said = new Promise<void>((resolve) => {
      const { connect: _, ...options } = {
        connect: undefined,
        url: 'mqtts://127.0.0.1:1',
        clientId: 'zte',
        protocol: 4 as const,
        sessionExpirySeconds: 1,
        will: { topic: 'a', payload: 'offline' },
        tls: { cert: BAD_PEM, key: BAD_PEM },
        onMessage: () => undefined,
        onProblem: (line: string) => {
          problems.push(line)
          resolve()
        },
      }
      const connection = new MqttConnection(options)
      open.add(connection)
      connection.start()
    })
    await said
    assert.match(problems[0] ?? '', /mqtt\.ca, mqtt\.cert or mqtt\.key/)
  })
})

test('a TLS connection names the host that it wants (SNI) and brings the client certificate along', async () => {
  const certificate = createCertificate()
  const server = createTlsServer({ ...certificate, requestCert: true, rejectUnauthorized: false })
  const greeted = once(server, 'secureConnection', { signal: AbortSignal.timeout(5000) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const connection = new MqttConnection({
    url: `mqtts://localhost:${port}`,
    clientId: 'zte',
    protocol: 4,
    sessionExpirySeconds: 1,
    tls: { ...certificate, rejectUnauthorized: false },
    onMessage: () => undefined,
    onProblem: () => undefined,
  })
  open.add(connection)
  connection.start()
  const [socket] = (await greeted) as [TLSSocket & { servername?: string }]
  assert.equal(socket.servername, 'localhost')
  assert.equal(socket.getPeerCertificate().subject.CN, '192.168.0.1')
  socket.destroy()
  server.close()
})

describe('the end', () => {
  const farewell = { topic: 'zte/bridge/state', payload: 'offline', retain: true }

  test('publishes what is left and the farewell, and then disconnects, so that the will is not needed', async () => {
    const { broker, connection, publish } = dial()
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    const message = publish('zte/sms', 'last')
    const ended = connection.end({ publishBefore: [farewell], withinMs: 5000 })
    assert.equal(await line.acknowledge(), 'zte/sms last')
    await message
    const packet = await line.take(PUBLISH)
    assert.equal(packet.flags & 1, 1)
    const { text, id } = messageOf(packet)
    assert.equal(text, 'zte/bridge/state offline')
    await quiet()
    assert.equal(line.packets.length, 4)
    line.send(0x40, 2, id >> 8, id & 0xff)
    await line.take(DISCONNECT)
    await ended
    await assert.rejects(publish('zte/late'), { code: 'closed' })
    assert.equal(broker.lines.length, 1)
  })

  test('leaves the word to the will when the broker does not answer in time', async () => {
    const { broker, connection, publish } = dial()
    const line = await broker.line()
    const up = connected(connection)
    await line.accept()
    await up
    const message = publish('zte/sms', 'last')
    const rejected = assert.rejects(message, { code: 'closed' })
    const start = performance.now()
    await connection.end({ publishBefore: [farewell], withinMs: 1 })
    // At once: it is not left to the time limit for the broker's own closing, one second.
    assert.ok(performance.now() - start < 900)
    await rejected
    await line.over()
    assert.deepEqual(
      line.packets.map(({ type }) => type),
      [CONNECT, SUBSCRIBE, PUBLISH, PUBLISH],
    )
    assert.equal(connection.inFlight, 0)
  })

  test('waits for nothing while there is no connection', async () => {
    const { connection, broker, publish } = dial({ backOff: { first: 3_600_000, longest: 3_600_000, stable: 1 } })
    const message = publish('zte/sms', 'last')
    const line = await broker.line()
    line.stream.destroy()
    await quiet()
    await Promise.all([connection.end({ publishBefore: [farewell], withinMs: 3_600_000 }), connection.end(END)])
    await assert.rejects(message, { code: 'closed' })
    assert.equal(broker.lines.length, 1)
  })

  test('does not wait for ever for a broker that keeps the connection open', async () => {
    const { connection, broker } = dial()
    const line = await broker.line()
    line.closesOnDisconnect = false
    const up = connected(connection)
    await line.accept()
    await up
    mock.timers.enable({ apis: ['setTimeout'] })
    const ended = connection.end(END)
    await line.take(DISCONNECT)
    mock.timers.tick(1000)
    await ended
    await line.over()
  })

  test('comes also in the middle of a connection attempt', async () => {
    const { connection, broker } = dial()
    const line = await broker.line()
    await line.take(CONNECT)
    await connection.end(END)
    await line.over()
    assert.equal(broker.lines.length, 1)
  })
})
