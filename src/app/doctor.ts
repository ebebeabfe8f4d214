import { MODEM_MANAGER_REMEDY } from '../transport/tty-holders.ts'
import type { DoctorFacts, FactSources } from './doctor-facts.ts'
import { gatherFacts } from './doctor-facts.ts'
import type { Finding } from './doctor-sticks.ts'
import { checkConfiguredPorts, checkModes, checkPorts, checkPresence } from './doctor-sticks.ts'

/** What `doctor` needs from outside. */
export interface DoctorIo extends FactSources {
  /** Takes one line of output without its line end. */
  readonly print: (line: string) => void
  /** Text for people; else one JSON object per finding. */
  readonly isTerminal: boolean
}

/** One thing that usually goes wrong. */
export interface Check {
  readonly name: string
  readonly run: (facts: DoctorFacts) => readonly Finding[]
}

/** All checks, in the order in which a person should mend things. */
export const CHECKS = [
  { name: 'usb', run: checkPresence },
  { name: 'usb_mode', run: checkModes },
  { name: 'ports', run: checkPorts },
  { name: 'configured_ports', run: checkConfiguredPorts },
  { name: 'modem_manager', run: checkModemManager },
  { name: 'routers', run: checkRouters },
  { name: 'journal', run: checkJournal },
  { name: 'broker', run: checkBroker },
] as const satisfies readonly Check[]

/** `zte2mqtt doctor`: looks for what usually goes wrong and says the remedy. @returns exit code 1 with a problem, else 0 */
export async function runDoctor(io: DoctorIo): Promise<number> {
  const facts = await gatherFacts(io)
  let hasProblem = false
  for (const { name, run } of CHECKS) {
    for (const finding of run(facts)) {
      hasProblem ||= finding.level === 'problem'
      if (!io.isTerminal) io.print(JSON.stringify({ check: name, ...finding }))
      else for (const line of describe(finding)) io.print(line)
    }
  }
  return hasProblem ? 1 : 0
}

function describe({ level, what, remedy }: Finding): readonly string[] {
  const first = `${level.padEnd(8)} ${what}`
  return remedy === null ? [first] : [first, `${' '.repeat(9)}${remedy}`]
}

function checkModemManager({ modemManager, sticks }: DoctorFacts): readonly Finding[] {
  if (!modemManager.isRunning || modemManager.isKeptAway || sticks.length === 0) return []
  const what = 'ModemManager runs and will open the ports of every stick that appears.'
  return [{ level: 'warning', what, remedy: MODEM_MANAGER_REMEDY }]
}

function checkRouters({ routers }: DoctorFacts): readonly Finding[] {
  return [...routers].map(([id, failure]) =>
    failure === null
      ? { level: 'ok', what: `"${id}" answers and lets us in.`, remedy: null }
      : { level: 'problem', what: `"${id}" does not let us in: ${failure}`, remedy: 'Check its "url" and "password".' },
  )
}

function checkBroker({ broker }: DoctorFacts): readonly Finding[] {
  if (broker === null) return [{ level: 'ok', what: 'The MQTT broker takes us.', remedy: null }]
  const remedy = 'Check "mqtt.url", "mqtt.username" and "mqtt.password", and that the broker runs.'
  return [{ level: 'problem', what: `The MQTT broker does not take us: ${broker}`, remedy }]
}

// SQLite's write-ahead log needs shared memory and true locks, which these do not give between machines.
const NETWORK_FILE_SYSTEMS =
  /^(nfs4?|cifs|smb3|smbfs|9p|ceph|afs|glusterfs|davfs|ncpfs|fuse\.(sshfs|rclone|glusterfs|davfs2?|s3fs))$/

function checkJournal({ journal: { path, isWritable, fileSystem }, isContainer }: DoctorFacts): readonly Finding[] {
  if (!isWritable) {
    const remedy = 'Give the user of the service the right to write there, or set "journal.path" elsewhere.'
    return [{ level: 'problem', what: `The journal ${path} cannot be written.`, remedy }]
  }
  if (fileSystem !== null && NETWORK_FILE_SYSTEMS.test(fileSystem)) {
    const what = `The journal ${path} lies on a network file system (${fileSystem}), where SQLite can be damaged.`
    return [{ level: 'problem', what, remedy: 'Set "journal.path" to a local disk.' }]
  }
  if (fileSystem === 'tmpfs' || fileSystem === 'ramfs') {
    const what = `The journal ${path} lies in memory: messages on their way are lost when the power goes.`
    return [{ level: 'problem', what, remedy: 'Set "journal.path" to a disk.' }]
  }
  if (fileSystem === 'overlay' && isContainer) {
    const what = `The journal ${path} lies inside the container and is lost with it.`
    return [{ level: 'warning', what, remedy: 'Mount a volume at the folder of "journal.path" (in the image: /data).' }]
  }
  return [{ level: 'ok', what: `The journal ${path} can be written.`, remedy: null }]
}
