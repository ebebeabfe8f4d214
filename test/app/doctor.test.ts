import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import type { DoctorIo } from '../../src/app/doctor.ts'
import { runDoctor } from '../../src/app/doctor.ts'
import { canWriteFile, tryOpenTty } from '../../src/app/doctor-facts.ts'
import type { FakeStick, UsbBus } from '../../src/simulator/usb-bus.ts'
import { driverless, imei, mf190, mf667, network, openBus, probing, scanOf, zeroCd } from '../transport/usb-sticks.ts'

const A = imei('351111111111111')
const AUTO = { id: 'stick', transport: 'serial', port: 'auto', imei: null } as const
const ROUTER = { id: 'mifi', transport: 'http' } as const

interface Told {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly remedy: string | null
}

function ioOf(bus: UsbBus, rest: Partial<DoctorIo>): { io: DoctorIo; lines: string[] } {
  const lines: string[] = []
  const io: DoctorIo = {
    root: bus.root,
    scan: () => scanOf(bus),
    probe: probing({ ttyUSB1: A, ttyUSB2: A }),
    tryOpen: async () => null,
    canWrite: async () => true,
    tryBroker: async () => null,
    tryRouter: async () => null,
    user: { name: 'zte', pid: 1000, groups: [] },
    modems: [AUTO],
    journalPath: '/data/zte2mqtt.db',
    print: (line) => lines.push(line),
    isTerminal: false,
    ...rest,
  }
  return { io, lines }
}

/** Runs the doctor over a bus with these sticks and gives what is not in order. */
async function complaints(
  t: TestContext,
  sticks: readonly FakeStick[],
  rest: Partial<DoctorIo> = {},
  prepare: (bus: UsbBus) => Promise<void> = async () => {},
): Promise<Told[]> {
  const bus = await openBus(t)
  for (const stick of sticks) await bus.plug(stick)
  await prepare(bus)
  const { io, lines } = ioOf(bus, rest)
  const exitCode = await runDoctor(io)
  const findings: Told[] = lines.map((line) => JSON.parse(line))
  assert.equal(exitCode, findings.some(({ level }) => level === 'problem') ? 1 : 0)
  return findings.filter(({ level }) => level !== 'ok')
}

function assertOnly(told: readonly Told[], check: string, level: string, what: RegExp, remedy: RegExp): void {
  assert.deepEqual(
    told.map((finding) => [finding.check, finding.level]),
    [[check, level]],
  )
  assert.match(told[0]?.what ?? '', what)
  assert.match(told[0]?.remedy ?? '', remedy)
}

const put = async (bus: UsbBus, path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(bus.root, path)), { recursive: true })
  await writeFile(join(bus.root, path), text)
}

