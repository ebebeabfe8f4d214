import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF79U } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { encodeSeptets, packSeptets } from '../../src/sms/gsm7.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder, UNLIMITED } from './house.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname

const PRIVATE = {
  pin: '47110815',
  brokerPassword: 'correct-horse-battery',
  webPassword: 'Staple.99',
  healthToken: 'token-of-the-scraper',
  contactName: 'Grandmother Weatherwax',
  contactNumber: '+447700900311',
  otherNumber: '+447700900322',
  allowedNumber: '+447700900333',
  senderNumber: '+447700900344',
  callerNumber: '+447700900355',
  stickNumber: '+447700900366',
  routerNumber: '+447700900377',
  imei: '490154203237518',
  imsi: '262019876543210',
  iccid: '89490200001234567890',
  textOut: 'The cellar door is open',
  unicodeOut: 'Вода в подвале',
  textIn: 'Your parcel waits at Mulligans',
  unicodeIn: 'Zażółć gęślą jaźń',
  ussdCode: '*135*98765432#',
  ussdText: 'Your balance is 12,34 EUR',
  rawText: 'Nanny Ogg',
} as const

/** As it is, and as it travels: as octets, in UCS2, with the halves of octets swapped, in packed septets. */
function formsOf(secret: string): readonly string[] {
  const digits = /^\+?\d+$/.test(secret) ? secret.replace('+', '') : undefined
  const even = digits === undefined || digits.length % 2 === 0 ? digits : `${digits}F`
  const septets = encodeSeptets(secret)
  const packed = septets === undefined ? [] : packSeptets(septets)
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret, 'utf8').toString('hex'),
    Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, ''),
    Buffer.from(secret, 'utf16le').swap16().toString('hex'),
    // The last octet may be shared with what follows.
    Buffer.from(packed.slice(0, -1)).toString('hex'),
    ...(digits === undefined ? [] : [digits, digits.slice(2), (even ?? '').replace(/(.)(.)/g, '$2$1')]),
  ].filter((form) => form.length > 3)
}

function leaksIn(text: string): readonly string[] {
  const haystack = text.toLowerCase()
  return Object.entries(PRIVATE).flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => (haystack.includes(form.toLowerCase()) ? [`${name} as ${form}`] : [])),
  )
}

interface Bundle {
  readonly system: { readonly node: string; readonly kernel: string }
  readonly configuration: { readonly contacts: number; readonly faults?: readonly string[] }
  readonly usb: { readonly readable: boolean }
  readonly journal: { readonly exists: boolean; readonly rows: Readonly<Record<string, number>> } | null
  readonly bridge: {
    readonly warnings: readonly { readonly message: string }[]
    readonly modems: Readonly<Record<string, { readonly phase: string; readonly exchanges: readonly string[] }>>
  } | null
}

/** A house with a stick and a router, and the file of its configuration. */
async function setUp(t: TestContext) {
  const network = new CellularNetwork({ ussd: { [PRIVATE.ussdCode]: { text: PRIVATE.ussdText } } })
  const { pin, imsi, iccid, imei } = PRIVATE
  const stick = new AtStick({ network, number: PRIVATE.stickNumber, profile: MF190, imei, sim: { pin, imsi, iccid } })
  const router = new GoformRouter({
    network,
    number: PRIVATE.routerNumber,
    profile: MF79U,
    password: PRIVATE.webPassword,
  })
  t.after(() => {
    stick.close()
    router.close()
    network.close()
  })
  const broker = await startMosquitto(t)
  const folder = temporaryFolder(t)
  const config = join(folder, 'zte2mqtt.yaml')
  const modems = [
    { id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}`, pin, imei, allow_raw_at: true },
    { id: 'mifi', transport: 'http', url: `http://127.0.0.1:${await router.listen()}`, password: PRIVATE.webPassword },
  ]
  const options = {
    mqtt: { url: `mqtt://127.0.0.1:${broker}`, username: 'house', password: PRIVATE.brokerPassword },
    health: { token: PRIVATE.healthToken },
    journal: { path: join(folder, 'journal.db') },
    modems,
    contacts: { [PRIVATE.contactName]: PRIVATE.contactNumber },
    ussd: { queries: [{ name: 'Credit', code: PRIVATE.ussdCode }] },
    sms: { allowed_recipients: [PRIVATE.allowedNumber, PRIVATE.otherNumber, PRIVATE.contactNumber] },
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(options))
  const socket = join(folder, 'zte2mqtt.sock')
  const start = () => startBridge(t, [`--config=${config}`, `--journal.path=${options.journal.path}`, ...UNLIMITED])
  return {
    network,
    stick,
    observer: await Observer.connect(t, broker, 'observer', ['zte2mqtt/#']),
    config,
    socket,
    start,
  }
}

