import type { UsbMode, UsbProduct } from './usb.ts'
import { describeUsbProduct, ZTE_VENDOR_ID } from './usb.ts'

/** Where ZTE sticks in network mode have their web page. */
export const DEFAULT_STICK_URL = 'http://192.168.0.1'

/**
 * Addresses, relative to the stick's web page, that send it from network to modem mode; firmware knows one or the other.
 * The answer may never come, because the stick leaves the bus. Evidence: MF667, MF823, MF831.
 */
export const MODE_SWITCH_PATHS = [
  '/goform/goform_process?goformId=MODE_SWITCH&switchCmd=FACTORY',
  '/goform/goform_set_cmd_process?goformId=MODE_SWITCH&switchCmd=FACTORY',
] as const

/** The commands of usb_modeswitch that turn this CD-ROM into a modem, in the order in which to try them. */
export function usbModeswitchCommands(product: UsbProduct): readonly string[] {
  const base = `usb_modeswitch -v ${ZTE_VENDOR_ID} -p ${product.productId}`
  const message = product.zeroCd?.message
  const byEject = product.zeroCd?.eject === false ? [] : [`${base} -K`]
  return message === undefined ? byEject : [...byEject, `${base} -M ${message}`]
}

/** The line that makes the kernel's `option` driver take an id it does not know; as root, holds until the next start. */
export function newIdCommand(productId: string): string {
  return `modprobe option; echo ${ZTE_VENDOR_ID} ${productId} > /sys/bus/usb-serial/drivers/option1/new_id`
}

const REMEDIES: Record<UsbMode, (product: UsbProduct) => string> = {
  storage: (product) => {
    const commands = usbModeswitchCommands(product).map((command) => `"${command}"`)
    return `Install usb-modeswitch with its data package, which switches it whenever it is plugged in, or run as root ${commands.join(', and if that is not enough ')}.${afterwards(product)}`
  },
  network: () =>
    `Send it to modem mode with "zte2mqtt switch modem --yes", which opens ${DEFAULT_STICK_URL}${MODE_SWITCH_PATHS[0]} on the stick. The bridge never does that by itself, because some sticks do not find the way back. Or leave it so, if docs/configuration.md of your version lists "transport: http".`,
  bootloader: () =>
    'Unplug it and plug it in again. If it comes back like this, its firmware is damaged; nothing here can repair that.',
  modem: (product) =>
    `The kernel's driver "option" is missing or does not know this id. As root, after every start of the computer: ${newIdCommand(product.productId)}`,
  unknown: (product) =>
    `This id is not known here. If the stick has serial ports, as root: ${newIdCommand(product.productId)}`,
}

/**
 * What to do about a stick that shows no serial port, as a sentence or two for the user: usb_modeswitch for `storage`,
 * HTTP or MODE_SWITCH for `network`, the `new_id` line for `modem`.
 */
export function remedyWithoutPort(product: UsbProduct): string {
  return REMEDIES[product.mode](product)
}

/** Everything a scan of the USB needs to know about a product id: its row, its mode and the remedy. */
export function identifyUsb(
  productId: string,
  interfaceClasses: readonly string[],
): UsbProduct & { readonly remedy: string } {
  const product = describeUsbProduct(productId, interfaceClasses)
  return { ...product, remedy: remedyWithoutPort(product) }
}

function afterwards({ zeroCd }: UsbProduct): string {
  const targets = zeroCd?.targets ?? []
  if (targets.length === 0) return ''
  const isNetwork = targets.every((target) => describeUsbProduct(target, []).mode === 'network')
  const network =
    ' in network mode: a network card with a web page and without serial ports. From there "zte2mqtt switch modem" leads on'
  return ` It comes back as ${targetsOf(targets)}${isNetwork ? network : ''}.`
}

function targetsOf(targets: readonly string[]): string {
  const shown = targets.slice(0, 4).map((target) => `${ZTE_VENDOR_ID}:${target}`)
  return targets.length > shown.length ? 'another product id' : shown.join(' or ')
}