describe('runDoctor about sticks', () => {
  it('finds nothing wrong with a stick that answers', async (t) => {
    assert.deepEqual(await complaints(t, [mf190()]), [])
  })

  it('misses the stick', async (t) => {
    assertOnly(await complaints(t, []), 'usb', 'problem', /^No ZTE device/, /^Plug the stick in, .* hub and power\.$/)
  })

  it('does not miss a stick that nobody configured, or that is behind ser2net', async (t) => {
    assert.deepEqual(await complaints(t, [], { modems: [ROUTER] }), [])
    assert.deepEqual(await complaints(t, [], { modems: [{ ...AUTO, port: 'tcp://10.0.0.2:2000' }] }), [])
  })

  it('gives the usb_modeswitch recipe for a CD-ROM', async (t) => {
    const told = await complaints(t, [zeroCd('1-2', '2000')])
    assertOnly(told, 'usb_mode', 'problem', /storage mode/, /usb_modeswitch -v 19d2 -p 2000 -K".* -p 2000 -M 5553/)
  })

  it('gives the new_id line for an id the kernel does not know', async (t) => {
    const told = await complaints(t, [driverless()])
    assertOnly(told, 'usb_mode', 'problem', /no driver took it/, /echo 19d2 0016 > .*option1\/new_id/)
  })

  it('offers HTTP or MODE_SWITCH for network mode', async (t) => {
    const told = await complaints(t, [network()])
    assertOnly(told, 'usb_mode', 'problem', /network mode/, /"transport: http".*MODE_SWITCH&switchCmd=FACTORY/)
  })

  it('accepts network mode where a modem is configured for it', async (t) => {
    assert.deepEqual(await complaints(t, [network()], { modems: [ROUTER] }), [])
  })

  it('tells a container without the device files how to get them', async (t) => {
    const told = await complaints(t, [{ ...mf190(), hasDeviceFiles: false }])
    assertOnly(told, 'usb_mode', 'problem', /missing in \/dev/, /\/dev:\/dev.*c 188:\* rmw.*c 166:\* rmw/)
  })

  it('tells a container that sees no stick how to get it', async (t) => {
    const told = await complaints(t, [], {}, (bus) => put(bus, '.dockerenv', ''))
    assertOnly(told, 'usb', 'problem', /^No ZTE device/, /device_cgroup_rules/)
  })

  it('tells a container that the device cgroup keeps out how to get in', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EPERM' }, (bus) =>
      put(bus, 'proc/1/cgroup', '12:devices:/docker/abc\n'),
    )
    assertOnly(told, 'ports', 'problem', /container may not open .*ttyUSB1/, /device_cgroup_rules/)
  })

  it('says that a stick answers on none of its ports', async (t) => {
    const told = await complaints(t, [mf190()], { probe: probing({}) })
    assertOnly(told, 'ports', 'problem', /none of its ports \(.*ttyUSB1.*ttyUSB2.*ttyUSB0\)/, /Plug it in again/)
  })

  it('passes on why a port could not be asked', async (t) => {
    const told = await complaints(t, [mf190()], { probe: probing({ ttyUSB1: 'It hangs.' }) })
    assertOnly(told, 'ports', 'problem', /ttyUSB1 could not be asked/, /^It hangs\.$/)
  })

  it('names ModemManager as the holder, does not touch the port, and gives the udev rule', async (t) => {
    const asked: string[] = []
    const told = await complaints(t, [mf190()], { probe: probing({}, asked) }, (bus) =>
      bus.run(
        612,
        'ModemManager',
        [0, 1, 2].map((number) => join(bus.root, `dev/ttyUSB${number}`)),
      ),
    )
    assert.deepEqual(asked, [])
    assert.deepEqual(
      told.map(({ check, level }) => [check, level]),
      [
        ['ports', 'problem'],
        ['modem_manager', 'warning'],
      ],
    )
    assert.match(told[0]?.remedy ?? '', /held by ModemManager \(process 612\)\. .*ID_MM_DEVICE_IGNORE/)
  })

  it('warns of a running ModemManager, unless a udev rule keeps it away', async (t) => {
    const running = (bus: UsbBus) => bus.run(612, 'ModemManager')
    assertOnly(
      await complaints(t, [mf190()], {}, running),
      'modem_manager',
      'warning',
      /ModemManager runs/,
      /60-zte\.rules/,
    )
    const rule = 'SUBSYSTEM=="usb", ATTR{idVendor}=="19d2", ENV{ID_MM_DEVICE_IGNORE}="1"\n'
    const kept = (text: string) => async (bus: UsbBus) => {
      await running(bus)
      await put(bus, 'etc/udev/rules.d/60-zte.rules', text)
    }
    assert.deepEqual(await complaints(t, [mf190()], {}, kept(rule)), [])
    assert.equal((await complaints(t, [mf190()], {}, kept(`# ${rule}`))).length, 1)
  })

  it('guesses who holds a port that is busy', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EBUSY' })
    assertOnly(told, 'ports', 'problem', /ttyUSB1 is in use/, /Another program.*gammu-smsd/)
  })

  it('is content when the bridge itself has the port', async (t) => {
    const bridge = (bus: UsbBus) =>
      bus.run(
        77,
        'node',
        [0, 1, 2].map((number) => join(bus.root, `dev/ttyUSB${number}`)),
      )
    assert.deepEqual(await complaints(t, [mf190()], {}, bridge), [])
  })

  it('is not content when ModemManager has the port too', async (t) => {
    const told = await complaints(t, [mf667()], {}, async (bus) => {
      const ttys = [0, 1, 2].map((number) => join(bus.root, `dev/ttyUSB${number}`))
      await bus.run(77, 'node', ttys)
      await bus.run(612, 'ModemManager', ttys)
    })
    assert.equal(told[0]?.level, 'problem')
  })

  it('does not mistake its own open files for those of another program', async (t) => {
    const user = { name: 'zte', pid: 1000, groups: [] }
    const own = (bus: UsbBus) => bus.run(1000, 'doctor', [join(bus.root, 'dev/ttyUSB1')])
    assert.deepEqual(await complaints(t, [mf190()], { user, probe: probing({ ttyUSB1: A }) }, own), [])
  })

  const groups = (members: string) => async (bus: UsbBus) => {
    const gid = process.getgid?.() ?? 0
    await put(bus, 'etc/group', `other:x:99999:\ndialout:x:${gid}:${members}\n`)
  }
  const denied = { tryOpen: async () => 'EACCES' }
  it('says which group is missing', async (t) => {
    const told = await complaints(t, [mf190()], denied, groups(''))
    assertOnly(told, 'ports', 'problem', /"zte" may not open/, /usermod -aG dialout zte/)
  })

  it('says that a new group needs a new session', async (t) => {
    const told = await complaints(t, [mf190()], denied, groups('root,zte'))
    assertOnly(told, 'ports', 'problem', /may not open/, /in the group "dialout".*log in again/)
  })

  it('blames the file mode when the group is there', async (t) => {
    const user = { name: 'zte', pid: 1000, groups: [process.getgid?.() ?? 0] }
    const told = await complaints(t, [mf190()], { ...denied, user }, groups('zte'))
    assertOnly(told, 'ports', 'problem', /may not open/, /"dialout" has no right to write/)
  })

  it('says how a container gets the group', async (t) => {
    const prepare = async (bus: UsbBus) => {
      await groups('')(bus)
      await put(bus, 'run/.containerenv', '')
    }
    assertOnly(
      await complaints(t, [mf190()], denied, prepare),
      'ports',
      'problem',
      /may not open/,
      /group_add: \['dialout'\]/,
    )
  })

  it('names any other failure of opening', async (t) => {
    const told = await complaints(t, [mf190()], { tryOpen: async () => 'EIO' })
    assertOnly(told, 'ports', 'problem', /cannot be opened \(EIO\)/, /Plug it in again/)
  })
})

