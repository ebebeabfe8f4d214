import assert from 'node:assert/strict'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { UsbBus } from '../../src/simulator/usb-bus.ts'
import { driverless, mf190, mf667, network, probing, zeroCd } from '../transport/usb-sticks.ts'
import { A, AUTO, assertOnly, complaints, findings, put, ROUTER, ttysOf } from './doctor-bench.ts'

const COMPOSE =
  'In Docker Compose give the container "volumes: [/dev:/dev]" and "device_cgroup_rules: [\'c 188:* rmw\', \'c 166:* rmw\']"; a single "devices:" entry is lost when the stick re-enumerates.'

describe('the doctor about a stick without ports', () => {
  it('misses the stick', async (t) => {
    const remedy = 'Plug the stick in, and check cable, hub and power.'
    assertOnly(await complaints(t, []), 'usb', 'problem', 'No ZTE device is on the USB.', remedy)
  })

  it('does not miss a stick that nobody configured, or that is behind a serial server', async (t) => {
    assert.deepEqual(await complaints(t, [], { config: { modems: [ROUTER] } }), [])
    const server = { ...AUTO, port: 'tcp://192.0.2.2:2000' }
    assert.deepEqual(await complaints(t, [], { config: { modems: [server] }, probe: async () => A }), [])
  })

  const usbModeswitch = (id: string) => `usb_modeswitch -v 19d2 -p ${id}`
  it('gives the whole usb_modeswitch recipe for a CD-ROM that needs a message', async (t) => {
    const message = '55534243123456702000000080000c85010101180101010101000000000000'
    assertOnly(
      await complaints(t, [zeroCd('1-2', '2000')]),
      'usb_mode',
      'problem',
      '19d2:2000 (ZTE WCDMA Technologies MSM) at USB 1-2 shows only its CD-ROM (storage mode) and no serial port.',
      `Install usb-modeswitch with its data package, which switches it whenever it is plugged in, or run as root "${usbModeswitch('2000')} -K", and if that is not enough "${usbModeswitch('2000')} -M ${message}". It comes back as another product id.`,
    )
  })

  it('says of a CD-ROM that it leads to network mode only, and how it goes on from there', async (t) => {
    assertOnly(
      await complaints(t, [zeroCd('1-2', '1225')]),
      'usb_mode',
      'problem',
      /storage mode/,
      `Install usb-modeswitch with its data package, which switches it whenever it is plugged in, or run as root "${usbModeswitch('1225')} -K". It comes back as 19d2:1405 in network mode: a network card with a web page and without serial ports. From there "zte2mqtt switch modem" leads on.`,
    )
  })

  it('gives the new_id line for an id the kernel does not know', async (t) => {
    assertOnly(
      await complaints(t, [driverless()]),
      'usb_mode',
      'problem',
      /has no serial port, because no driver took it\.$/,
      `The kernel's driver "option" is missing or does not know this id. As root, after every start of the computer: modprobe option; echo 19d2 0016 > /sys/bus/usb-serial/drivers/option1/new_id`,
    )
  })

  it('gives MODE_SWITCH for network mode, and names the other transport without promising it', async (t) => {
    assertOnly(
      await complaints(t, [network()]),
      'usb_mode',
      'problem',
      /is in network mode and has no serial port\.$/,
      'Send it to modem mode with "zte2mqtt switch modem --yes", which opens http://192.168.0.1/goform/goform_process?goformId=MODE_SWITCH&switchCmd=FACTORY on the stick. The bridge never does that by itself, because some sticks do not find the way back. Or leave it so, if docs/configuration.md of your version lists "transport: http".',
    )
  })

  it('accepts network mode where a modem is configured for it', async (t) => {
    assert.deepEqual(await complaints(t, [network()], { config: { modems: [ROUTER] } }), [])
  })
})

describe('the doctor in a container', () => {
  it('gives the compose lines where the device files are missing', async (t) => {
    const told = await complaints(t, [{ ...mf190(), hasDeviceFiles: false }])
    assertOnly(told, 'usb_mode', 'problem', /has serial ports, but they are missing in \/dev\.$/, COMPOSE)
  })

  const MARKS = [
    ['.dockerenv', ''],
    ['run/.containerenv', ''],
    ['run/systemd/container', 'lxc'],
    ['proc/1/cgroup', '12:devices:/docker/abc\n'],
  ] as const
  for (const [file, text] of MARKS) {
    it(`knows that it is in one by ${file}, and gives the compose lines where no stick is seen`, async (t) => {
      const told = await complaints(t, [], {}, (bus) => put(bus, file, text))
      const remedy = `Plug the stick in, and check cable, hub and power. ${COMPOSE}`
      assertOnly(told, 'usb', 'problem', 'No ZTE device is on the USB.', remedy)
    })
  }

  it('gives the compose lines where the rules for devices forbid to open the port', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EPERM' }, (bus) => put(bus, '.dockerenv', ''))
    assertOnly(told, 'ports', 'problem', 'The container may not open /dev/ttyUSB1.', COMPOSE)
  })

  it('gives the lines for systemd where such rules are seen outside of one', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EPERM' })
    assertOnly(told, 'ports', 'problem', /rules for devices forbid to open .*ttyUSB1/, /"DeviceAllow=char-ttyUSB rw"/)
  })
})

