import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { currentUser, deniedRemedy, groupOf } from '../../src/transport/tty-access.ts'
import { mf190, openBus } from './usb-sticks.ts'

const user = { name: 'zte', pid: 1, groups: [] }

describe('groupOf', () => {
  it('reads name, members and right of the group that a device file really has', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    const gid = process.getgid?.() ?? 0
    await mkdir(join(bus.root, 'etc'))
    await writeFile(join(bus.root, 'etc/group'), `uucp:x:99998:\nmodems:x:${gid}:root,zte\n`)
    const expected = { name: 'modems', isMine: false, isListed: true, mayWrite: true, usual: 'uucp' }
    assert.deepEqual(await groupOf(tty, bus.root, user), expected)
    await chmod(tty, 0o640)
    const mine = await groupOf(tty, bus.root, { ...user, name: 'other', groups: [gid] })
    assert.deepEqual(mine, { ...expected, isMine: true, isListed: false, mayWrite: false })
  })

  it('gives the number of a group without a name, and nothing for a file that is not there', async (t) => {
    const bus = await openBus(t)
    const tty = (await bus.plug(mf190())).get(1) ?? ''
    const group = await groupOf(tty, bus.root, user)
    assert.deepEqual([group?.name, group?.usual], [String(process.getgid?.() ?? 0), 'dialout'])
    assert.equal(await groupOf(`${tty}x`, bus.root, user), null)
  })
})

describe('deniedRemedy', () => {
  const group = { name: 'dialout', isMine: false, isListed: false, mayWrite: true, usual: 'dialout' }
  it('guesses the usual group where the file cannot be seen', () => {
    assert.match(deniedRemedy(null, 'zte', false), /^Run "sudo usermod -aG dialout zte"/)
  })

  it('writes the rule on the host when it is seen from a container', () => {
    assert.match(deniedRemedy({ ...group, name: 'root' }, 'zte', true), /60-zte\.rules of the host, run/)
  })

  it('gives a container the number where there is no name', () => {
    assert.match(deniedRemedy({ ...group, name: '20' }, 'zte', true), /"group_add: \['20'\]"/)
  })
})

describe('currentUser', () => {
  it('is who runs this process', () => {
    const { name, pid, groups } = currentUser()
    assert.notEqual(name, '')
    assert.equal(pid, process.pid)
    assert.ok(groups.includes(process.getgid?.() ?? -1))
  })
})
