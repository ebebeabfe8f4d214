import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config/schema.ts'
import { identifyUsb } from '../devices/usb-remedies.ts'
import { AtChannel } from '../driver/at-channel.ts'
import { probeAtPort } from '../driver/create-driver.ts'
import { openSerial } from '../transport/serial.ts'
import type { ProbePort } from '../transport/usb-follow.ts'
import { scanUsb } from '../transport/usb-tty.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { runDoctor } from './doctor.ts'
import { canWriteFile, tryOpenTty } from './doctor-facts.ts'
import { runPorts } from './ports.ts'
import { configFrom } from './sources.ts'
import type { SwitchIo } from './switch.ts'
import { runSwitch } from './switch.ts'

const BAUD = 115_200
const NETWORK_LIMIT_MS = 5000

const scan = () => scanUsb({ identify: identifyUsb })
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const isTerminal = process.stdout.isTTY === true
const probing =
  (signal: AbortSignal): ProbePort =>
  (tty) =>
    probeAtPort(tty, { baud: BAUD }, signal)

/** `zte2mqtt ports`. */
export function ports(_: CliIo, signal: AbortSignal): Promise<number> {
  return runPorts({ scan, probe: probing(signal), print, isTerminal })
}

/** `zte2mqtt doctor`: with the configuration of this machine, faults of which are reported first. */
export function doctor(io: CliIo, signal: AbortSignal): Promise<number> {
  const config = configFrom(io)
  const { username, gid } = userInfo()
  return runDoctor({
    scan,
    probe: probing(signal),
    tryOpen: tryOpenTty,
    canWrite: canWriteFile,
    tryBroker: () => tryBroker(config),
    tryRouter: async () => null,
    user: { name: username, pid: process.pid, groups: [gid, ...(process.getgroups?.() ?? [])] },
    // Routers let in one at a time: looking would throw out a bridge that is running.
    modems: config.modems.flatMap(({ id, transport, port, imei }) =>
      transport === 'serial' ? [{ id, transport, port, imei }] : [],
    ),
    journalPath: config.journal.path,
    print,
    isTerminal,
  })
}

/** `zte2mqtt switch`. */
export function switchMode({ args }: CliIo, signal: AbortSignal): Promise<number> {
  const [target, ...rest] = args.filter((arg) => arg !== '--yes')
  const at = rest.indexOf('--stick')
  if (target !== 'modem' && target !== 'network' && target !== 'storage') {
    throw new UsageError('switch needs a mode: modem, network or storage.')
  }
  return runSwitch({
    target,
    stick: at === -1 ? null : (rest[at + 1] ?? null),
    isConfirmed: args.includes('--yes'),
    scan,
    probe: probing(signal),
    send: (tty, command) => sendOne(tty, command, signal),
    get,
    pause: (ms) => pause(ms),
    print,
  })
}

async function sendOne(tty: string, command: string, signal: AbortSignal): Promise<readonly string[]> {
  const channel = new AtChannel(await openSerial(tty, { baud: BAUD, signal }))
  try {
    await channel.wake(signal)
    return await channel.send(command)
  } finally {
    await channel.close()
  }
}

const get: SwitchIo['get'] = async (url, headers) => {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(NETWORK_LIMIT_MS) })
  return { status: response.status, body: await response.text() }
}

/** Whether something listens there; whether it lets us in is said by the bridge's log at start. */
function tryBroker({ mqtt }: Config): Promise<string | null> {
  if (mqtt.url === '') return Promise.resolve(null)
  const { hostname, port, protocol } = new URL(mqtt.url)
  const usual = { 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }[protocol] ?? 1883
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: port === '' ? usual : Number(port), timeout: NETWORK_LIMIT_MS })
    const answer = (fault: string | null): void => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => answer(null))
    socket.once('timeout', () => answer('it does not answer'))
    socket.once('error', ({ message }) => answer(message))
  })
}
