import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { connectAsync } from 'mqtt'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF79RU } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import type { Seen } from './house.ts'
import { ended, freePort, listening, Observer, startBridge, temporaryFolder } from './house.ts'

type Json = Record<string, unknown>

/** Must be nowhere: neither published nor logged. */
const SECRETS = {
  pin: '4711',
  wrongPin: '8642',
  newPin: '9753',
  puk: '87654321',
  webPassword: 'Web-Secret-1!',
  brokerPassword: 'Broker-Secret-2!',
  healthToken: 'Token-Secret-3!',
}

/** Identities, which are published only on request. */
const IDENTITIES = {
  stickImei: '863071010987654',
  stickImsi: '244911111222233',
  stickIccid: '89358011112222333344',
  stickNumber: '447700900001',
  routerImei: '863071010456789',
  routerImsi: '244914444555566',
  routerIccid: '89358014444555566667',
  routerNumber: '447700900002',
}

/** Belong in messages, replies and answers about them, and neither in the log nor under `bridge/`. */
const PERSONAL = {
  contact: '447700900111',
  sender: '447700900222',
  refused: '447700900333',
  caller: '447700900444',
  blocked: '447700900555',
  typo: '0770090066x',
  received: 'TAN-RECEIVED-31337',
  sent: 'Alarm-SENT-41414',
  refusedText: 'Alarm-REFUSED-51515',
  replyText: 'Guthaben-USSD-61616',
  menuAnswer: '7117117',
  junk: 'JUNK-NOBODY-ASKED-81818',
}

const SECRET_SPELLINGS = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64'),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('hex').toUpperCase(),
  // As a modem writes a text in UCS2.
  Buffer.from(secret, 'utf16le').swap16().toString('hex').toUpperCase(),
  JSON.stringify(secret).slice(1, -1),
]

/** 3GPP TS 23.040 section 9.1.2.3: digits of a PDU stand in swapped pairs. */
const swapped = (digits: string): string => `${digits}${digits.length % 2 === 0 ? '' : 'F'}`.replace(/(.)(.)/g, '$2$1')

function assertAbsent(what: string, text: string, needles: Record<string, string>): void {
  // Lengths of time, counters and ids may hold four digits by chance.
  const words = text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?|"time":\d+|\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '')
  for (const [name, needle] of Object.entries(needles)) {
    const spellings = /^\d{9,}$/.test(needle) ? [needle, swapped(needle)] : SECRET_SPELLINGS(needle)
    for (const spelling of spellings) {
      const short = /^\d{1,6}$/.test(spelling)
      const at = short ? words.search(new RegExp(`(?<![\\d.])${spelling}(?![\\d.])`)) : words.indexOf(spelling)
      assert.equal(at, -1, `${name} in ${what}: …${words.slice(Math.max(0, at - 200), at + 80)}…`)
    }
  }
}

async function setUp(t: TestContext) {
  const network = new CellularNetwork({
    ussd: { '*100#': { text: PERSONAL.replyText, menu: { [PERSONAL.menuAnswer]: { text: PERSONAL.replyText } } } },
  })
  const stick = new AtStick({
    network,
    number: `+${IDENTITIES.stickNumber}`,
    profile: MF190,
    imei: IDENTITIES.stickImei,
    sim: { pin: SECRETS.pin, imsi: IDENTITIES.stickImsi, iccid: IDENTITIES.stickIccid },
  })
  const locked = new AtStick({ network, number: '+447700900009', profile: MF190, sim: { pin: '1357' } })
  const router = new GoformRouter({
    network,
    number: `+${IDENTITIES.routerNumber}`,
    profile: MF79RU,
    password: SECRETS.webPassword,
    imei: IDENTITIES.routerImei,
    sim: { imsi: IDENTITIES.routerImsi, iccid: IDENTITIES.routerIccid },
  })
  t.after(() => {
    stick.close()
    locked.close()
    router.close()
  })
  return { network, stick, locked, router }
}

type House = Awaited<ReturnType<typeof setUp>>

async function optionsFor({ stick, locked, router }: House, folder: string, ports: { broker: number; health: number }) {
  const modems = [
    { id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}`, pin: SECRETS.pin, allow_raw_at: true },
    { id: 'locked', port: `tcp://127.0.0.1:${await locked.listen()}` },
    { id: 'mifi', transport: 'http', url: `http://127.0.0.1:${await router.listen()}`, password: SECRETS.webPassword },
  ]
  return [
    `--modems=${JSON.stringify(modems)}`,
    `--broker.port=${ports.broker}`,
    `--broker.users=${JSON.stringify([{ username: 'house', password: SECRETS.brokerPassword }])}`,
    `--broker.path=${join(folder, 'broker')}`,
    `--journal.path=${join(folder, 'journal.db')}`,
    `--health.port=${ports.health}`,
    `--health.token=${SECRETS.healthToken}`,
    '--health.interval=10s',
    '--health.metrics=true',
    `--contacts=${JSON.stringify({ anna: `+${PERSONAL.contact}` })}`,
    `--sms.blocked_recipients=${JSON.stringify([`+${PERSONAL.blocked}`])}`,
    `--ussd.queries=${JSON.stringify([{ name: 'Balance', code: '*100#', every: '1h' }])}`,
    '--sms.retry.attempts=1',
    '--log.level=trace',
    '--log.mqtt=trace',
    '--log.trace=true',
    '--poll.sms=1s',
    '--poll.signal=1s',
  ]
}

