import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import { describeObstacle, nameDevice } from '../transport/usb-absence.ts'
import type { PortRole } from '../transport/usb-candidates.ts'
import { portsInOrder, roleOf } from '../transport/usb-candidates.ts'
import type { ProbeAnswer, ProbePort } from '../transport/usb-follow.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'
import { withoutImei } from './doctor-finding.ts'

/** What `ports` needs from outside. */
export interface PortsIo {
  readonly scan: () => Promise<UsbScan>
  readonly probe: ProbePort
  /** Takes one line of output without its line end. */
  readonly print: (line: string) => void
  /** Text for people; else one JSON object per device, without IMEIs: that output is kept and passed on. */
  readonly isTerminal: boolean
}

/** A port and what it said. */
export interface AskedPort<Answer extends ProbeAnswer = ProbeAnswer> {
  readonly tty: string
  readonly interface: number | null
  /** `null`: it does not answer AT. */
  readonly answer: Answer | null
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
  const lines = configurationLines(scan, asked, { canShowImei: io.isTerminal })
  for (const entry of asked) {
    const line = lines.get(entry.device) ?? null
    if (io.isTerminal) for (const text of describeForPeople(entry, line)) io.print(text)
    else io.print(JSON.stringify(describeForPrograms(entry, line, withoutImei)))
  }
  if (io.isTerminal && asked.length === 0) io.print(scan.isReadable ? NOTHING : UNREADABLE)
  return 0
}

/** How a stick is told apart from all others. */
export interface StickPlace {
  readonly port: string
  readonly imei: string | null
}

/**
 * The place of each stick that answers, by what is its own: the by-id link of its port; where equal sticks share that
 * link, the IMEI, or the socket when it tells none or `canShowImei` is `false`; `auto` for an only stick without links.
 */
export function placesOf(
  scan: UsbScan,
  asked: readonly AskedDevice[],
  { canShowImei = true }: { readonly canShowImei?: boolean } = {},
): ReadonlyMap<UsbModemDevice, StickPlace> {
  const isOnlyStick = asked.filter(({ ports }) => ports.length > 0).length === 1
  const places = new Map<UsbModemDevice, StickPlace>()
  for (const { device, ports } of asked) {
    const port = ports.find(({ answer }) => answer !== null)
    if (port !== undefined) places.set(device, placeOf(port))
  }
  return places

  function placeOf({ tty, answer }: AskedPort): StickPlace {
    const name = stableName(scan, tty)
    const imei = answer?.imei ?? null
    if (name.includes('/by-id/')) return { port: name, imei: null }
    if (isOnlyStick) return { port: 'auto', imei: null }
    return imei !== null && canShowImei ? { port: 'auto', imei } : { port: name, imei: null }
  }
}

/** The entries for `modems:`, one line for each stick that answers. */
export function configurationLines(...found: Parameters<typeof placesOf>): ReadonlyMap<UsbModemDevice, string> {
  return new Map([...placesOf(...found)].map(([device, place], index) => [device, lineOf(stickId(index), place)]))
}

/** The id of the first stick, the second … when nobody has named them. @param index from 0 */
export function stickId(index: number): string {
  return index === 0 ? 'stick' : `stick${index + 1}`
}

function lineOf(id: string, { port, imei }: StickPlace): string {
  const place = port === 'auto' ? `port: auto${imei === null ? '' : `, imei: "${imei}"`}` : `port: "${port}"`
  return `- {id: ${id}, transport: serial, ${place}}`
}

/**
 * The name of a port that survives best: its by-id link, which goes with the stick from socket to socket, unless an
 * equal stick has the same; else by-path, which names the socket; else the device file.
 */
export function stableName(scan: UsbScan, tty: string): string {
  const all = [...scan.names].filter(([, leadsTo]) => leadsTo === tty).map(([name]) => name)
  const byId = twinsOf(scan, tty).length > 1 ? undefined : all.find((name) => name.includes('/by-id/'))
  return byId ?? all.find((name) => name.includes('/by-path/')) ?? tty
}

