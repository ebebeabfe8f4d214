import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { PortSearch } from '../../src/transport/usb-candidates.ts'
import { candidatePorts } from '../../src/transport/usb-candidates.ts'
import type { ProbePort } from '../../src/transport/usb-follow.ts'
import { findAtPort } from '../../src/transport/usb-follow.ts'
import type { UsbScan } from '../../src/transport/usb-tty.ts'
import {
  driverless,
  imei,
  mf190,
  mf192,
  mf636,
  mf667,
  network,
  openBus,
  probing,
  scanOf,
  zeroCd,
} from './usb-sticks.ts'

const A = imei('351111111111111')
const B = imei('352222222222222')
const AUTO = { port: 'auto', imei: null }

const search = (scan: UsbScan, rest: Partial<PortSearch> = {}): PortSearch => ({
  scan,
  wanted: AUTO,
  remembered: null,
  claimed: new Set(),
  ...rest,
})

const ttysOf = (search: PortSearch): string[] =>
  candidatePorts(search).map(({ tty }) => tty.slice(tty.lastIndexOf('/') + 1))

async function find(scan: UsbScan, probe: ProbePort, rest: Partial<PortSearch> = {}): Promise<string> {
  const { tty } = await findAtPort({ ...search(scan, rest), probe })
  return tty.slice(tty.lastIndexOf('/') + 1)
}

const offline =
  (...patterns: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof ModemError)
    assert.equal(error.code, 'modem_offline')
    for (const pattern of patterns) assert.match(error.message, pattern)
    return true
  }

const rememberedA = { imei: A.imei, busPath: '1-2', productId: '0117', interface: 2 }

describe('candidatePorts', () => {
  it('puts the status port first, the modem port second and the diagnostic port last', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf636())
    assert.deepEqual(ttysOf(search(await scanOf(bus))), ['ttyUSB1', 'ttyUSB2', 'ttyUSB0'])
  })

  it('begins with the interface that answered the last time', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    assert.deepEqual(ttysOf(search(await scanOf(bus), { remembered: rememberedA })), ['ttyUSB2', 'ttyUSB1', 'ttyUSB0'])
  })

  it('begins with the configured port where nothing is remembered', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const wanted = { port: '/dev/ttyUSB2', imei: null }
    assert.deepEqual(ttysOf(search(await scanOf(bus), { wanted })), ['ttyUSB2', 'ttyUSB1', 'ttyUSB0'])
  })

  it('orders devices: remembered place, same product, same socket, others', async (t) => {
    const bus = await openBus(t)
    for (const stick of [mf667('1-1'), mf190('1-3'), mf636('1-4'), mf190('1-2')]) await bus.plug(stick)
    const order = (remembered: PortSearch['remembered']) =>
      [...new Set(candidatePorts(searchIn(remembered)).map(({ device }) => device?.busPath))].join(' ')
    const scan = await scanOf(bus)
    const searchIn = (remembered: PortSearch['remembered']) => search(scan, { remembered })
    assert.equal(order(rememberedA), '1-2 1-3 1-1 1-4')
    assert.equal(order({ ...rememberedA, busPath: '1-4' }), '1-2 1-3 1-4 1-1')
    assert.equal(order(null), '1-1 1-2 1-3 1-4')
  })

  it('leaves out what other modems hold, by port, by link and by socket', async (t) => {
    const bus = await openBus(t)
    for (const busPath of ['1-1', '1-2', '1-3', '1-4']) await bus.plug({ ...mf190(busPath), serial: busPath })
    const claimed = new Set([
      '1-1',
      join(bus.root, 'dev/ttyUSB4'),
      '/dev/serial/by-path/pci-0000:00:14.0-usb-0:3:1.1-port0',
    ])
    assert.deepEqual(ttysOf(search(await scanOf(bus), { claimed })), ['ttyUSB10', 'ttyUSB11', 'ttyUSB9'])
  })

  it('leaves out ports without a device file', async (t) => {
    const bus = await openBus(t)
    await bus.plug({ ...mf190(), hasDeviceFiles: false })
    assert.deepEqual(ttysOf(search(await scanOf(bus))), [])
  })

  it('asks a path that is no ZTE port as it is', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const scan = await scanOf(bus)
    assert.deepEqual(ttysOf(search(scan, { wanted: { port: '/dev/ttyS0', imei: null } })), ['ttyS0'])
  })
})