describe('runDoctor about configured ports', () => {
  const at = (port: string, wantedImei: string | null = null) => ({ modems: [{ ...AUTO, port, imei: wantedImei }] })
  const byId = (number: number) =>
    `/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if0${number}-port0`

  it('recognises the diagnostic port and names the right one', async (t) => {
    const told = await complaints(t, [mf190()], at(byId(0)))
    assertOnly(
      told,
      'configured_ports',
      'problem',
      /"stick".*if00.*diagnostic/,
      /"port: auto".*by-path\/.*:1\.1-port0"/,
    )
  })

  it('does not call a port the diagnostic one when it could not be asked', async (t) => {
    const held = (bus: UsbBus) => bus.run(9, 'minicom', [join(bus.root, 'dev/ttyUSB0')])
    assert.deepEqual(await complaints(t, [mf190()], at(byId(0)), held), [])
  })

  it('warns of a number that changes', async (t) => {
    const told = await complaints(t, [mf190()], at('/dev/ttyUSB1'))
    assertOnly(told, 'configured_ports', 'warning', /ttyUSB1, gets another number/, /"port: auto"/)
  })

  it('is content with a link', async (t) => {
    assert.deepEqual(await complaints(t, [mf190()], at(byId(1))), [])
  })

  it('misses a path that does not exist', async (t) => {
    const told = await complaints(t, [mf190()], at('/dev/serial/by-id/usb-gone-if01-port0'))
    assertOnly(told, 'configured_ports', 'problem', /does not exist/, /"port: auto"/)
  })

  const twins = [mf190('1-2'), mf190('1-3')]
  const bothAnswer = { probe: probing({ ttyUSB1: A, ttyUSB4: imei('352222222222222') }) }
  it('wants to know which of two sticks is meant', async (t) => {
    const told = await complaints(t, twins, bothAnswer)
    assertOnly(told, 'configured_ports', 'problem', /2 sticks .* which one "stick" is/, /"imei"/)
    assert.deepEqual(await complaints(t, twins, { ...bothAnswer, ...at('auto', A.imei) }), [])
  })

  it('warns of a by-id link that two equal sticks share', async (t) => {
    const told = await complaints(t, twins, { ...bothAnswer, ...at(byId(1)) })
    assertOnly(told, 'configured_ports', 'warning', /by-id link, and 2 sticks/, /"imei"/)
  })

  it('misses the IMEI, but not while a stick could not be asked', async (t) => {
    const told = await complaints(t, twins, { ...bothAnswer, ...at('auto', '359999999999999') })
    assertOnly(told, 'configured_ports', 'problem', /No stick .* has the "imei"/, /zte2mqtt ports/)
    const held = (bus: UsbBus) =>
      bus.run(
        77,
        'node',
        [0, 1, 2].map((number) => join(bus.root, `dev/ttyUSB${number}`)),
      )
    assert.deepEqual(await complaints(t, twins, { ...bothAnswer, ...at('auto', '359999999999999') }, held), [])
  })
})

