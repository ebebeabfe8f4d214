import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeUsb } from '../../src/app/support-usb.ts'
import type { UsbModemDevice, UsbScan } from '../../src/transport/usb-tty.ts'
import { mf190, openBus, scanOf } from '../transport/usb-sticks.ts'

test('sticks and ports are told as the system shows them, without a serial number', async (t) => {
  const bus = await openBus(t)
  await bus.plug(mf190())
  const scan = await scanOf(bus)
  const text = JSON.stringify(describeUsb(scan))
  assert.ok(!text.includes('MF19001MOD010000'), text)
  assert.deepEqual(JSON.parse(text.replaceAll(bus.root, '')), {
    readable: true,
    devices: [
      {
        product_id: '0117',
        product: 'Surf-Stick',
        manufacturer: 'ZTE,Incorporated',
        has_serial: true,
        mode: 'modem',
        models: scan.devices[0]?.models,
        usb_path: '1-2',
        interfaces: [
          ...['diagnostic', 'status', 'modem'].map((role, number) => ({
            number,
            driver: 'option',
            port: `/dev/ttyUSB${number}`,
            role,
            device_file: true,
            links: [
              `/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_***-if0${number}-port0`,
              `/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.${number}-port0`,
            ],
          })),
          { number: 3, driver: 'usb-storage', port: null, role: null, device_file: false, links: [] },
        ],
        obstacle: 'usable',
      },
    ],
  })
})

test('a serial number is found in links, too, where udev has replaced some of its characters', () => {
  const device: UsbModemDevice = {
    ...({
      mode: 'modem',
      models: null,
      atInterfaces: [],
      statusInterface: null,
      modemInterface: null,
      remedy: '',
    } as const),
    productId: '0031',
    product: 'Stick SN A1 B2',
    manufacturer: null,
    serial: 'A1 B2',
    busPath: '1-2',
    busNumber: 1,
    deviceNumber: 2,
    interfaces: [{ number: 0, tty: '/dev/ttyUSB0', hasDeviceFile: true, driver: 'option' }],
  }
  const names = new Map([
    ['/dev/ttyUSB0', '/dev/ttyUSB0'],
    ['/dev/serial/by-id/usb-ZTE_Stick_A1_B2-if00-port0', '/dev/ttyUSB0'],
    ['/dev/my-stick-A1_B2', '/dev/ttyUSB0'],
  ])
  const scan: UsbScan = { isReadable: true, devices: [device], names }
  const text = JSON.stringify(describeUsb(scan))
  assert.doesNotMatch(text, /A1|B2/)
  assert.match(text, /my-stick-\*\*\*/)
})
