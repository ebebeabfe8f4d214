import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { identifyUsb } from '../../src/devices/usb-remedies.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { FakeStick } from '../../src/simulator/usb-bus.ts'
import { UsbBus } from '../../src/simulator/usb-bus.ts'
import type { ProbeAnswer, ProbePort } from '../../src/transport/usb-follow.ts'
import type { UsbScan } from '../../src/transport/usb-tty.ts'
import { scanUsb } from '../../src/transport/usb-tty.ts'

/** A bus in a folder of its own, which goes with the test. */
export async function openBus(t: TestContext): Promise<UsbBus> {
  const root = await mkdtemp(join(tmpdir(), 'usb-bus-'))
  t.after(() => rm(root, { recursive: true }))
  const bus = new UsbBus(root)
  await bus.powerOn()
  return bus
}

export const scanOf = (bus: UsbBus): Promise<UsbScan> => scanUsb({ root: bus.root, identify: identifyUsb })

const CD_ROM = { usbClass: '08/06/50', driver: 'usb-storage' }

/** MF190 and relatives: interface 0 diagnostic, 1 AT, 2 modem, 3 mass storage. */
export const mf190 = (busPath = '1-2'): FakeStick => ({
  busPath,
  productId: '0117',
  product: 'Surf-Stick',
  serial: 'MF19001MOD010000',
  interfaces: [{ number: 0 }, { number: 1 }, { number: 2 }, { number: 3, ...CD_ROM }],
})

/** MF636: interface 0 diagnostic, 1 AT, 2 mass storage, 3 modem. */
export const mf636 = (busPath = '1-2'): FakeStick => ({
  busPath,
  productId: '0031',
  interfaces: [{ number: 0 }, { number: 1 }, { number: 2, ...CD_ROM }, { number: 3 }],
})

/** MF192 as CDC-ACM: pairs of control and data interfaces. */
export const mf192 = (busPath = '1-2'): FakeStick => ({
  busPath,
  productId: '1515',
  interfaces: [
    { number: 0, usbClass: '02/02/01', driver: 'cdc_acm' },
    { number: 1, usbClass: '0a/00/00', driver: 'cdc_acm_data' },
    { number: 2, usbClass: '02/02/01', driver: 'cdc_acm' },
    { number: 3, usbClass: '0a/00/00', driver: 'cdc_acm_data' },
  ],
})

/** MF667 before it was switched. */
export const zeroCd = (busPath = '1-2', productId = '1225'): FakeStick => ({
  busPath,
  productId,
  interfaces: [{ number: 0, ...CD_ROM }],
})

/** MF667 and MF823 with their web page. */
export const network = (busPath = '1-2'): FakeStick => ({
  busPath,
  productId: '1405',
  interfaces: [
    { number: 0, usbClass: '02/06/00', driver: 'cdc_ether' },
    { number: 1, usbClass: '0a/00/00', driver: 'cdc_ether' },
    { number: 2, ...CD_ROM },
  ],
})

/** MF667 after MODE_SWITCH. */
export const mf667 = (busPath = '1-2'): FakeStick => ({
  busPath,
  productId: '0016',
  interfaces: [{ number: 0 }, { number: 1 }, { number: 2 }],
})

/** MF667 with an id that the kernel's `option` driver does not know. */
export const driverless = (busPath = '1-2'): FakeStick => ({
  ...mf667(busPath),
  interfaces: [0, 1, 2].map((number) => ({ number, driver: null })),
})

/** What each port says: an answer, or a message with which it cannot be opened. Ports that are not named stay silent. */
export function probing(answers: Readonly<Record<string, ProbeAnswer | string>>, asked: string[] = []): ProbePort {
  return async (tty) => {
    const name = tty.slice(tty.lastIndexOf('/') + 1)
    asked.push(name)
    const answer = answers[name]
    if (typeof answer === 'string') throw new ModemError('modem_offline', answer)
    return answer
  }
}

export const imei = (number: string, model = 'MF190'): ProbeAnswer => ({ imei: number, model })
