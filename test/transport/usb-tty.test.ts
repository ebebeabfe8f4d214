import assert from 'node:assert/strict'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { scanUsb } from '../../src/transport/usb-tty.ts'
import { driverless, mf190, mf192, mf636, network, openBus, scanOf, zeroCd } from './usb-sticks.ts'

const identify = () => {
  const nothing = { models: null, atInterfaces: [], statusInterface: null, modemInterface: null, remedy: '' }
  return { mode: 'unknown', ...nothing } as const
}

describe('scanUsb', () => {
  it('reads identity, socket and the tty of each interface of a stick behind a hub', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-2.1'))
    const [device, ...others] = (await scanOf(bus)).devices
    assert.deepEqual(others, [])
    assert.equal(device?.productId, '0117')
    assert.equal(device.mode, 'modem')
    assert.equal(device.product, 'Surf-Stick')
    assert.equal(device.manufacturer, 'ZTE,Incorporated')
    assert.equal(device.serial, 'MF19001MOD010000')
    assert.equal(device.busPath, '1-2.1')
    assert.equal(device.busNumber, 1)
    assert.equal(device.deviceNumber, 2)
    const dev = join(bus.root, 'dev')
    assert.deepEqual(device.interfaces, [
      { number: 0, tty: `${dev}/ttyUSB0`, hasDeviceFile: true, driver: 'option' },
      { number: 1, tty: `${dev}/ttyUSB1`, hasDeviceFile: true, driver: 'option' },
      { number: 2, tty: `${dev}/ttyUSB2`, hasDeviceFile: true, driver: 'option' },
      { number: 3, tty: null, hasDeviceFile: false, driver: 'usb-storage' },
    ])
  })

  it('skips the number of a storage interface between serial ones', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf636())
    const [device] = (await scanOf(bus)).devices
    const ttys = device?.interfaces.map(({ number, tty }) => [number, tty?.slice(-7) ?? null])
    assert.deepEqual(ttys, [
      [0, 'ttyUSB0'],
      [1, 'ttyUSB1'],
      [2, null],
      [3, 'ttyUSB2'],
    ])
  })

  it('reads CDC-ACM ports, whose device link leads to the interface itself', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf192())
    const [device] = (await scanOf(bus)).devices
    const ttys = device?.interfaces.map(({ tty }) => tty?.slice(-7) ?? null)
    assert.deepEqual(ttys, ['ttyACM0', null, 'ttyACM1', null])
  })

  it('lists devices without ports and orders sockets as people count', async (t) => {
    const bus = await openBus(t)
    await bus.plug(network('1-10'))
    await bus.plug(zeroCd('1-2'))
    await bus.plug(driverless('2-1'))
    const seen = (await scanOf(bus)).devices.map(({ busPath, mode }) => [busPath, mode])
    assert.deepEqual(seen, [
      ['1-2', 'storage'],
      ['1-10', 'network'],
      ['2-1', 'modem'],
    ])
  })

  it('ignores devices of other makers and ports that are not on the USB', async (t) => {
    const bus = await openBus(t)
    await bus.plug({ ...mf190(), vendorId: '12d1' })
    const scan = await scanOf(bus)
    assert.deepEqual(scan.devices, [])
    assert.deepEqual([...scan.names], [])
  })

  it('sees a port whose device file is missing', async (t) => {
    const bus = await openBus(t)
    await bus.plug({ ...mf190(), hasDeviceFiles: false })
    const [device] = (await scanOf(bus)).devices
    assert.equal(device?.interfaces[1]?.hasDeviceFile, false)
    assert.match(device?.interfaces[1]?.tty ?? '', /\/dev\/ttyUSB1$/)
  })

  it('resolves plain names, by-id, by-path and own links to the device file', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-2.1'))
    await symlink('ttyUSB1', join(bus.root, 'dev/zte-at'))
    await symlink('/dev/serial/by-path/pci-0000:00:14.0-usb-0:2.1:1.2-port0', join(bus.root, 'dev/zte-modem'))
    const { names } = await scanOf(bus)
    const tty = (number: number) => join(bus.root, `dev/ttyUSB${number}`)
    assert.equal(names.get('/dev/ttyUSB0'), tty(0))
    assert.equal(names.get('/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if01-port0'), tty(1))
    assert.equal(names.get('/dev/serial/by-path/pci-0000:00:14.0-usb-0:2.1:1.1-port0'), tty(1))
    assert.equal(names.get('/dev/zte-at'), tty(1))
    assert.equal(names.get('/dev/zte-modem'), tty(2))
    assert.equal(names.size, 3 + 6 + 2)
  })

  it('keeps the name of a device file that is itself a link to a pty', async (t) => {
    const bus = await openBus(t)
    await bus.plug({ busPath: '1-2', productId: '0016', interfaces: [{ number: 1, line: '/dev/pts/99' }] })
    const { names, devices } = await scanOf(bus)
    assert.equal(names.get('/dev/ttyUSB0'), join(bus.root, 'dev/ttyUSB0'))
    assert.equal(devices[0]?.interfaces[0]?.tty, join(bus.root, 'dev/ttyUSB0'))
  })

  it('finds another number when the old one is held, and the old one when it is free again', async (t) => {
    const bus = await openBus(t)
    const first = await bus.plug(mf190())
    bus.hold(first.get(2) ?? '')
    await bus.unplug('1-2')
    assert.deepEqual((await scanOf(bus)).devices, [])
    await bus.plug(mf190())
    const [second] = (await scanOf(bus)).devices
    assert.equal(second?.interfaces[2]?.tty, join(bus.root, 'dev/ttyUSB3'))
    assert.equal(second.deviceNumber, 3)
    bus.letGo('ttyUSB2')
    await bus.unplug('1-2')
    await bus.plug(mf190())
    assert.equal((await scanOf(bus)).devices[0]?.interfaces[2]?.tty, join(bus.root, 'dev/ttyUSB2'))
  })

  it('survives a device that leaves while it is being read', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    await rm(join(bus.root, 'sys/devices/pci0000:00'), { recursive: true })
    assert.deepEqual((await scanOf(bus)).devices, [])
  })

  it('says that nothing can be seen where there is no sysfs', async (t) => {
    const bus = await openBus(t)
    await mkdir(join(bus.root, 'empty'))
    const scan = await scanUsb({ root: join(bus.root, 'empty'), identify })
    assert.equal(scan.isReadable, false)
    assert.equal((await scanUsb({ root: bus.root, identify })).isReadable, true)
  })
})
