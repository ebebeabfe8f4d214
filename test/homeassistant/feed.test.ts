import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from '../../src/bridge/commands.ts'
import type { FeedOptions } from '../../src/homeassistant/feed.ts'
import { Feed } from '../../src/homeassistant/feed.ts'
import { createTopics, PRIVATE_TOPICS } from '../../src/mqtt/topics.ts'
import { ArrayOutlet } from '../bridge/fake-modem.ts'
import { CARD, NOTHING_KNOWN, SMS, STATUS, USSD } from '../mqtt/samples.ts'

const NOW = '2026-11-22T09:30:00.000Z'
const REFUSED: Answer = { status: 'error', error: { code: 'not_allowed', message: 'Not to him.' } }

function createFeed(more: Partial<FeedOptions> = {}) {
  const outlet = new ArrayOutlet()
  const retained = new Map<string, string>()
  const feed = new Feed({
    outlet,
    topics: createTopics('zte'),
    modems: ['stick', 'mifi'],
    retain: (topic, payload) => retained.set(topic, payload),
    retainMessages: true,
    logLevel: 'info',
    now: () => Date.parse(NOW),
    ...more,
  })
  const kept = (topic: string) => JSON.parse(retained.get(`zte/${topic}`) ?? 'null')
  return { outlet, retained, feed, kept }
}

test('everything goes to the outlet behind it', async () => {
  const { feed, outlet } = createFeed()
  await feed.announce(CARD)
  await feed.availability('stick', true)
  await feed.state('stick', { ...NOTHING_KNOWN, problem: 'It is away.' })
  await feed.smsReceived('stick', SMS)
  await feed.smsStatus('stick', STATUS)
  await feed.ussdReply('stick', USSD)
  await feed.event('stick', { type: 'connected' })
  await feed.publish('home/plug', 'ON')
  outlet.isReachable = false
  assert.deepEqual(outlet.cards, [CARD])
  assert.deepEqual(outlet.availabilities, [true])
  assert.equal(outlet.problem, 'It is away.')
  assert.deepEqual([outlet.received, outlet.statuses, outlet.ussd], [[SMS], [STATUS], [USSD]])
  assert.equal(outlet.events.length, 1)
  assert.equal(outlet.published.length, 1)
  assert.equal(feed.isReachable, false)
})

test('the last send status is the newest step of any message, with the reason in words', async () => {
  const { feed, kept } = createFeed()
  await feed.smsStatus('stick', STATUS)
  assert.deepEqual(kept('stick/homeassistant/last_send'), {
    status: 'sent',
    id: 'door-17',
    to: '+491701234567',
    parts: 2,
    parts_sent: 2,
    message: null,
    at: STATUS.at,
  })
  await feed.smsStatus('stick', { ...STATUS, status: 'failed', error: { code: 'timeout', message: 'Silence.' } })
  assert.deepEqual(
    [kept('stick/homeassistant/last_send').status, kept('stick/homeassistant/last_send').message],
    ['failed', 'Silence.'],
  )
})

test('what was refused before a message came of it shows there, too; what succeeded shows by its steps', () => {
  const { feed, kept, retained } = createFeed()
  const before = retained.size
  feed.answered('stick', 'sms/send', { status: 'ok', data: {} })
  feed.answered('stick', 'reboot', REFUSED)
  feed.answered('nobody', 'sms/send', REFUSED)
  assert.equal(retained.size, before)
  feed.answered('stick', 'sms/send', REFUSED)
  const { status, id, message, at } = kept('stick/homeassistant/last_send')
  assert.deepEqual([status, id, message, at], ['refused', null, 'Not to him.', NOW])
})

test('a USSD request without a reply shows why', async () => {
  const { feed, kept } = createFeed()
  await feed.ussdReply('stick', USSD)
  assert.deepEqual(
    [kept('stick/homeassistant/last_ussd').text, kept('stick/homeassistant/last_ussd').error],
    ['1: Balance', null],
  )
  for (const command of ['ussd/send', 'ussd/reply']) {
    await feed.ussdReply('stick', USSD)
    feed.answered('stick', command, REFUSED)
    const { text, status, error } = kept('stick/homeassistant/last_ussd')
    assert.deepEqual([text, status, error], [null, 'failed', 'Not to him.'])
  }
})

test('where no message may stay in the broker, no reply and no number does', async () => {
  const { feed, kept, retained } = createFeed({ retainMessages: false })
  assert.equal(retained.get('zte/stick/homeassistant/last_ussd'), '')
  await feed.ussdReply('stick', USSD)
  feed.answered('stick', 'ussd/send', REFUSED)
  await feed.smsStatus('stick', STATUS)
  assert.equal(retained.get('zte/stick/homeassistant/last_ussd'), '')
  assert.equal(kept('stick/homeassistant/last_send').to, null)
})

test('the bridge sums up what waits and what is wrong, and says it again only when it changes', async () => {
  const told: string[] = []
  const { feed } = createFeed({ retain: (topic, payload) => void (topic.endsWith('summary') && told.push(payload)) })
  await feed.state('stick', { ...NOTHING_KNOWN, waiting: 2, problem: 'It is away.' })
  await feed.state('mifi', { ...NOTHING_KNOWN, waiting: 3 })
  await feed.state('mifi', { ...NOTHING_KNOWN, waiting: 3, updatedAt: NOW })
  feed.logLevelChanged('debug')
  assert.deepEqual(
    told.map((payload) => JSON.parse(payload)),
    [
      { messages_waiting: 0, problems: {}, log_level: 'info' },
      { messages_waiting: 2, problems: { stick: 'It is away.' }, log_level: 'info' },
      { messages_waiting: 5, problems: { stick: 'It is away.' }, log_level: 'info' },
      { messages_waiting: 5, problems: { stick: 'It is away.' }, log_level: 'debug' },
    ],
  )
})

test('every private topic but that of the form is filled', async () => {
  const { feed, retained } = createFeed()
  await feed.smsStatus('stick', STATUS)
  await feed.ussdReply('stick', USSD)
  await feed.call('stick', { from: null, at: NOW, endedAt: null, rings: null })
  for (const { path } of PRIVATE_TOPICS) {
    const topic = `zte/${path === 'summary' ? 'bridge' : 'stick'}/homeassistant/${path}`
    assert.equal(retained.has(topic), path !== 'send_form', topic)
  }
})
