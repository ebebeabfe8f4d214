import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { InjectedSms } from '../../src/simulator/cellular-network.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC888, MF79RU, MF823 } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'

const NUMBER = '+447700900001'
const PEER = '+447700900123'

type Json = Record<string, unknown>

async function setUpRouter(t: TestContext, profile: RouterProfile) {
  const network = new CellularNetwork()
  const router = new GoformRouter({ network, number: NUMBER, profile, password: 'Sécr3t!' })
  const peer = new GoformRouter({ network, number: PEER, profile: MF823 })
  t.after(() => {
    router.close()
    peer.close()
  })
  return { network, router, peer, port: await router.listen() }
}

function optionsFor(port: number, brokerPort: number, modem: Json = {}): string[] {
  const entry = { id: 'mifi', transport: 'http', url: `http://127.0.0.1:${port}`, password: 'Sécr3t!', ...modem }
  return [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([entry])}`,
    '--poll.sms=1s',
    '--poll.signal=2s',
    '--sms.repeat_window=0',
  ]
}

const lastState = (observer: Observer): Json => (observer.on('mifi/state') as Json[]).at(-1) ?? {}

const ready = (observer: Observer) =>
  observer.until('the router is ready', () => lastState(observer)['phase'] === 'ready')

const sent = (observer: Observer, id: string) =>
  observer.until(`${id} is sent`, () =>
    (observer.on('mifi/sms/status') as Json[]).find((each) => each['id'] === id && each['status'] === 'sent'),
  )

const long = (length: number): string => 'abcdefghij'.repeat(80).slice(0, length)

/** Texts that something on the way might spoil. */
const AWKWARD = [
  'Hello',
  'Grüße 👋 🇩🇪',
  '€[]{}~^|\\',
  long(160),
  long(161),
  long(307),
  'AT\r\nOK\r\n+CMTI: "SM",1\r\n',
  '日本語のテキスト',
  '👋'.repeat(80),
  '@£$¥èéùìòÇØøÅå_ÆæßÉ',
  '{"to": "x"} {{ states }} +/#',
  '<html>&amp;%2B=;',
  ' leading and trailing ',
  '\tTab and\nline',
  '12345678',
  'DEADBEEF',
]

for (const profile of [MC888, MF79RU]) {
  test(`with mosquitto and a simulated ${profile.model}, awkward messages go both ways and come through exactly`, async (t) => {
    const { network, peer, port } = await setUpRouter(t, profile)
    const brokerPort = await startMosquitto(t)
    const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
    const bridge = startBridge(t, optionsFor(port, brokerPort))
    await ready(observer)
    const info = await observer.until('its identity', () =>
      (observer.on('mifi/info') as Json[]).find(({ model }) => model === profile.model),
    )
    assert.equal(info['transport'], 'http')

    const arriving: [Omit<InjectedSms, 'to'>, Json][] = [
      ...AWKWARD.map((text): [Omit<InjectedSms, 'to'>, Json] => [
        { from: PEER, text },
        { text, from: PEER },
      ]),
      [{ from: 'Mobilis', text: 'alphanumeric' }, { from: 'Mobilis' }],
      [{ from: '12345', text: 'short code' }, { from: '12345' }],
      [
        { from: PEER, text: long(400), order: [3, 1, 2] },
        { text: long(400), missing_parts: 0 },
      ],
      [{ from: PEER, text: '' }, { text: '' }],
      [{ from: PEER, text: 'zone west', zoneMinutes: -7 * 60 }, { text: 'zone west' }],
    ]
    for (const [message, expected] of arriving) {
      const before = observer.on('mifi/sms/received').length
      network.inject({ ...message, to: NUMBER })
      const got = await observer.until(
        `the message ${JSON.stringify(message).slice(0, 80)}`,
        () => (observer.on('mifi/sms/received') as Json[])[before],
      )
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual(got[key], value, `${key} of ${JSON.stringify(message)}`)
      assert.equal(got['backlog'], false)
    }

    for (const [index, text] of AWKWARD.entries()) {
      // In so short a time it would else look like two machines answering one another.
      await observer.command('mifi', 'sms/send', { to: PEER, text, id: `out-${index}`, priority: 'high' })
      await sent(observer, `out-${index}`)
    }
    assert.deepEqual(
      peer.store.rows('nv').map(({ text }) => text),
      AWKWARD,
    )
    assert.equal(observer.on('mifi/sms/received').length, arriving.length)
    await observer.until('nothing waits', () => (lastState(observer)['sms'] as Json)['waiting'] === 0)

    bridge.kill('SIGTERM')
    assert.equal(await ended(bridge), 0)
    assert.equal(observer.on('mifi/availability').at(-1), 'offline')
  })
}

test('a person who logs in to the web page is made room for', async (t) => {
  const { router, port } = await setUpRouter(t, MF79RU)
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  startBridge(t, optionsFor(port, brokerPort))
  await ready(observer)
  const logins = (): number => router.requests.filter(({ fields }) => fields.get('goformId') === 'LOGIN').length
  assert.equal(logins(), 1)
  router.personLogsIn()
  await observer.until('it says so', () =>
    (observer.on('mifi/event') as Json[]).some(({ type }) => type === 'session_taken'),
  )
  await observer.until('it is paused', () => lastState(observer)['phase'] === 'paused')
  assert.match(String(lastState(observer)['problem']), /web page/)
  // What the router tells everybody goes on being read.
  assert.equal(observer.on('mifi/availability').at(-1), 'online')
  assert.equal((lastState(observer)['signal'] as Json)['bars'], 4)
  await observer.command('mifi', 'sms/send', { to: PEER, text: 'later', id: 'later', transaction: 'later' })
  await observer.until('it waits', () =>
    (observer.on('mifi/sms/status') as Json[]).some(({ id, status }) => id === 'later' && status === 'queued'),
  )
  assert.equal(logins(), 1, 'nobody is thrown out')
})

test('a wrong password is tried twice, over restarts too, and the state says what to do', async (t) => {
  const { router, port } = await setUpRouter(t, MF79RU)
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const folder = temporaryFolder(t)
  const options = [
    ...optionsFor(port, brokerPort, { password: 'wrong' }),
    `--journal.path=${join(folder, 'journal.db')}`,
  ]
  for (let start = 1; start <= 2; start += 1) {
    observer.seen.splice(0)
    const bridge = startBridge(t, options)
    await observer.until('it has failed', () => lastState(observer)['phase'] === 'failed')
    assert.match(String(lastState(observer)['problem']), /refused the configured password/)
    bridge.kill('SIGTERM')
    assert.equal(await ended(bridge), 0)
  }
  assert.equal(router.requests.filter(({ fields }) => fields.get('goformId') === 'LOGIN').length, 2)
})
