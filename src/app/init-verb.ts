import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import { ExchangeRing } from '../modem/exchange-ring.ts'
import type { OutboundSms } from '../modem/messages.ts'
import type { Driver, Modem } from '../modem/modem.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { visitBroker } from './doctor-broker.ts'
import { examineAtPort } from './doctor-modem.ts'
import { runInit } from './init.ts'
import { terminalPrompts, Withdrawn } from './init-prompts.ts'
import { driverFor } from './modem-driver.ts'
import { DEFAULT_FILE } from './sources.ts'
import { BAUD, scan } from './usb-verbs.ts'

/** Where a broker may be without anybody having said so: here, beside us in a compose file, in Home Assistant. */
const USUAL_BROKERS = ['localhost', 'mosquitto', 'core-mosquitto', 'homeassistant.local']
const BROKER_PORT = 1883
const BROKER_LIMIT_MS = 1_500

/** The lowest reference that is no concatenation's. */
const REFERENCE = 0

/** `zte2mqtt init`. @returns the exit code @throws UsageError without a terminal, or where there is a file already */
export async function init({ args }: CliIo, signal: AbortSignal): Promise<number> {
  const file = readFileArgument(args)
  if (!isAtTerminal()) {
    throw new UsageError(
      `init asks questions and needs a terminal. Without one, write ${file} by hand: docs/configuration.md.`,
    )
  }
  if (existsSync(file)) throw new UsageError(`${file} is there already. Move it away, or name another with --config.`)
  const prompts = terminalPrompts(`zte2mqtt init writes ${file}`)
  try {
    await runInit({
      prompts,
      scan,
      examine: (port) => examineAtPort(port, { baud: BAUD }, signal),
      findBrokers,
      visitBroker,
      tryModem: (config, id) => withModem(config, id, signal, async ({ identity }) => identity.model),
      sendSms: (config, id, to, text) =>
        withModem(config, id, signal, (modem, driver) => send(modem, driver, to, text)),
      read: (text) => loadConfig({ args: [], env: {}, readFile: () => text, defaultFile: file }),
      write: (text) => write(file, text),
    })
  } catch (error) {
    if (!(error instanceof Withdrawn)) throw error
    prompts.end(existsSync(file) ? `${file} was written.` : 'Nothing was written.')
    return 1
  }
  prompts.end(`${file} is written. Start the bridge with: zte2mqtt --config ${file}`)
  return 0
}

/** Whether there is a person who can be asked. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

function readFileArgument(args: readonly string[]): string {
  const [option, ...rest] = args.flatMap((arg) => (arg.startsWith('--config=') ? arg.split(/=(.*)/s, 2) : [arg]))
  if (option === undefined) return DEFAULT_FILE
  const [file] = rest
  if (option !== '--config' || !file || rest.length > 1) throw new UsageError('init takes nothing but --config FILE.')
  return file
}

/** Its secrets are for its owner only. */
async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode: 0o600, flag: 'wx' })
}

async function findBrokers(): Promise<readonly string[]> {
  const answers = await Promise.all(USUAL_BROKERS.map((host) => isListening(host)))
  return USUAL_BROKERS.filter((_, index) => answers[index]).map((host) => `mqtt://${host}:${BROKER_PORT}`)
}

function isListening(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(BROKER_PORT, host)
    const settle = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(BROKER_LIMIT_MS, () => settle(false))
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
}

/** What the bridge must know later, such as a refused PIN, is kept in its journal. */
async function withModem<Result>(
  config: Config,
  id: string,
  signal: AbortSignal,
  act: (modem: Modem, driver: Driver) => Promise<Result>,
): Promise<Result> {
  const modemConfig = config.modems.find((modem) => modem.id === id)
  if (modemConfig === undefined) throw new Error(`no modem ${id}`)
  const journal = new Journal(config.journal.path, Date.now, () => undefined)
  try {
    const driver = driverFor(config, modemConfig, journal, new ExchangeRing(), () => undefined)
    const modem = await driver.open(signal)
    try {
      return await act(modem, driver)
    } finally {
      await modem.close()
    }
  } finally {
    journal.close()
  }
}

async function send({ can, problem }: Modem, driver: Driver, to: string, text: string): Promise<void> {
  if (can.sms === undefined) throw problem ?? new ModemError('not_supported', 'The modem takes no SMS.')
  for (const submission of driver.prepare(plainSms(to, text), REFERENCE)) {
    await can.sms.submit(submission, () => undefined)
  }
}

function plainSms(to: string, text: string): OutboundSms {
  return { to, text, flash: false, deliveryReport: false, validityMinutes: null, encoding: 'auto' }
}
