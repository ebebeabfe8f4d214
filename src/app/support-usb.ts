import { obstacleOf } from '../transport/usb-absence.ts'
import { roleOf } from '../transport/usb-candidates.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'
import type { Mask } from './support-mask.ts'
import { maskNumbers } from './support-mask.ts'

/** The ZTE devices and their ports as the system shows them, with nothing of their serial numbers; no port is opened. */
export function describeUsb(scan: UsbScan): Readonly<Record<string, unknown>> {
  const mask = withoutSerials(scan.devices)
  return {
    readable: scan.isReadable,
    devices: scan.devices.map((device) => describeDevice(device, scan, mask)),
  }
}

function describeDevice(device: UsbModemDevice, { names }: UsbScan, mask: Mask): unknown {
  return {
    product_id: device.productId,
    product: device.product === null ? null : mask(device.product),
    manufacturer: device.manufacturer === null ? null : mask(device.manufacturer),
    has_serial: device.serial !== null,
    mode: device.mode,
    models: device.models,
    usb_path: device.busPath,
    interfaces: device.interfaces.map(({ number, tty, driver, hasDeviceFile }) => ({
      number,
      driver,
      port: tty,
      role: tty === null ? null : roleOf(device, number),
      device_file: hasDeviceFile,
      links: [...names].filter(([name, leadsTo]) => leadsTo === tty && !tty.endsWith(name)).map(([name]) => mask(name)),
    })),
    obstacle: obstacleOf(device),
  }
}

/** A serial number may hold what udev replaces by `_` in the name of a link. */
function withoutSerials(devices: readonly UsbModemDevice[]): Mask {
  const serials = devices.flatMap(({ serial }) => serial?.trim() || [])
  const written = new Set(serials.flatMap((serial) => [serial, serial.replace(/[^\w#+.:=@-]/g, '_')]))
  const longestFirst = [...written].sort((a, b) => b.length - a.length)
  return (text) => maskNumbers(longestFirst.reduce((shown, serial) => shown.replaceAll(serial, '***'), text))
}
