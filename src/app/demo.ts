import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duration } from '../config/formats.ts'
import { loadConfig } from '../config/load.ts'
import { AtStick } from '../simulator/at-stick.ts'
import { CellularNetwork } from '../simulator/cellular-network.ts'
import { REALISTIC_ROUTER } from '../simulator/goform-insides.ts'
import { MF920V } from '../simulator/goform-profiles.ts'
import { GoformRouter } from '../simulator/goform-router.ts'
import { MF190, MF831 } from '../simulator/profiles.ts'
import { REALISTIC } from '../simulator/stick-insides.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { watch } from './demo-watch.ts'
import { start } from './start.ts'

const USUAL_PORT = 1883
const ANNA = { id: 'anna', number: '+447700900001' }
const BEN = { id: 'ben', number: '+447700900002' }
const CLEO = { id: 'cleo', number: '+447700900003' }

/** A real one needs a minute, for which nobody wants to wait. */
const STARTED = { ...REALISTIC_ROUTER, bootMs: 1_000, settleMs: 1_000 }

/** What the made-up network knows. */
const DEMO_CODES = {
  '*100#': {
    text: '1: Balance\n2: Data',
    menu: { '1': { text: 'Your balance is 12,34 EUR.' }, '2': { text: '3,5 GB left' } },
  },
}

/** `zte2mqtt demo`: the real bridge with an ordinary configuration; only the other end of its wires is made up. */
export async function runDemo({ args }: CliIo, signal: AbortSignal): Promise<number> {
  const runsForMs = readLimit(args)
  const folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-demo-'))
  const network = new CellularNetwork({ deliveryDelayMs: 1500, reportDelayMs: 1000, ussd: DEMO_CODES })
  const sticks = [
    new AtStick({ network, number: ANNA.number, profile: MF190, latency: REALISTIC }),
    new AtStick({ network, number: BEN.number, profile: MF831, latency: REALISTIC }),
  ]
  const mifi = new GoformRouter({ network, number: CLEO.number, profile: MF920V, latency: STARTED })
  try {
    const ports = await Promise.all([...sticks, mifi].map((device) => device.listen()))
    const brokerPort = await freePort()
    const config = loadConfig({
      args: options(folder, brokerPort, ports),
      env: {},
      readFile: () => undefined,
      defaultFile: '',
    })
    say(introduction(brokerPort))
    const until = within(runsForMs, signal)
    const [code, isSeen] = await Promise.all([
      start(() => config, until),
      watch({ port: brokerPort, people: [ANNA, CLEO, BEN], say, signal: until }),
    ])
    if (runsForMs !== undefined && !isSeen) {
      say('The demo ended before an SMS had gone through.')
      return 1
    }
    return code
  } finally {
    await Promise.all(sticks.map((stick) => stick.close()))
    mifi.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function readLimit(args: readonly string[]): number | undefined {
  if (args.length === 0) return undefined
  const [option, value] = args[0]?.includes('=') ? args[0].split('=') : args
  const outcome = option === '--for' && value !== undefined ? duration('1s', '1d').read(value) : undefined
  if (outcome === undefined || !('value' in outcome)) {
    throw new UsageError('demo takes nothing but --for and a time such as 20s.')
  }
  return outcome.value
}

function options(folder: string, brokerPort: number, ports: readonly number[]): string[] {
  const [anna, ben, cleo] = ports
  const modems = [
    { id: ANNA.id, name: `Demo stick ${ANNA.id}`, port: `tcp://127.0.0.1:${anna}` },
    { id: BEN.id, name: `Demo stick ${BEN.id}`, port: `tcp://127.0.0.1:${ben}` },
    { id: CLEO.id, name: 'Demo MiFi', transport: 'http', url: `http://127.0.0.1:${cleo}`, password: 'admin' },
  ]
  return [
    `--modems=${JSON.stringify(modems)}`,
    `--broker.port=${brokerPort}`,
    `--broker.path=${join(folder, 'broker')}`,
    `--journal.path=${join(folder, 'journal.db')}`,
    '--poll.signal=5s',
    '--log.pretty=true',
  ]
}

/** Not `AbortSignal.any` with a time-out in it: Node 20 can collect that one before its time. */
function within(limitMs: number | undefined, signal: AbortSignal): AbortSignal {
  if (limitMs === undefined) return signal
  const until = new AbortController()
  const end = (): void => until.abort()
  signal.addEventListener('abort', end, { once: true })
  setTimeout(end, limitMs).unref()
  return until.signal
}

/** The usual port, or where something listens there already, any other. */
async function freePort(): Promise<number> {
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket = connect(USUAL_PORT, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
  if (!isTaken) return USUAL_PORT
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  const port = typeof address === 'object' && address !== null ? address.port : 0
  say(`Port ${USUAL_PORT} is taken, so the demo's broker listens on ${port}.`)
  return port
}

function introduction(port: number): string {
  const json = `{"to": "${CLEO.number}", "text": "Hello from MQTT"}`
  return [
    '',
    `Two simulated sticks, ${ANNA.id} (${ANNA.number}) and ${BEN.id} (${BEN.number}), a MiFi, ${CLEO.id} (${CLEO.number}),`,
    `and a broker on mqtt://127.0.0.1:${port}.`,
    'Watch everything:',
    `  npx mqtt subscribe -h 127.0.0.1 -p ${port} -v -t 'zte2mqtt/#'`,
    'Send an SMS from one to the other:',
    `  npx mqtt publish -h 127.0.0.1 -p ${port} -q 1 -t zte2mqtt/${ANNA.id}/command/sms/send -m '${json}'`,
    `  mosquitto_pub -p ${port} -q 1 -t zte2mqtt/${ANNA.id}/command/sms/send -m '${json}'`,
    'Ctrl-C ends it.',
    '',
  ].join('\n')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
