import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC888, MF79RU, MF833, MF920V } from '../../src/simulator/goform-profiles.ts'
import { assertNothingForged, ended, Observer, startBridge, startMosquitto } from './house.ts'
import type { Json, RouterSite } from './http-rig.ts'
import { lastState, NUMBER, optionsFor, PEER, ready, setUpRouter } from './http-rig.ts'
import { INCOMING, OUTGOING } from './sms-corpus.ts'

const LIMIT_MS = 90_000
/** Not the one that gets the others: that would look like two machines answering one another. */
const SENDER = '+447700900199'

/** Dialects of numbers, dates, pages and framing; the last one encrypts number and text in both directions. */
const MODELS: readonly RouterProfile[] = [MC888, MF79RU, MF920V, MF833]

test('with mosquitto and a simulated router, messages go both ways and awkward ones come through exactly', {
  concurrency: MODELS.length,
}, async (parent) => {
  const brokerPort = await startMosquitto(parent)
  const running = MODELS.map((profile) => parent.test(profile.model, (t) => bothWays(t, profile, brokerPort)))
  await Promise.all(running)
})

async function bothWays(t: TestContext, profile: RouterProfile, brokerPort: number): Promise<void> {
  const site = await setUpRouter(t, profile)
  const base = `zte2mqtt/${profile.model}`
  if (profile.hasEncryption) site.router.encryptSms()
  const observer = await Observer.connect(t, brokerPort, `observer-${profile.model}`, [`${base}/#`])
  const bridge = startBridge(t, [...optionsFor(site.port, brokerPort), `--mqtt.base_topic=${base}`])
  await ready(observer)
  const info = await observer.until('its identity', () =>
    (observer.on('mifi/info') as Json[]).find(({ model }) => model === profile.model),
  )
  assert.equal(info['transport'], 'http')
  await arrive(site, observer)
  await leave(site, observer, `${profile.model}/mifi`)
  assert.equal(observer.on('mifi/sms/received').length, INCOMING.length)
  await observer.until('nothing waits', () => (lastState(observer)['sms'] as Json)['waiting'] === 0)
  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
  assert.equal(observer.on('mifi/availability').at(-1), 'offline')
  assertNothingForged(bridge, observer, 'mifi')
}

/** Routers pad texts with NUL, and put a byte order mark before some: neither can be told from one that was sent. */
function asListed(text = ''): string {
  return text.replaceAll('\0', '').replace(/^\ufeff/, '')
}

/** They all come at once, each a second younger than the one before. */
async function arrive({ network }: RouterSite, observer: Observer): Promise<void> {
  const first = Date.now() - 3_600_000
  const sentAt = (at: number): Date => new Date(Math.floor(first / 1000) * 1000 + at * 1000)
  for (const [at, { message }] of INCOMING.entries())
    network.inject({ from: SENDER, ...message, to: NUMBER, sentAt: sentAt(at) })
  const received = await observer.until(
    'all that came in',
    () => {
      const seen = observer.on('mifi/sms/received') as Json[]
      return seen.length >= INCOMING.length && seen
    },
    LIMIT_MS,
  )
  assert.deepEqual(
    received.map((sms) => [sms['text'], sms['from'], Date.parse(String(sms['sent_at']))]),
    INCOMING.map(({ message }, at) => [asListed(message.text), message.from ?? SENDER, sentAt(at).getTime()]),
  )
  for (const sms of received) {
    const { missing_parts, raw, backlog, data_hex } = sms
    assert.deepEqual(
      { missing_parts, raw, backlog, data_hex },
      { missing_parts: 0, raw: null, backlog: false, data_hex: null },
    )
  }
}

async function leave({ peer }: RouterSite, observer: Observer, modem: string): Promise<void> {
  for (const [at, text] of OUTGOING.entries())
    await observer.command(modem, 'sms/send', { to: PEER, text, id: `out-${at}`, delivery_report: false })
  const statuses = (): Json[] => observer.on('mifi/sms/status') as Json[]
  await observer.until(
    'all that went out',
    () => statuses().filter(({ status }) => status === 'sent').length === OUTGOING.length,
    LIMIT_MS,
  )
  assert.deepEqual(
    peer.store.rows('nv').map(({ text }) => text),
    OUTGOING,
  )
}
