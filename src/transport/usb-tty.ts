import { access, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

const ZTE_VENDOR_ID = '19d2'

/** What a table of models says about a product id, given to the scan by whoever owns the table. */
export interface UsbKind {
  readonly mode: 'storage' | 'network' | 'modem' | 'bootloader' | 'unknown'
  readonly models: string | null
  /** Interface numbers in the order in which to look for the AT port. */
  readonly atInterfaces: readonly number[]
  /** Interface numbers of the two AT ports, `null` where the table does not name them. */
  readonly statusInterface: number | null
  readonly modemInterface: number | null
  /** For the user: what to do when a stick of this kind shows no serial port. */
  readonly remedy: string
}

/** Looks up a product id; the classes are `class/subclass/protocol` of each interface, in hex (`ff/ff/ff`). */
export type IdentifyUsb = (productId: string, interfaceClasses: readonly string[]) => UsbKind

/** One interface of a USB device. */
export interface UsbInterface {
  /** bInterfaceNumber */
  readonly number: number
  /** The device file it has now (`/dev/ttyUSB1`, below the scan's root), `null` without a serial port. */
  readonly tty: string | null
  /** Whether that device file exists; in a container the kernel may show a port that `/dev` does not. */
  readonly hasDeviceFile: boolean
  /** The kernel driver that took it (`option`, `usb-storage`, `cdc_ether`), `null` when none did. */
  readonly driver: string | null
}

/** A ZTE device on the USB, whatever its mode. */
export interface UsbModemDevice extends UsbKind {
  /** idProduct, four lower-case hex digits */
  readonly productId: string
  readonly product: string | null
  readonly manufacturer: string | null
  /** As the stick says; equal on many sticks, so never an identity. */
  readonly serial: string | null
  /** The socket: bus and port chain, like `1-2.1`. */
  readonly busPath: string
  readonly busNumber: number | null
  /** Grows with every enumeration. */
  readonly deviceNumber: number | null
  /** Ordered by number. */
  readonly interfaces: readonly UsbInterface[]
}

/** What is plugged in at one moment. */
export interface UsbScan {
  /** `false`: this system shows no USB devices at all (no sysfs, or not Linux). */
  readonly isReadable: boolean
  /** Ordered by bus path. */
  readonly devices: readonly UsbModemDevice[]
  /** Every name of a ZTE port (`/dev/ttyUSB1`, `/dev/serial/by-id/…`, own udev links) and the device file it leads to. */
  readonly names: ReadonlyMap<string, string>
}

/** Where to look and how to tell the models apart. */
export interface ScanOptions {
  /** Folder that holds `sys` and `dev`; default `/`. */
  readonly root?: string
  readonly identify: IdentifyUsb
}

/** Reads which ZTE devices are on the USB and which device files they have now. Files only; never fails. */
export async function scanUsb({ root = '/', identify }: ScanOptions): Promise<UsbScan> {
  const folder = join(root, 'sys/bus/usb/devices')
  const entries = await list(folder)
  if (entries === undefined) return { isReadable: false, devices: [], names: new Map() }
  const ttys = await ttysByInterface(root)
  const busPaths = entries.filter((entry) => !entry.includes(':'))
  const read = busPaths.map((busPath) => readDevice(join(folder, busPath), busPath, ttys, identify))
  const devices = (await Promise.all(read)).filter((device) => device !== undefined)
  devices.sort((a, b) => a.busPath.localeCompare(b.busPath, 'en', { numeric: true }))
  return { isReadable: true, devices, names: await namesOf(root, devices) }
}

// sysfs: class/tty/ttyUSB1/device leads to the usb-serial port inside the interface, class/tty/ttyACM0/device to the
// interface itself.
async function ttysByInterface(root: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(root, 'sys/class/tty')
  const found = new Map<string, string>()
  for (const name of (await list(folder)) ?? []) {
    const device = await target(join(folder, name, 'device'))
    if (device === undefined) continue
    for (const candidate of [device, dirname(device)]) {
      if ((await attribute(candidate, 'bInterfaceNumber')) === null) continue
      found.set(candidate, join(root, 'dev', name))
      break
    }
  }
  return found
}

async function readDevice(
  link: string,
  busPath: string,
  ttys: ReadonlyMap<string, string>,
  identify: IdentifyUsb,
): Promise<UsbModemDevice | undefined> {
  const folder = await target(link)
  if (folder === undefined || (await attribute(folder, 'idVendor')) !== ZTE_VENDOR_ID) return undefined
  const productId = await attribute(folder, 'idProduct')
  if (productId === null) return undefined
  const subfolders = ((await list(folder)) ?? []).filter((entry) => entry.startsWith(`${busPath}:`))
  const found = await Promise.all(subfolders.map((entry) => readInterface(join(folder, entry), ttys)))
  const present = found.filter((entry) => entry !== undefined).sort((a, b) => a.shown.number - b.shown.number)
  return {
    ...identify(
      productId.toLowerCase(),
      present.map((entry) => entry.usbClass),
    ),
    productId: productId.toLowerCase(),
    product: await attribute(folder, 'product'),
    manufacturer: await attribute(folder, 'manufacturer'),
    serial: await attribute(folder, 'serial'),
    busPath,
    busNumber: toNumber(await attribute(folder, 'busnum'), 10),
    deviceNumber: toNumber(await attribute(folder, 'devnum'), 10),
    interfaces: present.map((entry) => entry.shown),
  }
}

async function readInterface(
  folder: string,
  ttys: ReadonlyMap<string, string>,
): Promise<{ readonly shown: UsbInterface; readonly usbClass: string } | undefined> {
  const number = toNumber(await attribute(folder, 'bInterfaceNumber'), 16)
  if (number === null) return undefined
  const tty = ttys.get(folder) ?? null
  const driver = await target(join(folder, 'driver'))
  const parts = ['bInterfaceClass', 'bInterfaceSubClass', 'bInterfaceProtocol'].map((name) => attribute(folder, name))
  return {
    shown: {
      number,
      tty,
      hasDeviceFile: tty !== null && (await exists(tty)),
      driver: driver === undefined ? null : basename(driver),
    },
    usbClass: (await Promise.all(parts)).map((part) => part ?? '').join('/'),
  }
}

async function namesOf(root: string, devices: readonly UsbModemDevice[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const { interfaces } of devices) {
    for (const { tty } of interfaces) if (tty !== null) names.set(`/dev/${basename(tty)}`, tty)
  }
  // The folders of stock udev first, so that a link of the user to one of their links resolves too.
  for (const folder of ['/dev/serial/by-id', '/dev/serial/by-path', '/dev']) {
    for (const entry of (await list(join(root, folder))) ?? []) {
      const name = `${folder}/${entry}`
      const leadsTo = await readlink(join(root, name)).catch(() => undefined)
      const tty = leadsTo === undefined ? undefined : names.get(resolve(folder, leadsTo))
      if (tty !== undefined) names.set(name, tty)
    }
  }
  return names
}

// A device may leave the bus between two reads: whatever cannot be read is not there.
async function attribute(folder: string, name: string): Promise<string | null> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '')
  return text.trim() || null
}

function list(folder: string): Promise<string[] | undefined> {
  return readdir(folder).catch(() => undefined)
}

function target(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined)
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function toNumber(text: string | null, radix: number): number | null {
  const number = text === null ? Number.NaN : Number.parseInt(text, radix)
  return Number.isNaN(number) ? null : number
}
