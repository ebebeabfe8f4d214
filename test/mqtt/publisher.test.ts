import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModemCard } from '../../src/bridge/outlet.ts'
import type { InboundSms } from '../../src/modem/messages.ts'
import type { HealthReport } from '../../src/mqtt/health-payload.ts'
import type { IncomingMessage } from '../../src/mqtt/network-connection.ts'
import type { HomeAssistantDesk, PublisherOptions } from '../../src/mqtt/publisher.ts'
import { Publisher } from '../../src/mqtt/publisher.ts'
import { BRIDGE_TOPICS, createTopics, MODEM_TOPICS } from '../../src/mqtt/topics.ts'
import type { Published } from './fake-connection.ts'
import { FakeConnection, incoming } from './fake-connection.ts'
import { CARD, NOTHING_KNOWN, SMS, STATUS, USSD } from './samples.ts'

/** Writes down what it is told, and publishes its event as the real one does. */
class Desk implements HomeAssistantDesk {
  readonly told: string[] = []
  readonly #connection: FakeConnection

  constructor(connection: FakeConnection) {
    this.#connection = connection
  }

  describe(cards: readonly ModemCard[]): void {
    this.told.push(`describe ${cards.map(({ id }) => id).join()}`)
  }

  smsReceived(modem: string, sms: InboundSms): void {
    void this.#connection.publish(`zte/${modem}/homeassistant/sms_received`, sms.id, { qos: 1 })
  }

  connected(): void {
    this.told.push('connected')
  }

  disconnected(): void {
    this.told.push('disconnected')
  }

  heard({ payload }: IncomingMessage): boolean {
    return payload.toString() === 'online'
  }

  end(): void {
    this.told.push('end')
  }
}

function createPublisher(more: Partial<PublisherOptions> = {}) {
  const connection = new FakeConnection()
  const desk = new Desk(connection)
  let answered = 0
  const publisher = new Publisher({
    connection,
    topics: createTopics('zte'),
    modems: ['stick'],
    facts: { version: '0.1.0', nodeVersion: '20.20.0', startedAt: '2026-11-22T09:30:07Z', config: {} },
    publishIdentity: false,
    retainMessages: true,
    homeAssistant: desk,
    onBrokerAnswered: () => answered++,
    ...more,
  })
  return { connection, publisher, desk, answers: () => answered }
}

const HEALTH: HealthReport = {
  uptimeSeconds: 61.4,
  memory: { rssBytes: 1000, heapUsedBytes: 500 },
  cpuPercent: 1.26,
  eventLoopLagMs: 20.4,
  broker: { isConnected: true, connections: 2 },
  modems: new Map([
    [
      'stick',
      { openings: 3, losses: 2, received: 7, sent: 5, failed: 1, remedies: new Map([['radio_on' as const, 2]]) },
    ],
  ]),
}

test('the health of the bridge is published as it is, and dropped while nobody could hear it', () => {
  const { connection, publisher } = createPublisher()
  publisher.health(HEALTH)
  assert.deepEqual(connection.take(), [])
  connection.connect()
  connection.take()
  publisher.health(HEALTH)
  const [published] = connection.take()
  assert.equal(published?.topic, 'zte/bridge/health')
  assert.deepEqual(JSON.parse(published?.payload ?? ''), {
    uptime_seconds: 61,
    process: { rss_bytes: 1000, heap_used_bytes: 500, cpu_percent: 1.3, event_loop_lag_ms: 20 },
    mqtt: { connected: true, connections: 2 },
    modems: { stick: { openings: 3, losses: 2, received: 7, sent: 5, failed: 1, remedies: { radio_on: 2 } } },
  })
})

const byTopic = (published: readonly Published[]) => Object.fromEntries(published.map((p) => [p.topic, p.payload]))

async function acknowledgeAll(connection: FakeConnection): Promise<Published[]> {
  const all: Published[] = []
  while (connection.published.length > 0) {
    const some = connection.take()
    all.push(...some)
    for (const { acknowledge } of some) await acknowledge()
  }
  return all
}

