import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { Aedes } from 'aedes'
import type { Answer } from '../../src/bridge/commands.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { MqttConnection } from '../../src/mqtt/client.ts'
import type { IncomingMessage } from '../../src/mqtt/network-connection.ts'
import { Publisher } from '../../src/mqtt/publisher.ts'
import type { CommandTaker, RequestsOptions } from '../../src/mqtt/requests.ts'
import { Requests } from '../../src/mqtt/requests.ts'
import { commandSubscriptions, createTopics } from '../../src/mqtt/topics.ts'
import { createStreamPair } from '../driver/stream-pair.ts'
import { FakeConnection, incoming } from './fake-connection.ts'

const NOW = Date.parse('2026-11-22T09:30:00Z')
const SEND = 'zte/stick/command/sms/send'

function createRequests(answer: Answer = { status: 'ok', data: {} }) {
  const connection = new FakeConnection()
  const said: string[] = []
  const problems: string[] = []
  /** How commands ended, for whoever shows it. */
  const ended: string[] = []
  const carriedOut: {
    modem: string
    command: string
    payload: string
    identity: string
    expires: number | null
    after: string | undefined
  }[] = []
  const bridge: CommandTaker = {
    carryOut(modem, command, payload, { identity, messageExpiresAt }) {
      const text = Buffer.from(payload).toString()
      carriedOut.push({ modem, command, payload: text, identity, expires: messageExpiresAt, after: said.at(-1) })
      return { answer: Promise.resolve(answer), transaction: 'a1' }
    },
    sessionResumed: () => said.push('resumed'),
    sessionStarted: () => {},
    redeliveriesOver: () => said.push('over'),
    acknowledged: (identity) => said.push(`acknowledged ${identity}`),
  }
  const onProblem = (line: string): void => void problems.push(line)
  const asked: string[] = []
  const askBridge: RequestsOptions['askBridge'] = (verb, payload) => {
    asked.push(`${verb} ${Buffer.from(payload)}`)
    return { answer: Promise.resolve(answer), transaction: 'b1' }
  }
  const topics = createTopics('zte')
  const requests = new Requests({
    connection,
    topics,
    bridge,
    askBridge,
    answered: (modem, command, { status }) => void ended.push(`${modem} ${command} ${status}`),
    now: () => NOW,
    onProblem,
  })
  connection.isConnected = true
  /** What is published in answer to a message. */
  const answersTo = async (message: IncomingMessage) => {
    requests.handle(message)
    await new Promise(setImmediate)
    return connection.take().map(({ topic, payload, options }) => ({ topic, options, ...JSON.parse(payload) }))
  }
  return { connection, requests, said, problems, ended, carriedOut, asked, answersTo }
}

test('a command is carried out and answered with QoS 1 on the response topic, with its transaction', async () => {
  const { carriedOut, answersTo } = createRequests({ status: 'ok', data: { messages: [] } })
  const [answer, ...none] = await answersTo(incoming(SEND, '{"to":"+49170","text":"x"}'))
  assert.deepEqual(none, [])
  assert.equal(answer.topic, 'zte/stick/response/sms/send')
  assert.equal(answer.options.qos, 1)
  assert.equal(answer.options.retain ?? false, false)
  assert.equal(answer.status, 'ok')
  assert.deepEqual(answer.data, { messages: [] })
  assert.equal(answer.transaction, 'a1')
  assert.deepEqual(
    carriedOut.map(({ modem, command, payload }) => ({ modem, command, payload })),
    [{ modem: 'stick', command: 'sms/send', payload: '{"to":"+49170","text":"x"}' }],
  )
})

test('a failure is told with its code', async () => {
  const { answersTo } = createRequests({ status: 'error', error: { code: 'queue_full', message: 'Full.' } })
  const [answer] = await answersTo(incoming(SEND, '{}'))
  assert.equal(answer.status, 'error')
  assert.deepEqual(answer.error, { code: 'queue_full', message: 'Full.' })
})

