import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { ok, problem } from '../../src/app/doctor-finding.ts'
import type { ExaminedAnswer, ModemHealth } from '../../src/app/doctor-modem.ts'
import type { InitIo } from '../../src/app/init.ts'
import { runInit } from '../../src/app/init.ts'
import type { Prompts } from '../../src/app/init-prompts.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { mf190, openBus, scanOf } from '../transport/usb-sticks.ts'

/** What a person answers, in the order of the questions; `undefined` takes what is proposed. */
type Answers = readonly [question: RegExp, answer?: string | boolean][]

function person(answers: Answers): { prompts: Prompts; told: string[]; offered: string[]; left: () => number } {
  const rest = [...answers]
  const told: string[] = []
  const offered: string[] = []
  const next = <Answer>(message: string, proposed: Answer): Answer => {
    const [question, answer] = rest.shift() ?? [/nothing more/]
    assert.match(message, question)
    return (answer ?? proposed) as Answer
  }
  const prompts: Prompts = {
    text: async (message, { initial, check }) => {
      for (;;) {
        const text = next(message, initial)
        const fault = check?.(text)
        if (fault === undefined) return text
        told.push(fault)
      }
    },
    secret: async (message) => next(message, ''),
    choose: async (message, choices) => {
      offered.push(choices.map(({ label }) => label).join('\n'))
      const wanted = next<string>(message, choices[0]?.label ?? '')
      const choice = choices.find(({ label }) => label.includes(wanted))
      assert.ok(choice, `${wanted} is not among ${choices.map(({ label }) => label).join(', ')}`)
      return choice.value
    },
    confirm: async (message, initial) => next(message, initial),
    say: (what) => told.push(what),
  }
  return { prompts, told, offered, left: () => rest.length }
}

const BY_ID = '/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if01-port0'

const WELL: ModemHealth = { sim: 'ready', pinTries: null, isRadioOff: false, registration: 'home', rssiDbm: -71 }
const HEALTHY: ExaminedAnswer = { imei: '490154203237518', model: 'MF190', health: WELL }
const LOCKED: ExaminedAnswer = { ...HEALTHY, health: { ...WELL, sim: 'pin_required' } }

async function answered(t: TestContext, answers: Answers, given: Partial<InitIo> = {}) {
  const bus = await openBus(t)
  await bus.plug(mf190())
  const { prompts, told, offered, left } = person(answers)
  const files: string[] = []
  const sent: string[] = []
  const read = (text: string) => loadConfig({ args: [], env: {}, readFile: () => text, defaultFile: 'x.yaml' })
  await runInit({
    prompts,
    read,
    scan: () => scanOf(bus),
    examine: async (tty) => (tty.endsWith('ttyUSB1') ? HEALTHY : undefined),
    findBrokers: async () => [],
    visitBroker: async () => ({ findings: [ok('The MQTT broker lets us in.')], isBridgeOnline: false }),
    tryModem: async () => 'MF920V',
    sendSms: async (_, id, to) => void sent.push(`${id} ${to}`),
    write: async (text) => void files.push(text),
    ...given,
  })
  assert.equal(left(), 0, 'not every question came')
  assert.equal(files.length, 1)
  return { config: read(files[0] ?? ''), text: files[0] ?? '', told, offered, sent }
}

