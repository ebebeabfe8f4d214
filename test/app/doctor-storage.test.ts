import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import { freeBytesAt, lookAtStorage, tryWriteFile } from '../../src/app/doctor-storage.ts'
import type { UsbBus } from '../../src/simulator/usb-bus.ts'
import { mf190 } from '../transport/usb-sticks.ts'
import { assertOnly, complaints, JOURNAL, put } from './doctor-bench.ts'

type Mount = readonly [place: string, type: string]

/** Rows of mountinfo. */
const mounts =
  (...rows: readonly Mount[]) =>
  (bus: UsbBus) =>
    put(
      bus,
      'proc/self/mountinfo',
      rows
        .map(([place, type], index) => `${30 + index} 1 0:${index} / ${place} rw,relatime shared:1 - ${type} x rw\n`)
        .join(''),
    )

const THE_JOURNAL = 'The journal /data/zte2mqtt.db'

describe('the doctor about the file system of the journal', () => {
  const NETWORK = [
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    '9p',
    'ceph',
    'glusterfs',
    'vboxsf',
    'fuse.sshfs',
    'fuse.rclone',
    'fuse.s3fs',
    'fuse.mergerfs',
  ]
  for (const type of NETWORK) {
    it(`wants it moved from ${type}`, async (t) => {
      assertOnly(
        await complaints(t, [mf190()], {}, mounts(['/', 'ext4'], ['/data', type])),
        'storage',
        'problem',
        `${THE_JOURNAL} lies on a network or shared file system (${type}), where it can be damaged.`,
        'Move it: set "journal.path" to a local disk.',
      )
    })
  }

  for (const type of ['ext4', 'btrfs', 'xfs', 'zfs', 'f2fs', 'fuseblk', 'overlay']) {
    it(`is content with ${type}`, async (t) => {
      assert.deepEqual(await complaints(t, [mf190()], {}, mounts(['/', type])), [])
    })
  }

  it('does not want it in memory', async (t) => {
    const told = await complaints(t, [mf190()], {}, mounts(['/', 'ext4'], ['/data', 'tmpfs']))
    assertOnly(told, 'storage', 'problem', /lies in memory/, 'Set "journal.path" to a disk.')
  })

  it('warns of a journal that goes with its container', async (t) => {
    const prepare = async (bus: UsbBus) => {
      await put(bus, '.dockerenv', '')
      await mounts(['/', 'overlay'])(bus)
    }
    const remedy = 'Mount a volume at the folder of "journal.path" (in the image: /data).'
    assertOnly(await complaints(t, [mf190()], {}, prepare), 'storage', 'warning', /inside the container/, remedy)
  })

  const PLACES: readonly (readonly [what: string, path: string, rows: readonly Mount[], type: string | null])[] = [
    [
      'the longest mount that covers it',
      '/data/a.db',
      [
        ['/', 'nfs'],
        ['/data', 'ext4'],
        ['/data/sub', 'nfs'],
      ],
      'ext4',
    ],
    [
      'no neighbour with the same beginning',
      '/data/a.db',
      [
        ['/', 'ext4'],
        ['/dat', 'nfs'],
      ],
      'ext4',
    ],
    [
      'the later of two at one place',
      '/data/a.db',
      [
        ['/data', 'nfs'],
        ['/data', 'ext4'],
      ],
      'ext4',
    ],
    [
      'a place with a blank and a tab',
      '/my data\t/a.db',
      [
        ['/', 'ext4'],
        ['/my\\040data\\011', 'nfs'],
      ],
      'nfs',
    ],
    [
      'a mounted file itself',
      '/data/a.db',
      [
        ['/', 'ext4'],
        ['/data/a.db', '9p'],
      ],
      '9p',
    ],
    ['nothing where no mount is known', '/data/a.db', [], null],
  ]
  for (const [what, path, rows, type] of PLACES) {
    it(`takes ${what}`, async (t) => {
      const folder = await temporary(t)
      await mkdir(join(folder, 'proc/self'), { recursive: true })
      await mounts(...rows)({ root: folder } as UsbBus)
      const probes = { tryWrite: async () => null, freeBytes: async () => null }
      assert.equal((await lookAtStorage({ ...JOURNAL, path }, folder, probes)).fileSystem, type)
    })
  }

  it('looks behind a link in the path', async (t) => {
    const folder = await temporary(t)
    await mkdir(join(folder, 'nas'))
    await symlink('nas', join(folder, 'data'))
    await mounts(['/', 'ext4'], [join(folder, 'nas'), 'nfs4'])({ root: folder } as UsbBus)
    const probes = { tryWrite: async () => null, freeBytes: async () => null }
    const path = join(folder, 'data/new/a.db')
    assert.equal((await lookAtStorage({ ...JOURNAL, path }, folder, probes)).fileSystem, 'nfs4')
  })
})

