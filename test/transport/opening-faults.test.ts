import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { UsbBus } from '../../src/simulator/usb-bus.ts'
import { existingPorts, heldError, openingError } from '../../src/transport/opening-faults.ts'
import { mf190, openBus } from './usb-sticks.ts'

const said = async (words: string, bus: UsbBus, port = '/dev/ttyUSB1'): Promise<string> =>
  (await openingError(port, new Error(words), bus.root)).message.replaceAll(bus.root, '')

const gid = process.getgid?.() ?? 0

describe('the error of a port that cannot be opened', () => {
  const FAULTS: readonly (readonly [words: string, message: RegExp])[] = [
    ['Error: Device not configured, ENXIO', /: its modem has just left the bus\. Plug it in again/],
    ['Error: No such device, cannot open /dev/ttyUSB1', /: its modem has just left the bus/],
    ['Error: Input/output error, cannot open /dev/ttyUSB1', /: its modem has just left the bus/],
    ['Error: Inappropriate ioctl for device, cannot open /dev/null', /: that is no serial port\. Set "port: auto"/],
    ['Error: Is a directory, cannot open /dev', /: that is no serial port/],
    ['getaddrinfo ENOTFOUND serial.example', /: the name of the host is not known/],
    ['connect EHOSTUNREACH 192.0.2.1:7000', /: the host does not answer/],
    ['connect ECONNREFUSED 192.0.2.1:7000', /: nothing listens there/],
    ['something new', /: the log tells more/],
  ]
  for (const [words, message] of FAULTS) {
    it(`has a remedy for "${words}" and keeps the words in the detail`, async (t) => {
      const bus = await openBus(t)
      const error = await openingError('/dev/ttyUSB1', new Error(words), bus.root)
      assert.ok(error instanceof ModemError)
      assert.deepEqual([error.code, error.retry, error.detail], ['modem_offline', 'after_reopen', words])
      assert.match(error.message, message)
      assert.match(error.message, /^\/dev\/ttyUSB1 cannot be opened: /)
    })
  }

  it('lists the ports there are when this one is missing (ENOENT)', async (t) => {
    const bus = await openBus(t)
    const words = 'Error: No such file or directory, cannot open /dev/ttyUSB7'
    assert.equal(
      await said(words, bus, '/dev/ttyUSB7'),
      '/dev/ttyUSB7 cannot be opened: there is no such port. Is the modem plugged in? No serial port of a USB device is there. Set "port: auto", or see "zte2mqtt ports".',
    )
    await bus.plug(mf190())
    const link = '/dev/serial/by-id/usb-ZTE_Incorporated_Surf-Stick_MF19001MOD010000-if0'
    assert.match(
      await said(words, bus, '/dev/ttyUSB7'),
      new RegExp(`There are: ${link}0-port0, ${link}1-port0, ${link}2-port0\\. Set "port: auto"`),
    )
  })

  it('says that a link leads to a port that is gone', async (t) => {
    const bus = await openBus(t)
    const link = join(bus.root, 'dev/zte-at')
    await symlink('ttyUSB3', link)
    assert.match(
      await said('Error: No such file or directory', bus, link),
      /zte-at cannot be opened: it is a link to ttyUSB3, which is gone\. Is the modem plugged in\?/,
    )
  })

  it('says which group is missing (EACCES)', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    await mkdir(join(bus.root, 'etc'))
    await writeFile(join(bus.root, 'etc/group'), `uucp:x:${gid}:\n`)
    // Whoever runs the tests is in the group of the files they make.
    assert.match(
      await said('Error: Permission denied, cannot open', bus, tty),
      /^\/dev\/ttyUSB1 cannot be opened: the system does not permit it to ".+"\. (Its rights look right|.*usermod -aG uucp)/,
    )
    await writeFile(join(bus.root, 'etc/group'), `root:x:${gid}:\ndialout:x:20:\n`)
    assert.match(await said('EACCES', bus, tty), /to the group "root": put .*GROUP="dialout", MODE="0660" into/)
  })

  it('gives the compose lines in a container whose rules forbid it (EPERM), and other words elsewhere', async (t) => {
    const bus = await openBus(t)
    const words = 'Error: Operation not permitted, cannot open /dev/ttyUSB1'
    assert.match(await said(words, bus), /: the rules for devices do not permit it\. .*"DeviceAllow=char-ttyUSB rw"/)
    await writeFile(join(bus.root, '.dockerenv'), '')
    assert.match(await said(words, bus), /permit it\. In Docker Compose .*device_cgroup_rules: \['c 188:\* rmw'/)
  })

  const BUSY = [
    'Error: Device or resource busy, cannot open /dev/ttyUSB1',
    'Error Resource temporarily unavailable Cannot lock port',
  ]
  for (const words of BUSY) {
    it(`names who holds it: "${words}"`, async (t) => {
      const bus = await openBus(t)
      const tty = (await bus.plug(mf190())).get(1) ?? ''
      await bus.run(4711, 'gammu-smsd', [tty])
      assert.equal(
        await said(words, bus, tty),
        '/dev/ttyUSB1 cannot be opened: /dev/ttyUSB1 is held by gammu-smsd (process 4711). Stop it with "sudo systemctl disable --now gammu-smsd".',
      )
    })
  }

  it('names the usual ones where the holder is not visible', async (t) => {
    const bus = await openBus(t)
    assert.match(await said('EBUSY', bus), /: Another program has .* open; stop it \(ModemManager, gammu-smsd and smsd/)
  })

  it('suspects the configuration where this process itself holds it', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    await bus.run(process.pid, 'node', [tty])
    assert.match(await said('EBUSY', bus, tty), /this process has it open already\. Do two modems of the configuration/)
  })
})

describe('heldError', () => {
  it('is there for another process and not for this one', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    assert.equal(await heldError(tty, bus.root), undefined)
    await bus.run(process.pid, 'node', [tty])
    assert.equal(await heldError(tty, bus.root), undefined)
    await bus.run(612, 'ModemManager', [tty])
    const error = await heldError(tty, bus.root)
    assert.match(error?.message ?? '', /cannot be opened: .* is held by ModemManager \(process 612\)\. .*60-zte\.rules/)
  })
})

describe('existingPorts', () => {
  it('counts device files as people do where there are no links', async (t) => {
    const bus = await openBus(t)
    for (const name of ['ttyUSB10', 'ttyUSB2', 'ttyACM0', 'ttyS0', 'ttyUSBx']) {
      await writeFile(join(bus.root, 'dev', name), '')
    }
    assert.deepEqual(await existingPorts(bus.root), ['/dev/ttyACM0', '/dev/ttyUSB2', '/dev/ttyUSB10'])
  })
})