test('while there is no connection, retained values are only remembered, and the newest counts', async () => {
  const { connection, publisher } = createPublisher()
  await publisher.announce(CARD)
  await publisher.availability('stick', true)
  for (let n = 0; n < 1000; n++) await publisher.state('stick', { ...NOTHING_KNOWN, waiting: n })
  assert.deepEqual(connection.published, [])
  connection.connect()
  const published = connection.take()
  assert.deepEqual(published.map(({ topic }) => topic).sort(), [
    'zte/bridge/info',
    'zte/bridge/state',
    'zte/stick/availability',
    'zte/stick/info',
    'zte/stick/state',
  ])
  assert.ok(published.every(({ options }) => options.retain === true && options.qos === 1))
  const payloads = byTopic(published)
  assert.equal(payloads['zte/stick/availability'], 'online')
  assert.equal(JSON.parse(payloads['zte/stick/state'] ?? '').sms.waiting, 999)
  assert.equal(JSON.parse(payloads['zte/bridge/info'] ?? '').mqtt_protocol, 5)
})

test('a modem counts as offline until the bridge has heard from it, before the bridge itself counts as online', () => {
  const { connection } = createPublisher()
  connection.connect()
  const published = connection.take()
  assert.equal(byTopic(published)['zte/stick/availability'], 'offline')
  assert.equal(published.at(-1)?.topic, 'zte/bridge/state')
  assert.equal(published.at(-1)?.payload, 'online')
})

test('everything retained is published on every connection', async () => {
  const { connection, publisher } = createPublisher()
  connection.connect()
  await publisher.state('stick', NOTHING_KNOWN)
  const first = await acknowledgeAll(connection)
  connection.disconnect()
  connection.connect()
  const second = await acknowledgeAll(connection)
  assert.deepEqual(Object.keys(byTopic(second)).sort(), Object.keys(byTopic(first)).sort())
})

test('of a retained topic one publication at a time is under way, and then the newest value follows', async () => {
  const { connection, publisher } = createPublisher()
  connection.connect()
  await acknowledgeAll(connection)
  for (const waiting of [1, 2, 3]) await publisher.state('stick', { ...NOTHING_KNOWN, waiting })
  const [first, ...none] = connection.take()
  assert.deepEqual(none, [])
  assert.equal(JSON.parse(first?.payload ?? '').sms.waiting, 1)
  await first?.acknowledge()
  const [last] = connection.take()
  assert.equal(JSON.parse(last?.payload ?? '').sms.waiting, 3)
  await last?.acknowledge()
  assert.deepEqual(connection.take(), [])
})

test('what was under way when the connection broke is left to the connection, which sends it again', async () => {
  const { connection, publisher } = createPublisher()
  connection.connect()
  await acknowledgeAll(connection)
  await publisher.state('stick', NOTHING_KNOWN)
  const [underWay] = connection.take()
  connection.disconnect()
  await publisher.state('stick', { ...NOTHING_KNOWN, waiting: 7 })
  connection.connect()
  assert.equal(byTopic(connection.take())['zte/stick/state'], undefined)
  await underWay?.acknowledge()
  assert.equal(JSON.parse(connection.take()[0]?.payload ?? '').sms.waiting, 7)
})

test('a received message counts as published at PUBACK', async () => {
  const { connection, publisher } = createPublisher()
  connection.connect()
  await acknowledgeAll(connection)
  let isPublished = false
  const publishing = publisher.smsReceived('stick', SMS).then(() => {
    isPublished = true
  })
  const published = connection.take()
  const received = published.find(({ topic }) => topic === 'zte/stick/sms/received')
  for (const other of published) if (other !== received) await other.acknowledge()
  assert.equal(isPublished, false)
  await received?.acknowledge()
  await publishing
  assert.equal(received?.options.retain ?? false, false)
})

test('the event for Home Assistant goes out before the message whose PUBACK is waited for, and is not retained', () => {
  const { connection, publisher } = createPublisher()
  void publisher.smsReceived('stick', SMS)
  const published = connection.take()
  assert.deepEqual(
    published.map(({ topic }) => topic),
    ['zte/stick/homeassistant/sms_received', 'zte/stick/sms/received'],
  )
  assert.equal(published[0]?.options.retain ?? false, false)
})