/** Runs the verb in this folder. */
async function writeBundle(t: TestContext, cwd: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, 'support', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [exitCode] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) })
  return { exitCode, output }
}

function read(file: string): { readonly text: string; readonly bundle: Bundle } {
  const text = readFileSync(file, 'utf8')
  return { text, bundle: JSON.parse(text) }
}

type House = Awaited<ReturnType<typeof setUp>>

/** All that is private goes over the wires once. */
async function live({ network, stick, observer }: House): Promise<void> {
  const phaseOf = (modem: string) => (observer.on(`${modem}/state`) as { phase: string }[]).at(-1)?.phase
  await observer.until('both modems are ready', () => phaseOf('stick') === 'ready' && phaseOf('mifi') === 'ready')
  const answered = async (modem: string, command: string, payload: object): Promise<unknown> => {
    const transaction = `t${Math.random()}`
    await observer.command(modem, command, { ...payload, transaction })
    return observer.until(`${command} is answered`, () =>
      (observer.on(`${modem}/response/${command}`) as { transaction: string }[]).find(
        (answer) => answer.transaction === transaction,
      ),
    )
  }
  for (const [modem, number] of [
    ['stick', PRIVATE.stickNumber],
    ['mifi', PRIVATE.routerNumber],
  ] as const) {
    await answered(modem, 'sms/send', { to: PRIVATE.contactName, text: PRIVATE.textOut })
    await answered(modem, 'sms/send', { to: PRIVATE.otherNumber, text: PRIVATE.unicodeOut })
    network.inject({ to: number, from: PRIVATE.senderNumber, text: PRIVATE.textIn })
    network.inject({ to: number, from: PRIVATE.senderNumber, text: PRIVATE.unicodeIn })
    await observer.until('the query is answered', () =>
      JSON.stringify(observer.on(`${modem}/state`).at(-1)).includes(PRIVATE.ussdText),
    )
    const ussd = await answered(modem, 'ussd/send', { code: PRIVATE.ussdCode })
    assert.ok(JSON.stringify(ussd).includes(PRIVATE.ussdText), JSON.stringify(ussd))
  }
  stick.ring(PRIVATE.callerNumber)
  await observer.until('the call is told', () => JSON.stringify(observer.seen).includes(PRIVATE.callerNumber))
  await answered('stick', 'at', { command: `AT+CPBW=1,"${PRIVATE.otherNumber}",145,"${PRIVATE.rawText}"` })
  await observer.until('all is sent', () => network.taken.length === 4)
  await observer.until('all is received', () => {
    const received = observer.on('/sms/received') as { text: string }[]
    return received.filter(({ text }) => text === PRIVATE.textIn || text === PRIVATE.unicodeIn).length === 4
  })
  // Something for the log.
  stick.dropOffBus()
  await observer.until('the stick is away', () => phaseOf('stick') !== 'ready')
  await stick.replug()
  await observer.until('the stick is back', () => phaseOf('stick') === 'ready')
}

