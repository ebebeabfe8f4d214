import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { listPorts, runPorts } from '../../src/app/ports.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { UsbBus } from '../../src/simulator/usb-bus.ts'
import type { ProbePort } from '../../src/transport/usb-follow.ts'
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
} from '../transport/usb-sticks.ts'

const A = imei('351111111111111')
const B = imei('352222222222222')
const BY_ID = '/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if01-port0'

async function printed(bus: UsbBus, probe: ProbePort, isTerminal: boolean): Promise<string[]> {
  const lines: string[] = []
  const exitCode = await runPorts({ scan: () => scanOf(bus), probe, print: (line) => lines.push(line), isTerminal })
  assert.equal(exitCode, 0)
  return lines.map((line) => line.replaceAll(bus.root, ''))
}

describe('runPorts on a terminal', () => {
  it('shows mode, ports, which one answers, and the line for the only stick', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    assert.deepEqual(await printed(bus, probing({ ttyUSB1: A }), true), [
      '19d2:0117 (Surf-Stick) at USB 1-2: modem mode, seen on MF112 MF180 MF181 MF190 MF195',
      '  /dev/ttyUSB1 (interface 1, AT port for status and SMS): answers AT: MF190, IMEI 351111111111111',
      '  /dev/ttyUSB2 (interface 2, AT port for data): does not answer AT',
      '  /dev/ttyUSB0 (interface 0, diagnostic port): does not answer AT',
      '  interface 3: no serial port, driver usb-storage',
      '  For the configuration, under "modems:":',
      `    - {id: stick, transport: serial, port: "${BY_ID}"}`,
    ])
  })

  const situations = [
    ['a CD-ROM', zeroCd(), /usb_modeswitch -v 19d2 -p 1225 -K/],
    ['an id the kernel does not know', driverless(), /echo 19d2 0016 > /],
    ['network mode', network(), /MODE_SWITCH/],
    ['missing device files', { ...mf190(), hasDeviceFiles: false }, /device_cgroup_rules/],
  ] as const
  for (const [situation, stick, remedy] of situations) {
    it(`shows the remedy for ${situation}`, async (t) => {
      const bus = await openBus(t)
      await bus.plug(stick)
      assert.match((await printed(bus, probing({}), true)).join('\n'), remedy)
    })
  }

  it('shows why a port could not be asked, and proposes nothing', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf667())
    const text = (await printed(bus, probing({ ttyUSB1: 'It is held by minicom.' }), true)).join('\n')
    assert.match(text, /ttyUSB1 \(interface 1, AT port for status and SMS\): It is held by minicom\./)
    assert.doesNotMatch(text, /transport/)
  })

  it('says that nothing is plugged in', async (t) => {
    const bus = await openBus(t)
    assert.match((await printed(bus, probing({}), true)).join('\n'), /^No ZTE device is on the USB\./)
  })
})

describe('the configuration lines', () => {
  const entriesOf = async (bus: UsbBus, probe: ProbePort): Promise<string[]> =>
    (await printed(bus, probe, true)).filter((line) => line.startsWith('    - ')).map((line) => line.trim())

  it('tell equal sticks apart by IMEI, and by socket where a stick tells none', async (t) => {
    const bus = await openBus(t)
    for (const busPath of ['1-1', '1-2', '1-3']) await bus.plug(mf190(busPath))
    const probe = probing({ ttyUSB1: A, ttyUSB4: B, ttyUSB7: { imei: null, model: null } })
    assert.deepEqual(await entriesOf(bus, probe), [
      '- {id: stick, transport: serial, port: auto, imei: "351111111111111"}',
      '- {id: stick2, transport: serial, port: auto, imei: "352222222222222"}',
      '- {id: stick3, transport: serial, port: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:3:1.1-port0"}',
    ])
  })

  it('tell different sticks apart by their links', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190('1-1'))
    await bus.plug(mf636('1-2'))
    const other = BY_ID.replace('Surf-Stick_MF19001MOD010000', 'ZTE_WCDMA_Technologies_MSM_1234567890ABCDEF')
    assert.deepEqual(await entriesOf(bus, probing({ ttyUSB1: A, ttyUSB4: B })), [
      `- {id: stick, transport: serial, port: "${BY_ID}"}`,
      `- {id: stick2, transport: serial, port: "${other}"}`,
    ])
  })

  it('leave the only stick of a system without links to be found by itself', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    await rm(join(bus.root, 'dev/serial'), { recursive: true })
    assert.deepEqual(await entriesOf(bus, probing({ ttyUSB1: A })), ['- {id: stick, transport: serial, port: auto}'])
  })

  it('can be pasted into a configuration as they are', async (t) => {
    const bus = await openBus(t)
    const sticks = [mf190('1-1'), mf190('1-2'), mf190('1-3'), mf636('1-4'), mf192('1-5'), network('1-6'), zeroCd('1-7')]
    for (const stick of sticks) await bus.plug(stick)
    const probe = probing({
      ttyUSB1: A,
      ttyUSB4: B,
      ttyUSB7: { imei: null, model: null },
      ttyUSB10: imei('353333333333333'),
      ttyACM1: imei('354444444444444'),
    })
    const entries = await entriesOf(bus, probe)
    assert.equal(entries.length, 5)
    const yaml = `modems:\n${entries.map((entry) => `  ${entry}\n`).join('')}`
    const { modems } = loadConfig({ args: [], env: {}, readFile: () => yaml, defaultFile: 'zte2mqtt.yaml' })
    assert.deepEqual(
      modems.map(({ id }) => id),
      ['stick', 'stick2', 'stick3', 'stick4', 'stick5'],
    )
  })
})

