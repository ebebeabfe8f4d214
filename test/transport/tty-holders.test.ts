import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { describeBusyPort, processesNamed, rivalsOf, whoHolds } from '../../src/transport/tty-holders.ts'
import { mf190, openBus } from './usb-sticks.ts'

describe('whoHolds', () => {
  it('names the processes that have the file open, and only those', async (t) => {
    const bus = await openBus(t)
    const ttys = await bus.plug(mf190())
    const tty = ttys.get(1) ?? ''
    await bus.run(4711, 'gammu-smsd', ['/dev/null', tty])
    await bus.run(612, 'ModemManager', [tty])
    await bus.run(1, 'systemd', [ttys.get(2) ?? ''])
    assert.deepEqual(await whoHolds(tty, bus.root), [
      { pid: 612, name: 'ModemManager' },
      { pid: 4711, name: 'gammu-smsd' },
    ])
  })

  it('looks behind a link, because processes show the file itself', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    await symlink('ttyUSB1', join(bus.root, 'dev/zte-at'))
    await bus.run(612, 'ModemManager', [tty])
    assert.equal((await whoHolds(join(bus.root, 'dev/zte-at'), bus.root)).length, 1)
  })

  it('sees nobody where there is no proc', async () => {
    assert.deepEqual(await whoHolds('/dev/ttyUSB1', '/nowhere'), [])
  })
})

describe('rivalsOf', () => {
  it('counts the other processes on a serial port', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    await bus.run(7, 'zte2mqtt', [tty])
    await bus.run(612, 'ModemManager', [tty])
    assert.deepEqual(await rivalsOf(tty, bus.root, 7), [{ pid: 612, name: 'ModemManager' }])
  })

  it('counts nobody on a pseudo terminal, which its maker holds open, nor on what is no terminal', async (t) => {
    const bus = await openBus(t)
    await bus.run(8, 'socat', ['/dev/pts/3', '/dev/null'])
    for (const path of ['/dev/pts/3', '/dev/null']) assert.deepEqual(await rivalsOf(path, bus.root, 7), [])
  })
})

describe('processesNamed', () => {
  it('compares the whole name', async (t) => {
    const bus = await openBus(t)
    await bus.run(7, 'ModemManager')
    await bus.run(8, 'ModemManager2')
    assert.deepEqual(await processesNamed('ModemManager', bus.root), [{ pid: 7, name: 'ModemManager' }])
  })
})

describe('describeBusyPort', () => {
  it('gives the udev rule for ModemManager', () => {
    const text = describeBusyPort('/dev/ttyUSB1', [{ pid: 612, name: 'ModemManager' }])
    assert.match(text, /^\/dev\/ttyUSB1 is held by ModemManager \(process 612\)\. .*ID_MM_DEVICE_IGNORE.*60-zte\.rules/)
  })

  it('names any other program', () => {
    assert.equal(
      describeBusyPort('/dev/ttyUSB1', [{ pid: 9, name: 'minicom' }]),
      '/dev/ttyUSB1 is held by minicom (process 9). Quit it, or give the bridge another port.',
    )
  })

  it('says the remedy for each of several holders, once', () => {
    const holders = [
      { pid: 1, name: 'wvdial' },
      { pid: 2, name: 'pppd' },
      { pid: 3, name: 'smsd' },
    ]
    assert.equal(
      describeBusyPort('/dev/ttyUSB1', holders),
      '/dev/ttyUSB1 is held by wvdial (process 1), pppd (process 2), smsd (process 3). End that dial-up connection, and let nothing dial by itself. Stop it with "sudo systemctl disable --now smstools".',
    )
  })

  it('guesses where the holder is not visible', () => {
    assert.match(describeBusyPort('/dev/ttyUSB1', []), /^Another program has \/dev\/ttyUSB1 open; stop it/)
  })
})