describe('the doctor about ports that cannot be used', () => {
  it('says that a stick answers on none of its ports', async (t) => {
    const told = await complaints(t, [mf190()], { probe: probing({}) })
    assertOnly(told, 'ports', 'problem', /none of its ports \(.*ttyUSB1.*ttyUSB2.*ttyUSB0\)/, /^Plug it in again/)
  })

  it('passes on why a port could not be asked', async (t) => {
    const told = await complaints(t, [mf190()], { probe: probing({ ttyUSB1: 'It hangs.' }) })
    assertOnly(told, 'ports', 'problem', '/dev/ttyUSB1 could not be asked.', 'It hangs.')
  })

  it('names any other failure of opening', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EIO' })
    assertOnly(told, 'ports', 'problem', '/dev/ttyUSB1 cannot be opened (EIO).', /^Plug it in again/)
  })

  const RIVALS = [
    ['gammu-smsd', 'Stop it with "sudo systemctl disable --now gammu-smsd".'],
    ['smsd', 'Stop it with "sudo systemctl disable --now smstools".'],
    ['wvdial', 'End that dial-up connection, and let nothing dial by itself.'],
    ['pppd', 'End that dial-up connection, and let nothing dial by itself.'],
    ['minicom', 'Quit it, or give the bridge another port.'],
    ['something', 'Stop it.'],
  ] as const
  for (const [name, remedy] of RIVALS) {
    it(`names ${name} and its process, and how it lets go`, async (t) => {
      const told = await complaints(t, [mf190()], {}, (bus) => bus.run(4711, name, ttysOf(bus)))
      const held = `/dev/ttyUSB1 is held by ${name} (process 4711). ${remedy}`
      assertOnly(told, 'ports', 'problem', '/dev/ttyUSB1 is in use.', held)
    })
  }

  it('guesses who holds a port that is busy, and says how to find out', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EBUSY' })
    assertOnly(told, 'ports', 'problem', '/dev/ttyUSB1 is in use.', /^Another program.*gammu-smsd.*"sudo fuser -v/)
  })

  it('is content when the bridge itself has the port', async (t) => {
    const bridge = (bus: UsbBus) => bus.run(77, 'node', ttysOf(bus))
    assert.deepEqual(await complaints(t, [mf190()], {}, bridge), [])
  })

  it('is not content when another program has the port beside the bridge', async (t) => {
    const told = await complaints(t, [mf667()], {}, async (bus) => {
      await bus.run(77, 'node', ttysOf(bus))
      await bus.run(612, 'smsd', ttysOf(bus))
    })
    assert.equal(told[0]?.level, 'problem')
  })

  it('does not mistake its own open files for those of another program', async (t) => {
    const own = (bus: UsbBus) => bus.run(1000, 'doctor', ttysOf(bus))
    assert.deepEqual(await complaints(t, [mf190()], {}, own), [])
  })
})

