/** Each flow of `examples/node-red/` in the real Node-RED, with the whole bridge, simulated sticks and mosquitto: it does what its comment node says. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190, MF831 } from '../../src/simulator/profiles.ts'
import { ended, freePort, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'
import { flowNames, NodeRed, readFlow } from './node-red.ts'

const NUMBER = '+447700900001'
const LTE_NUMBER = '+447700900002'
const OWNER = '+447700900123'
const STRANGER = '+447700900199'
const FIRST = '+447700900201'
const SECOND = '+447700900202'
const CODES = {
  '*100#': {
    text: '1: Data\n2: Balance',
    menu: {
      '1': { text: 'Data' },
      '2': { text: '1) Bonus\n2) Main account', menu: { '2': { text: 'You have 12,34 EUR' } } },
    },
  },
  '*200#': { text: '1: Left', menu: { '1': { text: 'never reached' } } },
}

type Json = Record<string, unknown>

/** Everything in the house, with values for the tests in the variables of the flows. */
async function setUp(t: TestContext) {
  const network = new CellularNetwork({ ussd: CODES })
  const stick = new AtStick({ network, number: NUMBER, profile: MF190, latency: { returnMs: 500 } })
  const lte = new AtStick({ network, number: LTE_NUMBER, profile: MF831, imei: '863071010654321' })
  t.after(() => stick.close())
  t.after(() => lte.close())

  const folder = temporaryFolder(t)
  const access = { port: await freePort(), user: 'flows', password: 'Grüße: €1' }
  const passwords = join(folder, 'passwords')
  execFileSync('mosquitto_passwd', ['-c', '-b', passwords, access.user, access.password], { stdio: 'pipe' })
  const guarded = `listener ${access.port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n`
  const brokerPort = await startMosquitto(t, guarded)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#', 'home/#', 'herald/answer'])

  const modems = [
    { id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` },
    { id: 'lte', port: `tcp://127.0.0.1:${await lte.listen()}` },
  ]
  const options = [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify(modems)}`,
    `--journal.path=${join(folder, 'journal.db')}`,
    '--poll.signal=1s',
    '--sms.repeat_window=0',
  ]
  const isReady = (modem: string): boolean => (observer.on(`${modem}/state`) as Json[]).at(-1)?.['phase'] === 'ready'
  const start = async () => {
    const bridge = startBridge(t, options)
    await observer.until('both modems are ready', () => isReady('stick') && isReady('lte'))
    return bridge
  }
  const bridge = await start()

  const probe = createServer((_request, response) => response.writeHead(204).end())
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  t.after(() => probe.close())
  const { port: probePort } = probe.address() as { port: number }

  const nodeRed = await NodeRed.start(t, access)
  const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    alarm: { RECIPIENTS: `${FIRST}, ${SECOND}`, WAIT_SECONDS: '3' },
    'commands-by-sms': { ALLOWED: `${OWNER}, +44 7700 900124` },
    'network-mode-by-signal': { MODEM: 'lte', WEAK_MINUTES: '0', RETURN_MINUTES: '0.05' },
    'reboot-watchdog': { PROBE_URL: `http://127.0.0.1:${probePort}/`, FAILURES: '2' },
    'sms-queue': { ANSWER_SECONDS: '1' },
    'ussd-menu': { CHOICES: 'balance,main' },
  }
  const flows = flowNames().map((name) => readFlow(name, values[name]))
  await observer.client.publishAsync('herald/call', 'are you there?', { qos: 1, retain: true })
  /** Resolves when everything in the flows is subscribed. */
  const deploy = async (files: Parameters<NodeRed['deploy']>[0]): Promise<void> => {
    const answers = observer.on('herald/answer').length
    await nodeRed.deploy(files)
    await observer.until('Node-RED listens', () => observer.on('herald/answer').length > answers)
  }
  await deploy(flows)

  const publish = (topic: string, payload: unknown) =>
    observer.client.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 })
  /** Texts that the network has taken for this number. */
  const takenFor = (to: string): (string | null)[] =>
    network.taken
      .filter(({ submit, rejection }) => submit.to.number === to && rejection === null)
      .map(({ submit }) => submit.content.text)
  return { network, stick, lte, observer, bridge, start, probe, nodeRed, flows, deploy, publish, takenFor }
}

type House = Awaited<ReturnType<typeof setUp>>

const messagesOn = ({ observer }: House, topic: string): Json[] => observer.on(topic) as Json[]