test('the identity depends on topic and payload, and on nothing else', () => {
  const { requests, carriedOut } = createRequests()
  requests.handle(incoming(SEND, '{"id":"1"}'))
  requests.handle(incoming(SEND, '{"id":"1"}', { dup: true, sessionPresent: true, expirySeconds: 5 }))
  requests.handle(incoming(SEND, '{"id":"2"}'))
  requests.handle(incoming('zte/stack/command/sms/send', '{"id":"1"}'))
  const [first, again, ...others] = carriedOut.map(({ identity }) => identity)
  assert.equal(again, first)
  assert.match(first ?? '', /^[0-9a-f]{64}$/)
  assert.equal(new Set([first, ...others]).size, 3)
})

test('a message expiry becomes a time', () => {
  const { requests, carriedOut } = createRequests()
  requests.handle(incoming(SEND, '{}', { expirySeconds: 90 }))
  requests.handle(incoming(SEND, '{}'))
  assert.deepEqual(
    carriedOut.map(({ expires }) => expires),
    [NOW + 90_000, null],
  )
})

test('a retained command is refused, logged, and the remedy is named', async () => {
  const { carriedOut, problems, answersTo } = createRequests()
  const topic = 'zte/stick/command/reboot'
  const [answer] = await answersTo(incoming(topic, '{"transaction":"t"}', { retain: true }))
  assert.equal(answer.topic, 'zte/stick/response/reboot')
  assert.equal(answer.error.code, 'retained_refused')
  assert.match(answer.error.message, /publish an empty retained message on zte\/stick\/command\/reboot/)
  assert.equal(answer.transaction, 't')
  assert.equal(problems.length, 1)
  assert.ok(problems[0]?.includes(topic))
  assert.deepEqual(carriedOut, [])
})

for (const retain of [true, false]) {
  test(`an empty payload is no command and gets no answer (retained: ${retain})`, async () => {
    const { carriedOut, problems, answersTo } = createRequests()
    assert.deepEqual(await answersTo(incoming('zte/stick/command/reboot', '', { retain })), [])
    assert.deepEqual(carriedOut, [])
    assert.deepEqual(problems, [])
  })
}

test('a message that is no command is left alone', async () => {
  const { carriedOut, answersTo } = createRequests()
  assert.deepEqual(await answersTo(incoming('homeassistant/status', 'online')), [])
  assert.deepEqual(carriedOut, [])
})

test('64 KiB are taken, one byte more is refused', async () => {
  const { carriedOut, answersTo } = createRequests()
  assert.equal((await answersTo(incoming(SEND, Buffer.alloc(65_536, 'x'))))[0].status, 'ok')
  const [answer] = await answersTo(incoming(SEND, Buffer.alloc(65_537, 'x')))
  assert.equal(answer.error.code, 'invalid_request')
  assert.match(answer.error.message, /65537.*65536/)
  assert.equal(carriedOut.length, 1)
})

test('the answer also goes to the Response Topic with the Correlation Data', async () => {
  const { answersTo } = createRequests()
  const correlationData = Buffer.from('c7')
  const answers = await answersTo(incoming(SEND, '{}', { responseTopic: 'flows/answers', correlationData }))
  assert.deepEqual(
    answers.map(({ topic }) => topic),
    ['zte/stick/response/sms/send', 'flows/answers'],
  )
  assert.deepEqual(answers[1].options.properties, { correlationData })
  assert.equal(answers[1].transaction, 'a1')
})

for (const responseTopic of ['zte/stick/command/reboot', 'zte', 'a/+/b', 'a/#', '', '$SYS/x', 'a\0b']) {
  test(`a Response Topic ${JSON.stringify(responseTopic)} gets nothing`, async () => {
    const { answersTo } = createRequests()
    const answers = await answersTo(incoming(SEND, '{}', { responseTopic }))
    assert.deepEqual(
      answers.map(({ topic }) => topic),
      ['zte/stick/response/sms/send'],
    )
  })
}

