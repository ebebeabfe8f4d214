import { constants } from 'node:fs'
import { access, open, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TtyHolder } from '../transport/tty-holders.ts'
import { processesNamed, whoHolds } from '../transport/tty-holders.ts'
import { portsInOrder } from '../transport/usb-candidates.ts'
import type { ProbeAnswer, ProbePort } from '../transport/usb-follow.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'
import { askPort } from './ports.ts'

/** A configured modem, as far as the doctor cares. */
export type ConfiguredModem =
  | { readonly id: string; readonly transport: 'serial'; readonly port: string; readonly imei: string | null }
  | { readonly id: string; readonly transport: 'http' }

/** What the doctor needs to look around. */
export interface FactSources {
  /** Folder that holds `proc`, `etc`, `run` and `.dockerenv`; default `/`. */
  readonly root?: string
  readonly scan: () => Promise<UsbScan>
  readonly probe: ProbePort
  /** Opens and closes a device file. @returns `null` or the code of the failure (`EACCES`, `EPERM`, `EBUSY` …) */
  readonly tryOpen: (tty: string) => Promise<string | null>
  /** Whether a file, or the folder it would be made in, can be written. */
  readonly canWrite: (path: string) => Promise<boolean>
  /** @returns `null` when the broker takes us, else why not */
  readonly tryBroker: () => Promise<string | null>
  /** Opens a modem with `transport: http` by its id. @returns `null` or why it does not work */
  readonly tryRouter: (id: string) => Promise<string | null>
  readonly user: { readonly name: string; readonly pid: number; readonly groups: readonly number[] }
  readonly modems: readonly ConfiguredModem[]
  readonly journalPath: string
}

/** One serial port as this process finds it. */
export interface PortFacts {
  readonly tty: string
  /** Failure code of opening it, `null` when it opens. */
  readonly openError: string | null
  /** Other processes that have it open. */
  readonly holders: readonly TtyHolder[]
  /** The group the device file belongs to, and whether this process is in it. */
  readonly group: { readonly name: string; readonly isMine: boolean; readonly isListed: boolean } | null
  /** `null`: it does not answer AT, or was not asked because it is held or cannot be opened. */
  readonly answer: ProbeAnswer | null
  /** Why the probe could not ask it. */
  readonly fault: string | null
}

/** Everything the checks look at. */
export interface DoctorFacts {
  readonly scan: UsbScan
  readonly sticks: readonly { readonly device: UsbModemDevice; readonly ports: readonly PortFacts[] }[]
  readonly modems: readonly ConfiguredModem[]
  /** Configured paths that do not exist. */
  readonly missingPorts: ReadonlySet<string>
  readonly userName: string
  readonly isContainer: boolean
  readonly modemManager: { readonly isRunning: boolean; readonly isKeptAway: boolean }
  readonly journal: { readonly path: string; readonly isWritable: boolean; readonly fileSystem: string | null }
  readonly broker: string | null
  /** Failure per router id. */
  readonly routers: ReadonlyMap<string, string | null>
}

/** Collects the facts; changes nothing. A port that another process has open is not asked: two readers steal lines. */
export async function gatherFacts(sources: FactSources): Promise<DoctorFacts> {
  const root = sources.root ?? '/'
  const scan = await sources.scan()
  const sticks = []
  for (const device of scan.devices) {
    const ports: PortFacts[] = []
    for (const { tty } of portsInOrder(device)) ports.push(await lookAtPort(tty, root, sources))
    sticks.push({ device, ports })
  }
  const routers = new Map<string, string | null>()
  for (const { id, transport } of sources.modems) {
    if (transport === 'http') routers.set(id, await sources.tryRouter(id))
  }
  return {
    scan,
    sticks,
    modems: sources.modems,
    missingPorts: await missingPorts(scan, sources.modems),
    userName: sources.user.name,
    isContainer: await isContainer(root),
    modemManager: {
      isRunning: (await processesNamed('ModemManager', root)).length > 0,
      isKeptAway: await hasIgnoreRule(root),
    },
    journal: {
      path: sources.journalPath,
      isWritable: await sources.canWrite(sources.journalPath),
      fileSystem: fileSystemOf(resolve(sources.journalPath), await text(join(root, 'proc/mounts'))),
    },
    broker: await sources.tryBroker(),
    routers,
  }
}

