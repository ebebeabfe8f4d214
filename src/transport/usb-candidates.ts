import type { UsbModemDevice, UsbScan } from './usb-tty.ts'

/** Where a modem was the last time. The number of its tty is no part of it: that changes. */
export interface RememberedPort {
  /** `null` when the modem told none, or when another stick may take its place. */
  readonly imei: string | null
  readonly busPath: string
  readonly productId: string
  readonly interface: number
}

/** What is known when a modem is looked for. */
export interface PortSearch {
  readonly scan: UsbScan
  /** As configured: `auto` or a path, and the IMEI where one is given. */
  readonly wanted: { readonly port: string; readonly imei: string | null }
  readonly remembered: RememberedPort | null
  /** Of all other configured modems: the ttys or bus paths they hold now, and the IMEIs they have. */
  readonly claimed: ReadonlySet<string>
}

/** One port to ask; `device` and `interface` are `null` for a path that is no ZTE USB port (a pty, a serial line). */
export interface CandidatePort {
  readonly tty: string
  readonly device: UsbModemDevice | null
  readonly interface: number | null
}

/**
 * The ports that could be the wanted modem, the likeliest first. Devices: the remembered socket and product id, the
 * owner of the configured path, the remembered product id, the remembered socket, the others. Within a device: the
 * remembered interface, the configured path, then the order of the table (status AT, modem AT, others, diagnostic last).
 *
 * A configured path without an IMEI to go by restricts the search to the device behind it and the remembered one.
 * Devices claimed by other modems and ports without a device file are left out.
 */
export function candidatePorts(search: PortSearch): readonly CandidatePort[] {
  const path = pathOf(search)
  const owner = ownerOf(search)
  const ports = search.scan.devices
    .filter((device) => !isClaimed(device, search) && mayBe(device, owner, search))
    .sort((a, b) => rank(a, owner, search.remembered) - rank(b, owner, search.remembered))
    .flatMap((device) => portsOf(device, path, search.remembered))
  if (path === null || owner !== undefined) return ports
  return [{ tty: path, device: null, interface: null }, ...ports]
}

/**
 * Whether the port has to be looked for: always with `auto`; a path that leads to a ZTE stick, or did, may lead elsewhere now. What is
 * none of that (a pty, a serial line, a path of which nothing is known yet) is opened as it is.
 */
export function isToBeFound(search: PortSearch): boolean {
  const { scan, wanted, remembered } = search
  if (wanted.port === 'auto' || remembered !== null) return true
  return wanted.imei === null ? ownerOf(search) !== undefined : scan.devices.length > 0
}

/** What a serial interface is for: the two AT ports, Qualcomm's diagnostic port, which never answers AT, or not known. */
export type PortRole = 'status' | 'modem' | 'diagnostic' | 'unknown'

/** What the tables say about an interface; whether it answers AT is known only when it was asked. */
export function roleOf(device: UsbModemDevice, interfaceNumber: number | null): PortRole {
  if (interfaceNumber === null) return 'unknown'
  if (interfaceNumber === device.statusInterface) return 'status'
  if (interfaceNumber === device.modemInterface) return 'modem'
  return interfaceNumber === 0 ? 'diagnostic' : 'unknown'
}

/** The serial ports of a device that have a device file, in the order in which to ask them for AT. */
export function portsInOrder(device: UsbModemDevice): readonly CandidatePort[] {
  return portsOf(device, null, null)
}

/**
 * The IMEI the stick must tell, `null` when any will do. A by-path link names the socket, so what was in it before does
 * not bind; every other name may lead to another stick after a re-enumeration.
 */
export function expectedImei({ wanted, remembered }: PortSearch): string | null {
  return wanted.imei ?? (isByPath(wanted.port) ? null : (remembered?.imei ?? null))
}

/** Whether another configured modem holds this device. */
export function isClaimed(device: UsbModemDevice, { scan, claimed }: PortSearch): boolean {
  const held = new Set([...claimed].map((name) => scan.names.get(name) ?? name))
  return held.has(device.busPath) || device.interfaces.some(({ tty }) => tty !== null && held.has(tty))
}

function mayBe(device: UsbModemDevice, owner: UsbModemDevice | undefined, search: PortSearch): boolean {
  if (search.wanted.port === 'auto' || expectedImei(search) !== null || device === owner) return true
  return !isByPath(search.wanted.port) && isRemembered(device, search.remembered)
}

function rank(device: UsbModemDevice, owner: UsbModemDevice | undefined, remembered: RememberedPort | null): number {
  if (isRemembered(device, remembered)) return 0
  if (device === owner) return 1
  if (device.productId === remembered?.productId) return 2
  return device.busPath === remembered?.busPath ? 3 : 4
}

/** Whether a device is of the remembered kind and in the remembered socket. */
export function isRemembered(device: UsbModemDevice, remembered: RememberedPort | null): boolean {
  return device.busPath === remembered?.busPath && device.productId === remembered.productId
}

function portsOf(
  device: UsbModemDevice,
  path: string | null,
  remembered: RememberedPort | null,
): readonly CandidatePort[] {
  const usual = device.productId === remembered?.productId ? remembered.interface : null
  const place = (port: CandidatePort): number => {
    if (port.interface === usual) return -2
    if (port.tty === path) return -1
    const position = device.atInterfaces.indexOf(port.interface ?? -1)
    return position === -1 ? device.atInterfaces.length : position
  }
  return device.interfaces
    .flatMap(({ tty, hasDeviceFile, number }) =>
      tty === null || !hasDeviceFile ? [] : [{ tty, device, interface: number }],
    )
    .sort((a, b) => place(a) - place(b))
}

function pathOf({ scan, wanted }: PortSearch): string | null {
  return wanted.port === 'auto' ? null : (scan.names.get(wanted.port) ?? wanted.port)
}

/** The device that the configured path leads to. */
function ownerOf(search: PortSearch): UsbModemDevice | undefined {
  const path = pathOf(search)
  return search.scan.devices.find(({ interfaces }) => path !== null && interfaces.some(({ tty }) => tty === path))
}

function isByPath(port: string): boolean {
  return port.includes('/by-path/')
}
