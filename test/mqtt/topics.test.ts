import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REQUESTS } from '../../src/bridge/bridge-requests.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'
import {
  BRIDGE_TOPICS,
  commandSubscriptions,
  createTopics,
  formSubscriptions,
  MODEM_TOPICS,
  PRIVATE_TOPICS,
  requestSubscriptions,
} from '../../src/mqtt/topics.ts'

const topics = createTopics('home/zte')

/** MQTT 5 section 4.7.1. */
function matches(filter: string, topic: string): boolean {
  const [f, t] = [filter.split('/'), topic.split('/')]
  const isOpen = f.at(-1) === '#'
  const levels = isOpen ? f.slice(0, -1) : f
  const fits = levels.every((level, index) => (level === '+' && index < t.length) || level === t[index])
  return fits && (isOpen ? t.length >= levels.length : t.length === f.length)
}

test('topics lie below the base topic', () => {
  assert.equal(topics.bridge('state'), 'home/zte/bridge/state')
  assert.equal(topics.modem('stick', 'sms/received'), 'home/zte/stick/sms/received')
  assert.equal(topics.response('stick', 'sms/send'), 'home/zte/stick/response/sms/send')
  assert.equal(topics.command('stick', 'reboot'), 'home/zte/stick/command/reboot')
})

test('messages that would be acted on again when replayed are not retained', () => {
  const retained = MODEM_TOPICS.filter((row) => row.retained).map(({ path }) => path)
  assert.deepEqual(retained, ['availability', 'info', 'state', 'sms/last', 'ussd/last'])
  assert.deepEqual(
    BRIDGE_TOPICS.filter((row) => row.retained).map(({ path }) => path),
    ['state', 'info'],
  )
})

for (const [topic, parsed] of [
  ['home/zte/stick/command/sms/send', { modem: 'stick', command: 'sms/send' }],
  ['home/zte/stick/command/reboot', { modem: 'stick', command: 'reboot' }],
  ['home/zte/stick/command/', { modem: 'stick', command: '' }],
  ['home/zte/stick/command', undefined],
  ['home/zte/stick/state', undefined],
  ['home/zte2/stick/command/reboot', undefined],
  ['zte/stick/command/reboot', undefined],
  ['homeassistant/status', undefined],
] as const) {
  test(`${topic} is ${parsed === undefined ? 'no command topic' : `the command "${parsed.command}"`}`, () => {
    assert.deepEqual(topics.parseCommand(topic), parsed)
  })
}

for (const [topic, parsed] of [
  ['home/zte/stick/homeassistant/set/send', { modem: 'stick', field: 'send' }],
  ['home/zte/stick/homeassistant/set/', { modem: 'stick', field: '' }],
  ['home/zte/stick/homeassistant/set', undefined],
  ['home/zte/stick/homeassistant/set/send/x', undefined],
  ['home/zte/stick/homeassistant/send_form', undefined],
  ['home/zte/stick/command/set/send', undefined],
  ['homeassistant/stick/homeassistant/set/send', undefined],
] as const) {
  test(`${topic} is ${parsed === undefined ? 'no field of a form' : `the field "${parsed.field}" of a form`}`, () => {
    assert.deepEqual(topics.parseFormField(topic), parsed)
  })
}

test('a field of a form comes through the subscription for it', () => {
  const [subscription] = formSubscriptions('home/zte')
  assert.ok(subscription && matches(subscription.topic, topics.formField('stick', 'message')))
  assert.equal(subscription.qos, 0)
})

test('only the base topic and what lies below it belong to the bridge', () => {
  assert.ok(topics.owns('home/zte'))
  assert.ok(topics.owns('home/zte/stick/command/reboot'))
  assert.ok(!topics.owns('home/zte2/stick'))
  assert.ok(!topics.owns('home'))
})

test('each command, and each unknown one that cannot be taken for one that waits, comes through exactly one subscription', () => {
  const subscriptions = commandSubscriptions('home/zte', COMMANDS)
  const unknown = ['nonsense', '', 'ussd/sned', 'network_mode/', 'usb_mode/set/now', 'sms/send/now', 'a/b/c/d']
  for (const name of [...COMMANDS.map((row) => row.name), ...unknown]) {
    const through = subscriptions.filter(({ topic }) => matches(topic, topics.command('stick', name)))
    assert.equal(through.length, 1, name)
    const waits = COMMANDS.some((row) => row.name === name && row.waits)
    assert.equal(through[0]?.qos, waits ? 1 : 0, name)
  }
})

test('nothing that the bridge publishes comes back to it', () => {
  const published = [
    ...BRIDGE_TOPICS.map(({ path }) => `home/zte/bridge/${path.replace('#', 'restart')}`),
    ...MODEM_TOPICS.map(({ path }) => `home/zte/stick/${path.replace('#', 'sms/send')}`),
    ...PRIVATE_TOPICS.map(({ path }) => topics.homeAssistant('stick', path)),
    topics.response('stick', 'reboot'),
  ]
  const filters = [
    ...commandSubscriptions('home/zte', COMMANDS),
    ...requestSubscriptions('home/zte'),
    ...formSubscriptions('home/zte'),
  ]
  for (const { topic: filter } of filters) {
    for (const topic of published) assert.ok(!matches(filter, topic), `${filter} ${topic}`)
  }
})

for (const [topic, verb] of [
  ['home/zte/bridge/request/health_check', 'health_check'],
  ['home/zte/bridge/request/ports/scan', 'ports/scan'],
  ['home/zte/bridge/request', undefined],
  ['home/zte/bridge/response/restart', undefined],
  ['home/zte/stick/request/restart', undefined],
  ['zte/bridge/request/restart', undefined],
] as const) {
  test(`${topic} is ${verb === undefined ? 'no request to the bridge' : `the request "${verb}"`}`, () => {
    assert.equal(topics.parseBridgeRequest(topic), verb)
  })
}

test('each request to the bridge comes through exactly one subscription, and only for now', () => {
  const subscriptions = [...commandSubscriptions('home/zte', COMMANDS), ...requestSubscriptions('home/zte')]
  for (const name of [...REQUESTS.map((row) => row.name), 'nonsense']) {
    const through = subscriptions.filter(({ topic }) => matches(topic, `home/zte/bridge/request/${name}`))
    assert.deepEqual(
      through.map(({ qos }) => qos),
      [0],
      name,
    )
  }
})