async function commandsBySms(house: House): Promise<void> {
  const { network, observer, publish, takenFor } = house
  const say = (from: string, text: string) => network.inject({ to: NUMBER, from, text })
  say(STRANGER, 'light on')
  say(OWNER, 'open the door')
  say(OWNER, ' Light  ON ')
  await observer.until('the light goes on', () => observer.on('home/light/set').length > 0)
  await observer.until('the answer', () => takenFor(OWNER).length === 1)
  assert.deepEqual(takenFor(OWNER), ['The light is on.'])

  const [, , request] = messagesOn(house, 'stick/sms/received')
  assert.equal(request?.['text'], ' Light  ON ')
  await publish('zte2mqtt/stick/sms/received', { ...request })
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
  await publish('zte2mqtt/stick/sms/received', { ...request, id: 'old', sent_at: hourAgo })
  await publish('zte2mqtt/stick/sms/received', { ...request, id: 'backlog', backlog: true })
  await publish('zte2mqtt/stick/sms/received', { ...request, id: 'torn', missing_parts: 1 })
  await publish('zte2mqtt/stick/sms/received', { ...request, id: 'nobody', from: '' })
  say(OWNER, 'status')
  await observer.until('the state', () => takenFor(OWNER).length === 2)
  assert.match(takenFor(OWNER)[1] ?? '', /^Testnet, \w+, signal \d+ %$/)
  assert.deepEqual([observer.on('home/light/set'), takenFor(STRANGER), network.taken.length], [['ON'], [], 2])
}

async function alarm(house: House): Promise<void> {
  const { network, observer, nodeRed, publish, takenFor } = house
  const outcome = (id: string) =>
    observer.until(`the outcome of ${id}`, () =>
      messagesOn(house, 'home/alarm/result').find((each) => each['id'] === id),
    )

  await publish('home/alarm', { id: 'cellar', text: 'Water in the cellar' })
  assert.deepEqual(await outcome('cellar'), { id: 'cellar', status: 'delivered', to: FIRST, tried: [] })
  await publish('home/alarm', { id: 'cellar', text: 'Water in the cellar' })

  network.rejectTo(FIRST, 1)
  await publish('home/alarm', { id: 'refused', text: 'Refused by the network' })
  const refused = await outcome('refused')
  assert.deepEqual(refused, { id: 'refused', status: 'delivered', to: SECOND, tried: [{ to: FIRST, why: 'failed' }] })

  network.rejectTo(FIRST, 1, 0)
  network.reportFor(FIRST, { statuses: [] })
  await publish('home/alarm', { id: 'silent', text: 'Nobody reports' })
  const silent = await outcome('silent')
  assert.deepEqual(silent, {
    id: 'silent',
    status: 'delivered',
    to: SECOND,
    tried: [{ to: FIRST, why: 'no report in time' }],
  })

  for (const number of [FIRST, SECOND]) network.reportFor(number, { statuses: [0x46] })
  await publish('home/alarm', { id: 'lost', text: 'Nobody is there' })
  const why = 'undelivered'
  assert.deepEqual(await outcome('lost'), {
    id: 'lost',
    status: 'failed',
    to: null,
    tried: [
      { to: FIRST, why },
      { to: SECOND, why },
    ],
  })

  for (const number of [FIRST, SECOND]) network.reportFor(number, { statuses: [0x00] })
  await nodeRed.press('Alarm by SMS', 'Test alarm')
  await observer.until('the outcome of the test alarm', () => observer.on('home/alarm/result').length === 5)
  const tests = ['Water in the cellar', 'Nobody reports', 'Nobody is there', 'Test of the alarm']
  assert.deepEqual(takenFor(FIRST), tests)
  assert.deepEqual(takenFor(SECOND), ['Refused by the network', 'Nobody reports', 'Nobody is there'])
}

/** Where nothing reports delivery. */
async function alarmWithoutReports(house: House): Promise<void> {
  const { network, observer, deploy, publish, takenFor } = house
  network.reportFor(SECOND, { statuses: [] })
  await deploy([readFlow('alarm', { RECIPIENTS: `${SECOND},${FIRST}`, ENOUGH: 'sent', WAIT_SECONDS: '60' })])
  const before = takenFor(FIRST).length
  await publish('home/alarm', { id: 'router', text: 'From a router' })
  const outcome = await observer.until('the outcome', () =>
    messagesOn(house, 'home/alarm/result').find(({ id }) => id === 'router'),
  )
  assert.deepEqual(outcome, { id: 'router', status: 'sent', to: SECOND, tried: [] })
  assert.deepEqual([takenFor(SECOND).at(-1), takenFor(FIRST).length], ['From a router', before])
}

async function ussdMenu(house: House): Promise<void> {
  const { network, observer, nodeRed, publish } = house
  const result = (count: number) => observer.until('the end', () => messagesOn(house, 'home/ussd/result')[count - 1])
  await publish('home/ussd/start', 'now')
  assert.deepEqual(await result(1), { status: 'done', text: 'You have 12,34 EUR' })
  assert.deepEqual(network.ussd.said, ['*100#', '2', '2'])

  network.ussd.set('*100#', CODES['*200#'])
  await nodeRed.press('USSD menu', 'Ask now')
  assert.deepEqual(await result(2), { status: 'error', code: 'no_such_choice', text: '1: Left' })
  await observer.until(
    'the session is ended',
    () => messagesOn(house, 'stick/response/ussd/cancel')[0]?.['status'] === 'ok',
  )
  assert.equal(network.ussd.isOpen(NUMBER), false)

  network.ussd.set('*100#', { status: 4 })
  await nodeRed.press('USSD menu', 'Ask now')
  assert.equal((await result(3))['code'], 'rejected_by_network')
  assert.deepEqual(network.ussd.said, ['*100#', '2', '2', '*100#', '*100#'])
}

