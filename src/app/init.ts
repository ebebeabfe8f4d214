import { modemId, routerUrl, serialPort } from '../config/formats.ts'
import type { Config } from '../config/schema.ts'
import { ModemError } from '../modem/errors.ts'
import { describeObstacle, nameDevice } from '../transport/usb-absence.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'
import type { ExaminedAnswer, ExaminePort } from './doctor-modem.ts'
import type { BrokerIo } from './init-broker.ts'
import { askBroker, EMBEDDED_BROKER } from './init-broker.ts'
import type { ModemAnswer } from './init-file.ts'
import { initFile } from './init-file.ts'
import type { Choice, Prompts } from './init-prompts.ts'
import { fits } from './init-prompts.ts'
import type { AskedPort } from './ports.ts'
import { askDevice, askPort, placesOf, stickId } from './ports.ts'

/** What `init` needs from outside. */
export interface InitIo extends BrokerIo {
  readonly scan: () => Promise<UsbScan>
  readonly examine: ExaminePort
  /** Opens the modem of the configuration with this id as the bridge would. @returns its model @throws ModemError */
  readonly tryModem: (config: Config, id: string) => Promise<string | null>
  /** Hands one SMS to the modem. @throws ModemError */
  readonly sendSms: (config: Config, id: string, to: string, text: string) => Promise<void>
  /** Writes a file that only its owner can read. */
  readonly write: (text: string) => Promise<void>
}

const ROUTER_URL = 'http://192.168.0.1'
const SERVER_PORT = 'tcp://localhost:2000'
const TEST_MESSAGE = 'zte2mqtt works: this is its test message.'

/** `zte2mqtt init`: asks, tries what was answered, writes the configuration. @throws Withdrawn */
export async function runInit(io: InitIo): Promise<void> {
  const modems = await askModems(io)
  const mqtt = await askBroker(io, modems)
  const text = initFile({ mqtt, modems })
  const config = io.read(text)
  await io.write(text)
  for (const { id } of modems) await offerTest(io, config, id)
}

async function askModems(io: InitIo): Promise<readonly ModemAnswer[]> {
  const modems: ModemAnswer[] = []
  do {
    const modem = await askModem(io, modems)
    if (modem !== null) modems.push(modem)
  } while (modems.length === 0 || (await io.prompts.confirm('Is there another modem?', false)))
  return modems
}

interface FoundStick {
  readonly label: string
  readonly port: string
  readonly imei: string | null
  readonly answer: ExaminedAnswer
}

async function askModem(io: InitIo, others: readonly ModemAnswer[]): Promise<ModemAnswer | null> {
  const sticks = await findSticks(io)
  const taken = new Set(others.map((modem) => (modem.transport === 'serial' ? `${modem.port} ${modem.imei}` : '')))
  const free = sticks.filter(({ port, imei }) => !taken.has(`${port} ${imei}`))
  const choices: Choice<string>[] = [
    ...free.map(({ label }, index) => ({ value: String(index), label })),
    { value: 'http', label: 'A router, MiFi or stick with a web page' },
    { value: 'tcp', label: 'A stick behind a serial server (ser2net)' },
    { value: 'again', label: 'A stick: look again' },
  ]
  const chosen = await io.prompts.choose('Which modem is it?', choices)
  if (chosen === 'again') return null
  if (chosen === 'http') return askRouter(io, others)
  const stick = chosen === 'tcp' ? await askServer(io) : free[Number(chosen)]
  if (stick === undefined) return null
  const serials = others.filter(({ transport }) => transport === 'serial').length
  const id = await askId(io, stickId(serials), others)
  return { id, transport: 'serial', port: stick.port, imei: stick.imei, pin: await askPin(io, stick.answer) }
}

async function findSticks({ prompts, scan, examine }: InitIo): Promise<readonly FoundStick[]> {
  const found = await scan()
  const asked = []
  for (const device of found.devices) asked.push(await askDevice(device, examine))
  const places = placesOf(found, asked)
  for (const { device, ports } of asked) if (!places.has(device)) sayWhatStandsInTheWay(prompts, device, ports)
  return asked.flatMap(({ device, ports }) => {
    const [place, answer] = [places.get(device), ports.find((port) => port.answer !== null)?.answer]
    if (place === undefined || !answer) return []
    return [{ ...place, answer, label: `${answer.model ?? nameDevice(device)} at ${place.port}` }]
  })
}

function sayWhatStandsInTheWay(prompts: Prompts, device: UsbModemDevice, ports: readonly AskedPort[]): void {
  const obstacle = describeObstacle(device)
  const faults = ports.flatMap(({ fault }) => fault ?? [])
  const why = obstacle === null ? faults : [obstacle.what, obstacle.remedy]
  prompts.say([`${nameDevice(device)} is there but does not answer.`, ...why].join('\n'))
}

async function askServer({ prompts, examine }: InitIo): Promise<FoundStick | undefined> {
  const port = await prompts.text('Its address?', { initial: SERVER_PORT, check: fits(serialPort) })
  const { answer, fault } = await askPort(port, examine)
  if (answer !== null) return { label: port, port, imei: null, answer }
  prompts.say(fault ?? `What is at ${port} does not answer AT.`)
  return undefined
}

async function askPin({ prompts }: InitIo, { health }: ExaminedAnswer): Promise<string | null> {
  if (health?.sim !== 'pin_required') return null
  prompts.say('The SIM asks for its PIN. It is tried once, and never when fewer than two tries are left.')
  return (await prompts.secret('PIN of the SIM (empty: none)?')) || null
}

async function askRouter(io: InitIo, others: readonly ModemAnswer[]): Promise<ModemAnswer | null> {
  const { prompts } = io
  const url = await prompts.text('Address of its web page?', { initial: ROUTER_URL, check: fits(routerUrl) })
  const password = (await prompts.secret('Password of the web page (empty: it asks for none)?')) || null
  const routers = others.filter(({ transport }) => transport === 'http').length
  const id = await askId(io, routers === 0 ? 'router' : `router${routers + 1}`, others)
  const modem = { id, transport: 'http', url, password } as const
  try {
    const model = await io.tryModem(io.read(initFile({ mqtt: EMBEDDED_BROKER, modems: [modem] })), id)
    prompts.say(`${model ?? 'The modem'} answers and lets us in.`)
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    prompts.say(error.message)
    if (!(await prompts.confirm('Write it down as it is?', false))) return null
  }
  return modem
}

function askId({ prompts }: InitIo, initial: string, others: readonly ModemAnswer[]): Promise<string> {
  return prompts.text('A short name for it? It becomes part of the MQTT topics and should never change.', {
    initial,
    check: (id) => (others.some((other) => other.id === id) ? 'Another modem has this name.' : fits(modemId)(id)),
  })
}

async function offerTest({ prompts, sendSms }: InitIo, config: Config, id: string): Promise<void> {
  const question = `Send a test message with "${id}"? It costs what an SMS costs. To which number (empty: none)?`
  const check = (number: string) => (/^(\+?\d{3,20})?$/.test(number) ? undefined : 'A number such as +491701234567')
  const to = await prompts.text(question, { initial: '', check })
  if (to === '') return
  try {
    await sendSms(config, id, to, TEST_MESSAGE)
    prompts.say('The network has taken the message.')
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    prompts.say(`The message could not be sent: ${error.message}`)
  }
}
