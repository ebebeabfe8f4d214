import { DEFAULT_STICK_URL } from '../devices/usb-remedies.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import { describeObstacle, nameDevice } from '../transport/usb-absence.ts'
import { portsInOrder } from '../transport/usb-candidates.ts'
import type { ProbeAnswer, ProbePort } from '../transport/usb-follow.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'

/** What `ports` needs from outside. */
export interface PortsIo {
  readonly scan: () => Promise<UsbScan>
  readonly probe: ProbePort
  /** Takes one line of output without its line end. */
  readonly print: (line: string) => void
  /** Text for people; else one JSON object per device. */
  readonly isTerminal: boolean
}

/** A port and what it said. */
export interface AskedPort {
  readonly tty: string
  readonly interface: number | null
  /** `null`: it does not answer AT. */
  readonly answer: ProbeAnswer | null
  /** Why it could not be asked. */
  readonly fault: string | null
}

/** A device and its ports, the likeliest AT port first; empty for a device without usable ports. */
export interface AskedDevice {
  readonly device: UsbModemDevice
  readonly ports: readonly AskedPort[]
}

/** `zte2mqtt ports`: lists ZTE USB devices, their ports and the configuration line to paste. @returns the exit code */
export async function runPorts(io: PortsIo): Promise<number> {
  const scan = await io.scan()
  const asked: AskedDevice[] = []
  for (const device of scan.devices) asked.push(await askDevice(device, io.probe))
  const lines = configurationLines(scan, asked)
  for (const entry of asked) {
    const line = lines.get(entry.device) ?? null
    if (io.isTerminal) for (const text of describeForPeople(entry, line)) io.print(text)
    else io.print(JSON.stringify(describeForPrograms(entry, line)))
  }
  if (io.isTerminal && asked.length === 0) io.print(scan.isReadable ? NOTHING : UNREADABLE)
  return 0
}

/**
 * The entry for `modems:` for each device that can be configured as it is: `auto` for a single stick; the IMEI added
 * where there are several; the most stable name of the port where a stick tells no IMEI.
 */
export function configurationLines(scan: UsbScan, asked: readonly AskedDevice[]): ReadonlyMap<UsbModemDevice, string> {
  const isOnlyStick = asked.filter(({ ports }) => ports.length > 0).length === 1
  const lines = new Map<UsbModemDevice, string>()
  for (const { device, ports } of asked) {
    const how = device.mode === 'network' ? `transport: http, url: "${DEFAULT_STICK_URL}"` : serialEntry(scan, ports)
    if (how === null) continue
    const id = lines.size === 0 ? 'stick' : `stick${lines.size + 1}`
    lines.set(device, `- {id: ${id}, ${how}}`)
  }
  return lines

  function serialEntry({ names }: UsbScan, ports: readonly AskedPort[]): string | null {
    const port = ports.find(({ answer }) => answer !== null)
    if (port === undefined) return null
    if (isOnlyStick) return 'transport: serial, port: auto'
    const imei = port.answer?.imei ?? null
    if (imei !== null) return `transport: serial, port: auto, imei: "${imei}"`
    return `transport: serial, port: "${stableName(names, port.tty)}"`
  }
}

/** The name of a port that survives best: by-path, because equal sticks share their by-id name; then by-id. */
export function stableName(names: UsbScan['names'], tty: string): string {
  const all = [...names].filter(([, leadsTo]) => leadsTo === tty).map(([name]) => name)
  return all.find((name) => name.includes('/by-path/')) ?? all.find((name) => name.includes('/by-id/')) ?? tty
}

/** What `listPorts` needs from outside. */
interface ListingOptions extends Pick<PortsIo, 'scan' | 'probe'> {
  /** By any of their names, the ports that must not be touched, and the modem that each belongs to. */
  readonly held: ReadonlyMap<string, ModemId>
  readonly showsImei: boolean
}

/** As `ports` tells programs. A device of which a modem has a port is left alone as a whole: its ports disturb each other. */
export async function listPorts({ scan, probe, held, showsImei }: ListingOptions): Promise<readonly unknown[]> {
  const found = await scan()
  const owners = new Map([...held].map(([name, modem]) => [found.names.get(name) ?? name, modem]))
  const discreet: ProbePort = async (tty) => {
    const answer = await probe(tty)
    return answer === undefined || showsImei ? answer : { ...answer, imei: null }
  }
  const asked: (AskedDevice & { readonly owner: ModemId | null })[] = []
  for (const device of found.devices) {
    const ports = portsInOrder(device)
    const owner = ports.map(({ tty }) => owners.get(tty)).find((modem) => modem !== undefined) ?? null
    const fault = `in use by the modem "${owner}", so it was not asked`
    const untouched = ports.map((port) => ({ tty: port.tty, interface: port.interface, answer: null, fault }))
    asked.push({ owner, ...(owner === null ? await askDevice(device, discreet) : { device, ports: untouched }) })
  }
  const lines = configurationLines(found, asked)
  return asked.map((entry) => ({
    ...describeForPrograms(entry, lines.get(entry.device) ?? null),
    in_use_by: entry.owner,
  }))
}

async function askDevice(device: UsbModemDevice, probe: ProbePort): Promise<AskedDevice> {
  const ports: AskedPort[] = []
  for (const port of portsInOrder(device)) {
    ports.push({ tty: port.tty, interface: port.interface, ...(await askPort(port.tty, probe)) })
  }
  return { device, ports }
}

/** Asks one port; a failure of the port is told in words, any other rejects. */
export async function askPort(tty: string, probe: ProbePort): Promise<Pick<AskedPort, 'answer' | 'fault'>> {
  try {
    return { answer: (await probe(tty)) ?? null, fault: null }
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return { answer: null, fault: error.message }
  }
}

const NOTHING = 'No ZTE device is on the USB. Plug the stick in; after that it may need half a minute.'
const UNREADABLE = 'This system shows no USB devices (no /sys/bus/usb). A container must be able to see /sys.'

function describeForPeople({ device, ports }: AskedDevice, line: string | null): readonly string[] {
  const models = device.models === null ? '' : `, seen on ${device.models}`
  const obstacle = describeObstacle(device)
  return [
    `${nameDevice(device)}: ${device.mode} mode${models}`,
    ...ports.map((port) => `  ${port.tty} (interface ${port.interface}): ${describeAnswer(port)}`),
    ...(obstacle === null ? [] : [`  ${obstacle.what}`, `  ${obstacle.remedy}`]),
    ...(line === null ? [] : ['  For the configuration, under "modems:":', `    ${line}`]),
  ]
}

function describeAnswer({ answer, fault }: AskedPort): string {
  if (answer === null) return fault ?? 'does not answer AT'
  const imei = answer.imei === null ? 'tells no IMEI' : `IMEI ${answer.imei}`
  return `answers AT: ${answer.model ?? 'unknown model'}, ${imei}`
}

function describeForPrograms({ device, ports }: AskedDevice, line: string | null): Record<string, unknown> {
  return {
    product_id: device.productId,
    product: device.product,
    models: device.models,
    usb_path: device.busPath,
    mode: device.mode,
    ports: ports.map((port) => ({
      port: port.tty,
      interface: port.interface,
      answers_at: port.answer !== null,
      model: port.answer?.model ?? null,
      imei: port.answer?.imei ?? null,
      fault: port.fault,
    })),
    remedy: describeObstacle(device)?.remedy ?? null,
    configuration: line,
  }
}
