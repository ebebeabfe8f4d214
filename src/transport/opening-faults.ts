import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ModemError } from '../modem/errors.ts'
import { currentUser, deniedRemedy, groupOf, isContainer, notPermittedRemedy } from './tty-access.ts'
import { describeBusyPort, rivalsOf, whoHolds } from './tty-holders.ts'

interface OpeningFault {
  /** The system's code, or its wording: the native part of serialport passes on only that. */
  readonly pattern: RegExp
  /** What happened and what to do about it, in one or more sentences behind "… cannot be opened: ". */
  readonly explain: (port: string, root: string) => string | Promise<string>
  /** There is no such device. */
  readonly isAbsent?: true
}

const OPENING_FAULTS: readonly OpeningFault[] = [
  { pattern: /ENOENT|no such file/i, isAbsent: true, explain: describeMissing },
  {
    pattern: /ENODEV|ENXIO|\bEIO\b|no such device|input\/output/i,
    isAbsent: true,
    explain: () => 'its modem has just left the bus. Plug it in again if it does not come back by itself.',
  },
  {
    pattern: /EPERM|not permitted/i,
    explain: async (_, root) =>
      `the rules for devices do not permit it. ${notPermittedRemedy(await isContainer(root))}`,
  },
  { pattern: /EACCES|permission denied/i, explain: describeDenied },
  { pattern: /EBUSY|EAGAIN|resource busy|temporarily unavailable|cannot lock/i, explain: describeBusy },
  {
    pattern: /ENOTTY|inappropriate ioctl|ENOTDIR|EISDIR|(is|not) a directory/i,
    explain: () => 'that is no serial port. Set "port: auto", or see "zte2mqtt ports".',
  },
  { pattern: /ECONNREFUSED/, explain: () => 'nothing listens there. Is the serial server running?' },
  { pattern: /ENOTFOUND|EAI_AGAIN/, explain: () => 'the name of the host is not known.' },
  { pattern: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, explain: () => 'the host does not answer. Is it switched on?' },
]

/**
 * The error a user sees when a port cannot be opened: what happened, who holds it where that can be seen, what to do.
 * @param root folder that holds `proc`, `etc` and `dev`; default `/`
 */
export async function openingError(port: string, cause: Error & { code?: string }, root = '/'): Promise<ModemError> {
  const words = `${cause.code ?? ''} ${cause.message}`.trim()
  const fault = OPENING_FAULTS.find(({ pattern }) => pattern.test(words))
  const why = (await fault?.explain(port, root)) ?? 'the log tells more.'
  return new ModemError('modem_offline', `${port} cannot be opened: ${why}`, {
    cause,
    detail: words,
    ...(fault?.isAbsent === true && { presence: 'absent' }),
  })
}

/** The error for a port that other processes have open: two readers on one tty steal each other's lines. */
export async function heldError(port: string, root: string): Promise<ModemError | undefined> {
  const others = await rivalsOf(port, root, process.pid)
  if (others.length === 0) return undefined
  return new ModemError('modem_offline', `${port} cannot be opened: ${describeBusyPort(port, others)}`)
}

/** The serial ports of USB devices there are, best name first: links by id, else device files. Never fails. */
export async function existingPorts(root = '/'): Promise<readonly string[]> {
  const named = (await readdir(join(root, 'dev/serial/by-id')).catch(() => [])).map(
    (name) => `/dev/serial/by-id/${name}`,
  )
  if (named.length > 0) return named.sort()
  const files = (await readdir(join(root, 'dev')).catch(() => [])).filter((name) => /^tty(USB|ACM)\d+$/.test(name))
  return files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => `/dev/${name}`)
}

/** Where a link leads whose device file is gone; `null`: not even the link is there. */
export function danglingTarget(port: string): Promise<string | null> {
  return readlink(port).catch(() => null)
}

/** What to do about a port that does not exist: what does. */
export function missingRemedy(existing: readonly string[]): string {
  const there =
    existing.length === 0 ? 'No serial port of a USB device is there.' : `There are: ${existing.join(', ')}.`
  return `Is the modem plugged in? ${there} Set "port: auto", or see "zte2mqtt ports".`
}

async function describeMissing(port: string, root: string): Promise<string> {
  const target = await danglingTarget(port)
  const what = target === null ? 'there is no such port' : `it is a link to ${target}, which is gone`
  return `${what}. ${missingRemedy(await existingPorts(root))}`
}

async function describeDenied(port: string, root: string): Promise<string> {
  const user = currentUser()
  const group = await groupOf(port, root, user)
  return `the system does not permit it to "${user.name}". ${deniedRemedy(group, user.name, await isContainer(root))}`
}

async function describeBusy(port: string, root: string): Promise<string> {
  const holders = await whoHolds(port, root)
  if (holders.some(({ pid }) => pid === process.pid)) {
    return 'this process has it open already. Do two modems of the configuration lead to the same port?'
  }
  return describeBusyPort(port, holders)
}
