import assert from 'node:assert/strict'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runDoctor } from '../../src/app/doctor.ts'
import type { UsbBus } from '../../src/simulator/usb-bus.ts'
import { mf190, mf636, openBus, probing } from '../transport/usb-sticks.ts'
import { A, AUTO, assertOnly, B, complaints, doctorOf, ttysOf } from './doctor-bench.ts'

const at = (port: string, wanted: string | null = null) => ({ config: { modems: [{ ...AUTO, port, imei: wanted }] } })
const byId = (number: number) => `/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if0${number}-port0`

describe('the doctor about a configured port', () => {
  it('recognises the diagnostic port and gives the line with the right one', async (t) => {
    assertOnly(
      await complaints(t, [mf190()], at(byId(0))),
      'configured_ports',
      'problem',
      `The port of "stick", ${byId(0)}, does not answer AT: it is the diagnostic port.`,
      `Set "port: ${byId(1)}", or "port: auto".`,
    )
  })

  it('says of another silent port which one of the stick answers', async (t) => {
    const told = await complaints(t, [mf190()], { ...at(byId(2)), probe: probing({ ttyUSB1: A }) })
    assertOnly(told, 'configured_ports', 'problem', /AT: \/dev\/ttyUSB1 of the same stick does\.$/, /-if01-port0"/)
  })

  it('does not call a port the diagnostic one when it could not be asked', async (t) => {
    const held = (bus: UsbBus) => bus.run(9, 'minicom', [join(bus.root, 'dev/ttyUSB0')])
    assert.deepEqual(await complaints(t, [mf190()], at(byId(0)), held), [])
  })

  it('warns of a number that changes', async (t) => {
    assertOnly(
      await complaints(t, [mf190()], at('/dev/ttyUSB1')),
      'configured_ports',
      'warning',
      'The port of "stick", /dev/ttyUSB1, leads to whatever stick has that number after a restart.',
      `Set "port: ${byId(1)}", or "port: auto".`,
    )
  })

  it('is content with a link', async (t) => {
    assert.deepEqual(await complaints(t, [mf190()], at(byId(1))), [])
  })

  it('says of a path that does not exist what does, and which port answers', async (t) => {
    assertOnly(
      await complaints(t, [mf190()], at('/dev/serial/by-id/usb-gone-if01-port0')),
      'configured_ports',
      'problem',
      'The port of "stick", /dev/serial/by-id/usb-gone-if01-port0, does not exist.',
      `Is the modem plugged in? There are: ${byId(0)}, ${byId(1)}, ${byId(2)}. Set "port: auto", or see "zte2mqtt ports". "port: ${byId(1)}" answers AT.`,
    )
  })

  it('recognises a link that leads to a port that is gone', async (t) => {
    const bus = await openBus(t)
    await bus.plug(mf190())
    const link = join(bus.root, 'dev/serial/by-id/usb-old-if01-port0')
    await mkdir(join(bus.root, 'dev/serial/by-id'), { recursive: true })
    await symlink('../../ttyUSB7', link)
    const { io, lines } = doctorOf(bus, at(link))
    assert.equal(await runDoctor(io), 1)
    assert.match(lines.join('\n'), /usb-old-if01-port0, is a link to \.\.\/\.\.\/ttyUSB7, which is gone\./)
  })

  it('says that there is no port at all', async (t) => {
    const told = await complaints(t, [], at('/dev/ttyUSB9'))
    assert.match(told.find(({ check }) => check === 'configured_ports')?.remedy ?? '', /No serial port of a USB device/)
  })
})

describe('the doctor about which of several sticks', () => {
  const twins = [mf190('1-2'), mf190('1-3')]
  const bothAnswer = { probe: probing({ ttyUSB1: A, ttyUSB4: B }) }

  it('prints the lines with the IMEI of two equal ones, ready to paste', async (t) => {
    const bus = await openBus(t)
    for (const stick of twins) await bus.plug(stick)
    const { io, lines } = doctorOf(bus, { ...bothAnswer, isTerminal: true })
    assert.equal(await runDoctor(io), 1)
    const from = lines.findIndex((line) => line.startsWith('problem'))
    assert.deepEqual(lines.slice(from, from + 4), [
      'problem  2 sticks are plugged in, and nothing says which one "stick" is.',
      '         Put the right one of these under "modems:", with the id you have:',
      '           - {id: stick, transport: serial, port: auto, imei: "351111111111111"}',
      '           - {id: stick2, transport: serial, port: auto, imei: "352222222222222"}',
    ])
  })

  it('is content when the IMEI is configured', async (t) => {
    assert.deepEqual(await complaints(t, twins, { ...bothAnswer, ...at('auto', A.imei) }), [])
  })

  it('prints the by-id links of two different ones', async (t) => {
    const told = await complaints(t, [mf190('1-2'), mf636('1-3')], bothAnswer)
    assertOnly(
      told,
      'configured_ports',
      'problem',
      /^2 sticks/,
      new RegExp(`port: "${byId(1)}"}\\n.*port: "/dev/serial`),
    )
  })

  it('warns of a by-id link that two equal ones share, and prints the lines', async (t) => {
    const told = await complaints(t, twins, { ...bothAnswer, ...at(byId(1)) })
    assertOnly(told, 'configured_ports', 'warning', /by-id link, and 2 sticks/, /port: auto, imei: "…1111"/)
  })

  it('misses the IMEI and prints those there are, but not while a stick could not be asked', async (t) => {
    const wrong = { ...bothAnswer, ...at('auto', '359999999999999') }
    const told = await complaints(t, twins, wrong)
    assertOnly(told, 'configured_ports', 'problem', /No stick .* has the "imei" of "stick"\.$/, /imei: "…2222"/)
    const held = (bus: UsbBus) => bus.run(77, 'node', ttysOf(bus))
    assert.deepEqual(await complaints(t, twins, wrong, held), [])
  })

  it('says that the lines come when the sticks answer', async (t) => {
    const told = await complaints(t, twins, { probe: probing({}) })
    const remedy = told.find(({ check }) => check === 'configured_ports')?.remedy
    assert.equal(remedy, 'Set "port: auto" and "imei"; "zte2mqtt ports" prints the lines once the sticks answer.')
  })
})