test('the bridge learns of an acknowledgement when the connection is certain of it', () => {
  const { requests, said, carriedOut } = createRequests()
  const told = requests.handle(incoming(SEND, '{}'))
  assert.deepEqual(said, [])
  told?.()
  assert.deepEqual(said, [`acknowledged ${carriedOut[0]?.identity}`])
})

test('a resumed session is told once, before the first message that it delivers again', () => {
  const { connection, requests, said, carriedOut } = createRequests()
  requests.handle(incoming(SEND, '{"id":"1"}', { sessionPresent: true }))
  assert.equal(carriedOut[0]?.after, 'resumed')
  requests.handle(incoming(SEND, '{"id":"2"}', { sessionPresent: true }))
  connection.connect(true)
  assert.deepEqual(said, ['resumed'])
  requests.brokerAnswered()
  requests.brokerAnswered()
  assert.deepEqual(said, ['resumed', 'over'])
})

test('after the broker has answered, no message counts as a redelivery until the next connection', () => {
  const { connection, requests, said } = createRequests()
  connection.connect(true)
  requests.brokerAnswered()
  requests.handle(incoming(SEND, '{}', { sessionPresent: true }))
  assert.deepEqual(said, ['resumed', 'over'])
  connection.disconnect()
  requests.handle(incoming(SEND, '{}', { sessionPresent: true }))
  assert.deepEqual(said, ['resumed', 'over', 'resumed'])
})

test('a new session has nothing to deliver again', () => {
  const { connection, requests, said } = createRequests()
  connection.connect(false)
  requests.handle(incoming(SEND, '{}'))
  assert.deepEqual(said, [])
})

test('a broker that refuses all answers costs no memory', async () => {
  const { connection, requests } = createRequests()
  for (let n = 0; n < 6000; n++) requests.handle(incoming(SEND, '{}', { responseTopic: 'forbidden' }))
  await new Promise(setImmediate)
  assert.equal(connection.published.length, 5000)
})

/** The real connection, publisher and requests at an embedded broker, over stream pairs. */
async function createBridgeEnd(broker: Aedes) {
  const said: string[] = []
  const lines: Duplex[] = []
  let admitted: Promise<unknown> = Promise.resolve()
  const steps = new EventEmitter<{ step: [string] }>()
  const say = (step: string): void => {
    said.push(step)
    steps.emit('step', step)
  }
  const until = async (step: string): Promise<void> => {
    const signal = AbortSignal.timeout(5000)
    while (!said.includes(step)) await once(steps, 'step', { signal })
  }
  const topics = createTopics('zte')
  const connection: MqttConnection = new MqttConnection({
    url: 'mqtt://broker.test',
    clientId: 'zte',
    protocol: 4,
    sessionExpirySeconds: 3600,
    will: { topic: 'zte/bridge/state', payload: 'offline' },
    backOff: { first: 1, longest: 1, stable: 60_000 },
    connect: () => {
      const [near, far] = createStreamPair()
      lines.push(near)
      void admitted.then(() => broker.handle(far))
      return near
    },
    onMessage: (message) => requests.handle(message),
    onProblem: () => undefined,
  })
  const bridge: CommandTaker = {
    carryOut(_modem, command, payload) {
      say(`${command} ${Buffer.from(payload)}`)
      return { answer: Promise.resolve({ status: 'ok', data: {} }), transaction: null }
    },
    sessionResumed: () => say('resumed'),
    sessionStarted: () => {},
    redeliveriesOver: () => say('over'),
    acknowledged: () => say('acknowledged'),
  }
  const requests: Requests = new Requests({
    connection,
    topics,
    bridge,
    askBridge: () => assert.fail('nobody asked the bridge itself'),
    answered: () => {},
    now: Date.now,
    onProblem: () => undefined,
  })
  const facts = { version: '0', nodeVersion: '0', startedAt: '', config: {} }
  new Publisher({
    connection,
    topics,
    modems: ['stick'],
    facts,
    publishIdentity: false,
    retainMessages: true,
    homeAssistant: null,
    onBrokerAnswered: () => requests.brokerAnswered(),
  })
  connection.subscribe(commandSubscriptions('zte', COMMANDS))
  const connected = once(connection, 'connected')
  connection.start()
  await connected
  /** Breaks the connection; the next one gets nowhere before `meanwhile` has settled. */
  const cut = (meanwhile: Promise<unknown>): void => {
    admitted = meanwhile
    lines.at(-1)?.destroy()
  }
  return { connection, said, until, cut }
}

