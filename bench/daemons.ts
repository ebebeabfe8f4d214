import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Observer, run, startMosquitto, temporaryFolder } from '../test/system/house.ts'
import { npmPeers, peerName } from './npm-peers.ts'
import type { Scene } from './scene.ts'
import { PEER, startBuilt, until } from './scene.ts'

/** A program that has a stick, ready to work. */
export interface Serving {
  /** Texts that have come out at its other end. */
  readonly received: ReadonlySet<string>
  send(texts: readonly string[]): Promise<void>
}

/** What is compared. */
export interface Contender {
  readonly name: string
  /** `undefined`: it is not installed. */
  readonly start: ((scene: Scene, tty: string) => Promise<Serving>) | undefined
}

const READY_MS = 60_000
/** The others ask for no delivery reports either. */
const PLAIN = ['--sms.delivery_report=false']

/** zte2mqtt with mosquitto; a message has come out when an ordinary subscriber has it. */
export async function startOurs(scene: Scene, tty: string): Promise<Serving> {
  const port = await startMosquitto(scene)
  const observer = await observe(scene, port)
  startBuilt(scene, [`--mqtt.url=mqtt://127.0.0.1:${port}`, `--modems=[{id: stick, port: ${tty}}]`, ...PLAIN])
  await observer.until('ready', () => observer.on('stick/event').some((event) => typeOf(event) === 'connected'))
  const received = new Set<string>()
  observer.client.on('message', (topic, payload) => {
    if (topic.endsWith('sms/received')) received.add(JSON.parse(payload.toString()).text)
  })
  return {
    received,
    send: async (texts) => {
      await Promise.all(texts.map((text) => observer.command('stick', 'sms/send', { to: PEER, text })))
    },
  }
}

/** @returns an ordinary client that hears everything */
export function observe(scene: Scene, port: number): Promise<Observer> {
  return Observer.connect(scene as never, port, 'bench', ['zte2mqtt/#', 'homeassistant/#'])
}

function typeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined
}

/** SMS Server Tools 3; a message has come out when its file is there. */
async function startSmsTools(scene: Scene, tty: string): Promise<Serving> {
  const folder = temporaryFolder(scene)
  const queues = ['incoming', 'outgoing', 'checked', 'failed', 'sent']
  for (const name of [...queues, 'log']) mkdirSync(join(folder, name))
  const places = queues.map((name) => `${name} = ${join(folder, name)}`)
  const general = ['devices = GSM1', 'delaytime = 1', 'receive_before_send = yes', `logfile = ${folder}/log/smsd`]
  const modem = ['[GSM1]', `device = ${tty}`, 'incoming = yes', 'init = AT+CPMS="SM","SM","SM"']
  const files = [`infofile = ${folder}/info`, `pidfile = ${folder}/pid`]
  writeFileSync(join(folder, 'smsd.conf'), [...general, ...places, ...files, '', ...modem, ''].join('\n'))
  run(scene, 'smsd', ['-t', `-c${join(folder, 'smsd.conf')}`])
  const received = textsIn(scene, join(folder, 'incoming'))
  const to = PEER.replace('+', '')
  return {
    received,
    send: async (texts) => {
      for (const [index, text] of texts.entries()) {
        writeFileSync(join(folder, 'outgoing', `m${index}`), `To: ${to}\n\n${text}\n`)
      }
    },
  }
}

/** gammu-smsd with files; a message has come out when its file is there. */
async function startGammu(scene: Scene, tty: string): Promise<Serving> {
  const folder = temporaryFolder(scene)
  for (const name of ['inbox', 'outbox', 'sent', 'error']) mkdirSync(join(folder, name))
  const paths = [
    `inboxpath = ${folder}/inbox/`,
    `outboxpath = ${folder}/outbox/`,
    `sentsmspath = ${folder}/sent/`,
    `errorsmspath = ${folder}/error/`,
  ]
  const smsd = [
    '[smsd]',
    'service = files',
    'CheckSecurity = 0',
    'CheckBattery = 0',
    'LoopSleep = 1',
    `logfile = ${folder}/log`,
  ]
  const config = ['[gammu]', `device = ${tty}`, 'connection = at', '', ...smsd, ...paths, ''].join('\n')
  writeFileSync(join(folder, 'rc'), config)
  run(scene, 'gammu-smsd', ['-c', join(folder, 'rc')])
  const received = textsIn(scene, join(folder, 'inbox'))
  return {
    received,
    send: async (texts) => {
      for (const [index, text] of texts.entries()) {
        writeFileSync(
          join(folder, 'outbox', `OUTC20240315_1407${String(index).padStart(2, '0')}_00_${PEER}_x.txt`),
          text,
        )
      }
    },
  }
}

/** Last lines of all files that were ever seen in a folder. */
function textsIn(scene: Scene, folder: string): Set<string> {
  const texts = new Set<string>()
  const look = (): void => {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name)
      if (existsSync(file)) texts.add(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '')
    }
  }
  const watcher = watch(folder, look)
  scene.after(() => watcher.close())
  return texts
}

interface GsmModem {
  readonly queue: readonly unknown[]
  open(path: string, options: object, done: (error: unknown) => void): void
  on(event: string, listener: (messages: readonly { readonly message: string }[]) => void): void
  initializeModem(done: (result: unknown, error: unknown) => void): void
  setModemMode(done: (result: unknown, error: unknown) => void, isForced: boolean, limitMs: number, mode: string): void
  sendSMS(to: string, text: string, isFlash: boolean, done: (result: unknown) => void): void
  close(done: () => void): void
}

/** npm serialport-gsm, in the process of the bench; a message has come out when its event is there. */
async function startSerialportGsm(scene: Scene, tty: string): Promise<Serving> {
  const load = npmPeers()
  if (load === undefined) throw new Error('it is not installed')
  const { Modem } = load('serialport-gsm') as { Modem(): GsmModem }
  const modem = Modem()
  const options = {
    baudRate: 115200,
    autoDeleteOnReceive: true,
    enableConcatenation: true,
    incomingSMSIndication: true,
    customInitCommand: 'AT',
    // Its own ends in 1, which this stick refuses.
    cnmiCommand: 'AT+CNMI=2,1,0,2,0',
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  }
  const received = new Set<string>()
  modem.on('onNewMessage', (messages) => {
    for (const { message } of messages) received.add(message)
  })
  await new Promise<void>((resolve, reject) => modem.open(tty, options, (error) => (error ? reject(error) : resolve())))
  scene.after(async () => {
    // What it still does at its end would fail, and throw.
    await until(() => modem.queue.length === 0, READY_MS)
    await new Promise<void>((resolve) => modem.close(resolve))
  })
  let isReady = false
  modem.initializeModem(() =>
    modem.setModemMode(
      () => {
        isReady = true
      },
      false,
      10_000,
      'PDU',
    ),
  )
  if (!(await until(() => isReady, READY_MS))) throw new Error('serialport-gsm did not become ready')
  return {
    received,
    send: async (texts) => {
      for (const text of texts) modem.sendSMS(PEER.replace('+', ''), text, false, () => {})
    },
  }
}

/** Everybody, ours first. */
export function contenders(): readonly Contender[] {
  const installed = (program: string): boolean =>
    ['/usr/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, program)))
  return [
    { name: 'zte2mqtt', start: startOurs },
    { name: 'smstools 3', start: installed('smsd') ? startSmsTools : undefined },
    { name: 'gammu-smsd', start: installed('gammu-smsd') ? startGammu : undefined },
    { name: peerName('serialport-gsm'), start: npmPeers() === undefined ? undefined : startSerialportGsm },
  ]
}
