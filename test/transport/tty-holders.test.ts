import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { describeBusyPort, processesNamed, whoHolds } from '../../src/transport/tty-holders.ts'
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
      '/dev/ttyUSB1 is held by minicom (process 9). Stop it.',
    )
  })

  it('guesses where the holder is not visible', () => {
    assert.match(describeBusyPort('/dev/ttyUSB1', []), /^Another program has \/dev\/ttyUSB1 open; stop it/)
  })
})
