import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MC888 } from '../../src/simulator/goform-profiles.ts'
import { Observer, startBridge, startMosquitto } from './house.ts'
import type { Json } from './http-rig.ts'
import { optionsFor, setUpRouter } from './http-rig.ts'
import { NUMBER, StickOnPty } from './stick-on-pty.ts'

const STORM = 1000
const PEER = '+447700900123'
/** Not who writes: that would look like two machines that answer one another. */
const FRIEND = '+447700900200'
const LIMIT_MS = 240_000
/** Of each road: so many messages has its store room for. */
const ROOM = 20

const STORE = { capacity: ROOM, firstIndex: 0 } as const

/** A network and a modem in it, and how a bridge is told of it. */
interface Site {
  readonly network: CellularNetwork
  readonly modem: Json
}

const ROADS: Readonly<Record<string, (t: TestContext) => Promise<Site>>> = {
  serial: async (t) => {
    const pty = await StickOnPty.plugIn(t, { profile: { stores: { SM: STORE, ME: STORE, SR: STORE } } })
    return { network: pty.network, modem: { id: 'modem', port: pty.port } }
  },
  http: async (t) => {
    const { network, port } = await setUpRouter(t, { ...MC888, stores: { nv: ROOM, sim: ROOM } }, { storeMs: 20 })
    const [, modems = ''] = optionsFor(port, 0, { id: 'modem' })
    return { network, modem: JSON.parse(modems.replace('--modems=', ''))[0] }
  },
}

test('a thousand messages at once', { concurrency: 2 }, async (parent) => {
  const brokerPort = await startMosquitto(parent)
  await Promise.all(
    Object.entries(ROADS).map(([road, setUp]) =>
      parent.test(`over ${road} all arrive, in order and once, and commands are answered meanwhile`, async (t) => {
        const { network, modem } = await setUp(t)
        const base = `storm-${road}`
        const observer = await Observer.connect(t, brokerPort, base, [`zte2mqtt/${base}/#`])
        startBridge(t, [
          `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
          `--mqtt.base_topic=zte2mqtt/${base}`,
          `--modems=${JSON.stringify([modem])}`,
          '--sms.repeat_window=0',
          '--homeassistant.enabled=false',
        ])
        const isReady = (): boolean => (observer.on('modem/state').at(-1) as Json | undefined)?.['phase'] === 'ready'
        await observer.until('the modem is ready', isReady)
        const texts = Array.from({ length: STORM }, (_, index) => `storm ${index}`)
        const began = Date.UTC(2026, 0, 1)
        for (const [index, text] of texts.entries()) {
          network.inject({ to: NUMBER, from: PEER, text, sentAt: new Date(began + index * 1000) })
        }
        const published = (): readonly Json[] => observer.on('modem/sms/received') as Json[]
        const waits = await commandUntil(observer, base, () => published().length >= STORM)
        assert.deepEqual(
          published().map(({ text }) => text),
          texts,
        )
        assert.ok(waits.length > 10, `${waits.length} commands during the storm`)
        const longest = Math.max(...waits.map(({ ms }) => ms))
        t.diagnostic(`${waits.length} commands, the slowest answered after ${Math.round(longest)} ms`)
        for (const { name, messages } of waits) {
          assert.ok(messages <= 3 * ROOM, `${name} was answered after ${messages} more messages`)
        }
      }),
    ),
  )
})

/** How long a command waited for its answer. */
interface Wait {
  readonly name: string
  readonly ms: number
  /** Messages that were published in the meantime. */
  readonly messages: number
}

/** One command after the other, of those that need the modem and those that do not. */
async function commandUntil(observer: Observer, base: string, isOver: () => boolean): Promise<readonly Wait[]> {
  const waits: Wait[] = []
  const received = (): number => observer.on('modem/sms/received').length
  const commands: readonly [string, Json][] = [
    ['refresh', {}],
    ['sms/send', { to: FRIEND, text: 'I am still here' }],
    ['sms/list', {}],
  ]
  for (let count = 0; !isOver(); count += 1) {
    const [name, payload] = commands[count % commands.length] ?? ['refresh', {}]
    const transaction = `t${count}`
    const [since, before] = [performance.now(), received()]
    await observer.command(`${base}/modem`, name, { ...payload, transaction })
    const answer = await observer.until(
      `the answer to ${name}`,
      () => (observer.on(`modem/response/${name}`) as Json[]).find((each) => each['transaction'] === transaction),
      LIMIT_MS,
    )
    assert.equal(answer['status'], 'ok', JSON.stringify(answer))
    waits.push({ name, ms: performance.now() - since, messages: received() - before })
  }
  return waits
}