async function observe(t: TestContext, port: number): Promise<Observer> {
  await listening(port)
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    username: 'house',
    password: SECRETS.brokerPassword,
    clientId: 'observer',
  })
  t.after(() => client.endAsync(true))
  return Observer.with(client, ['#'])
}

/** Sends commands and waits for their answers. */
function asking(observer: Observer) {
  let asked = 0
  return async (modem: string, name: string, payload: Json | string): Promise<Json> => {
    const transaction = `t-${++asked}`
    const before = observer.on(`${modem}/response/${name}`).length
    await observer.command(modem, name, typeof payload === 'string' ? payload : { transaction, ...payload })
    return observer.until(
      `the answer to ${name}`,
      () => (observer.on(`${modem}/response/${name}`) as Json[])[before] as Json,
    )
  }
}

/** Both ways over both roads, and whatever can go wrong on the way. */
async function live({ network, stick, locked, router }: House, observer: Observer): Promise<void> {
  const ask = asking(observer)
  const status = (id: string, wanted: string) =>
    observer.until(`${id} is ${wanted}`, () =>
      (
        observer.seen.filter(({ topic }) => topic.endsWith('/sms/status')).map(({ text }) => JSON.parse(text)) as Json[]
      ).some((each) => String(each['id']).startsWith(id) && each['status'] === wanted),
    )
  network.rejectTo(`+${PERSONAL.refused}`, 38)
  for (const modem of ['stick', 'mifi']) {
    const number = modem === 'stick' ? stick.number : router.number
    network.inject({ to: number, from: `+${PERSONAL.sender}`, text: PERSONAL.received })
    await observer.until(`${modem} received`, () => observer.on(`${modem}/sms/received`).length > 0)
    await ask(modem, 'sms/send', { to: 'anna', text: PERSONAL.sent, id: `${modem}-good` })
    await status(`${modem}-good`, 'sent')
    await ask(modem, 'sms/send', { to: `+${PERSONAL.refused}`, text: PERSONAL.refusedText, id: `${modem}-bad` })
    await status(`${modem}-bad`, 'failed')
    for (const to of [`+${PERSONAL.blocked}`, PERSONAL.typo]) {
      assert.equal((await ask(modem, 'sms/send', { to, text: PERSONAL.sent }))['status'], 'error')
    }
    await ask(modem, 'ussd/send', { code: '*100#' })
    await ask(modem, 'ussd/reply', { text: PERSONAL.menuAnswer })
    await ask(modem, 'sms/list', {})
    await ask(modem, 'sms/delete', { all: 'received' })
    // What nobody can read must not be shown to everybody either.
    await ask(modem, 'sms/send', `{"to": "+${PERSONAL.contact}", "text": "${PERSONAL.sent}`)
    await ask(modem, 'sms/send', { to: `+${PERSONAL.contact}`, text: PERSONAL.sent, [PERSONAL.received]: 1 })
    await ask(modem, 'ussd/send', { code: PERSONAL.replyText })
    await ask(modem, `sim/unlock`, { pin: SECRETS.wrongPin })
    await ask(modem, `sim/unlock`, { puk: SECRETS.puk, new_pin: SECRETS.newPin })
    await ask(modem, `sim/unlock`, `{"pin": "${SECRETS.wrongPin}"`)
  }
  await ask('locked', 'sim/unlock', { pin: SECRETS.wrongPin })
  await ask('locked', 'sms/send', { to: `+${PERSONAL.contact}`, text: PERSONAL.sent })
  await ask('stick', 'at', { command: `AT+CPIN="${SECRETS.wrongPin}"` })
  await ask('stick', 'at', { command: `AT+CPBW=1,"+${PERSONAL.contact}",145,"${PERSONAL.sent}"` })
  stick.ring(`+${PERSONAL.caller}`)
  await observer.until('the call', () => observer.on('stick/call').length > 0)
  await provoke({ network, stick, locked, router }, observer, ask)
}

