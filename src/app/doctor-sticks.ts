import { CONTAINER_REMEDY, deniedRemedy, notPermittedRemedy } from '../transport/tty-access.ts'
import { describeBusyPort } from '../transport/tty-holders.ts'
import { describeObstacle, nameDevice } from '../transport/usb-absence.ts'
import type { ConfiguredModem, DoctorFacts, PortFacts, StickFacts } from './doctor-facts.ts'
import type { Finding } from './doctor-finding.ts'
import { ok, problem, warning } from './doctor-finding.ts'
import { checkHealth } from './doctor-modem.ts'

/** A configured modem on a serial line. */
export type SerialModem = Extract<ConfiguredModem, { transport: 'serial' }>

/** Whether there is anything to look at, where the configuration wants a stick, or does not yet say what it wants. */
export function checkPresence({ scan, config, isContainer }: DoctorFacts): readonly Finding[] {
  if (scan.devices.length > 0 || (config.faults.length === 0 && !config.modems.some(isUsbModem))) return []
  if (!scan.isReadable) {
    return [
      problem('This system shows no USB devices (no /sys/bus/usb).', 'Let the container see /sys, or run on Linux.'),
    ]
  }
  const hint = isContainer ? ` ${CONTAINER_REMEDY}` : ''
  return [problem('No ZTE device is on the USB.', `Plug the stick in, and check cable, hub and power.${hint}`)]
}

/** The mode of each stick: CD-ROM, network, boot loader, no driver, no device file. */
export function checkModes({ scan, config }: DoctorFacts): readonly Finding[] {
  return scan.devices.flatMap((device): readonly Finding[] => {
    const obstacle = describeObstacle(device)
    if (obstacle === null) return []
    if (device.mode === 'network' && config.modems.some(({ transport }) => transport === 'http')) {
      return [ok(`${nameDevice(device)} is in network mode, as "transport: http" wants it.`)]
    }
    const { what, remedy } = obstacle
    return [device.mode === 'unknown' ? warning(what, remedy) : problem(what, remedy)]
  })
}

/** Why the ports of each stick cannot be used; or which one answers, and how its modem is. */
export function checkPorts(facts: DoctorFacts): readonly Finding[] {
  return facts.sticks.flatMap((stick) => {
    const { device, ports } = stick
    if (ports.length === 0) return []
    const answering = ports.find(({ answer }) => answer !== null)
    if (answering !== undefined) return describeAnswer(nameDevice(device), answering, configuredFor(stick, facts))
    const blocked = ports.flatMap((port) => blockage(port, facts) ?? [])
    if (blocked.length > 0) return dedupe(blocked)
    const tried = ports.map(({ tty }) => tty).join(', ')
    return [problem(`${nameDevice(device)} answers AT on none of its ports (${tried}).`, SILENT_REMEDY)]
  })
}

/** The same for configured ports that belong to no ZTE stick on this USB: serial lines, and serial servers. */
export function checkOtherPorts(facts: DoctorFacts): readonly Finding[] {
  return [...facts.otherPorts].flatMap(([id, port]) => {
    const modem = facts.config.modems.find((entry) => entry.id === id)
    if (port.answer !== null) return describeAnswer(`"${id}"`, port, modem)
    const blocked = blockage(port, facts)
    if (blocked !== undefined) return [blocked]
    const what = `The port of "${id}", ${port.tty}, is no port of a ZTE stick here, and does not answer AT.`
    return [
      problem(what, 'Set "port: auto", or see "zte2mqtt ports"; on a serial line check "baud", on a server its port.'),
    ]
  })
}

/** Whether a modem is meant to be a stick on this USB. */
export function isUsbModem(modem: ConfiguredModem): modem is SerialModem {
  return modem.transport === 'serial' && !modem.port.startsWith('tcp://')
}

const SILENT_REMEDY =
  'Plug it in again. If it stays silent, its SIM or firmware may be at fault: try the SIM in a telephone.'

function describeAnswer(
  name: string,
  { tty, answer }: PortFacts,
  modem: ConfiguredModem | undefined,
): readonly Finding[] {
  const health = answer?.health
  const hasPin = modem?.transport === 'serial' && modem.hasPin
  return [
    ok(`${name} answers AT at ${tty}: ${answer?.model ?? 'a modem'}.`),
    ...(health === undefined ? [] : checkHealth(name, health, hasPin)),
  ]
}

/** The modem of the configuration that this stick is, as far as that can be told. */
function configuredFor({ ports }: StickFacts, { scan, config }: DoctorFacts): ConfiguredModem | undefined {
  const imeis = ports.flatMap(({ answer }) => answer?.imei ?? [])
  const serial = config.modems.filter(isUsbModem)
  return (
    serial.find(({ imei }) => imei !== null && imeis.includes(imei)) ??
    serial.find(({ port }) => ports.some(({ tty }) => tty === scan.names.get(port))) ??
    serial.find(({ port, imei }) => port === 'auto' && imei === null)
  )
}

function blockage(port: PortFacts, { isContainer, userName }: DoctorFacts): Finding | undefined {
  const { tty, openError, holders, group, fault } = port
  if (holders.length > 0 || openError === 'EBUSY') return busyPort(port)
  switch (openError) {
    case null:
      return fault === null ? undefined : problem(`${tty} could not be asked.`, fault)
    case 'EPERM':
      return problem(
        isContainer ? `The container may not open ${tty}.` : `The rules for devices forbid to open ${tty} (EPERM).`,
        notPermittedRemedy(isContainer),
      )
    case 'EACCES':
      return problem(
        `"${userName}" may not open device files such as ${tty}.`,
        deniedRemedy(group, userName, isContainer),
      )
    default:
      return problem(`${tty} cannot be opened (${openError}).`, SILENT_REMEDY)
  }
}

function busyPort({ tty, holders }: PortFacts): Finding {
  const [own] = holders
  const areOurs = holders.every(({ name }) => /^(zte2mqtt|node|MainThread)$/.test(name))
  if (own !== undefined && areOurs) {
    const remedy = 'If that is the bridge itself, all is well; stop it to have the port asked.'
    return ok(`${tty} is in use by ${own.name} (process ${own.pid}).`, remedy)
  }
  return problem(`${tty} is in use.`, describeBusyPort(tty, holders))
}

// The ports of a stick usually share their fault; said once is enough.
function dedupe(findings: readonly Finding[]): readonly Finding[] {
  const [first, ...others] = findings
  if (first === undefined) return []
  const kind = first.what.replaceAll(/tty\w+\d+/g, '')
  return [first, ...others.filter(({ what }) => what.replaceAll(/tty\w+\d+/g, '') !== kind)]
}
