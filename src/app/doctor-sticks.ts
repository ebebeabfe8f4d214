import { describeBusyPort } from '../transport/tty-holders.ts'
import { CONTAINER_REMEDY, describeObstacle, nameDevice } from '../transport/usb-absence.ts'
import type { UsbModemDevice } from '../transport/usb-tty.ts'
import type { ConfiguredModem, DoctorFacts, PortFacts } from './doctor-facts.ts'
import { stableName } from './ports.ts'

/** One thing the doctor has to say. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem'
  /** What is the case, in plain words. */
  readonly what: string
  /** What to do; `null` when nothing needs doing. */
  readonly remedy: string | null
}

type SerialModem = Extract<ConfiguredModem, { transport: 'serial' }>

/** Whether there is anything to look at, where the configuration wants a stick. */
export function checkPresence({ scan, modems, isContainer }: DoctorFacts): readonly Finding[] {
  if (scan.devices.length > 0 || !modems.some(isUsbModem)) return []
  if (!scan.isReadable) {
    return [
      problem('This system shows no USB devices (no /sys/bus/usb).', 'Let the container see /sys, or run on Linux.'),
    ]
  }
  const hint = isContainer ? ` ${CONTAINER_REMEDY}` : ''
  return [problem('No ZTE device is on the USB.', `Plug the stick in, and check cable, hub and power.${hint}`)]
}

/** The mode of each stick: CD-ROM, network, boot loader, no driver, no device file. */
export function checkModes({ scan, modems }: DoctorFacts): readonly Finding[] {
  return scan.devices.flatMap((device): readonly Finding[] => {
    const obstacle = describeObstacle(device)
    if (obstacle === null) return []
    if (device.mode === 'network' && modems.some(({ transport }) => transport === 'http')) {
      return [
        { level: 'ok', what: `${nameDevice(device)} is in network mode, as "transport: http" wants it.`, remedy: null },
      ]
    }
    return [{ level: device.mode === 'unknown' ? 'warning' : 'problem', ...obstacle }]
  })
}

/** Why the ports of each stick cannot be used, or which one answers. */
export function checkPorts(facts: DoctorFacts): readonly Finding[] {
  return facts.sticks.flatMap(({ device, ports }) => {
    if (ports.length === 0) return []
    const answering = ports.find(({ answer }) => answer !== null)
    if (answering !== undefined) {
      const model = answering.answer?.model ?? 'a modem'
      return [{ level: 'ok', what: `${nameDevice(device)} answers AT at ${answering.tty}: ${model}.`, remedy: null }]
    }
    const blocked = ports.flatMap((port) => blockage(port, facts) ?? [])
    if (blocked.length > 0) return dedupe(blocked)
    const tried = ports.map(({ tty }) => tty).join(', ')
    return [problem(`${nameDevice(device)} answers AT on none of its ports (${tried}).`, SILENT_REMEDY)]
  })
}

/** Whether the configured port and IMEI of each serial modem lead to the right stick. */
export function checkConfiguredPorts(facts: DoctorFacts): readonly Finding[] {
  return facts.modems
    .filter(isUsbModem)
    .flatMap((modem) => [...checkPath(modem, facts), ...checkIdentity(modem, facts)])
}

const SILENT_REMEDY =
  'Plug it in again. If it stays silent, its SIM or firmware may be at fault: try the SIM in a telephone.'

function blockage(port: PortFacts, { isContainer, userName }: DoctorFacts): Finding | undefined {
  const { tty, openError, holders, group, fault } = port
  if (holders.length > 0 || openError === 'EBUSY') {
    const known = holders.filter(({ name }) => /^(zte2mqtt|node|MainThread)$/.test(name))
    if (known.length > 0 && known.length === holders.length) {
      return {
        level: 'ok',
        what: `${tty} is in use by ${known[0]?.name} (process ${known[0]?.pid}).`,
        remedy: OWN_REMEDY,
      }
    }
    return problem(`${tty} is in use.`, describeBusyPort(tty, holders))
  }
  if (openError === 'EPERM' && isContainer) return problem(`The container may not open ${tty}.`, CONTAINER_REMEDY)
  if (openError !== 'EACCES' && openError !== 'EPERM') {
    if (openError !== null) return problem(`${tty} cannot be opened (${openError}).`, SILENT_REMEDY)
    return fault === null ? undefined : problem(`${tty} could not be asked.`, fault)
  }
  return problem(
    `"${userName}" may not open device files such as ${tty}.`,
    permissionRemedy(group, userName, isContainer),
  )
}

