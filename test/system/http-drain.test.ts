import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC888, MF79RU } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'
import type { Json, RouterSite } from './http-rig.ts'
import { lastState, NUMBER, optionsFor, PEER, ready, setUpRouter } from './http-rig.ts'

const LIMIT_MS = 90_000
const FIRST = Date.UTC(2026, 0, 2, 3, 4, 5)

/** What makes it hard to get everything out of a router. */
interface Hardship {
  readonly profile: RouterProfile
  /** Default 200. */
  readonly waiting?: number
  /** So many more come in, a few whenever there is room: at once they get the ids that have just become free. */
  readonly later?: number
  /** Every fourth goes to the SIM. */
  readonly usesSim?: boolean
  /** The bridge is killed when so many have been published, and started again. */
  readonly killsAt?: readonly number[]
  /** Happens before the bridge starts, and again whenever there is room. */
  readonly happens?: (router: GoformRouter) => void
}

/** So many come at a time. */
const FEW = 5

/** Tells when something was deleted. */
class RoomyNetwork extends CellularNetwork {
  whenRoom: () => void = () => {}
  #isTelling = false

  override deliverWaiting(number: string): void {
    super.deliverWaiting(number)
    // What comes then is delivered in this way, too.
    if (this.#isTelling) return
    this.#isTelling = true
    this.whenRoom()
    this.#isTelling = false
  }
}

const ROOMY = { stores: { nv: 600, sim: 200 } } as const

const HARDSHIPS: Readonly<Record<string, Hardship>> = {
  'that counts up': { profile: { ...MC888, ...ROOMY } },
  'that gives ids out again at once, in both stores alike': {
    profile: { ...MC888, ...ROOMY, newIds: 'lowest-free', idSpace: 'per-store' },
    later: 60,
    usesSim: true,
  },
  'that lists more than a page': { profile: { ...MC888, ...ROOMY }, waiting: 520 },
  'that lists more than a page, and gives the first whatever is asked for': {
    profile: { ...MF79RU, ...ROOMY, newIds: 'lowest-free' },
    waiting: 520,
    later: 20,
  },
  'whose list is too short now and then': {
    profile: { ...MF79RU, ...ROOMY, newIds: 'lowest-free', idSpace: 'per-store' },
    later: 40,
    usesSim: true,
    happens: (router) => router.shorterListOnce(),
  },
  'that does not do every deletion it confirms, and lists messages twice': {
    profile: { ...MC888, ...ROOMY, newIds: 'lowest-free' },
    later: 20,
    happens: (router) => {
      router.ignoreDeletions()
      router.doubleRowOnce()
    },
  },
  'while the bridge is killed again and again': {
    profile: { ...MF79RU, ...ROOMY, newIds: 'lowest-free', idSpace: 'per-store' },
    later: 60,
    usesSim: true,
    killsAt: [1, 120, 210],
  },
}

test('with mosquitto, all messages that wait in a router', { concurrency: 3 }, async (parent) => {
  const brokerPort = await startMosquitto(parent)
  const running = Object.entries(HARDSHIPS).map(([name, hardship], at) =>
    parent.test(`${name} are published once each, and leave it`, (t) => drain(t, hardship, brokerPort, at)),
  )
  await Promise.all(running)
})

async function drain(t: TestContext, hardship: Hardship, brokerPort: number, at: number): Promise<void> {
  const { profile, waiting = 200, later = 0, usesSim = false, killsAt = [], happens } = hardship
  const network = new RoomyNetwork()
  const site = await setUpRouter(t, profile, { storeMs: 50 }, network)
  const observer = await Observer.connect(t, brokerPort, `observer-${at}`, [`zte2mqtt/d${at}/#`])
  const start = bridgeOf(t, site.port, brokerPort, at)
  const texts: string[] = []
  const come = (count: number): void => {
    for (let more = Math.min(count, waiting + later - texts.length); more > 0; more--) {
      const number = texts.length
      // Some say the same: their time tells them apart.
      texts.push(number % 10 === 9 ? 'the same alarm' : `message ${number}`)
      const toSim = usesSim && number % 4 === 0 ? { messageClass: 2 as const } : {}
      const sentAt = new Date(FIRST + number * 1000)
      network.inject({ from: PEER, to: NUMBER, text: texts[number] ?? '', sentAt, ...toSim })
    }
  }
  come(waiting)
  happens?.(site.router)
  network.whenRoom = () => {
    come(FEW)
    if (texts.length < waiting + later) happens?.(site.router)
  }

  let bridge = start()
  for (const killAt of [...killsAt, waiting + later]) {
    await observer.until(`${killAt} are published`, () => distinct(observer) >= killAt, LIMIT_MS)
    if (killAt === waiting + later) break
    bridge.kill('SIGKILL')
    await once(bridge, 'exit')
    bridge = start()
  }
  await emptied(site, observer)
  judge(observer, texts, { mayRepeat: killsAt.length > 0, isOrdered: later === 0 && happens === undefined })
  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
}

function bridgeOf(t: TestContext, port: number, brokerPort: number, at: number): () => ReturnType<typeof startBridge> {
  const options = [
    ...optionsFor(port, brokerPort),
    `--mqtt.base_topic=zte2mqtt/d${at}`,
    `--journal.path=${join(temporaryFolder(t), 'journal.db')}`,
    '--sms.backlog=publish',
    '--poll.status=1s',
    '--homeassistant.enabled=false',
  ]
  return () => startBridge(t, options)
}

/** The state tells it, and it is so. */
async function emptied({ router }: RouterSite, observer: Observer): Promise<void> {
  await ready(observer)
  const used = (): unknown[] => {
    const { used: device, others } = lastState(observer)['sms'] as { used: number; others: Json[] }
    return [device, ...others.map((other) => other['used'])]
  }
  await observer.until('it is empty', () => used().every((count) => count === 0), LIMIT_MS)
  assert.deepEqual([...router.store.rows('nv'), ...router.store.rows('sim')], [])
}

const received = (observer: Observer): Json[] => observer.on('mifi/sms/received') as Json[]

function distinct(observer: Observer): number {
  return new Set(received(observer).map(({ id }) => id)).size
}

/**
 * @param mayRepeat the same id may have been published once more
 * @param isOrdered it was all there from the beginning, and to be seen
 */
function judge(
  observer: Observer,
  texts: readonly string[],
  { mayRepeat, isOrdered }: { readonly mayRepeat: boolean; readonly isOrdered: boolean },
): void {
  const all = received(observer)
  const each = all.filter(({ id }, at) => all.findIndex((other) => other['id'] === id) === at)
  if (!mayRepeat) assert.equal(all.length, each.length, 'each is published once')
  const got = each.map((sms) => JSON.stringify([Date.parse(String(sms['sent_at'])), sms['text']]))
  const wanted = texts.map((text, at) => JSON.stringify([FIRST + at * 1000, text]))
  assert.deepEqual(isOrdered ? got : got.sort(), wanted)
}
