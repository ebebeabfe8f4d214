import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'

/** Who this process is to the files of the system. */
export interface TtyUser {
  /** A number where the system has no name for it, as in a container. */
  readonly name: string
  readonly pid: number
  readonly groups: readonly number[]
}

/** The group a device file belongs to. */
export interface TtyGroup {
  /** A number where the system has no name for it. */
  readonly name: string
  /** This process is in it. */
  readonly isMine: boolean
  /** The user is entered in it, be it that this process began before. */
  readonly isListed: boolean
  /** The group may read and write the file. */
  readonly mayWrite: boolean
  /** The group that this system has for serial ports: `dialout`, on Arch and its relatives `uucp`. */
  readonly usual: string
}

/** How a container gets sticks that may leave and come back (character devices 188: ttyUSB, 166: ttyACM). */
export const CONTAINER_REMEDY =
  'In Docker Compose give the container "volumes: [/dev:/dev]" and "device_cgroup_rules: [\'c 188:* rmw\', \'c 166:* rmw\']"; a single "devices:" entry is lost when the stick re-enumerates.'

/** The user of this process. Never fails: a container may run under a number that has no name. */
export function currentUser(): TtyUser {
  const own = [process.getgid?.() ?? -1, ...(process.getgroups?.() ?? [])]
  return { name: nameOf(process.getuid?.()), pid: process.pid, groups: own }
}

/** The group of a device file, `null` where there is no such file. @param root folder that holds `etc` */
export async function groupOf(tty: string, root: string, user: TtyUser): Promise<TtyGroup | null> {
  const status = await stat(tty).catch(() => undefined)
  if (status === undefined) return null
  const rows = (await text(join(root, 'etc/group'))).split('\n').map((row) => row.split(':'))
  const row = rows.find(([, , id]) => id === String(status.gid))
  return {
    name: row?.[0] ?? String(status.gid),
    isMine: user.groups.includes(status.gid),
    isListed: (row?.[3] ?? '').split(',').includes(user.name),
    mayWrite: (status.mode & 0o060) === 0o060,
    usual: ['dialout', 'uucp'].find((name) => rows.some(([other]) => other === name)) ?? 'dialout',
  }
}

/** What to do when this user may not open a device file (EACCES). */
export function deniedRemedy(group: TtyGroup | null, userName: string, isContainer: boolean): string {
  const name = group?.name ?? 'dialout'
  // Whoever is in root's group may do more than open serial ports.
  const isUnfit = name === 'root' || name === '0'
  if (group !== null && (isUnfit || !group.mayWrite)) {
    const why = isUnfit ? `The file belongs to the group "${name}"` : `The group "${name}" may not read and write it`
    const rule = `SUBSYSTEM=="tty", ATTRS{idVendor}=="19d2", GROUP="${group.usual}", MODE="0660"`
    return `${why}: put ${rule} into /etc/udev/rules.d/60-zte.rules${isContainer ? ' of the host' : ''}, run "udevadm control --reload", and plug the stick in again.`
  }
  if (group?.isMine)
    return 'Its rights look right. Does AppArmor, SELinux or the service file ("PrivateDevices=") forbid it?'
  if (isContainer) return `Add the group of the file to the container: "group_add: ['${name}']" in Docker Compose.`
  if (group?.isListed)
    return `"${userName}" is in the group "${name}", but this session began before: log in again or restart the service.`
  return `Run "sudo usermod -aG ${name} ${userName}", then log in again or restart the service.`
}

/** What to do when the rules for devices of a container or service forbid to open a device (EPERM). */
export function notPermittedRemedy(isContainer: boolean): string {
  if (isContainer) return CONTAINER_REMEDY
  return 'If it runs in a container, see its rules for devices; if as a systemd service, give it "DeviceAllow=char-ttyUSB rw" and "DeviceAllow=char-ttyACM rw" ("sudo systemctl edit zte2mqtt").'
}

/** Whether this process runs inside a container, as far as the system shows. */
export async function isContainer(root = '/'): Promise<boolean> {
  for (const mark of ['.dockerenv', 'run/.containerenv', 'run/systemd/container']) {
    if ((await stat(join(root, mark)).catch(() => undefined)) !== undefined) return true
  }
  return /docker|containerd|kubepods|libpod|lxc/.test(await text(join(root, 'proc/1/cgroup')))
}

function nameOf(uid: number | undefined): string {
  try {
    return userInfo().username
  } catch {
    // No entry in the list of users.
    return String(uid)
  }
}

function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