test('a bundle shows what went on, and nothing of whom and what it was about', async (t) => {
  const house = await setUp(t)
  const bridge = house.start()
  await live(house)
  assert.equal(statSync(house.socket).mode & 0o777, 0o600)

  const folder = temporaryFolder(t)
  const { exitCode, output } = await writeBundle(t, folder, '--config', house.config)
  assert.equal(exitCode, 0, output)
  const [file = ''] = readdirSync(folder)
  assert.match(file, /^zte2mqtt-support-\d{4}-\d\d-\d\d\.json$/)
  assert.match(output, new RegExp(`Written to ${file}[^]*look through it before you pass it on`))
  assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
  const { text, bundle } = read(join(folder, file))
  assert.deepEqual(leaksIn(text + output), [])

  assert.equal(bundle.system.node, process.version)
  assert.equal(bundle.configuration.contacts, 1)
  assert.equal(typeof bundle.usb.readable, 'boolean')
  assert.deepEqual([bundle.journal?.rows['message'], bundle.journal?.rows['outbound']], [4, 4])
  const { stick, mifi } = bundle.bridge?.modems ?? {}
  assert.equal(stick?.phase, 'ready')
  const said = stick?.exchanges.join('\n') ?? ''
  for (const part of ['AT+CPIN="<8>" → OK', 'AT+CMGS=', '+CUSD: ', '+CLIP: "<13>"', 'AT+CPBW=1,"<', 'AT+CGSN → <15>']) {
    assert.ok(said.includes(part), `${part} in\n${said}`)
  }
  assert.match(mifi?.exchanges.join('\n') ?? '', /goformId=SEND_SMS/)
  assert.ok((bundle.bridge?.warnings.length ?? 0) > 0)

  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
  assert.equal(existsSync(house.socket), false)
  const after = await writeBundle(t, folder, `--config=${house.config}`)
  assert.match(after.output, /No bridge runs with this journal/)
  const files = readdirSync(folder).sort()
  assert.equal(files.length, 2, files.join())
  assert.equal(readFileSync(join(folder, file), 'utf8'), text)
  const second = read(join(folder, files.find((name) => name !== file) ?? ''))
  assert.equal(second.bundle.bridge, null)
  const { 'outbound.sent': sent = 0, 'outbound.delivered': delivered = 0 } = second.bundle.journal?.rows ?? {}
  assert.equal(sent + delivered, 4)
  assert.deepEqual(leaksIn(second.text), [])
})

test('a killed bridge leaves its socket, and the next one answers there', async (t) => {
  const house = await setUp(t)
  const isThere = () => existsSync(house.socket)
  const first = house.start()
  await house.observer.until(
    'the bridge is there',
    () => isThere() && house.observer.on('bridge/state').at(-1) === 'online',
  )
  first.kill('SIGKILL')
  await ended(first)
  assert.ok(isThere())
  house.observer.seen.length = 0
  house.start()
  await house.observer.until('the next one is there', () => house.observer.on('bridge/state').at(-1) === 'online')
  const folder = temporaryFolder(t)
  const { output } = await writeBundle(t, folder, `--config=${house.config}`, '--out=report.json')
  assert.match(output, /the last 500 exchanges/)
  assert.notEqual(read(join(folder, 'report.json')).bundle.bridge, null)
})

test('a configuration with faults is told without its values, and a file that is there is left alone', async (t) => {
  const folder = temporaryFolder(t)
  const wrong = {
    modems: [{ id: 'stick', port: 'auto', pin: PRIVATE.pin, imei: '49015420323751' }],
    contacts: { [PRIVATE.contactName]: `${PRIVATE.contactNumber} at home` },
    mqtt: { url: `mqtt://house:${PRIVATE.brokerPassword}@broker` },
  }
  writeFileSync(join(folder, 'wrong.yaml'), JSON.stringify(wrong))
  const args = ['--config', 'wrong.yaml', '--out', 'report.json']
  assert.equal((await writeBundle(t, folder, ...args)).exitCode, 0)
  const { text, bundle } = read(join(folder, 'report.json'))
  assert.equal(bundle.configuration.faults?.length, 3, text)
  assert.deepEqual(leaksIn(text), [])
  assert.ok(!text.includes('49015420323751'))
  const again = await writeBundle(t, folder, ...args)
  assert.equal(again.exitCode, 1)
  assert.match(again.output, /report\.json is there already/)
  assert.equal(readFileSync(join(folder, 'report.json'), 'utf8'), text)
})
