import { constants } from 'node:fs'
import { access, readFile, realpath, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Finding } from './doctor-finding.ts'
import { ok, problem, warning } from './doctor-finding.ts'

/** A file or folder in which the bridge keeps something. */
export interface StoragePlace {
  /** The option that names it. */
  readonly option: 'journal.path' | 'broker.path'
  readonly path: string
}

/** What there is to know about such a place. */
export interface StorageFacts extends StoragePlace {
  /** Why it cannot be written: a code of the system (`EACCES`, `EROFS`, `EISDIR` …); `null`: it can. */
  readonly writeError: string | null
  /** As in the list of mounts: `ext4`, `nfs4`, `fuse.sshfs`; `null`: not known. */
  readonly fileSystem: string | null
  /** Octets free for this user; `null`: not known. */
  readonly freeBytes: number | null
}

/** How the doctor touches storage; tests put other answers in. */
export interface StorageProbes {
  /** @returns `null`, or the code of the system that says why nothing can be written there */
  readonly tryWrite: (place: StoragePlace) => Promise<string | null>
  /** @returns octets free on the file system of the nearest folder that exists, `null` when that is not known */
  readonly freeBytes: (path: string) => Promise<number | null>
}

/** Collects the facts about one place. @param root folder that holds `proc` */
export async function lookAtStorage(place: StoragePlace, root: string, probes: StorageProbes): Promise<StorageFacts> {
  const mounts = await readFile(join(root, 'proc/self/mountinfo'), 'utf8').catch(() => '')
  return {
    ...place,
    writeError: await probes.tryWrite(place),
    fileSystem: fileSystemOf(await realPathOf(resolve(place.path)), mounts),
    freeBytes: await probes.freeBytes(place.path),
  }
}

/** What is wrong with the places, or that they are in order. */
export function checkStorage(storage: readonly StorageFacts[], isContainer: boolean): readonly Finding[] {
  return storage.flatMap((facts) => {
    const found = [...writeFaults(facts), ...fileSystemFaults(facts, isContainer), ...spaceFaults(facts)]
    return found.length > 0 ? found : [ok(`${nameOf(facts)} can be written.`)]
  })
}

/** `tryWrite` on the real system. SQLite puts files beside the journal, so its folder has to be writable, too. */
export async function tryWriteFile({ option, path }: StoragePlace): Promise<string | null> {
  const isFolder = await stat(path).then(
    (status) => status.isDirectory(),
    () => option === 'broker.path',
  )
  if (isFolder) return option === 'journal.path' ? 'EISDIR' : folderFault(path)
  if (option === 'broker.path') return 'ENOTDIR'
  const own = await codeOf(access(path, constants.W_OK))
  return own !== null && own !== 'ENOENT' ? own : folderFault(dirname(path))
}

/** `freeBytes` on the real system. */
export async function freeBytesAt(path: string): Promise<number | null> {
  const status = await statfs(path).catch(() => undefined)
  // A file system of the kernel itself has no blocks.
  if (status !== undefined) return status.blocks === 0 ? null : status.bavail * status.bsize
  return dirname(path) === path ? null : freeBytesAt(dirname(path))
}

// The folder itself, or the nearest one above it in which it would be made.
async function folderFault(folder: string): Promise<string | null> {
  const code = await codeOf(access(folder, constants.W_OK | constants.X_OK))
  if (code === 'ENOENT' && dirname(folder) !== folder) return folderFault(dirname(folder))
  if (code !== null) return code
  return (await stat(folder)).isDirectory() ? null : 'ENOTDIR'
}

async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined) return real
  return dirname(path) === path ? path : join(await realPathOf(dirname(path)), path.slice(dirname(path).length))
}

// proc/self/mountinfo (proc(5)): "id parent major:minor root place options [tags] - type device options". Odd characters
// of a place are written as octal numbers. The longest place that fits wins, and of equal ones the later, which covers
// the earlier.
function fileSystemOf(path: string, mounts: string): string | null {
  let best = { length: -1, type: null as string | null }
  for (const row of mounts.split('\n')) {
    const [, , , , place] = row.split(' ')
    const type = / - (\S+) /.exec(row)?.[1]
    if (place === undefined || type === undefined) continue
    const folder = place.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    const fits = folder === '/' || path === folder || path.startsWith(`${folder}/`)
    if (fits && folder.length >= best.length) best = { length: folder.length, type }
  }
  return best.type
}

function nameOf({ option, path }: StoragePlace): string {
  return option === 'journal.path' ? `The journal ${path}` : `The folder of the embedded broker, ${path},`
}

const WRITE_REMEDIES: Readonly<Record<string, (option: string) => string>> = {
  EROFS: (option) =>
    `It lies on a file system that is mounted read-only: set "${option}" elsewhere, or mount it writable.`,
  EISDIR: (option) => `It is a folder: set "${option}" to a file in it, such as zte2mqtt.db.`,
  ENOTDIR: (option) => `A part of the path is a file and no folder: correct "${option}".`,
}

function writeFaults(facts: StorageFacts): readonly Finding[] {
  const { option, writeError } = facts
  if (writeError === null) return []
  const remedy = WRITE_REMEDIES[writeError]?.(option)
  const usual = `Give the user of the service the right to write there and into its folder, or set "${option}" elsewhere.`
  return [problem(`${nameOf(facts)} cannot be written (${writeError}).`, remedy ?? usual)]
}

// A write-ahead log needs shared memory and true locks, which these do not give between machines or from a virtual one to its host.
const SHARED_FILE_SYSTEMS =
  /^(nfs[34]?|cifs|smb[23]?|smbfs|9p|ceph|afs|lustre|glusterfs|davfs|ncpfs|coda|vboxsf|vmhgfs|prl_fs|fuse\.(sshfs|rclone|glusterfs|ceph|davfs2?|s3fs|gcsfuse|curlftpfs|smbnetfs|vmhgfs-fuse|grpcfuse|osxfs|mergerfs))$/

function fileSystemFaults(facts: StorageFacts, isContainer: boolean): readonly Finding[] {
  const { option, fileSystem } = facts
  if (fileSystem === null) return []
  if (SHARED_FILE_SYSTEMS.test(fileSystem)) {
    const what = `${nameOf(facts)} lies on a network or shared file system (${fileSystem}), where it can be damaged.`
    return [problem(what, `Move it: set "${option}" to a local disk.`)]
  }
  if (fileSystem === 'tmpfs' || fileSystem === 'ramfs') {
    const what = `${nameOf(facts)} lies in memory: messages on their way are lost when the power goes.`
    return [problem(what, `Set "${option}" to a disk.`)]
  }
  if (isContainer && /overlay/.test(fileSystem)) {
    const what = `${nameOf(facts)} lies inside the container and is lost with it.`
    return [warning(what, `Mount a volume at the folder of "${option}" (in the image: /data).`)]
  }
  return []
}

const MIB = 1024 * 1024
const FULL_BYTES = 8 * MIB
const SCARCE_BYTES = 100 * MIB

function spaceFaults(facts: StorageFacts): readonly Finding[] {
  const { freeBytes, option } = facts
  if (freeBytes === null || freeBytes >= SCARCE_BYTES) return []
  const what = `${nameOf(facts)} has only ${Math.floor(freeBytes / MIB)} MiB of free disk left.`
  const remedy = `Make room, or set "${option}" to another disk. When it is full, messages stay in the modem until it is full, too.`
  return [freeBytes < FULL_BYTES ? problem(what, remedy) : warning(what, remedy)]
}

async function codeOf(attempt: Promise<unknown>): Promise<string | null> {
  try {
    await attempt
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