/** `tryOpen` on the real system: neither waits for a carrier nor makes the port a controlling terminal. */
export async function tryOpenTty(tty: string): Promise<string | null> {
  try {
    const file = await open(tty, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY)
    await file.close()
    return null
  } catch (error) {
    return codeOf(error)
  }
}

/** `canWrite` on the real system: the file, or the nearest folder above it that exists. */
export async function canWriteFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK)
    return true
  } catch (error) {
    const parent = dirname(path)
    return codeOf(error) === 'ENOENT' && parent !== path && canWriteFile(parent)
  }
}

async function lookAtPort(tty: string, root: string, sources: FactSources): Promise<PortFacts> {
  const holders = (await whoHolds(tty, root)).filter(({ pid }) => pid !== sources.user.pid)
  const openError = holders.length > 0 ? null : await sources.tryOpen(tty)
  const canAsk = holders.length === 0 && openError === null
  const asked = canAsk ? await askPort(tty, sources.probe) : { answer: null, fault: null }
  return { tty, openError, holders, ...asked, group: await groupOf(tty, root, sources.user) }
}

async function groupOf(tty: string, root: string, user: FactSources['user']): Promise<PortFacts['group']> {
  const status = await stat(tty).catch(() => undefined)
  if (status === undefined) return null
  const rows = (await text(join(root, 'etc/group'))).split('\n').map((row) => row.split(':'))
  const row = rows.find(([, , id]) => id === String(status.gid))
  return {
    name: row?.[0] ?? String(status.gid),
    isMine: user.groups.includes(status.gid),
    isListed: (row?.[3] ?? '').split(',').includes(user.name),
  }
}

async function missingPorts(scan: UsbScan, modems: readonly ConfiguredModem[]): Promise<ReadonlySet<string>> {
  const missing = new Set<string>()
  for (const modem of modems) {
    if (modem.transport === 'http' || !modem.port.startsWith('/') || scan.names.has(modem.port)) continue
    if ((await stat(modem.port).catch(() => undefined)) === undefined) missing.add(modem.port)
  }
  return missing
}

async function isContainer(root: string): Promise<boolean> {
  for (const mark of ['.dockerenv', 'run/.containerenv']) {
    if ((await stat(join(root, mark)).catch(() => undefined)) !== undefined) return true
  }
  return /docker|containerd|kubepods|libpod|lxc/.test(await text(join(root, 'proc/1/cgroup')))
}

async function hasIgnoreRule(root: string): Promise<boolean> {
  for (const folder of ['etc/udev/rules.d', 'run/udev/rules.d', 'usr/lib/udev/rules.d']) {
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      if (!name.endsWith('.rules')) continue
      const rules = (await text(join(root, folder, name)))
        .split('\n')
        .filter((line) => !line.trimStart().startsWith('#'))
      if (rules.some((line) => line.includes('19d2') && line.includes('ID_MM_DEVICE_IGNORE'))) return true
    }
  }
  return false
}

// proc/mounts: "device place type options …"; blanks in a place are written \040. The longest place that fits wins, and
// of equal ones the later, which covers the earlier.
function fileSystemOf(path: string, mounts: string): string | null {
  let best = { length: -1, type: null as string | null }
  for (const row of mounts.split('\n')) {
    const [, place, type] = row.split(' ')
    if (place === undefined || type === undefined) continue
    const folder = place.replaceAll('\\040', ' ')
    const fits = folder === '/' || path === folder || path.startsWith(`${folder}/`)
    if (fits && folder.length >= best.length) best = { length: folder.length, type }
  }
  return best.type
}

function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