describe('the doctor about permissions', () => {
  const denied = { tryOpen: async () => 'EACCES' }
  const gid = process.getgid?.() ?? 0
  const groups =
    (name: string, members: string, others = '') =>
    (bus: UsbBus) =>
      put(bus, 'etc/group', `other:x:99999:\n${others}${name}:x:${gid}:${members}\n`)
  const WHAT = '"zte" may not open device files such as /dev/ttyUSB1.'

  for (const name of ['dialout', 'uucp']) {
    it(`says that the group ${name} is missing where the file belongs to it`, async (t) => {
      const remedy = `Run "sudo usermod -aG ${name} zte", then log in again or restart the service.`
      assertOnly(await complaints(t, [mf190()], denied, groups(name, '')), 'ports', 'problem', WHAT, remedy)
    })
  }

  it('says that a new group needs a new session', async (t) => {
    const told = await complaints(t, [mf190()], denied, groups('dialout', 'root,zte'))
    assertOnly(told, 'ports', 'problem', WHAT, /in the group "dialout".*log in again or restart the service\.$/)
  })

  it('never adds anybody to the group of root, but gives the udev rule for the usual group', async (t) => {
    const told = await complaints(t, [mf190()], denied, groups('root', '', 'uucp:x:14:\n'))
    const remedy =
      'The file belongs to the group "root": put SUBSYSTEM=="tty", ATTRS{idVendor}=="19d2", GROUP="uucp", MODE="0660" into /etc/udev/rules.d/60-zte.rules, run "udevadm control --reload", and plug the stick in again.'
    assertOnly(told, 'ports', 'problem', WHAT, remedy)
  })

  it('gives the udev rule where the group has no right to write', async (t) => {
    const told = await complaints(t, [mf190()], denied, async (bus) => {
      await groups('dialout', '')(bus)
      await chmod(join(bus.root, 'dev/ttyUSB1'), 0o600)
      await chmod(join(bus.root, 'dev/ttyUSB2'), 0o600)
      await chmod(join(bus.root, 'dev/ttyUSB0'), 0o600)
    })
    assertOnly(told, 'ports', 'problem', WHAT, /^The group "dialout" may not read and write it: put .*MODE="0660"/)
  })

  it('suspects a security module when the group is there and has the right', async (t) => {
    const user = { name: 'zte', pid: 1000, groups: [gid] }
    const told = await complaints(t, [mf190()], { ...denied, user }, groups('dialout', 'zte'))
    assertOnly(told, 'ports', 'problem', WHAT, /AppArmor, SELinux/)
  })

  it('says how a container gets the group', async (t) => {
    const prepare = async (bus: UsbBus) => {
      await groups('dialout', '')(bus)
      await put(bus, 'run/.containerenv', '')
    }
    const remedy = `Add the group of the file to the container: "group_add: ['dialout']" in Docker Compose.`
    assertOnly(await complaints(t, [mf190()], denied, prepare), 'ports', 'problem', WHAT, remedy)
  })

  it('gives a container the number of a group that has no name there', async (t) => {
    const prepare = async (bus: UsbBus) => {
      await put(bus, '.dockerenv', '')
      await put(bus, 'etc/group', 'other:x:99999:\n')
    }
    const told = await complaints(t, [mf190()], denied, prepare)
    // Where the tests run as root, the number is the one of root's group.
    assert.match(told[0]?.remedy ?? '', gid === 0 ? /group "0": put .* of the host/ : new RegExp(`\\['${gid}'\\]`))
  })
})

describe('the doctor about a modem that answers', () => {
  const health = { sim: 'ready', pinTries: null, isRadioOff: false, registration: 'home', rssiDbm: -79 } as const

  it('says how it is', async (t) => {
    const told = await findings(t, [mf190()], { probe: async () => ({ ...A, health }) })
    const ports = told.filter(({ check }) => check === 'ports').map(({ what }) => what)
    assert.equal(ports[1], 'It is registered with a network (19d2:0117 (Surf-Stick) at USB 1-2, signal -79 dBm).')
  })

  it('wants the PIN only of the modem whose SIM asks for it', async (t) => {
    const locked = { probe: async () => ({ ...A, health: { ...health, sim: 'pin_required' as const } }) }
    const told = await complaints(t, [mf190()], locked)
    assertOnly(told, 'ports', 'problem', /asks for its PIN/, /^Add "pin:"/)
    const withPin = { ...AUTO, imei: A.imei, hasPin: true }
    assert.deepEqual(await complaints(t, [mf190()], { ...locked, config: { modems: [withPin] } }), [])
    const other = { ...AUTO, id: 'other', imei: '359999999999999', hasPin: true }
    const both = await complaints(t, [mf190()], { ...locked, config: { modems: [other, { ...AUTO, imei: A.imei }] } })
    assert.deepEqual(
      both.map(({ check }) => check),
      ['ports', 'configured_ports'],
    )
  })
})

describe('the doctor about configured ports of no stick', () => {
  const at = (port: string) => ({ config: { modems: [{ ...AUTO, port }] } })

  it('asks a serial server, and is content when a modem answers there', async (t) => {
    const asked: string[] = []
    const probe = async (port: string) => {
      asked.push(port)
      return A
    }
    assert.deepEqual(await complaints(t, [], { ...at('tcp://192.0.2.2:2000'), probe }), [])
    assert.deepEqual(asked, ['tcp://192.0.2.2:2000'])
  })

  it('leaves a serial server alone while the bridge is connected to the broker', async (t) => {
    const asked: string[] = []
    const probe = async (port: string) => {
      asked.push(port)
      return A
    }
    const visitBroker = async () => ({ findings: [], isBridgeOnline: true })
    assert.deepEqual(await complaints(t, [], { ...at('tcp://192.0.2.2:2000'), probe, visitBroker }), [])
    assert.deepEqual(asked, [])
  })

  it('passes on why a serial server cannot be asked', async (t) => {
    const probe = () => Promise.reject(new ModemError('modem_offline', 'Nothing listens there.'))
    const told = await complaints(t, [], { ...at('tcp://192.0.2.2:2000'), probe })
    assertOnly(told, 'other_ports', 'problem', 'tcp://192.0.2.2:2000 could not be asked.', 'Nothing listens there.')
  })

  it('says that a port of another device is silent', async (t) => {
    const told = await complaints(t, [mf190()], at('/dev/null'))
    assertOnly(
      told,
      'other_ports',
      'problem',
      'The port of "stick", /dev/null, is no port of a ZTE stick here, and does not answer AT.',
      /^Set "port: auto"/,
    )
  })
})
