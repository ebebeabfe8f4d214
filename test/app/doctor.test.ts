import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runDoctor } from '../../src/app/doctor.ts'
import { problem } from '../../src/app/doctor-finding.ts'
import { mf190, network, openBus } from '../transport/usb-sticks.ts'
import { A, AUTO, assertOnly, complaints, doctorOf, findings, put, ROUTER, ttysOf } from './doctor-bench.ts'

describe('the doctor as a whole', () => {
  it('finds nothing wrong with a stick that answers', async (t) => {
    assert.deepEqual(await complaints(t, [mf190()]), [])
  })

  it('says what is in order, too', async (t) => {
    const told = await findings(t, [mf190()])
    assert.deepEqual(
      told.map(({ check, what }) => [check, what]),
      [
        ['configuration', 'The configuration is in order: stick.'],
        ['ports', '19d2:0117 (Surf-Stick) at USB 1-2 answers AT at /dev/ttyUSB1: MF190.'],
        ['storage', 'The journal /data/zte2mqtt.db can be written.'],
      ],
    )
  })

  it('writes for people what is wrong and below it the remedy', async (t) => {
    const bus = await openBus(t)
    const visitBroker = async () => ({
      findings: [problem('It refuses.', 'Do this.\nAnd that.')],
      isBridgeOnline: false,
    })
    const { io, lines } = doctorOf(bus, { isTerminal: true, config: { modems: [ROUTER] }, visitBroker })
    assert.equal(await runDoctor(io), 1)
    assert.deepEqual(lines, [
      'ok       The configuration is in order: mifi.',
      'ok       The journal /data/zte2mqtt.db can be written.',
      'problem  It refuses.',
      '         Do this.',
      '         And that.',
    ])
  })

  it('leaves with 0 when there are only warnings', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    await bus.run(612, 'ModemManager')
    const { io, lines } = doctorOf(bus)
    assert.equal(await runDoctor(io), 0)
    assert.match(lines.join('\n'), /"level":"warning"/)
  })

  it('hides all but the end of an IMEI from output that is no terminal', async (t) => {
    const two = [mf190('1-2'), mf190('1-3')]
    const told = await complaints(t, two, { probe: async () => A })
    assert.doesNotMatch(JSON.stringify(told), /351111111111111/)
    assert.match(JSON.stringify(told), /imei: \\"…1111\\"/)
  })
})

describe('the doctor about the configuration', () => {
  const faults = ['modems[0].prot: there is no such option; did you mean port? (zte2mqtt.yaml:3)', 'mqtt.url: found 5']

  it('says each fault and goes on with what needs no configuration', async (t) => {
    const visited: string[] = []
    const visitBroker = async () => {
      visited.push('broker')
      return { findings: [], isBridgeOnline: false }
    }
    const told = await findings(t, [network()], { config: { faults, modems: [], storage: [] }, visitBroker })
    assert.deepEqual(
      told.map(({ check, level }) => [check, level]),
      [
        ['configuration', 'problem'],
        ['configuration', 'problem'],
        ['usb_mode', 'problem'],
      ],
    )
    assert.deepEqual(
      told.slice(0, 2).map(({ what }) => what),
      faults.map((fault) => `The configuration: ${fault}`),
    )
    assert.match(told[0]?.remedy ?? '', /"zte2mqtt check"/)
    assert.deepEqual(visited, [])
  })

  it('misses the stick also before there is a configuration', async (t) => {
    const told = await complaints(t, [], { config: { faults, modems: [], storage: [] } })
    assert.deepEqual(
      told.map(({ check }) => check),
      ['configuration', 'configuration', 'usb'],
    )
  })
})

describe('the doctor about ModemManager', () => {
  const rule = 'SUBSYSTEM=="usb", ATTR{idVendor}=="19d2", ENV{ID_MM_DEVICE_IGNORE}="1"'

  it('names it as the holder, does not touch the port, and gives the udev rule', async (t) => {
    const asked: string[] = []
    const probe = async (tty: string) => {
      asked.push(tty)
      return undefined
    }
    const told = await complaints(t, [mf190()], { probe }, (bus) => bus.run(612, 'ModemManager', ttysOf(bus)))
    assert.deepEqual(asked, [])
    assert.deepEqual(
      told.map(({ check, level, what }) => [check, level, what]),
      [
        ['ports', 'problem', '/dev/ttyUSB1 is in use.'],
        ['modem_manager', 'warning', 'ModemManager runs and will open the ports of every stick that appears.'],
      ],
    )
    const remedy = `Keep ModemManager away: put ${rule} into /etc/udev/rules.d/60-zte.rules, run "udevadm control --reload", and plug the stick in again.`
    assert.equal(told[0]?.remedy, `/dev/ttyUSB1 is held by ModemManager (process 612). ${remedy}`)
    assert.equal(told[1]?.remedy, remedy)
  })

  const RULES: readonly (readonly [what: string, file: string, text: string, complaints: number])[] = [
    ['is content with the rule', 'etc/udev/rules.d/60-zte.rules', `${rule}\n`, 0],
    ['is not content with a rule in a comment', 'etc/udev/rules.d/60-zte.rules', `# ${rule}\n`, 1],
    ['is not content with a rule that comes too late', 'etc/udev/rules.d/99-zte.rules', `${rule}\n`, 1],
    ['is not content with a rule for another make', 'etc/udev/rules.d/60-zte.rules', rule.replace('19d2', '12d1'), 1],
  ]
  for (const [what, file, text, count] of RULES) {
    it(`${what} while it runs`, async (t) => {
      const told = await complaints(t, [mf190()], {}, async (bus) => {
        await bus.run(612, 'ModemManager')
        await put(bus, file, text)
      })
      assert.equal(told.length, count)
    })
  }
})

describe('the doctor about broker and routers', () => {
  it('passes on what the visit to the broker brought', async (t) => {
    const visitBroker = async () => ({ findings: [problem('It refuses.', 'Do this.')], isBridgeOnline: false })
    assertOnly(await complaints(t, [mf190()], { visitBroker }), 'broker', 'problem', 'It refuses.', 'Do this.')
  })

  it('says that a bridge of this name is connected, and what to do if it is another one', async (t) => {
    const visitBroker = async () => ({ findings: [], isBridgeOnline: true })
    const told = (await findings(t, [mf190()], { visitBroker })).filter(({ check }) => check === 'broker')
    assert.equal(told[0]?.level, 'ok')
    assert.match(told[0]?.remedy ?? '', /"mqtt\.base_topic" and a "mqtt\.client_id" of its own/)
  })

  it('passes on what the visit to a router brought, and tells the visitor of a bridge that is there', async (t) => {
    for (const isBridgeOnline of [false, true]) {
      const told = await complaints(t, [mf190()], {
        config: { modems: [AUTO, ROUTER] },
        visitBroker: async () => ({ findings: [], isBridgeOnline }),
        tryRouter: async (id, isOnline) => [problem(`${id} refuses, bridge ${isOnline}.`, 'Do that.')],
      })
      assertOnly(told, 'routers', 'problem', `mifi refuses, bridge ${isBridgeOnline}.`, 'Do that.')
    }
  })
})
