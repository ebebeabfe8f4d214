import { missingRemedy } from '../transport/opening-faults.ts'
import { roleOf } from '../transport/usb-candidates.ts'
import type { DoctorFacts, PortFacts } from './doctor-facts.ts'
import type { Finding } from './doctor-finding.ts'
import { problem, warning } from './doctor-finding.ts'
import type { SerialModem } from './doctor-sticks.ts'
import { isUsbModem } from './doctor-sticks.ts'
import { configurationLines, stableName, twinsOf } from './ports.ts'

/** Whether the configured port and IMEI of each serial modem lead to the right stick. */
export function checkConfiguredPorts(facts: DoctorFacts): readonly Finding[] {
  return facts.config.modems
    .filter(isUsbModem)
    .flatMap((modem) => [...checkPath(modem, facts), ...checkIdentity(modem, facts)])
}

function checkPath(modem: SerialModem, facts: DoctorFacts): readonly Finding[] {
  const { scan, sticks, missingPorts } = facts
  if (modem.port === 'auto') return []
  if (missingPorts.has(modem.port)) return [missingPort(modem, facts)]
  const tty = scan.names.get(modem.port)
  if (tty === undefined) return []
  const stick = sticks.find(({ ports }) => ports.some((port) => port.tty === tty))
  const better = stick?.ports.find(({ answer }) => answer !== null)
  const port = stick?.ports.find((entry) => entry.tty === tty)
  if (stick !== undefined && better !== undefined && port?.answer === null && isFree(port)) {
    const isDiagnostic = roleOf(stick.device, port.interface) === 'diagnostic'
    const why = isDiagnostic ? 'it is the diagnostic port' : `${better.tty} of the same stick does`
    const what = `The port of "${modem.id}", ${modem.port}, does not answer AT: ${why}.`
    return [problem(what, `Set "port: ${stableName(scan, better.tty)}", or "port: auto".`)]
  }
  if (/^\/dev\/tty(USB|ACM)\d+$/.test(modem.port)) {
    const what = `The port of "${modem.id}", ${modem.port}, leads to whatever stick has that number after a restart.`
    return [warning(what, `Set "port: ${stableName(scan, tty)}", or "port: auto".`)]
  }
  return modem.port.includes('/by-id/') ? checkTwins(modem, tty, facts) : []
}

function missingPort({ id, port }: SerialModem, { scan, sticks, missingPorts, existingPorts }: DoctorFacts): Finding {
  const target = missingPorts.get(port) ?? null
  const what = target === null ? 'does not exist' : `is a link to ${target}, which is gone`
  const answering = sticks.flatMap(({ ports }) => ports).find(({ answer }) => answer !== null)
  const better = answering === undefined ? '' : ` "port: ${stableName(scan, answering.tty)}" answers AT.`
  return problem(`The port of "${id}", ${port}, ${what}.`, `${missingRemedy(existingPorts)}${better}`)
}

// Serial numbers of ZTE sticks are not unique: the by-id link of two equal ones leads to whichever came last.
function checkTwins(modem: SerialModem, tty: string, facts: DoctorFacts): readonly Finding[] {
  const twins = twinsOf(facts.scan, tty)
  if (twins.length < 2) return []
  const what = `The port of "${modem.id}" is a by-id link, and ${twins.length} sticks have the same one.`
  return [warning(what, linesToPaste(facts))]
}

function checkIdentity(modem: SerialModem, facts: DoctorFacts): readonly Finding[] {
  const usable = facts.sticks.filter(({ ports }) => ports.length > 0)
  if (modem.imei === null) {
    if (modem.port !== 'auto' || usable.length < 2) return []
    const what = `${usable.length} sticks are plugged in, and nothing says which one "${modem.id}" is.`
    return [problem(what, linesToPaste(facts))]
  }
  const answers = usable.map(({ ports }) => ports.find(({ answer }) => answer !== null)?.answer ?? null)
  // A stick that was not asked, because the bridge has it open, may well be the one.
  if (answers.length === 0 || answers.some((answer) => answer === null || answer.imei === modem.imei)) return []
  return [problem(`No stick that is plugged in has the "imei" of "${modem.id}".`, linesToPaste(facts))]
}

/** The entries for all sticks that answer, as `ports` prints them. */
function linesToPaste({ scan, sticks }: DoctorFacts): string {
  const lines = [...configurationLines(scan, sticks).values()]
  if (lines.length === 0)
    return 'Set "port: auto" and "imei"; "zte2mqtt ports" prints the lines once the sticks answer.'
  return [
    'Put the right one of these under "modems:", with the id you have:',
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}

function isFree({ openError, holders }: PortFacts): boolean {
  return openError === null && holders.length === 0
}