/** Garbage, silence, a wrong tone: what makes a modem fail, so that the exchanges before it are told. */
async function provoke({ network, stick, router }: House, observer: Observer, ask: ReturnType<typeof asking>) {
  const junk = `\r\n${PERSONAL.junk} +${PERSONAL.caller}\r\n+CMT: "+${PERSONAL.sender}",,\r\n07ZZ${PERSONAL.junk}\r\n`
  stick.garble(Buffer.from(junk), 5)
  await ask('stick', 'refresh', {})
  network.inject({ to: stick.number, pdu: `0791447700099099${'FF'.repeat(30)}` })
  await observer.until('the unreadable one', () =>
    (observer.on('stick/sms/received') as Json[]).some(({ raw }) => raw !== null),
  )
  stick.refuse('+CMGS', '+CMS ERROR: 38', 3)
  await ask('stick', 'sms/send', { to: 'anna', text: PERSONAL.refusedText, id: 'third' })
  stick.hang()
  await ask('stick', 'sms/send', { to: 'anna', text: PERSONAL.sent, id: 'hanging' })
  await ask('stick', 'refresh', {})
  stick.dropOffBus()
  await observer.until('it is gone', () => observer.on('stick/availability').at(-1) === 'offline')
  await stick.replug()
  await observer.until('it is back', () => observer.on('stick/availability').at(-1) === 'online')
  router.faults.arm({ kind: 'html' }, { times: 6 })
  await ask('mifi', 'refresh', {})
  router.faults.arm({ kind: 'result', result: 'no_such_result' }, { times: 3, to: 'SEND_SMS' })
  await ask('mifi', 'sms/send', { to: 'anna', text: PERSONAL.refusedText, id: 'fourth' })
  router.faults.arm({ kind: 'truncated' }, { times: 3 })
  await ask('mifi', 'refresh', {})
  for (const verb of ['health_check', 'modem/restart', 'log_level', 'nonsense']) {
    await observer.client.publishAsync(`zte2mqtt/bridge/request/${verb}`, SECRETS.puk, { qos: 1 })
  }
  await observer.until('the health', () => observer.on('bridge/response/health_check').length > 0)
  await observer.until('the report', () => observer.on('bridge/health').length > 1)
}

const told = (seen: readonly Seen[]): string => seen.map(({ topic, text }) => `${topic} ${text}`).join('\n')

/** Files below this folder that others can get at: none of a folder that is shut. */
function exposed(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    const mode = statSync(path).mode & 0o777
    if ((mode & 0o077) === 0) return []
    return entry.isDirectory() ? exposed(path) : [`${path} ${mode.toString(8)}`]
  })
}

test('of a whole life with failures, no secret is published or logged, and no number or text where it does not belong', async (t) => {
  const folder = temporaryFolder(t)
  const ports = { broker: await freePort(), health: await freePort() }
  const house = await setUp(t)
  const bridge = startBridge(t, await optionsFor(house, folder, ports))
  const observer = await observe(t, ports.broker)
  for (const modem of ['stick', 'mifi']) {
    await observer.until(`${modem} is ready`, () =>
      (observer.on(`${modem}/state`) as Json[]).some(({ phase }) => phase === 'ready'),
    )
  }
  await live(house, observer)
  const metrics = await fetch(`http://127.0.0.1:${ports.health}/metrics`, {
    headers: { authorization: `Bearer ${SECRETS.healthToken}` },
  })
  const others = exposed(folder)
  const withoutToken = await fetch(`http://127.0.0.1:${ports.health}/metrics`, { headers: { authorization: 'x' } })
  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)

  const ours = observer.seen.filter(
    ({ topic }) => /^(?:zte2mqtt|homeassistant)\//.test(topic) && !/\/(?:command|request)\//.test(topic),
  )
  const underBridge = ours.filter(({ topic }) => topic.startsWith('zte2mqtt/bridge/'))
  const discovery = ours.filter(({ topic }) => topic.startsWith('homeassistant/'))
  for (const kind of ['info', 'health', 'log', 'response/health_check']) {
    assert.ok(
      underBridge.some(({ topic }) => topic === `zte2mqtt/bridge/${kind}`),
      `nothing on bridge/${kind}`,
    )
  }
  assert.match(bridge.output, /what went before it/)
  const everywhere: [string, string][] = [
    ['what is published', told(ours)],
    ['the log', bridge.output],
    ['the health port', `${await metrics.text()}${await withoutToken.text()}`],
  ]
  for (const [what, text] of everywhere) {
    assertAbsent(what, text, SECRETS)
    assertAbsent(what, text, IDENTITIES)
  }
  assertAbsent('what is under bridge/', told(underBridge), PERSONAL)
  assertAbsent('discovery', told(discovery), PERSONAL)
  assertAbsent('the log', bridge.output, PERSONAL)
  assertAbsent('the health port', everywhere[2]?.[1] ?? '', PERSONAL)
  const elsewhere = ours.filter(({ topic }) => /\/(?:info|state|availability|event)$/.test(topic))
  const { replyText: _, ...notInState } = PERSONAL
  assertAbsent('info, state and event', told(elsewhere), notInState)
  for (const line of bridge.output.split('\n').filter(Boolean)) assert.doesNotThrow(() => JSON.parse(line), line)
  assert.deepEqual(others, [])
})