test('without Home Assistant there is nothing for it', () => {
  const { connection, publisher } = createPublisher({ homeAssistant: null })
  connection.connect()
  void publisher.smsReceived('stick', SMS)
  void publisher.smsStatus('stick', STATUS)
  void publisher.ussdReply('stick', USSD)
  void publisher.call('stick', { from: null, at: '2026-11-22T10:00:00.000Z', endedAt: null, rings: null })
  assert.ok(connection.take().every(({ topic }) => !topic.includes('homeassistant')))
})

test('the last message is retained where that is allowed', async () => {
  const { connection, publisher } = createPublisher()
  void publisher.smsReceived('stick', SMS)
  connection.connect()
  const last = connection.take().find(({ topic }) => topic === 'zte/stick/sms/last')
  assert.equal(JSON.parse(last?.payload ?? '').id, SMS.id)
  assert.equal(last?.options.retain, true)
})

test('where messages must not be retained, the broker is made to forget an earlier one and gets no new one', () => {
  const { connection, publisher } = createPublisher({ retainMessages: false })
  connection.connect()
  void publisher.smsReceived('stick', SMS)
  const last = connection.take().filter(({ topic }) => topic === 'zte/stick/sms/last')
  assert.deepEqual(
    last.map(({ payload, options }) => [payload, options.retain]),
    [['', true]],
  )
})

test('a sending status counts as published at PUBACK', async () => {
  const { connection, publisher } = createPublisher()
  const publishing = publisher.smsStatus('stick', STATUS)
  const status = connection.take().find(({ topic }) => topic === 'zte/stick/sms/status')
  await status?.acknowledge()
  await publishing
})

test('what others want retained is published now and on every connection, the newest of it', async () => {
  const { connection, publisher } = createPublisher()
  publisher.retain('zte/stick/x', '1')
  publisher.retain('zte/stick/x', '2')
  connection.connect()
  const [first] = (await acknowledgeAll(connection)).filter(({ topic }) => topic === 'zte/stick/x')
  assert.deepEqual([first?.payload, first?.options.retain], ['2', true])
  connection.disconnect()
  connection.connect()
  assert.equal(byTopic(await acknowledgeAll(connection))['zte/stick/x'], '2')
})

test('an event is dropped while there is no connection', async () => {
  const { connection, publisher } = createPublisher()
  await publisher.event('stick', { type: 'connected' })
  connection.connect()
  assert.equal(byTopic(connection.take())['zte/stick/event'], undefined)
  await publisher.event('stick', { type: 'disconnected' })
  assert.equal(byTopic(connection.take())['zte/stick/event'], '{"type":"disconnected"}')
})

for (const [payload, again] of [
  ['online', true],
  ['offline', false],
] as const) {
  test(`when Home Assistant says ${payload}, everything retained is published again: ${again}`, async () => {
    const { connection, publisher } = createPublisher()
    connection.connect()
    await publisher.announce(CARD)
    await publisher.state('stick', NOTHING_KNOWN)
    await acknowledgeAll(connection)
    publisher.heard(incoming('homeassistant/status', payload))
    const topics = Object.keys(byTopic(await acknowledgeAll(connection)))
    const expected = ['zte/stick/availability', 'zte/stick/state', 'zte/bridge/state']
    if (again) for (const topic of expected) assert.ok(topics.includes(topic), topic)
    else assert.deepEqual(topics, [])
  })
}

test('Home Assistant is told of the modems, of the connection and of the end', async () => {
  const { connection, publisher, desk } = createPublisher()
  connection.connect()
  await publisher.announce(CARD)
  connection.disconnect()
  publisher.farewells()
  const told = ['describe ', 'describe ', 'connected', 'describe stick', 'disconnected', 'end']
  assert.deepEqual(desk.told, told)
})

