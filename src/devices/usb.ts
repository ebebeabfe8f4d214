import type { CompositionRow } from './usb-compositions.ts'
import { COMPOSITIONS, PORTLESS } from './usb-compositions.ts'
import type { ZeroCdRow } from './usb-zerocd.ts'
import { ZEROCD } from './usb-zerocd.ts'

/** USB vendor id of ZTE. */
export const ZTE_VENDOR_ID = '19d2'

/**
 * What a stick shows itself as on the bus: `storage` a CD-ROM (ZeroCD), `network` a network card with a web page,
 * `modem` serial ports, `bootloader` a crashed or half-flashed stick; `unknown` neither its id nor its interfaces tell.
 */
export type UsbMode = 'storage' | 'network' | 'modem' | 'bootloader' | 'unknown'

/** What is known about a USB product id of vendor 19d2. */
export interface UsbProduct {
  readonly productId: string
  readonly mode: UsbMode
  /** Models seen with this id, `null` when the table names none. */
  readonly models: string | null
  /** Interface numbers in the order in which to look for the AT port; empty in modes without serial ports. */
  readonly atInterfaces: readonly number[]
  /** Interface of the AT port that stays usable while another one carries data; `null` where the table names none. */
  readonly statusInterface: number | null
  /** Interface of the AT port that can also carry data. */
  readonly modemInterface: number | null
  /** Interface the kernel reserves for a network card, never a serial port. */
  readonly networkInterface: number | null
  /** How it leaves the CD-ROM mode; `null` where the id is no ZeroCD id. */
  readonly zeroCd: ZeroCdRow | null
}

const compositions = new Map<string, CompositionRow>(COMPOSITIONS.map((row) => [row.id, row]))
const portless = new Map<string, (typeof PORTLESS)[number]>(PORTLESS.map((row) => [row.id, row]))
const zeroCds = new Map<string, ZeroCdRow>(ZEROCD.map((row) => [row.id, row]))

// Interface 0 comes last: on all but the oldest sticks it is Qualcomm's diagnostic port, which never answers AT.
const USUAL_ORDER = [1, 2, 3, 4, 0] as const

/**
 * What a product id of vendor 19d2 stands for.
 *
 * Three ids (0003, 0033, 1007) are a CD-ROM on one model and a modem on another, and many ids are in no table, so the
 * interfaces have a say.
 * @param productId four hex digits
 * @param interfaceClasses class, subclass and protocol of each interface, like `ff/ff/ff`; empty when not known
 */
export function describeUsbProduct(productId: string, interfaceClasses: readonly string[]): UsbProduct {
  const id = productId.toLowerCase()
  const composition = compositions.get(id)
  const mode = modeOf(id, interfaceClasses)
  const zeroCd = zeroCds.get(id) ?? null
  return {
    productId: id,
    mode,
    models: (mode === 'storage' ? zeroCd?.name : (composition?.models ?? portless.get(id)?.models)) ?? null,
    atInterfaces: mode === 'modem' || mode === 'unknown' ? atInterfacesOf(composition) : [],
    statusInterface: composition?.status ?? null,
    modemInterface: composition?.modem ?? null,
    networkInterface: composition?.network ?? null,
    zeroCd: mode === 'storage' ? zeroCd : null,
  }
}

function modeOf(id: string, classes: readonly string[]): UsbMode {
  const only = portless.get(id)
  if (only !== undefined) return only.mode
  if (classes.length > 0 && classes.every(isStorage)) return 'storage'
  if (compositions.has(id) && (classes.length > 0 || !zeroCds.has(id))) return 'modem'
  if (classes.some(isSerial)) return 'modem'
  if (classes.some(isNetwork)) return 'network'
  return zeroCds.has(id) ? 'storage' : 'unknown'
}

function atInterfacesOf(row: CompositionRow | undefined): readonly number[] {
  const order = new Set<number>()
  if (row?.status !== undefined) order.add(row.status)
  if (row?.modem !== undefined) order.add(row.modem)
  for (const number of USUAL_ORDER) order.add(number)
  if (row?.network !== undefined) order.delete(row.network)
  return [...order]
}

function isStorage(usbClass: string): boolean {
  return usbClass.startsWith('08/')
}

// Vendor-specific interfaces are serial ports, except Android's debug bridge (ff/42/01); CDC-ACM is 02/02, except that
// RNDIS also calls itself 02/02 with protocol ff.
function isSerial(usbClass: string): boolean {
  if (usbClass.startsWith('ff/')) return usbClass !== 'ff/42/01'
  return usbClass.startsWith('02/02/') && usbClass !== '02/02/ff'
}

// CDC-Ethernet 02/06, NCM 02/0d, MBIM 02/0e, and the two ways in which RNDIS names itself.
function isNetwork(usbClass: string): boolean {
  return /^(02\/(06|0d|0e)\/|02\/02\/ff$|e0\/01\/03$)/.test(usbClass)
}