const publishOn = (broker: Aedes, topic: string, payload: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false } as const
    broker.publish(packet, (error) => (error ? reject(error) : resolve()))
  })

test('a command reaches the bridge through a broker, is answered, and its acknowledgement becomes certain', async () => {
  const broker = await Aedes.createBroker()
  const { connection, said, until } = await createBridgeEnd(broker)
  const answered = new Promise<string>((resolve) => {
    broker.on('publish', ({ topic, payload }) => {
      if (topic === 'zte/stick/response/sms/send') resolve(payload.toString())
    })
  })
  await publishOn(broker, SEND, '{"to":"+49170","text":"x"}')
  assert.equal(JSON.parse(await answered).status, 'ok')
  await until('acknowledged')
  assert.ok(said.includes('sms/send {"to":"+49170","text":"x"}'))
  await connection.end({ publishBefore: [], withinMs: 1000 })
  await new Promise<void>((resolve) => broker.close(() => resolve()))
})

test('what was published while the bridge was away comes between the resuming and the end of redeliveries', async () => {
  const broker = await Aedes.createBroker()
  const { connection, said, until, cut } = await createBridgeEnd(broker)
  await until('over')
  said.length = 0
  const back = once(connection, 'connected')
  cut(once(broker, 'clientDisconnect').then(() => publishOn(broker, SEND, '{"id":"1"}')))
  const [{ sessionPresent }] = await back
  assert.equal(sessionPresent, true)
  await until('over')
  assert.deepEqual(said, ['resumed', 'sms/send {"id":"1"}', 'acknowledged', 'over'])
  await connection.end({ publishBefore: [], withinMs: 1000 })
  await new Promise<void>((resolve) => broker.close(() => resolve()))
})

test('a request to the bridge itself is answered once below bridge/response, and on the Response Topic', async () => {
  const { answersTo, asked, carriedOut } = createRequests({ status: 'ok', data: { level: 'debug' } })
  const answers = await answersTo(
    incoming('zte/bridge/request/log_level', 'debug', {
      responseTopic: 'me/answers',
      correlationData: Buffer.from('7'),
    }),
  )
  assert.deepEqual(asked, ['log_level debug'])
  assert.deepEqual(carriedOut, [])
  assert.deepEqual(
    answers.map(({ topic, options, status, data, transaction }) => [topic, options.qos, status, data, transaction]),
    [
      ['zte/bridge/response/log_level', 1, 'ok', { level: 'debug' }, 'b1'],
      ['me/answers', 1, 'ok', { level: 'debug' }, 'b1'],
    ],
  )
})

test('a request to the bridge that is retained, empty or too large is not carried out', async () => {
  const { answersTo, asked, problems } = createRequests()
  const topic = 'zte/bridge/request/restart'
  const [retained] = await answersTo(incoming(topic, '{"transaction":"t"}', { retain: true }))
  assert.deepEqual(
    [retained.topic, retained.error.code, retained.transaction],
    ['zte/bridge/response/restart', 'retained_refused', 't'],
  )
  assert.deepEqual(await answersTo(incoming(topic, '')), [])
  const [large] = await answersTo(incoming(topic, ' '.repeat(64 * 1024 + 1)))
  assert.equal(large.error.code, 'invalid_request')
  assert.deepEqual(asked, [])
  assert.equal(problems.length, 1)
})

test('how a command ended is told to whoever shows it, also of a refused one', async () => {
  const failure: Answer = { status: 'error', error: { code: 'quota_exceeded', message: 'Wait.' } }
  const { ended, answersTo } = createRequests(failure)
  await answersTo(incoming(SEND, '{}'))
  assert.deepEqual(ended, ['stick sms/send error'])
})
