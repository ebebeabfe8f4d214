import { MODEM_MANAGER_REMEDY } from '../transport/tty-holders.ts'
import { checkConfiguredPorts } from './doctor-configured.ts'
import type { DoctorFacts, FactSources } from './doctor-facts.ts'
import { gatherFacts } from './doctor-facts.ts'
import type { Finding, FindingOutput } from './doctor-finding.ts'
import { ok, printFinding, problem, warning } from './doctor-finding.ts'
import { checkModes, checkOtherPorts, checkPorts, checkPresence } from './doctor-sticks.ts'
import { checkStorage } from './doctor-storage.ts'

/** What `doctor` needs from outside. */
export interface DoctorIo extends FactSources, FindingOutput {}

/** One thing that usually goes wrong. */
export interface Check {
  readonly name: string
  readonly run: (facts: DoctorFacts) => readonly Finding[]
}

/** All checks, in the order in which a person should mend things. */
export const CHECKS = [
  { name: 'configuration', run: checkConfiguration },
  { name: 'usb', run: checkPresence },
  { name: 'usb_mode', run: checkModes },
  { name: 'ports', run: checkPorts },
  { name: 'other_ports', run: checkOtherPorts },
  { name: 'configured_ports', run: checkConfiguredPorts },
  { name: 'modem_manager', run: checkModemManager },
  { name: 'routers', run: ({ routers }) => routers },
  { name: 'storage', run: ({ storage, isContainer }) => checkStorage(storage, isContainer) },
  { name: 'broker', run: checkBroker },
] as const satisfies readonly Check[]

/**
 * `zte2mqtt doctor`: looks for what usually goes wrong and says the remedy. A configuration that cannot be used ends
 * nothing: what does not need it is looked at all the same.
 * @returns exit code 1 with a problem, else 0
 */
export async function runDoctor(io: DoctorIo): Promise<number> {
  const facts = await gatherFacts(io)
  let hasProblem = false
  for (const { name, run } of CHECKS) {
    for (const finding of run(facts)) {
      hasProblem ||= finding.level === 'problem'
      printFinding(io, name, finding)
    }
  }
  return hasProblem ? 1 : 0
}

function checkConfiguration({ config }: DoctorFacts): readonly Finding[] {
  const remedy = 'Correct it; "zte2mqtt check" reads it again. All options are in docs/configuration.md.'
  if (config.faults.length > 0) return config.faults.map((fault) => problem(`The configuration: ${fault}`, remedy))
  return [ok(`The configuration is in order: ${config.modems.map(({ id }) => id).join(', ')}.`)]
}

function checkModemManager({ modemManager, sticks }: DoctorFacts): readonly Finding[] {
  if (!modemManager.isRunning || modemManager.isKeptAway || sticks.length === 0) return []
  return [warning('ModemManager runs and will open the ports of every stick that appears.', MODEM_MANAGER_REMEDY)]
}

function checkBroker({ broker, config }: DoctorFacts): readonly Finding[] {
  if (broker === null) return []
  if (!broker.isBridgeOnline || config.modems.length === 0) return broker.findings
  const remedy = 'If that is not this one, give each bridge a "mqtt.base_topic" and a "mqtt.client_id" of its own.'
  return [...broker.findings, ok('A bridge with this "mqtt.base_topic" is connected to the broker.', remedy)]
}