/** The sticks that call themselves just like the one that has this port, itself included; they share their by-id links. */
export function twinsOf({ devices }: UsbScan, tty: string): readonly UsbModemDevice[] {
  const own = devices.find(({ interfaces }) => interfaces.some((entry) => entry.tty === tty))
  return devices.filter(({ product, serial }) => product === own?.product && serial === own.serial)
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
  const lines = configurationLines(found, asked, { canShowImei: showsImei })
  return asked.map((entry) => ({
    ...describeForPrograms(entry, lines.get(entry.device) ?? null, (imei) => imei),
    in_use_by: entry.owner,
  }))
}

/** Asks all ports of a device, one after the other. */
export async function askDevice<Answer extends ProbeAnswer>(
  device: UsbModemDevice,
  probe: (tty: string) => Promise<Answer | undefined>,
): Promise<{ readonly device: UsbModemDevice; readonly ports: readonly AskedPort<Answer>[] }> {
  const ports: AskedPort<Answer>[] = []
  for (const port of portsInOrder(device)) {
    ports.push({ tty: port.tty, interface: port.interface, ...(await askPort(port.tty, probe)) })
  }
  return { device, ports }
}

/** Asks one port; a failure of the port is told in words, any other rejects. */
export async function askPort<Answer extends ProbeAnswer>(
  tty: string,
  probe: (tty: string) => Promise<Answer | undefined>,
): Promise<Pick<AskedPort<Answer>, 'answer' | 'fault'>> {
  try {
    return { answer: (await probe(tty)) ?? null, fault: null }
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return { answer: null, fault: error.message }
  }
}

const NOTHING = 'No ZTE device is on the USB. Plug the stick in; after that it may need half a minute.'
const UNREADABLE = 'This system shows no USB devices (no /sys/bus/usb). A container must be able to see /sys.'

const ROLES: Readonly<Record<PortRole, string>> = {
  status: 'AT port for status and SMS',
  modem: 'AT port for data',
  diagnostic: 'diagnostic port',
  unknown: 'use not known',
}

function describeForPeople({ device, ports }: AskedDevice, line: string | null): readonly string[] {
  const models = device.models === null ? '' : `, seen on ${device.models}`
  const obstacle = describeObstacle(device)
  return [
    `${nameDevice(device)}: ${device.mode} mode${models}`,
    ...ports.map((port) => {
      const role = ROLES[roleOf(device, port.interface)]
      return `  ${port.tty} (interface ${port.interface}, ${role}): ${describeAnswer(port)}`
    }),
    ...device.interfaces
      .filter(({ tty }) => tty === null)
      .map(({ number, driver }) => {
        return `  interface ${number}: no serial port, ${driver === null ? 'no driver' : `driver ${driver}`}`
      }),
    ...(obstacle === null ? [] : [`  ${obstacle.what}`, `  ${obstacle.remedy}`]),
    ...(line === null ? [] : ['  For the configuration, under "modems:":', `    ${line}`]),
  ]
}

function describeAnswer({ answer, fault }: AskedPort): string {
  if (answer === null) return fault ?? 'does not answer AT'
  const imei = answer.imei === null ? 'tells no IMEI' : `IMEI ${answer.imei}`
  return `answers AT: ${answer.model ?? 'unknown model'}, ${imei}`
}

function describeForPrograms(
  { device, ports }: AskedDevice,
  line: string | null,
  shown: (imei: string) => string,
): Record<string, unknown> {
  return {
    product_id: device.productId,
    product: device.product,
    models: device.models,
    usb_path: device.busPath,
    mode: device.mode,
    ports: ports.map((port) => ({
      port: port.tty,
      interface: port.interface,
      role: roleOf(device, port.interface),
      answers_at: port.answer !== null,
      model: port.answer?.model ?? null,
      imei: port.answer?.imei == null ? null : shown(port.answer.imei),
      fault: port.fault,
    })),
    other_interfaces: device.interfaces
      .filter(({ tty }) => tty === null)
      .map(({ number, driver }) => ({ interface: number, driver })),
    remedy: describeObstacle(device)?.remedy ?? null,
    configuration: line,
  }
}