describe('findAtPort', () => {
  it('takes the status port of the only stick', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const asked: string[] = []
    const probe = probing({ ttyUSB1: A, ttyUSB2: A }, asked)
    const found = await findAtPort({ ...search(await scanOf(bus)), probe })
    assert.equal(found.tty, join(bus.root, 'dev/ttyUSB1'))
    assert.equal(found.interface, 1)
    assert.equal(found.device?.busPath, '1-2')
    assert.deepEqual(found.answer, A)
    assert.deepEqual(asked, ['ttyUSB1'])
  })

  it('goes on to the modem port when the status port is silent, as on one MF636', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf636())
    assert.equal(await find(await scanOf(bus), probing({ ttyUSB2: A })), 'ttyUSB2')
  })

  it('finds the port of a CDC-ACM stick', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf192())
    assert.equal(await find(await scanOf(bus), probing({ ttyACM0: A, ttyACM1: A })), 'ttyACM1')
  })

  it('finds a stick that is plugged in after the start', async (t) => {
    const bus = await openBus(t)
    const probe = probing({ ttyUSB1: A })
    await assert.rejects(find(await scanOf(bus), probe), offline(/^No ZTE stick is on the USB: plug it in/))
    await bus.plug(mf190())
    assert.equal(await find(await scanOf(bus), probe), 'ttyUSB1')
  })

  it('follows ttyUSB2 to ttyUSB3 when the old number is still taken', async (t) => {
    const bus = await openBus(t)
    const ttys = await bus.plug(mf190())
    bus.hold(ttys.get(2) ?? '')
    await bus.unplug('1-2')
    await bus.plug(mf190())
    for (const port of ['auto', '/dev/ttyUSB2']) {
      const rest = { wanted: { port, imei: null }, remembered: rememberedA }
      assert.equal(await find(await scanOf(bus), probing({ ttyUSB1: A, ttyUSB3: A }), rest), 'ttyUSB3')
    }
  })

  it('follows a stick that tells no IMEI by its socket and interface', async (t) => {
    const bus = await openBus(t)
    const ttys = await bus.plug(mf190())
    bus.hold(ttys.get(2) ?? '')
    await bus.unplug('1-2')
    await bus.plug(mf190())
    await bus.plug(mf190('1-3'))
    const nameless = { imei: null, model: null }
    const rest = { wanted: { port: '/dev/ttyUSB2', imei: null }, remembered: { ...rememberedA, imei: null } }
    assert.equal(await find(await scanOf(bus), probing({ ttyUSB3: nameless, ttyUSB5: nameless }), rest), 'ttyUSB3')
  })

  it('follows a by-id link to the number it leads to now', async (t) => {
    const bus = await openBus(t)
    const ttys = await bus.plug(mf190())
    bus.hold(ttys.get(1) ?? '')
    await bus.unplug('1-2')
    await bus.plug(mf190())
    const port = '/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if01-port0'
    assert.equal(await find(await scanOf(bus), probing({ ttyUSB2: A }), { wanted: { port, imei: null } }), 'ttyUSB2')
  })

  it('uses the AT port of the same stick when the configured port is the diagnostic one', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const rest = { wanted: { port: '/dev/ttyUSB0', imei: null } }
    assert.equal(await find(await scanOf(bus), probing({ ttyUSB1: A }), rest), 'ttyUSB1')
  })

  it('takes a path that is no USB port when it answers', async (t) => {
    const bus = await openBus(t)
    const rest = { wanted: { port: '/dev/ttyS0', imei: null } }
    assert.equal(await find(await scanOf(bus), probing({ ttyS0: A }), rest), 'ttyS0')
  })

  it('tells two equal sticks apart by the IMEI, in whichever socket they come back', async (t) => {
    const bus = await openBus(t)
    for (const [first, second] of [
      ['1-2', '1-3'],
      ['1-3', '1-2'],
    ] as const) {
      await bus.plug(mf190(first))
      await bus.plug(mf190(second))
      const scan = await scanOf(bus)
      const probe = probing({ ttyUSB1: A, ttyUSB2: A, ttyUSB4: B, ttyUSB5: B })
      assert.equal(await find(scan, probe, { wanted: { port: 'auto', imei: B.imei } }), 'ttyUSB4')
      assert.equal(await find(scan, probe, { remembered: rememberedA }), 'ttyUSB2')
      await bus.unplug(first)
      await bus.unplug(second)
    }
  })

  it('never takes the other stick for the one that is away', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-2'))
    const probe = probing({ ttyUSB1: B, ttyUSB2: B })
    const scan = await scanOf(bus)
    await assert.rejects(
      find(scan, probe, { remembered: rememberedA }),
      offline(
        /^The stick of this modem was not found/,
        /19d2:0117 \(Surf-Stick\) at USB 1-2 is another stick \(MF190\).*restart/,
      ),
    )
    await assert.rejects(
      find(scan, probe, { wanted: { port: '/dev/ttyUSB1', imei: A.imei } }),
      offline(/^\/dev\/ttyUSB1 is not there or does not answer/, /is another stick.*correct "imei"/),
    )
    await assert.rejects(
      find(scan, probe, { remembered: rememberedA, claimed: new Set([B.imei ?? '']) }),
      offline(/belongs to another configured modem/),
    )
  })

  it('tells a modem that is away from one that is silent, or cannot be asked', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-3'))
    const scan = await scanOf(bus)
    const presence = async (probe: ProbePort, rest: Partial<PortSearch>): Promise<unknown> => {
      const error: unknown = await find(scan, probe, rest).catch((reason: unknown) => reason)
      assert.ok(error instanceof ModemError)
      return error.presence
    }
    const remembered = { remembered: rememberedA }
    assert.equal(await presence(probing({ ttyUSB1: B }), remembered), 'absent', 'only another stick is there')
    assert.equal(
      await presence(probing({}), { ...remembered, claimed: new Set(['1-3']) }),
      'absent',
      'or one that is taken',
    )
    assert.equal(await presence(probing({}), remembered), 'silent')
    assert.equal(await presence(probing({ ttyUSB1: 'held by ModemManager' }), remembered), undefined)
    await bus.plug(zeroCd('1-2'))
    const withCd = { ...remembered, scan: await scanOf(bus) }
    assert.equal(await presence(probing({ ttyUSB1: B }), withCd), undefined, 'the CD-ROM may be it')
  })

  it('never puts an IMEI into the message', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const wanted = { port: 'auto', imei: A.imei }
    await assert.rejects(find(await scanOf(bus), probing({ ttyUSB1: B }), { wanted }), (error) => {
      assert.doesNotMatch(String(error), /35[12]/)
      return true
    })
  })

  it('lets another stick take the place where only the socket is remembered or asked for', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const scan = await scanOf(bus)
    const probe = probing({ ttyUSB1: B })
    assert.equal(await find(scan, probe, { remembered: { ...rememberedA, imei: null } }), 'ttyUSB1')
    const port = '/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.1-port0'
    assert.equal(await find(scan, probe, { wanted: { port, imei: null }, remembered: rememberedA }), 'ttyUSB1')
  })

  it('does not leave the socket of a by-path link', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-3'))
    const port = '/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.1-port0'
    const rest = { wanted: { port, imei: null }, remembered: { ...rememberedA, busPath: '1-3' } }
    const asked: string[] = []
    await assert.rejects(
      find(await scanOf(bus), probing({ ttyUSB1: A }, asked), rest),
      offline(/by-path.* is not there/, /at USB 1-3 is not what "port" asks for/),
    )
    assert.deepEqual(asked, ['pci-0000:00:14.0-usb-0:2:1.1-port0'])
  })

  it('refuses to choose between two sticks, also when one of them is silent just now', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-2'))
    await bus.plug(mf190('1-3'))
    const scan = await scanOf(bus)
    const several = offline(/^Several ZTE sticks .* set "imei"/)
    await assert.rejects(find(scan, probing({ ttyUSB1: A, ttyUSB4: B })), several)
    await assert.rejects(find(scan, probing({ ttyUSB4: B })), several)
  })

  it('does not take the stick that got the configured number while the remembered one is silent', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-3'))
    await bus.plug(mf190('1-2'))
    const rest = { wanted: { port: '/dev/ttyUSB1', imei: null }, remembered: { ...rememberedA, imei: null } }
    const scan = await scanOf(bus)
    await assert.rejects(find(scan, probing({ ttyUSB1: B }), rest), offline(/^Several ZTE sticks/))
    assert.equal(await find(scan, probing({ ttyUSB1: B, ttyUSB5: A }), rest), 'ttyUSB5')
  })

  it('takes the stick that is left when the others belong to other modems', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-2'))
    await bus.plug(mf190('1-3'))
    const scan = await scanOf(bus)
    const probe = probing({ ttyUSB1: A, ttyUSB4: B })
    assert.equal(await find(scan, probe, { claimed: new Set([A.imei ?? '']) }), 'ttyUSB4')
    assert.equal(await find(scan, probe, { claimed: new Set(['1-3']) }), 'ttyUSB1')
  })

  it('looks for the IMEI on the other port of a stick that does not tell it on the first', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const scan = await scanOf(bus)
    const wanted = { port: 'auto', imei: A.imei }
    const nameless = { imei: null, model: null }
    assert.equal(await find(scan, probing({ ttyUSB1: nameless, ttyUSB2: A }), { wanted }), 'ttyUSB2')
    await assert.rejects(find(scan, probing({ ttyUSB1: nameless }), { wanted }), offline(/does not tell its IMEI/))
  })

  it('ends when the probe fails for another reason than the port', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const probe = () => Promise.reject(new TypeError('broken'))
    await assert.rejects(find(await scanOf(bus), probe), TypeError)
  })

  const remedies = [
    ['a CD-ROM', zeroCd(), [/^No ZTE stick that answers AT/, /storage mode.*usb_modeswitch -v 19d2 -p 1225 -K/]],
    ['network mode', network(), [/in network mode.*MODE_SWITCH.*"transport: http"/]],
    ['an id the kernel does not know', driverless(), [/no driver took it.*echo 19d2 0016 > .*new_id/]],
    ['missing device files', { ...mf190(), hasDeviceFiles: false }, [/missing in \/dev\..*c 188:\* rmw/]],
    [
      'silent ports',
      mf190(),
      [/answers AT on none of its ports \(.*ttyUSB1, .*ttyUSB2, .*ttyUSB0\).*plug it in again/],
    ],
  ] as const
  for (const [situation, stick, patterns] of remedies) {
    it(`says the remedy for ${situation}`, async (t) => {
      const bus = await openBus(t)
      await bus.plug(stick)
      await assert.rejects(find(await scanOf(bus), probing({})), offline(...patterns))
    })
  }

  it('repeats why a port could not be opened', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const probe = probing({ ttyUSB1: '/dev/ttyUSB1 is held by ModemManager (process 612).' })
    await assert.rejects(
      find(await scanOf(bus), probe),
      offline(/none of its ports.*held by ModemManager \(process 612\)/),
    )
  })

  it('says so where no USB can be seen', async () => {
    const scan = { isReadable: false, devices: [], names: new Map() }
    await assert.rejects(find(scan, probing({})), offline(/shows no USB devices/))
  })
})