test('a status, a reply and both ends of a call are events for Home Assistant as well, before what is waited for', () => {
  const { connection, publisher } = createPublisher()
  const call = { from: '+491701234567', at: '2026-11-22T10:00:00.000Z' }
  void publisher.smsStatus('stick', STATUS)
  void publisher.ussdReply('stick', USSD)
  void publisher.call('stick', { ...call, endedAt: null, rings: null })
  void publisher.call('stick', { ...call, endedAt: '2026-11-22T10:00:09.000Z', rings: 2 })
  const published = connection.take()
  const events = published.filter(({ topic }) => topic.includes('homeassistant'))
  assert.deepEqual(
    events.map(({ topic, payload, options }) => [topic, JSON.parse(payload).event_type, options.retain ?? false]),
    [
      ['zte/stick/homeassistant/sms_delivery', 'sent', false],
      ['zte/stick/homeassistant/ussd_reply', 'reply_needed', false],
      ['zte/stick/homeassistant/call', 'ringing', false],
      ['zte/stick/homeassistant/call', 'ended', false],
    ],
  )
  for (const [event, plain] of [
    ['homeassistant/sms_delivery', 'sms/status'],
    ['homeassistant/ussd_reply', 'ussd/reply'],
    ['homeassistant/call', 'call'],
  ]) {
    const { event_type: _type, ...rest } = JSON.parse(byTopic(published)[`zte/stick/${event}`] ?? '')
    assert.deepEqual(rest, JSON.parse(byTopic(published)[`zte/stick/${plain}`] ?? ''), event)
  }
  const paths = published.map(({ topic }) => topic.slice('zte/stick/'.length))
  assert.ok(paths.indexOf('homeassistant/sms_delivery') < paths.indexOf('sms/status'))
})

test('the PUBACK for the bridge state tells that the broker has answered', async () => {
  const { connection, answers } = createPublisher()
  connection.connect()
  const published = connection.take()
  await published[0]?.acknowledge()
  assert.equal(answers(), 0)
  await published.find(({ topic }) => topic === 'zte/bridge/state')?.acknowledge()
  assert.equal(answers(), 1)
})

test('at the end all modems and the bridge go offline, and nothing retained follows', async () => {
  const { connection, publisher } = createPublisher()
  connection.connect()
  await acknowledgeAll(connection)
  await publisher.availability('stick', true)
  await publisher.availability('stick', false)
  assert.deepEqual(publisher.farewells(), [
    { topic: 'zte/stick/availability', payload: 'offline', retain: true },
    { topic: 'zte/bridge/state', payload: 'offline', retain: true },
  ])
  await publisher.state('stick', NOTHING_KNOWN)
  assert.deepEqual(
    (await acknowledgeAll(connection)).map(({ payload }) => payload),
    ['online'],
  )
})

test('a USSD reply is published, and kept as the last one unless messages are not to be retained', async () => {
  for (const retainMessages of [true, false]) {
    const { connection, publisher } = createPublisher({ retainMessages })
    connection.connect()
    const cleared = byTopic(connection.take())['zte/stick/ussd/last']
    assert.equal(cleared, retainMessages ? undefined : '')
    await publisher.ussdReply('stick', USSD)
    const published = byTopic(connection.take())
    const expected = {
      session_id: 's1',
      request: '*100#',
      text: '1: Balance',
      status: 'reply_needed',
      dcs: 15,
      at: USSD.at,
    }
    assert.deepEqual(JSON.parse(published['zte/stick/ussd/reply'] ?? ''), expected)
    assert.equal(published['zte/stick/ussd/last'], retainMessages ? JSON.stringify(expected) : undefined)
  }
})

test('what is retained, and with which QoS, is as the table of topics says', async () => {
  const { connection, publisher } = createPublisher()
  connection.connect()
  await publisher.announce(CARD)
  await publisher.state('stick', NOTHING_KNOWN)
  void publisher.smsReceived('stick', SMS)
  void publisher.smsStatus('stick', STATUS)
  await publisher.ussdReply('stick', USSD)
  await publisher.event('stick', { type: 'connected' })
  publisher.health(HEALTH)
  publisher.log({ level: 'info', message: 'x', modem: null, time: '2026-11-22T10:00:00.000Z' })
  await publisher.call('stick', { from: null, at: '2026-11-22T10:00:00.000Z', endedAt: null, rings: null })
  const published = new Map(connection.take().map(({ topic, options }) => [topic, options]))
  const rows = [
    ...BRIDGE_TOPICS.filter(({ path }) => path !== 'response/#').map((row) => ({
      ...row,
      topic: `zte/bridge/${row.path}`,
    })),
    ...MODEM_TOPICS.filter(({ path }) => path !== 'response/#').map((row) => ({
      ...row,
      topic: `zte/stick/${row.path}`,
    })),
  ]
  for (const { topic, qos, retained } of rows) {
    assert.equal(published.get(topic)?.qos, qos, topic)
    assert.equal(published.get(topic)?.retain ?? false, retained, topic)
  }
})
