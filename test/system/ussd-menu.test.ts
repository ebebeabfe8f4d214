import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { DropMoment } from '../../src/simulator/faults.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF190, MF622, MF667 } from '../../src/simulator/profiles.ts'
import { Observer, startBridge, startMosquitto } from './house.ts'

const NUMBER = '+447700900001'
const MENU = {
  text: '1: Data\n2: Balance',
  menu: {
    '1': { text: '1: Left\n2: Buy', menu: { '1': { text: 'Noch 3,5 GB übrig' }, '2': { text: 'Bought' } } },
    '2': { text: 'Your balance is 12,34 EUR' },
  },
}
const CODES = { '*100#': MENU, '*101#': { text: 'Ihr Guthaben beträgt 12,34 EUR.' }, '*102#': { isSilent: true } }
const WALK = [
  ['ussd/send', '*100#', '1: Data\n2: Balance', 'reply_needed'],
  ['ussd/reply', '1', '1: Left\n2: Buy', 'reply_needed'],
  ['ussd/reply', '1', 'Noch 3,5 GB übrig', 'done'],
] as const

type Json = Record<string, unknown>

async function setUp(t: TestContext, profile: StickProfile, options: readonly string[] = []) {
  const network = new CellularNetwork({ ussd: CODES })
  const stick = new AtStick({ network, number: NUMBER, profile, latency: { ussdMs: 50, returnMs: 300 } })
  t.after(() => stick.close())
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const modem = { id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` }
  startBridge(t, [`--mqtt.url=mqtt://127.0.0.1:${brokerPort}`, `--modems=${JSON.stringify([modem])}`, ...options])
  const state = (): Json => (observer.on('stick/state') as Json[]).at(-1) ?? {}
  const isReady = (): boolean => state()['phase'] === 'ready' && state()['registration'] === 'home'
  await observer.until('ready', isReady)
  let asked = 0
  const ask = async (command: string, payload: string): Promise<Json> => {
    const transaction = `t${asked++}`
    const fields = command === 'ussd/send' ? { code: payload } : command === 'ussd/reply' ? { text: payload } : {}
    await observer.command('stick', command, { ...fields, transaction })
    return observer.until(`the answer to ${command} ${payload}`, () =>
      (observer.on(`stick/response/${command}`) as Json[]).find((answer) => answer['transaction'] === transaction),
    )
  }
  return { network, stick, observer, state, isReady, ask, brokerPort }
}

type Running = Awaited<ReturnType<typeof setUp>>

/** Goes through the menu up to step `until`; each answer is what the network said. */
async function walk({ ask }: Running, until: number = WALK.length): Promise<Json[]> {
  const answers: Json[] = []
  for (const [command, payload, text, status] of WALK.slice(0, until)) {
    const answer = await ask(command, payload)
    assert.equal(answer['status'], 'ok', JSON.stringify(answer))
    const data = answer['data'] as Json
    assert.deepEqual([data['request'], data['text'], data['status']], [payload, text, status])
    answers.push(data)
  }
  return answers
}

describe('a USSD menu of three levels over MQTT', { concurrency: 2 }, () => {
  for (const profile of [MF667, MF190, MF622]) {
    test(`is walked on an ${profile.model}, whose texts come ${profile.ussdCoding}`, async (t) => {
      const running = await setUp(t, profile)
      const answers = await walk(running)
      const { observer, network, ask } = running
      await observer.until('all replies', () => observer.on('stick/ussd/reply').length === answers.length)
      assert.deepEqual(observer.on('stick/ussd/reply'), answers)
      assert.equal(new Set(answers.map((answer) => answer['session_id'])).size, 1)
      assert.deepEqual(observer.on('stick/ussd/last').at(-1), answers.at(-1))
      assert.deepEqual(network.ussd.said, ['*100#', '1', '1'])
      const late = await ask('ussd/reply', '1')
      assert.equal((late['error'] as Json)['code'], 'invalid_request')
      // The shorthand, as a person types it.
      await observer.command('stick', 'ussd/send', '*101#')
      await observer.until('the balance', () =>
        (observer.on('stick/ussd/last') as Json[]).some(({ text }) => text === 'Ihr Guthaben beträgt 12,34 EUR.'),
      )
      const wrong = await ask('ussd/send', 'balance')
      assert.equal((wrong['error'] as Json)['code'], 'invalid_request')
    })
  }

  const MOMENTS: readonly DropMoment[] = ['before-cusd-result', 'before-cusd', 'mid-cusd', 'after-cusd']
  for (const moment of MOMENTS) {
    test(`survives a stick that leaves the bus ${moment}, at each of its steps`, async (t) => {
      const running = await setUp(t, MF667)
      const { stick, network, ask, observer, isReady } = running
      for (const [step, [command, payload]] of WALK.entries()) {
        network.ussd.said.length = 0
        await walk(running, step)
        const departures = observer.on('stick/event').length
        stick.dropAt(moment)
        const answer = await ask(command, payload)
        // Once the whole reply was out, it counts.
        if (moment === 'after-cusd') assert.equal(answer['status'], 'ok')
        else assert.equal((answer['error'] as Json)['code'], 'modem_offline')
        await observer.until('back', () => observer.on('stick/event').length > departures && stick.isOnBus && isReady())
        assert.deepEqual(network.ussd.said, [...WALK.slice(0, step).map(([, said]) => said), payload], 'nothing twice')
        const closed = await ask('ussd/reply', '1')
        assert.equal((closed['error'] as Json)['code'], 'invalid_request', 'the session went with the stick')
      }
      await walk(running)
    })
  }
})

test('a silent network is a time-out, and the next code goes through', async (t) => {
  const running = await setUp(t, MF190, ['--ussd.timeout=5s'])
  const { ask, observer, network } = running
  const silent = await ask('ussd/send', '*102#')
  assert.equal((silent['error'] as Json)['code'], 'timeout')
  await observer.until(
    'it is published',
    () => (observer.on('stick/ussd/reply') as Json[])[0]?.['status'] === 'timeout',
  )
  assert.deepEqual(network.ussd.said, ['*102#'])
  await walk(running)
})

test('a balance query gives a number with its unit in the state', async (t) => {
  const query = { name: 'Balance', code: '*101#', every: '1h', regex: '([0-9.,]+) ?EUR', unit: 'EUR' }
  const { observer, state, network } = await setUp(t, MF667, [`--ussd.queries=${JSON.stringify([query])}`])
  const balance = await observer.until('the balance', () => {
    const reading = (state()['ussd'] as Json | undefined)?.['balance'] as Json | undefined
    return reading?.['value'] === null ? undefined : reading
  })
  assert.deepEqual(
    [balance['value'], balance['unit'], balance['text']],
    [12.34, 'EUR', 'Ihr Guthaben beträgt 12,34 EUR.'],
  )
  assert.deepEqual(network.ussd.said, ['*101#'])
})