describe('runPorts for programs', () => {
  it('prints one object per device', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    await bus.plug(zeroCd('1-3'))
    const [stick, cd, ...others] = (await printed(bus, probing({ ttyUSB1: A }), false)).map((line) => JSON.parse(line))
    assert.deepEqual(others, [])
    assert.equal(stick.usb_path, '1-2')
    assert.equal(stick.configuration, `- {id: stick, transport: serial, port: "${BY_ID}"}`)
    assert.deepEqual(stick.other_interfaces, [{ interface: 3, driver: 'usb-storage' }])
    assert.equal(stick.remedy, null)
    assert.deepEqual(stick.ports[0], {
      port: '/dev/ttyUSB1',
      interface: 1,
      role: 'status',
      answers_at: true,
      model: 'MF190',
      imei: '…1111',
      fault: null,
    })
    assert.equal(stick.ports[2].answers_at, false)
    assert.equal(cd.mode, 'storage')
    assert.deepEqual(cd.ports, [])
    assert.match(cd.remedy, /usb_modeswitch/)
    assert.equal(cd.configuration, null)
  })

  it('tells equal sticks apart by socket, and never prints an IMEI', async (t) => {
    const bus = await openBus(t)
    for (const busPath of ['1-1', '1-2']) await bus.plug(mf190(busPath))
    const printedLines = await printed(bus, probing({ ttyUSB1: A, ttyUSB4: B }), false)
    assert.doesNotMatch(printedLines.join('\n'), /\d{15}/)
    const lines = printedLines.map((line) => JSON.parse(line).configuration)
    assert.deepEqual(lines, [
      '- {id: stick, transport: serial, port: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.1-port0"}',
      '- {id: stick2, transport: serial, port: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.1-port0"}',
    ])
  })

  it('prints nothing when nothing is plugged in', async (t) => {
    assert.deepEqual(await printed(await openBus(t), probing({}), false), [])
  })
})

describe('listPorts', () => {
  const held = new Map([
    ['/dev/ttyUSB2', 'stick'],
    ['tcp://ser2net:2000', 'far'],
  ])
  const list = async (bus: UsbBus, showsImei: boolean) => {
    const asked: string[] = []
    const probe: ProbePort = (tty) => {
      asked.push(tty.replace(bus.root, ''))
      return probing({ ttyUSB1: A, ttyUSB4: B })(tty)
    }
    const inBus = new Map([...held].map(([port, modem]) => [port.startsWith('/') ? `${bus.root}${port}` : port, modem]))
    // biome-ignore lint/suspicious/noExplicitAny: JSON for programs
    const devices = (await listPorts({ scan: () => scanOf(bus), probe, held: inBus, showsImei })) as any[]
    return { asked, devices }
  }

  it('asks no port of a stick of which a modem has one, and names the modem', async (t) => {
    const bus = await openBus(t)
    for (const busPath of ['1-1', '1-2']) await bus.plug(mf190(busPath))
    const { asked, devices } = await list(bus, true)
    assert.deepEqual(asked, ['/dev/ttyUSB4', '/dev/ttyUSB5', '/dev/ttyUSB3'])
    assert.deepEqual(
      devices.map(({ in_use_by: owner }) => owner),
      ['stick', null],
    )
    assert.match(devices[0].ports[0].fault, /in use by the modem "stick"/)
    assert.equal(devices[0].configuration, null)
    assert.equal(devices[1].ports[0].imei, '352222222222222')
  })

  it('tells no IMEI where it is not to be published, not even in the line for the configuration', async (t) => {
    const bus = await openBus(t)
    for (const busPath of ['1-1', '1-2', '1-3']) await bus.plug(mf190(busPath))
    const { devices } = await list(bus, false)
    assert.equal(devices[1].ports[0].answers_at, true)
    assert.doesNotMatch(JSON.stringify(devices), /352222222222222/)
  })
})
