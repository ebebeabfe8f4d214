import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { TOTP } from 'otpauth'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF79RU } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'

const NUMBER = '+447700900001'
const OWNER = '+447700900123'
const STRANGER = '+447700900124'
const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const STEP_MS = 30_000

type Json = Record<string, unknown>

/** One end of a road: what to configure, and how to send it a message from outside. */
interface Road {
  readonly entry: Json
  readonly network: CellularNetwork
}

const ROADS: Readonly<Record<string, (t: TestContext) => Promise<Road>>> = {
  stick: async (t) => {
    const network = new CellularNetwork()
    const stick = new AtStick({ network, number: NUMBER, profile: MF831, latency: { returnMs: 500 } })
    t.after(() => stick.close())
    return { network, entry: { id: 'modem', port: `tcp://127.0.0.1:${await stick.listen()}` } }
  },
  router: async (t) => {
    const network = new CellularNetwork()
    const router = new GoformRouter({ network, number: NUMBER, profile: MF79RU, password: 'Sécr3t!' })
    t.after(() => router.close())
    const url = `http://127.0.0.1:${await router.listen()}`
    return { network, entry: { id: 'modem', transport: 'http', url, password: 'Sécr3t!' } }
  },
}

const RULES = [
  {
    name: 'restart',
    from: [OWNER],
    match: 'reboot {what}',
    secret: { totp: KEY },
    do: { command: 'reboot' },
    reply: 'done: {what}, {state.operator}',
  },
  {
    name: 'gate',
    from: [OWNER],
    match: 'gate {what}',
    secret: { totp: KEY },
    do: [{ publish: { topic: 'home/gate', payload: '{"set":"{what}"}' } }],
  },
]

for (const [name, setUp] of Object.entries(ROADS)) {
  test(`a ${name} is restarted by SMS with a code, once, and by nothing else`, async (t) => {
    const { network, entry } = await setUp(t)
    const brokerPort = await startMosquitto(t)
    const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#', 'home/#', 'homeassistant/#'])
    const folder = temporaryFolder(t)
    const options = [
      `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
      `--modems=${JSON.stringify([entry])}`,
      `--rules=${JSON.stringify(RULES)}`,
      `--journal.path=${join(folder, 'journal.db')}`,
      '--poll.sms=1s',
      '--poll.signal=2s',
      '--log.level=trace',
      '--log.redact=false',
    ]
    let bridge = startBridge(t, options)
    const codes: string[] = []
    const code = (steps = 0): string => {
      const made = new TOTP({ secret: KEY }).generate({ timestamp: Date.now() + steps * STEP_MS })
      codes.push(made)
      return made
    }
    const events = (type: string): Json[] =>
      (observer.on('modem/event') as Json[]).filter((event) => event['type'] === type)
    const ready = async (readies: number): Promise<void> => {
      await observer.until('it is ready', () => events('connected').length >= readies && events('connected'))
    }
    const refused = async (
      text: string,
      reason: string,
      given: { from?: string; sentAt?: Date } = {},
    ): Promise<void> => {
      const before = events('rule_refused').length
      network.inject({ to: NUMBER, from: OWNER, text, ...given })
      const event = await observer.until(`${reason} is told`, () => events('rule_refused')[before])
      assert.equal(event['reason'], reason)
    }
    await ready(1)

    const sentAt = Date.now()
    const first = `Reboot Router ${code()}`
    network.inject({ to: NUMBER, from: OWNER, text: first })
    const done = await observer.until('it says what came of it', () => events('rule_matched')[0])
    assert.deepEqual(
      [done['rule'], done['outcome'], done['error'], done['reply']],
      ['restart', 'done', null, 'accepted'],
    )
    await observer.until('it is back', () => events('recovered').length === 1)
    const reply = await observer.until('the answer goes out', () =>
      (observer.on('modem/sms/status') as Json[]).find(({ status }) => status === 'sent'),
    )
    assert.equal(reply['to'], OWNER)
    const order = observer.seen.map(({ topic, text }) =>
      topic.endsWith('/event') ? (JSON.parse(text) as Json)['type'] : topic,
    )
    assert.ok(
      order.indexOf('zte2mqtt/modem/sms/received') < order.indexOf('rebooting'),
      'the message comes before its effect',
    )

    await refused(first, 'code_used', { sentAt: new Date(sentAt + 1000) })
    await refused(`reboot router ${code()}`, 'stranger', { from: STRANGER })
    await refused(`reboot router ${code()}`, 'too_old', { sentAt: new Date(Date.now() - 11 * 60_000) })
    await refused('reboot router', 'code_missing')

    bridge.kill('SIGKILL')
    await ended(bridge)
    bridge = startBridge(t, options)
    await ready(3)
    await refused(first, 'code_used', { sentAt: new Date(sentAt + 2000) })
    network.inject({ to: NUMBER, from: OWNER, text: `gate open ${code(1)}` })
    const published = await observer.until('the gate is told', () => observer.on('home/gate')[0])
    assert.deepEqual(published, { set: 'open' })
    assert.deepEqual(
      observer.seen.filter(({ topic, retain }) => topic === 'home/gate' && retain),
      [],
    )

    for (const wrong of ['000001', '000002', '000003']) await refused(`reboot router ${wrong}`, 'wrong_code')
    await observer.until('the lock is told', () => events('rule_locked')[0])
    await refused(`gate close ${code()}`, 'locked')

    bridge.kill('SIGTERM')
    assert.equal(await ended(bridge), 0)
    assert.equal(events('rebooting').length, 1)
    assert.equal(observer.on('home/gate').length, 1)
    assert.equal(network.taken.length, 1, 'one answer, and none to who was refused')
    const journal = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join('\n')
    const everything = [JSON.stringify(observer.seen), bridge.output, journal].join('\n')
    for (const each of codes) assert.ok(!everything.includes(each), 'a code is told nowhere')
    assert.ok(!everything.includes(KEY))
  })
}