describe('init', () => {
  test('writes down a stick that it found by the name that stays', async (t) => {
    const { config, text, sent } = await answered(t, [
      [/Which modem/, 'MF190'],
      [/short name/],
      [/another modem/, false],
      [/MQTT broker/],
      [/test message/, ''],
    ])
    assert.deepEqual(
      [config.modems[0]?.id, config.modems[0]?.port.replace(/^.*(?=\/dev\/)/, ''), config.mqtt.url],
      ['stick', BY_ID, ''],
    )
    assert.match(text, /# port: Where it is\./)
    assert.deepEqual(sent, [])
  })

  test('asks for the PIN where the SIM does, and for nothing that it does not need', async (t) => {
    const { config } = await answered(
      t,
      [
        [/Which modem/, 'MF190'],
        [/short name/, 'alarm'],
        [/PIN of the SIM/, '1234'],
        [/another modem/, false],
        [/MQTT broker/],
        [/test message/, ''],
      ],
      { examine: async () => LOCKED },
    )
    assert.deepEqual([config.modems[0]?.id, config.modems[0]?.pin], ['alarm', '1234'])
  })

  test('offers a stick once, and gives no name twice', async (t) => {
    const { config, told, offered } = await answered(t, [
      [/Which modem/, 'MF190'],
      [/short name/, 'a'],
      [/another modem/, true],
      [/Which modem/, 'web page'],
      [/web page\?/, 'http://192.168.0.1'],
      [/Password of the web page/, 'admin'],
      [/short name/, 'a'],
      [/short name/, 'b'],
      [/another modem/, false],
      [/MQTT broker/],
      [/with "a"/, ''],
      [/with "b"/, ''],
    ])
    assert.deepEqual(
      config.modems.map(({ id, transport, url, password }) => [id, transport, url, password]),
      [
        ['a', 'serial', null, null],
        ['b', 'http', 'http://192.168.0.1', 'admin'],
      ],
    )
    assert.deepEqual(
      offered.map((labels) => labels.includes('MF190')),
      [true, false],
    )
    assert.deepEqual(told.slice(0, 1), ['Another modem has this name.'])
  })

  test('says why a router does not let us in, and asks again', async (t) => {
    let tries = 0
    const tryModem = async () => {
      tries++
      if (tries === 1) throw new ModemError('not_allowed', 'The password is wrong.')
      return 'MF920V'
    }
    const router = (password: string): Answers => [
      [/Which modem/, 'web page'],
      [/web page\?/],
      [/Password of the web page/, password],
      [/short name/],
    ]
    const { config, told } = await answered(
      t,
      [
        ...router('wrong'),
        [/as it is/, false],
        ...router('right'),
        [/another modem/],
        [/MQTT broker/],
        [/test message/, ''],
      ],
      { tryModem },
    )
    assert.deepEqual(
      config.modems.map(({ password }) => password),
      ['right'],
    )
    assert.deepEqual(told.slice(0, 2), ['The password is wrong.', 'MF920V answers and lets us in.'])
  })

  test('proposes a broker that it found, and keeps asking until it lets us in', async (t) => {
    const visitBroker: InitIo['visitBroker'] = async ({ mqtt }) => ({
      isBridgeOnline: false,
      findings: [mqtt.password === 'right' ? ok('It lets us in.') : problem('It refuses us.', 'Check the password.')],
    })
    const { config, told } = await answered(
      t,
      [
        [/Which modem/, 'MF190'],
        [/short name/],
        [/another modem/],
        [/MQTT broker/],
        [/User name/, ''],
        [/as it is/, false],
        [/MQTT broker/],
        [/User name/, 'ha'],
        [/Password at the broker/, 'right'],
        [/test message/, ''],
      ],
      { visitBroker, findBrokers: async () => ['mqtt://localhost:1883'] },
    )
    const { url, username, password } = config.mqtt
    assert.deepEqual([url, username, password], ['mqtt://localhost:1883', 'ha', 'right'])
    assert.ok(told.includes('It refuses us.\nCheck the password.'))
  })

  test('sends the test message only to a number that was typed, and tells a failure', async (t) => {
    const ends: Answers = [[/Which modem/, 'MF190'], [/short name/], [/another modem/], [/MQTT broker/]]
    const good = await answered(t, [...ends, [/test message/, 'Peter'], [/test message/, '+491701234567']])
    assert.deepEqual(good.sent, ['stick +491701234567'])
    const sendSms = async () => Promise.reject(new ModemError('not_registered', 'There is no network.'))
    const bad = await answered(t, [...ends, [/test message/, '+491701234567']], { sendSms })
    assert.equal(bad.told.at(-1), 'The message could not be sent: There is no network.')
  })

  test('says what stands in the way of a stick that does not answer', async (t) => {
    let looks = 0
    const examine = async () => {
      looks++
      if (looks <= 3) throw new ModemError('modem_offline', 'ModemManager holds the port.')
      return HEALTHY
    }
    const { told } = await answered(
      t,
      [
        [/Which modem/, 'look again'],
        [/Which modem/, 'MF190'],
        [/short name/],
        [/another modem/],
        [/MQTT broker/],
        [/test message/, ''],
      ],
      { examine },
    )
    assert.match(told[0] ?? '', /does not answer[\s\S]*ModemManager holds/)
  })
})
