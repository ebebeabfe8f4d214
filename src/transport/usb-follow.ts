import { ModemError } from '../modem/errors.ts'
import type { ProbedDevice } from './usb-absence.ts'
import { explainAbsence, obstacleOf } from './usb-absence.ts'
import type { CandidatePort, PortSearch } from './usb-candidates.ts'
import { candidatePorts, expectedImei, isClaimed, isRemembered } from './usb-candidates.ts'

/** What a port said when it was asked with AT; `null` where it did not say. */
export interface ProbeAnswer {
  readonly imei: string | null
  readonly model: string | null
}

/**
 * Asks one port. `undefined`: it does not answer AT. A rejection with ModemError means the same, and its message says
 * why (held by another program, no permission); any other rejection ends the search.
 */
export type ProbePort = (tty: string) => Promise<ProbeAnswer | undefined>

/** The port of the wanted modem. */
export interface FoundPort extends CandidatePort {
  readonly answer: ProbeAnswer
}

/**
 * Finds the port of a modem by asking the candidates in turn, and never takes a stick that could be another modem's: an
 * IMEI that is configured or remembered must be told by the stick; without one, a stick is taken only where there is just
 * one candidate, or where it sits in the remembered socket.
 * @throws ModemError `modem_offline`; its message says what was seen instead and what to do about it
 */
export async function findAtPort(search: PortSearch & { readonly probe: ProbePort }): Promise<FoundPort> {
  const probed: ProbedDevice[] = []
  const answered: FoundPort[] = []
  for (const ports of byDevice(candidatePorts(search))) {
    const { found, report } = await askDevice(ports, search)
    probed.push(report)
    if (found === undefined) continue
    if (expectedImei(search) !== null) return found
    if (found.device !== null && isRemembered(found.device, search.remembered)) return found
    answered.push(found)
  }
  // A silent stick beside the one that answered may be the right one, still starting up.
  const possible = probed.filter(({ outcome }) => outcome === 'possible' || outcome === 'silent')
  const [only] = answered
  if (only !== undefined && possible.length === 1) return only
  const presence = presenceOf(search, probed)
  throw new ModemError('modem_offline', explainAbsence(search, probed), presence === undefined ? {} : { presence })
}

/**
 * What this says of the modem itself: `absent` when nothing that is there can be it, `silent` when just one thing can be, and said nothing
 * when it was asked; a port that somebody else holds says nothing of its modem.
 */
function presenceOf(search: PortSearch, probed: readonly ProbedDevice[]): 'absent' | 'silent' | undefined {
  const [only, ...others] = probed.filter(({ outcome }) => outcome !== 'other_stick' && outcome !== 'other_modem')
  const isPathAlone = only?.device === null && only.faults.length > 0
  const isHidden = search.scan.devices.some((device) => obstacleOf(device) !== 'usable' && !isClaimed(device, search))
  if (!isHidden && others.length === 0 && (only === undefined || isPathAlone)) return 'absent'
  return only?.outcome === 'silent' && only.faults.length === 0 && others.length === 0 ? 'silent' : undefined
}

async function askDevice(
  ports: readonly CandidatePort[],
  search: PortSearch & { readonly probe: ProbePort },
): Promise<{ readonly found?: FoundPort; readonly report: ProbedDevice }> {
  const faults: string[] = []
  const device = ports[0]?.device ?? null
  const report = { device, tried: ports.map(({ tty }) => tty), model: null, faults }
  let isNameless = false
  for (const port of ports) {
    const answer = await ask(port.tty, search.probe, faults)
    if (answer === undefined) continue
    const outcome = judge(answer, search)
    if (outcome === 'possible') return { found: { ...port, answer }, report: { ...report, outcome } }
    if (outcome !== 'no_imei') return { report: { ...report, outcome, model: answer.model } }
    isNameless = true
  }
  return { report: { ...report, outcome: isNameless ? 'no_imei' : 'silent' } }
}

async function ask(tty: string, probe: ProbePort, faults: string[]): Promise<ProbeAnswer | undefined> {
  try {
    return await probe(tty)
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    faults.push(error.message)
    return undefined
  }
}

function judge({ imei }: ProbeAnswer, search: PortSearch): ProbedDevice['outcome'] {
  const expected = expectedImei(search)
  if (imei === null) return expected === null ? 'possible' : 'no_imei'
  if (imei === expected) return 'possible'
  if (search.claimed.has(imei)) return 'other_modem'
  return expected === null ? 'possible' : 'other_stick'
}

function byDevice(ports: readonly CandidatePort[]): readonly (readonly CandidatePort[])[] {
  const groups = new Map<unknown, CandidatePort[]>()
  for (const port of ports) {
    const group = groups.get(port.device)
    if (group === undefined) groups.set(port.device, [port])
    else group.push(port)
  }
  return [...groups.values()]
}