describe('the doctor about writing the journal', () => {
  const FAULTS = [
    [
      'EACCES',
      /^Give the user of the service the right to write there and into its folder, or set "journal\.path" els/,
    ],
    ['EROFS', /mounted read-only: set "journal\.path" elsewhere/],
    ['EISDIR', /^It is a folder: set "journal\.path" to a file in it, such as zte2mqtt\.db\.$/],
    ['ENOTDIR', /is a file and no folder: correct "journal\.path"\.$/],
  ] as const
  for (const [code, remedy] of FAULTS) {
    it(`says the remedy for ${code}`, async (t) => {
      const told = await complaints(t, [mf190()], { tryWrite: async () => code })
      assertOnly(told, 'storage', 'problem', `${THE_JOURNAL} cannot be written (${code}).`, remedy)
    })
  }

  it('looks at the folder of the embedded broker, too', async (t) => {
    const broker = { option: 'broker.path', path: '/data/broker' } as const
    const told = await complaints(t, [mf190()], {
      config: { storage: [JOURNAL, broker] },
      tryWrite: async ({ option }) => (option === 'broker.path' ? 'EACCES' : null),
    })
    const what = 'The folder of the embedded broker, /data/broker, cannot be written (EACCES).'
    assertOnly(told, 'storage', 'problem', what, /"broker\.path"/)
  })

  const MIB = 1024 * 1024
  const SPACES = [
    [7 * MIB, 'problem'],
    [8 * MIB, 'warning'],
    [100 * MIB - 1, 'warning'],
  ] as const
  for (const [bytes, level] of SPACES) {
    it(`calls it a ${level} when ${bytes} octets are free`, async (t) => {
      const told = await complaints(t, [mf190()], { freeBytes: async () => bytes })
      const what = `${THE_JOURNAL} has only ${Math.floor(bytes / MIB)} MiB of free disk left.`
      assertOnly(told, 'storage', level, what, /^Make room, or set "journal\.path" to another disk\./)
    })
  }

  it('is content with enough room, and where the room is not known', async (t) => {
    assert.deepEqual(await complaints(t, [mf190()], { freeBytes: async () => 100 * MIB }), [])
    assert.deepEqual(await complaints(t, [mf190()], { freeBytes: async () => null }), [])
  })
})

describe('storage on the real system', () => {
  const at = (path: string, option: 'journal.path' | 'broker.path' = 'journal.path') => tryWriteFile({ option, path })

  it('is judged by the file and its folder, or by the nearest folder that exists', async (t) => {
    const folder = await temporary(t)
    assert.equal(await at(join(folder, 'a/b/journal.db')), null)
    assert.equal(await at(join(folder, 'a/b'), 'broker.path'), null)
    await writeFile(join(folder, 'file'), '')
    assert.equal(await at(join(folder, 'file')), null)
    assert.equal(await at(join(folder, 'file/journal.db')), 'ENOTDIR')
    assert.equal(await at(join(folder, 'file'), 'broker.path'), 'ENOTDIR')
    assert.equal(await at(folder), 'EISDIR')
    assert.equal(await at(folder, 'broker.path'), null)
  })

  const isRoot = process.getuid?.() === 0
  it('is refused where the rights are missing', { skip: isRoot && 'root may write everywhere' }, async (t) => {
    const folder = await temporary(t)
    await writeFile(join(folder, 'file'), '')
    await chmod(folder, 0o500)
    const codes = [await at(join(folder, 'file')), await at(join(folder, 'new'))]
    // Before the folder is cleared away.
    await chmod(folder, 0o700)
    assert.deepEqual(codes, ['EACCES', 'EACCES'])
  })

  it('has its free room measured where it will be, and not at all where nothing is', async (t) => {
    const folder = await temporary(t)
    assert.ok(((await freeBytesAt(join(folder, 'a/b/journal.db'))) ?? -1) > 0)
  })
})

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}