const OWN_REMEDY = 'If that is the bridge itself, all is well; stop it to have the port asked.'

function permissionRemedy(group: PortFacts['group'], userName: string, isContainer: boolean): string {
  const name = group?.name ?? 'dialout'
  if (group?.isMine) return `The group "${name}" has no right to write: see the udev rules (MODE="0660").`
  if (isContainer) return `Add the group of the file to the container: "group_add: ['${name}']" in Docker Compose.`
  if (group?.isListed)
    return `"${userName}" is in the group "${name}", but this session began before: log in again or restart the service.`
  return `Run "sudo usermod -aG ${name} ${userName}", then log in again or restart the service.`
}

function checkPath(modem: SerialModem, { scan, sticks, missingPorts }: DoctorFacts): readonly Finding[] {
  if (modem.port === 'auto') return []
  if (missingPorts.has(modem.port)) {
    return [
      problem(
        `The port of "${modem.id}", ${modem.port}, does not exist.`,
        'Set "port: auto", or see "zte2mqtt ports".',
      ),
    ]
  }
  const tty = scan.names.get(modem.port)
  const ports = sticks.find((stick) => stick.ports.some((port) => port.tty === tty))?.ports ?? []
  const better = ports.find(({ answer }) => answer !== null)
  const port = ports.find((entry) => entry.tty === tty)
  if (tty !== undefined && better !== undefined && port?.answer === null && isFree(port)) {
    const what = `The port of "${modem.id}", ${modem.port}, does not answer AT: it is probably the diagnostic port.`
    return [problem(what, `Set "port: auto", or "port: ${stableName(scan.names, better.tty)}".`)]
  }
  if (tty !== undefined && /^\/dev\/tty(USB|ACM)\d+$/.test(modem.port)) {
    const what = `The port of "${modem.id}", ${modem.port}, gets another number when the stick comes back.`
    return [{ level: 'warning', what, remedy: `Set "port: auto", or "port: ${stableName(scan.names, tty)}".` }]
  }
  return modem.port.includes('/by-id/') && tty !== undefined ? checkTwins(modem, tty, scan.devices) : []
}

// Serial numbers of ZTE sticks are not unique: the by-id link of two equal ones leads to whichever came last.
function checkTwins(modem: SerialModem, tty: string, devices: readonly UsbModemDevice[]): readonly Finding[] {
  const own = devices.find(({ interfaces }) => interfaces.some((entry) => entry.tty === tty))
  const twins = devices.filter((other) => other.product === own?.product && other.serial === own.serial)
  if (twins.length < 2) return []
  const what = `The port of "${modem.id}" is a by-id link, and ${twins.length} sticks have the same one.`
  return [{ level: 'warning', what, remedy: 'Set "port: auto" and "imei"; "zte2mqtt ports" prints the line.' }]
}

function checkIdentity(modem: SerialModem, { sticks }: DoctorFacts): readonly Finding[] {
  const usable = sticks.filter(({ ports }) => ports.length > 0)
  if (modem.imei === null) {
    if (modem.port !== 'auto' || usable.length < 2) return []
    const what = `${usable.length} sticks are plugged in, and nothing says which one "${modem.id}" is.`
    return [problem(what, 'Set its "imei"; "zte2mqtt ports" prints the line for each stick.')]
  }
  const answers = usable.map(({ ports }) => ports.find(({ answer }) => answer !== null)?.answer ?? null)
  // A stick that was not asked, because the bridge has it open, may well be the one.
  if (answers.length === 0 || answers.some((answer) => answer === null || answer.imei === modem.imei)) return []
  return [
    problem(
      `No stick that is plugged in has the "imei" of "${modem.id}".`,
      'Correct it; "zte2mqtt ports" prints the line.',
    ),
  ]
}

function isUsbModem(modem: ConfiguredModem): modem is SerialModem {
  return modem.transport === 'serial' && !modem.port.startsWith('tcp://')
}

function isFree({ openError, holders }: PortFacts): boolean {
  return openError === null && holders.length === 0
}

function problem(what: string, remedy: string): Finding {
  return { level: 'problem', what, remedy }
}

// The ports of a stick usually share their fault; said once is enough.
function dedupe(findings: readonly Finding[]): readonly Finding[] {
  const [first, ...others] = findings
  if (first === undefined) return []
  const kind = first.what.replaceAll(/tty\w+\d+/g, '')
  return [first, ...others.filter(({ what }) => what.replaceAll(/tty\w+\d+/g, '') !== kind)]
}