describe('runDoctor about the surroundings', () => {
  const mounts = (rows: string) => (bus: UsbBus) => put(bus, 'proc/mounts', rows)

  it('says why the broker refuses', async (t) => {
    const told = await complaints(t, [mf190()], { tryBroker: async () => 'not authorised' })
    assertOnly(told, 'broker', 'problem', /does not take us: not authorised/, /mqtt\.password/)
  })

  it('says why a router refuses', async (t) => {
    const told = await complaints(t, [mf190()], { modems: [ROUTER], tryRouter: async (id) => `${id}: wrong password` })
    assertOnly(told, 'routers', 'problem', /"mifi" does not let us in: mifi: wrong password/, /"password"/)
  })

  it('finds a journal that cannot be written', async (t) => {
    const told = await complaints(t, [mf190()], { canWrite: async () => false })
    assertOnly(told, 'journal', 'problem', /zte2mqtt\.db cannot be written/, /right to write/)
  })

  const fileSystems = [
    ['problem', 'nfs4', 'nas:/x /data nfs4 rw 0 0', /network file system \(nfs4\)/, /local disk/],
    ['problem', 'cifs', '//nas/x /data cifs rw 0 0', /network file system \(cifs\)/, /local disk/],
    ['problem', 'tmpfs', 'tmpfs /data tmpfs rw 0 0', /lies in memory/, /to a disk/],
  ] as const
  for (const [level, type, row, what, remedy] of fileSystems) {
    it(`warns of a journal on ${type}`, async (t) => {
      const told = await complaints(t, [mf190()], {}, mounts(`/dev/sda1 / ext4 rw 0 0\n${row}\n`))
      assertOnly(told, 'journal', level, what, remedy)
    })
  }

  it('warns of a journal that goes with its container', async (t) => {
    const prepare = async (bus: UsbBus) => {
      await put(bus, '.dockerenv', '')
      await mounts('overlay / overlay rw 0 0\n')(bus)
    }
    assertOnly(await complaints(t, [mf190()], {}, prepare), 'journal', 'warning', /inside the container/, /volume/)
  })

  it('takes the mount that covers the folder, not its neighbour and not what lies beneath', async (t) => {
    const rows = 'a / nfs rw 0 0\nb /data ext4 rw 0 0\nc /dat nfs rw 0 0\nd /data/sub nfs rw 0 0\n'
    assert.deepEqual(await complaints(t, [mf190()], {}, mounts(rows)), [])
    assert.deepEqual(await complaints(t, [mf190()], {}, mounts('a / ext4 rw 0 0\nb /dat nfs rw 0 0\n')), [])
    assert.deepEqual(await complaints(t, [mf190()], {}, mounts('a /data nfs rw 0 0\nb /data ext4 rw 0 0\n')), [])
    const blank = { journalPath: '/my data/a.db' }
    const told = await complaints(t, [mf190()], blank, mounts('a / ext4 rw 0 0\nb /my\\040data nfs rw 0 0\n'))
    assert.equal(told.length, 1)
  })

  it('writes for people what is wrong and below it the remedy', async (t) => {
    const bus = await openBus(t)
    const { io, lines } = ioOf(bus, { isTerminal: true, modems: [], tryBroker: async () => 'refused' })
    assert.equal(await runDoctor(io), 1)
    assert.deepEqual(lines, [
      'ok       The journal /data/zte2mqtt.db can be written.',
      'problem  The MQTT broker does not take us: refused',
      '         Check "mqtt.url", "mqtt.username" and "mqtt.password", and that the broker runs.',
    ])
  })
})

describe('the doctor on the real system', () => {
  it('opens what can be opened and gives the code of what cannot', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    assert.equal(await tryOpenTty(tty), null)
    assert.equal(await tryOpenTty(`${tty}0`), 'ENOENT')
  })

  it('judges a file by itself, or by the nearest folder that exists', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
    t.after(() => rm(folder, { recursive: true }))
    assert.equal(await canWriteFile(join(folder, 'a/b/journal.db')), true)
    await writeFile(join(folder, 'file'), '')
    assert.equal(await canWriteFile(join(folder, 'file')), true)
    assert.equal(await canWriteFile(join(folder, 'file/journal.db')), false)
  })
})
