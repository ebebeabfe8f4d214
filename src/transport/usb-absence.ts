import { CONTAINER_REMEDY } from './tty-access.ts'
import type { PortSearch } from './usb-candidates.ts'
import { isClaimed } from './usb-candidates.ts'
import type { UsbModemDevice } from './usb-tty.ts'

/** What became of a candidate that was asked. */
export interface ProbedDevice {
  /** `null`: a configured path that is no ZTE USB port. */
  readonly device: UsbModemDevice | null
  readonly tried: readonly string[]
  readonly outcome: 'possible' | 'silent' | 'other_stick' | 'other_modem' | 'no_imei'
  readonly model: string | null
  /** Messages of the ports that could not be opened. */
  readonly faults: readonly string[]
}

/** Why a device cannot be used as a serial modem just now; `usable`: it has ports to ask. */
export type PortObstacle = 'storage' | 'network' | 'bootloader' | 'no_driver' | 'no_device_file' | 'usable'

/** Looks at what the kernel shows; asks nothing. */
export function obstacleOf(device: UsbModemDevice): PortObstacle {
  const ports = device.interfaces.filter(({ tty }) => tty !== null)
  if (ports.length > 0) return ports.some(({ hasDeviceFile }) => hasDeviceFile) ? 'usable' : 'no_device_file'
  return device.mode === 'modem' || device.mode === 'unknown' ? 'no_driver' : device.mode
}

/** A device in a few words for a user: id, product text, socket. Never its serial number or IMEI. */
export function nameDevice(device: UsbModemDevice): string {
  const product = device.product === null ? '' : ` (${device.product})`
  return `19d2:${device.productId}${product} at USB ${device.busPath}`
}

/** Says what stands in the way of a device without usable ports, and the remedy. `null` when nothing does. */
export function describeObstacle(device: UsbModemDevice): { readonly what: string; readonly remedy: string } | null {
  const name = nameDevice(device)
  switch (obstacleOf(device)) {
    case 'storage':
      return { what: `${name} shows only its CD-ROM (storage mode) and no serial port.`, remedy: device.remedy }
    case 'network':
      return { what: `${name} is in network mode and has no serial port.`, remedy: device.remedy }
    case 'bootloader':
      return { what: `${name} hangs in its boot loader.`, remedy: device.remedy }
    case 'no_driver':
      return {
        what: `${name} has no serial port${device.mode === 'modem' ? ', because no driver took it' : ''}.`,
        remedy: device.remedy,
      }
    case 'no_device_file':
      return { what: `${name} has serial ports, but they are missing in /dev.`, remedy: CONTAINER_REMEDY }
    case 'usable':
      return null
  }
}

/** The message of a search that found nothing: what is wrong, what was seen, what to do. */
export function explainAbsence(search: PortSearch, probed: readonly ProbedDevice[]): string {
  const devices = search.scan.devices.map((device) => {
    const report = probed.find((entry) => entry.device === device)
    if (report !== undefined) return describeProbed(device, report, search)
    if (isClaimed(device, search)) return `${nameDevice(device)} belongs to another configured modem.`
    const obstacle = describeObstacle(device)
    return obstacle === null
      ? `${nameDevice(device)} is not what "port" asks for.`
      : `${obstacle.what} ${obstacle.remedy}`
  })
  return [headline(search, probed), ...devices].join(' ')
}

function headline({ scan, wanted, remembered }: PortSearch, probed: readonly ProbedDevice[]): string {
  if (probed.some(({ outcome }) => outcome === 'possible')) {
    return 'Several ZTE sticks are plugged in and the configuration does not say which one this modem is: set "imei". "zte2mqtt ports" prints the line.'
  }
  if (wanted.port !== 'auto') {
    const faults = probed.find(({ device }) => device === null)?.faults ?? []
    return [`${wanted.port} is not there or does not answer AT.`, ...faults].join(' ')
  }
  if (!scan.isReadable) {
    return 'This system shows no USB devices (no /sys/bus/usb): set "port" to the device file, and let a container see /sys.'
  }
  if (scan.devices.length === 0) {
    return 'No ZTE stick is on the USB: plug it in, and check cable, hub and power. After a restart it may take half a minute.'
  }
  const known = wanted.imei !== null || remembered !== null
  return known
    ? 'The stick of this modem was not found on the USB.'
    : 'No ZTE stick that answers AT was found on the USB.'
}

function describeProbed(device: UsbModemDevice, report: ProbedDevice, { wanted }: PortSearch): string {
  const name = nameDevice(device)
  switch (report.outcome) {
    case 'possible':
      return `${name} answers.`
    case 'silent': {
      const why =
        report.faults.length > 0 ? report.faults.join(' ') : 'It may be starting up, or hang: plug it in again.'
      return `${name} answers AT on none of its ports (${report.tried.join(', ')}). ${why}`
    }
    case 'other_modem':
      return `${name} belongs to another configured modem.`
    case 'no_imei':
      return `${name} answers, but does not tell its IMEI, so it cannot be recognised.`
    case 'other_stick': {
      const remedy = wanted.imei === null ? 'restart zte2mqtt' : 'correct "imei" in the configuration'
      const model = report.model === null ? '' : ` (${report.model})`
      return `${name} is another stick${model}; if it shall take the place, ${remedy}.`
    }
  }
}