async function networkMode(house: House): Promise<void> {
  const { lte, observer } = house
  const changes = (): Json[] => messagesOn(house, 'home/network_mode')
  lte.setSignal({ rsrpDbm: -122 })
  await observer.until('the change', () => changes().length === 1)
  assert.deepEqual([changes()[0], lte.radio.zsnt], [{ mode: 'umts', status: 'ok', error: null }, [2, 0, 0]])
  lte.setSignal({ rsrpDbm: -90 })
  await observer.until('the return', () => changes().length === 2)
  assert.deepEqual([changes()[1], lte.radio.zsnt], [{ mode: 'auto', status: 'ok', error: null }, [0, 0, 0]])
}

async function watchdog(house: House): Promise<void> {
  const { stick, observer, nodeRed, probe } = house
  const done = (): unknown[] => messagesOn(house, 'home/watchdog').map(({ type }) => type)
  const press = () => nodeRed.press('Reboot watchdog', 'Once a minute')
  const asked = once(probe, 'request')
  await press()
  await asked
  probe.close()
  probe.closeAllConnections()
  await press()
  await press()
  await observer.until('it is rebooted', () => done().includes('rebooting'))
  await observer.until('the stick left the bus', () => !stick.isOnBus)
  await observer.until('it is back', () => done().includes('recovered'))
  await press()
  await press()
  await observer.until('it holds back', () => done().includes('waiting'))
  assert.deepEqual(done(), ['rebooting', 'recovered', 'waiting'])
  const reboots = (messagesOn(house, 'stick/event') as Json[]).filter(({ type }) => type === 'rebooting')
  assert.equal(reboots.length, 1)
}

async function smsQueue(house: House): Promise<void> {
  const { network, observer, bridge, start, publish, takenFor } = house
  const texts = ['one', 'two', 'three', 'four', 'five']
  for (const text of texts) await publish('home/sms/out', { to: OWNER, text })
  await publish('home/sms/out', { to: 'nobody knows', text: 'no recipient' })
  const results = (status: string): Json[] =>
    messagesOn(house, 'home/sms/result').filter((each) => each['status'] === status)
  await observer.until('the end', () => results('sent').length === texts.length && results('refused').length === 1)
  assert.deepEqual(takenFor(OWNER).slice(-texts.length), texts)
  assert.equal(results('refused')[0]?.['code'], 'invalid_request')

  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
  const taken = network.taken.length
  await publish('home/sms/out', { to: OWNER, text: 'while away', id: 'away' })
  await publish('home/sms/out', { to: OWNER, text: 'after that', id: 'after' })
  const asked = (): Json[] => messagesOn(house, 'stick/command/sms/send').filter(({ id }) => id === 'away')
  await observer.until('it is asked for again', () => asked().length === 2)
  await start()
  await observer.until('both are sent', () => results('sent').length === texts.length + 2)
  assert.deepEqual([takenFor(OWNER).slice(-2), network.taken.length - taken], [['while away', 'after that'], 2])
}

test('the flows for Node-RED do what their comments say', { timeout: 170_000 }, async (t) => {
  const house = await setUp(t)
  const { nodeRed, flows } = house
  await t.test('they need no nodes but those that Node-RED brings', async () => {
    const core = await nodeRed.coreTypes()
    const types = new Set(flows.flat().map(({ type }) => type))
    // A tab is no node and has no type of its own there.
    assert.deepEqual(
      [...types].filter((type) => type !== 'tab' && !core.has(type)),
      [],
    )
    assert.doesNotMatch(nodeRed.output, /missing types/)
  })
  await t.test('an SMS from a known number switches something and is answered', () => commandsBySms(house))
  await t.test('an alarm goes to the next recipient if it is not delivered', () => alarm(house))
  await t.test('a USSD menu is walked by the words in it', () => ussdMenu(house))
  await t.test('a weak LTE signal sends the modem to 3G for a while', () => networkMode(house))
  await t.test('the modem is rebooted when the internet behind it is gone, and not again and again', () =>
    watchdog(house),
  )
  await t.test('a queue sends in order, and repeats what got no answer without sending it twice', () => smsQueue(house))
  await t.test('an alarm is content with less where nothing reports delivery', () => alarmWithoutReports(house))
  await t.test('Node-RED has nothing else to complain about than the internet', () => {
    const said = nodeRed.output.slice(nodeRed.output.indexOf('Updated flows')).split('\n')
    const complaints = said.filter((line) => /\[(warn|error)\]/.test(line) && !line.includes('[http request:Probe]'))
    assert.deepEqual(complaints, [])
  })
})
