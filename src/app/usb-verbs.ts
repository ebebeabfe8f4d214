import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { identifyUsb } from '../devices/usb-remedies.ts'
import { AtChannel } from '../driver/at-channel.ts'
import { probeAtPort } from '../driver/create-driver.ts'
import { openSerial } from '../transport/serial.ts'
import { currentUser } from '../transport/tty-access.ts'
import type { ProbePort } from '../transport/usb-follow.ts'
import type { UsbScan } from '../transport/usb-tty.ts'
import { scanUsb } from '../transport/usb-tty.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { runDoctor } from './doctor.ts'
import { visitBroker } from './doctor-broker.ts'
import type { DoctorConfig } from './doctor-facts.ts'
import { tryOpenTty } from './doctor-facts.ts'
import { examineAtPort } from './doctor-modem.ts'
import { freeBytesAt, tryWriteFile } from './doctor-storage.ts'
import { runPorts } from './ports.ts'
import { configFrom } from './sources.ts'
import { getPage } from './stick-web-page.ts'
import type { SwitchTarget } from './switch.ts'
import { runSwitch } from './switch.ts'
import { tryRouter } from './try-router.ts'

/** Bits per second where nothing is configured; USB sticks ignore it. */
export const BAUD = 115_200
const PAGE_LIMIT_MS = 5000

/** What is on the USB now. */
export const scan = (): Promise<UsbScan> => scanUsb({ identify: identifyUsb })
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const isTerminal = process.stdout.isTTY === true
/** Asks a port at the usual speed. */
export const probing =
  (signal: AbortSignal): ProbePort =>
  (tty) =>
    probeAtPort(tty, { baud: BAUD }, signal)

/** `zte2mqtt ports`. */
export function ports({ args }: CliIo, signal: AbortSignal): Promise<number> {
  if (args.length > 0) throw new UsageError(`ports takes no arguments, found ${args[0]}.`)
  return runPorts({ scan, probe: (tty) => probeAtPort(tty, { baud: BAUD }, signal), print, isTerminal })
}

/** `zte2mqtt doctor`: with the configuration of this machine; one that cannot be used is a finding like others. */
export function doctor(io: CliIo, signal: AbortSignal): Promise<number> {
  const config = configOrFaults(io)
  return runDoctor({
    scan,
    probe: (port) => examineAtPort(port, { baud: baudOf(port, config) }, signal),
    tryOpen: tryOpenTty,
    tryWrite: tryWriteFile,
    freeBytes: freeBytesAt,
    visitBroker: async () =>
      config instanceof ConfigError ? { findings: [], isBridgeOnline: false } : visitBroker(config),
    tryRouter: async (id, isBridgeOnline) =>
      config instanceof ConfigError ? [] : tryRouter(config, id, isBridgeOnline, signal),
    user: currentUser(),
    config: doctorConfig(config),
    print,
    isTerminal,
  })
}

/** `zte2mqtt switch`. */
export function switchMode({ args }: CliIo, signal: AbortSignal): Promise<number> {
  return runSwitch({
    ...readSwitchArguments(args),
    scan,
    probe: (tty) => probeAtPort(tty, { baud: BAUD }, signal),
    send: (tty, command) => sendOne(tty, command, signal),
    get: getPage(PAGE_LIMIT_MS),
    pause: (ms) => pause(ms, undefined, { signal }),
    print: isTerminal ? print : (what) => print(JSON.stringify({ what })),
  })
}

/** What the user typed behind `switch`. @throws UsageError with what would make sense */
export function readSwitchArguments(args: readonly string[]) {
  const given: { target?: SwitchTarget; stick: string | null; url?: string; isConfirmed: boolean } = {
    stick: null,
    isConfirmed: false,
  }
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, option, inline] = /^(--stick|--url)(?:=(.*))?$/.exec(word) ?? []
    if (word === '--yes') given.isConfirmed = true
    else if (option !== undefined) {
      const value = inline ?? rest.shift()
      if (!value || value.startsWith('--')) throw new UsageError(`${option} needs a value.`)
      if (option === '--stick') given.stick = value
      else given.url = readUrl(value)
    } else if (given.target === undefined && (word === 'modem' || word === 'network' || word === 'storage')) {
      given.target = word
    } else throw new UsageError(`switch does not know ${JSON.stringify(word)}. ${SWITCH_USAGE}`)
  }
  const { target } = given
  if (target === undefined) throw new UsageError(`switch needs a mode. ${SWITCH_USAGE}`)
  return { ...given, target }
}

const SWITCH_USAGE = 'Usage: zte2mqtt switch modem|network|storage [--stick PORT] [--url URL] [--yes]'

function readUrl(text: string): string {
  if (!/^http:\/\/[^/?#]+\/?$/.test(text) || !URL.canParse(text)) {
    throw new UsageError(`--url needs an address such as http://192.168.0.1, found ${JSON.stringify(text)}.`)
  }
  return text.replace(/\/$/, '')
}

function configOrFaults(io: CliIo): Config | ConfigError {
  try {
    return configFrom(io)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

function doctorConfig(config: Config | ConfigError): DoctorConfig {
  if (config instanceof ConfigError) return { faults: config.faults, modems: [], storage: [] }
  const { modems, journal, broker, mqtt } = config
  return {
    faults: [],
    modems: modems.map(({ id, transport, port, imei, pin }) =>
      transport === 'serial' ? { id, transport, port, imei, hasPin: pin !== null } : { id, transport },
    ),
    storage: [
      { option: 'journal.path', path: journal.path },
      ...(mqtt.url === '' ? [{ option: 'broker.path' as const, path: broker.path }] : []),
    ],
  }
}

function baudOf(port: string, config: Config | ConfigError): number {
  const modems = config instanceof ConfigError ? [] : config.modems
  return modems.find((modem) => modem.port === port)?.baud ?? BAUD
}

async function sendOne(tty: string, command: string, signal: AbortSignal): Promise<readonly string[]> {
  const channel = new AtChannel(await openSerial(tty, { baud: BAUD, signal }))
  try {
    await channel.wake(signal)
    return await channel.send(command, { signal })
  } finally {
    await channel.close()
  }
}
