import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** A process that has a device file open. */
export interface TtyHolder {
  readonly pid: number
  /** Its short name (`ModemManager`), at most 15 characters. */
  readonly name: string
}

/**
 * Who has this device file open now, as far as this user may see (other users' processes and those outside a container
 * stay invisible, so an empty list proves nothing). Never fails.
 * @param path the device file, or a link to it
 * @param root folder that holds `proc`; default `/`
 */
export async function whoHolds(path: string, root = '/'): Promise<readonly TtyHolder[]> {
  const file = await realpath(path).catch(() => path)
  const proc = join(root, 'proc')
  const pids = (await readdir(proc).catch(() => [])).filter((entry) => /^\d+$/.test(entry))
  const found = await Promise.all(
    pids.map(async (pid) => ((await hasOpen(join(proc, pid, 'fd'), file)) ? readHolder(proc, pid) : undefined)),
  )
  return found.filter((holder) => holder !== undefined).sort((a, b) => a.pid - b.pid)
}

/**
 * The other processes that would steal lines from who opens this port now. Never fails. A pseudo terminal has none: it is
 * held open by the program that makes it, too.
 * @param ownPid process that does not count
 */
export async function rivalsOf(path: string, root: string, ownPid: number): Promise<readonly TtyHolder[]> {
  const file = await realpath(path).catch(() => path)
  if (!basename(file).startsWith('tty')) return []
  return (await whoHolds(file, root)).filter(({ pid }) => pid !== ownPid)
}

/** The processes with this short name, ordered by number. Never fails. */
export async function processesNamed(name: string, root = '/'): Promise<readonly TtyHolder[]> {
  const proc = join(root, 'proc')
  const pids = (await readdir(proc).catch(() => [])).filter((entry) => /^\d+$/.test(entry))
  const all = await Promise.all(pids.map((pid) => readHolder(proc, pid)))
  return all.filter((process) => process.name === name).sort((a, b) => a.pid - b.pid)
}

interface RivalRow {
  /** Its short name, as the system shows it. */
  readonly name: RegExp
  readonly remedy: string
}

/** How to keep ModemManager away from ZTE sticks. The file name must sort before ModemManager's `80-mm-candidate.rules`. */
export const MODEM_MANAGER_REMEDY =
  'Keep ModemManager away: put SUBSYSTEM=="usb", ATTR{idVendor}=="19d2", ENV{ID_MM_DEVICE_IGNORE}="1" into /etc/udev/rules.d/60-zte.rules, run "udevadm control --reload", and plug the stick in again.'

/** Programs that like to open the ports of sticks, and how each is made to let go for good. */
const RIVALS: readonly RivalRow[] = [
  { name: /^ModemManager$/, remedy: MODEM_MANAGER_REMEDY },
  { name: /^gammu-smsd$/, remedy: 'Stop it with "sudo systemctl disable --now gammu-smsd".' },
  { name: /^smsd$/, remedy: 'Stop it with "sudo systemctl disable --now smstools".' },
  { name: /^(wvdial|pppd|chat)$/, remedy: 'End that dial-up connection, and let nothing dial by itself.' },
  {
    name: /^asterisk$/,
    remedy: 'Take the stick out of the configuration of its channel driver (chan_dongle, chan_quectel) and restart it.',
  },
  { name: /^brltty$/, remedy: 'It looks for braille displays; if there is none, "sudo apt-get remove brltty".' },
  { name: /^(minicom|picocom|screen|cu|socat|ser2net)$/, remedy: 'Quit it, or give the bridge another port.' },
]

/** Says to a user that another program has the port, which one where that is known, and what to do. */
export function describeBusyPort(tty: string, holders: readonly TtyHolder[]): string {
  if (holders.length === 0) {
    return `Another program has ${tty} open; stop it (ModemManager, gammu-smsd and smsd are the usual ones; "sudo fuser -v ${tty}" names it).`
  }
  const who = holders.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')
  const remedies = holders.map((holder) => RIVALS.find(({ name }) => name.test(holder.name))?.remedy ?? 'Stop it.')
  return `${tty} is held by ${who}. ${[...new Set(remedies)].join(' ')}`
}

async function hasOpen(folder: string, file: string): Promise<boolean> {
  for (const descriptor of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, descriptor)).catch(() => undefined)
    if (target === file) return true
  }
  return false
}

async function readHolder(proc: string, pid: string): Promise<TtyHolder> {
  const name = await readFile(join(proc, pid, 'comm'), 'utf8').catch(() => '?')
  return { pid: Number(pid), name: name.trim() }
}
