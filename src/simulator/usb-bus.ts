import { chmod, mkdir, readdir, readlink, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'

/** One interface of a made-up stick. */
export interface FakeInterface {
  /** bInterfaceNumber */
  readonly number: number
  /** Class, subclass and protocol in hex; default `ff/ff/ff`. */
  readonly usbClass?: string
  /** Kernel driver; default `option` for `ff/ff/ff`; `null`: none took it. Only `option` and `cdc_acm` make a tty. */
  readonly driver?: string | null
  /** What the device file links to (a pty of a simulated stick); default an empty file. */
  readonly line?: string
}

/** A made-up stick. */
export interface FakeStick {
  /** Its socket, like `1-2.1`. */
  readonly busPath: string
  /** Four hex digits. */
  readonly productId: string
  /** Default 19d2. */
  readonly vendorId?: string
  readonly product?: string
  readonly serial?: string
  readonly interfaces: readonly FakeInterface[]
  /** `false`: a container that was not given the device files. */
  readonly hasDeviceFiles?: boolean
}

/**
 * The kernel's view of the USB as a tree of files: `sys`, `dev` with udev's links, `proc`. Numbers of ttys are given as
 * Linux does: the lowest free one, where one that a process still has open is not free.
 */
export class UsbBus {
  readonly root: string
  readonly #numbers = new Map<string, Map<number, string>>()
  readonly #held = new Set<string>()
  #deviceNumber = 1

  /** @param root an empty folder that exists */
  constructor(root: string) {
    this.root = root
  }

  /** Makes the empty bus, so that a scan sees a system with USB and nothing on it. */
  async powerOn(): Promise<void> {
    for (const folder of ['sys/bus/usb/devices', 'sys/class/tty', 'dev', 'proc']) {
      await mkdir(join(this.root, folder), { recursive: true })
    }
    // A console has no device link, a built-in serial port one that is no USB interface.
    await mkdir(join(this.root, 'sys/devices/virtual/tty/tty0'), { recursive: true })
    await this.#link('sys/class/tty/tty0', 'sys/devices/virtual/tty/tty0')
    await this.#folder('sys/devices/platform/serial8250/tty/ttyS0', {})
    await this.#link('sys/devices/platform/serial8250/tty/ttyS0/device', 'sys/devices/platform/serial8250')
    await this.#link('sys/class/tty/ttyS0', 'sys/devices/platform/serial8250/tty/ttyS0')
  }

  /** A stick appears. @returns the device file of each interface that got one, by interface number */
  async plug(stick: FakeStick): Promise<ReadonlyMap<number, string>> {
    const folder = deviceFolder(stick.busPath)
    this.#deviceNumber += 1
    await this.#folder(folder, {
      idVendor: stick.vendorId ?? '19d2',
      idProduct: stick.productId,
      manufacturer: 'ZTE,Incorporated',
      product: stick.product ?? 'ZTE WCDMA Technologies MSM',
      serial: stick.serial ?? '1234567890ABCDEF',
      busnum: stick.busPath.split('-')[0] ?? '1',
      devnum: String(this.#deviceNumber),
    })
    await this.#link(`sys/bus/usb/devices/${stick.busPath}`, folder)
    const ttys = new Map<number, string>()
    for (const entry of stick.interfaces) {
      const tty = await this.#plugInterface(stick, entry)
      if (tty !== undefined) ttys.set(entry.number, tty)
    }
    return ttys
  }

  /** The stick leaves; its ttys vanish, but numbers that are held stay taken. */
  async unplug(busPath: string): Promise<void> {
    for (const [kind, numbers] of this.#numbers) {
      for (const [number, owner] of numbers) if (owner === busPath) await this.#removeTty(`${kind}${number}`)
    }
    const devices = join(this.root, 'sys/bus/usb/devices')
    for (const entry of await readdir(devices)) {
      if (entry === busPath || entry.startsWith(`${busPath}:`)) await unlink(join(devices, entry))
    }
    await rm(join(this.root, deviceFolder(busPath)), { recursive: true })
  }

  /** Some process keeps the old descriptor open: the number is not given again until `letGo`. */
  hold(tty: string): void {
    this.#held.add(basename(tty))
  }

  /** The counterpart of `hold`. */
  letGo(tty: string): void {
    const [, kind = '', number] = /^(\D+)(\d+)$/.exec(basename(tty)) ?? []
    this.#held.delete(basename(tty))
    if (this.#numbers.get(kind)?.get(Number(number)) === '') this.#numbers.get(kind)?.delete(Number(number))
  }

  /** A process with these files open. */
  async run(pid: number, name: string, openFiles: readonly string[] = []): Promise<void> {
    await this.#folder(`proc/${pid}`, { comm: name })
    await mkdir(join(this.root, `proc/${pid}/fd`))
    for (const [index, file] of openFiles.entries()) await symlink(file, join(this.root, `proc/${pid}/fd/${index}`))
  }

  async #plugInterface(stick: FakeStick, entry: FakeInterface): Promise<string | undefined> {
    const { usbClass = 'ff/ff/ff' } = entry
    const driver = entry.driver === undefined && usbClass === 'ff/ff/ff' ? 'option' : (entry.driver ?? null)
    const name = `${stick.busPath}:1.${entry.number}`
    const folder = `${deviceFolder(stick.busPath)}/${name}`
    const [bInterfaceClass = '', bInterfaceSubClass = '', bInterfaceProtocol = ''] = usbClass.split('/')
    const bInterfaceNumber = entry.number.toString(16).padStart(2, '0')
    await this.#folder(folder, { bInterfaceNumber, bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol })
    await this.#link(`sys/bus/usb/devices/${name}`, folder)
    if (driver !== null) {
      await mkdir(join(this.root, `sys/bus/usb/drivers/${driver}`), { recursive: true })
      await this.#link(`${folder}/driver`, `sys/bus/usb/drivers/${driver}`)
    }
    if (driver === 'option') return this.#plugTty(stick, entry, folder, 'ttyUSB')
    return driver === 'cdc_acm' ? this.#plugTty(stick, entry, folder, 'ttyACM') : undefined
  }

  async #plugTty(stick: FakeStick, entry: FakeInterface, folder: string, kind: string): Promise<string> {
    const tty = `${kind}${this.#takeNumber(kind, stick.busPath)}`
    // usb-serial puts a port between interface and tty, CDC-ACM does not.
    const device = kind === 'ttyUSB' ? `${folder}/${tty}` : folder
    await this.#folder(`${device}/tty/${tty}`, {})
    await this.#link(`${device}/tty/${tty}/device`, device)
    await this.#link(`sys/class/tty/${tty}`, `${device}/tty/${tty}`)
    const file = join(this.root, 'dev', tty)
    if (stick.hasDeviceFiles === false) return file
    if (entry.line === undefined) await this.#deviceFile(file)
    else await symlink(entry.line, file)
    await this.#linkLikeUdev(stick, entry.number, tty)
    return file
  }

  // As udev makes them: for owner and group.
  async #deviceFile(file: string): Promise<void> {
    await writeFile(file, '')
    await chmod(file, 0o660)
  }

  async #linkLikeUdev(stick: FakeStick, number: number, tty: string): Promise<void> {
    const product = (stick.product ?? 'ZTE WCDMA Technologies MSM').replaceAll(' ', '_')
    const interfaceNumber = number.toString(16).padStart(2, '0')
    const port = tty.startsWith('ttyUSB') ? '-port0' : ''
    const [, ports = ''] = stick.busPath.split('-')
    const names = [
      `by-id/usb-ZTE_Incorporated_${product}_${stick.serial ?? '1234567890ABCDEF'}-if${interfaceNumber}${port}`,
      `by-path/pci-0000:00:14.0-usb-0:${ports}:1.${number}${port}`,
    ]
    for (const name of names) {
      const path = join(this.root, 'dev/serial', name)
      await mkdir(dirname(path), { recursive: true })
      await rm(path, { force: true })
      await symlink(`../../${tty}`, path)
    }
  }

  async #removeTty(tty: string): Promise<void> {
    const [, kind = '', number] = /^(\D+)(\d+)$/.exec(tty) ?? []
    if (this.#held.has(tty)) this.#numbers.get(kind)?.set(Number(number), '')
    else this.#numbers.get(kind)?.delete(Number(number))
    await unlink(join(this.root, 'sys/class/tty', tty))
    await rm(join(this.root, 'dev', tty), { force: true })
    for (const folder of ['dev/serial/by-id', 'dev/serial/by-path']) {
      const path = join(this.root, folder)
      for (const entry of await readdir(path).catch(() => [])) {
        if (basename(await readlink(join(path, entry))) === tty) await unlink(join(path, entry))
      }
    }
  }

  #takeNumber(kind: string, busPath: string): number {
    const numbers = this.#numbers.get(kind) ?? new Map<number, string>()
    this.#numbers.set(kind, numbers)
    let number = 0
    while (numbers.has(number)) number += 1
    numbers.set(number, busPath)
    return number
  }

  async #folder(path: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(this.root, path), { recursive: true })
    for (const [name, value] of Object.entries(attributes)) await writeFile(join(this.root, path, name), `${value}\n`)
  }

  async #link(path: string, target: string): Promise<void> {
    const place = join(this.root, path)
    await mkdir(dirname(place), { recursive: true })
    await symlink(relative(dirname(place), join(this.root, target)), place)
  }
}

// sysfs nests a device into the hub it hangs on: usb1/1-2/1-2.1
function deviceFolder(busPath: string): string {
  const [bus = '1', ports = ''] = busPath.split('-')
  const chain = ports.split('.').map((_, index, all) => `${bus}-${all.slice(0, index + 1).join('.')}`)
  return `sys/devices/pci0000:00/0000:00:14.0/usb${bus}/${chain.join('/')}`
}
