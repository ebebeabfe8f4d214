import { constants } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transport } from '../modem/modem.ts'
import { danglingTarget, existingPorts } from '../transport/opening-faults.ts'
import type { TtyGroup, TtyUser } from '../transport/tty-access.ts'
import { groupOf, isContainer } from '../transport/tty-access.ts'
import type { TtyHolder } from '../transport/tty-holders.ts'
import { processesNamed, rivalsOf } from '../transport/tty-holders.ts'
import { portsInOrder } from '../transport/usb-candidates.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'
import type { BrokerFacts } from './doctor-broker.ts'
import type { Finding } from './doctor-finding.ts'
import type { ExaminedAnswer, ExaminePort } from './doctor-modem.ts'
import type { StorageFacts, StoragePlace, StorageProbes } from './doctor-storage.ts'
import { lookAtStorage } from './doctor-storage.ts'
import type { AskedPort } from './ports.ts'
import { askPort } from './ports.ts'

/** A configured modem, as far as the doctor cares. */
export type ConfiguredModem =
  | {
      readonly id: string
      readonly transport: 'serial'
      readonly port: string
      readonly imei: string | null
      readonly hasPin: boolean
    }
  | { readonly id: string; readonly transport: Exclude<Transport, 'serial'> }

/** What the configuration asks for; its faults where it cannot be used, and then nothing else. */
export interface DoctorConfig {
  readonly faults: readonly string[]
  readonly modems: readonly ConfiguredModem[]
  readonly storage: readonly StoragePlace[]
}

/** What the doctor needs to look around. */
export interface FactSources extends StorageProbes {
  /** Folder that holds `proc`, `etc`, `run` and `.dockerenv`; default `/`. */
  readonly root?: string
  readonly scan: () => Promise<UsbScan>
  readonly probe: ExaminePort
  /** Opens and closes a device file. @returns `null` or the code of the failure (`EACCES`, `EPERM`, `EBUSY` …) */
  readonly tryOpen: (tty: string) => Promise<string | null>
  /** Not called where the configuration cannot be used. */
  readonly visitBroker: () => Promise<BrokerFacts>
  /** Visits a modem with `transport: http` by its id; with the bridge online, without a login. */
  readonly tryRouter: (id: string, isBridgeOnline: boolean) => Promise<readonly Finding[]>
  readonly user: TtyUser
  readonly config: DoctorConfig
}

/** One serial port as this process finds it. */
export interface PortFacts extends AskedPort<ExaminedAnswer> {
  /** Failure code of opening it, `null` when it opens. */
  readonly openError: string | null
  /** Other processes that have it open. */
  readonly holders: readonly TtyHolder[]
  readonly group: TtyGroup | null
}

/** A stick and its ports, the likeliest AT port first. */
export interface StickFacts {
  readonly device: UsbModemDevice
  readonly ports: readonly PortFacts[]
}

/** Everything the checks look at. */
export interface DoctorFacts {
  readonly config: DoctorConfig
  readonly scan: UsbScan
  readonly sticks: readonly StickFacts[]
  /** Configured ports that belong to no ZTE stick, by the id of their modem. */
  readonly otherPorts: ReadonlyMap<string, PortFacts>
  /** Configured paths that do not exist, and for a link where it leads. */
  readonly missingPorts: ReadonlyMap<string, string | null>
  /** Serial ports of USB devices of any make, by their best names. */
  readonly existingPorts: readonly string[]
  readonly userName: string
  readonly isContainer: boolean
  readonly modemManager: { readonly isRunning: boolean; readonly isKeptAway: boolean }
  readonly storage: readonly StorageFacts[]
  /** `null`: not visited. */
  readonly broker: BrokerFacts | null
  /** What the visits to the routers brought. */
  readonly routers: readonly Finding[]
}

/** Collects the facts; changes nothing. A port that another process has open is not asked: two readers steal lines. */
export async function gatherFacts(sources: FactSources): Promise<DoctorFacts> {
  const { root = '/', config } = sources
  const scan = await sources.scan()
  const broker = config.faults.length > 0 ? null : await sources.visitBroker()
  const sticks = []
  for (const device of scan.devices) {
    const ports: PortFacts[] = []
    for (const port of portsInOrder(device)) ports.push(await lookAtPort(port, root, sources))
    sticks.push({ device, ports })
  }
  const missingPorts = await findMissing(scan, config.modems)
  const routers: Finding[] = []
  for (const { id, transport } of config.modems) {
    if (transport === 'http') routers.push(...(await sources.tryRouter(id, broker?.isBridgeOnline === true)))
  }
  return {
    config,
    scan,
    sticks,
    otherPorts: await lookAtOthers(scan, missingPorts, broker?.isBridgeOnline === true, root, sources),
    missingPorts,
    existingPorts: await existingPorts(root),
    userName: sources.user.name,
    isContainer: await isContainer(root),
    modemManager: {
      isRunning: (await processesNamed('ModemManager', root)).length > 0,
      isKeptAway: await hasIgnoreRule(root),
    },
    storage: await Promise.all(config.storage.map((place) => lookAtStorage(place, root, sources))),
    broker,
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
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

async function lookAtPort(
  { tty, interface: number }: Pick<AskedPort, 'tty' | 'interface'>,
  root: string,
  sources: FactSources,
): Promise<PortFacts> {
  const holders = await rivalsOf(tty, root, sources.user.pid)
  const openError = holders.length > 0 ? null : await sources.tryOpen(tty)
  const canAsk = holders.length === 0 && openError === null
  const asked = canAsk ? await askPort(tty, sources.probe) : { answer: null, fault: null }
  return { tty, interface: number, openError, holders, ...asked, group: await groupOf(tty, root, sources.user) }
}

// A serial server often lets in one client at a time, and some throw out the first for the second: with the bridge
// running it is left alone.
async function lookAtOthers(
  scan: UsbScan,
  missing: ReadonlyMap<string, string | null>,
  isBridgeOnline: boolean,
  root: string,
  sources: FactSources,
): Promise<ReadonlyMap<string, PortFacts>> {
  const found = new Map<string, PortFacts>()
  for (const modem of sources.config.modems) {
    if (modem.transport !== 'serial' || modem.port === 'auto') continue
    const port = { tty: modem.port, interface: null }
    if (!modem.port.startsWith('tcp://')) {
      if (missing.has(modem.port) || scan.names.has(modem.port)) continue
      found.set(modem.id, await lookAtPort(port, root, sources))
    } else if (!isBridgeOnline) {
      const asked = await askPort(modem.port, sources.probe)
      found.set(modem.id, { ...port, ...asked, openError: null, holders: [], group: null })
    }
  }
  return found
}

async function findMissing(
  scan: UsbScan,
  modems: readonly ConfiguredModem[],
): Promise<ReadonlyMap<string, string | null>> {
  const missing = new Map<string, string | null>()
  for (const modem of modems) {
    if (modem.transport !== 'serial' || !modem.port.startsWith('/') || scan.names.has(modem.port)) continue
    if ((await stat(modem.port).catch(() => undefined)) !== undefined) continue
    missing.set(modem.port, await danglingTarget(modem.port))
  }
  return missing
}

// ModemManager's own rules decide in 80-mm-candidate.rules: what comes behind it is too late.
async function hasIgnoreRule(root: string): Promise<boolean> {
  for (const folder of ['etc/udev/rules.d', 'run/udev/rules.d', 'usr/lib/udev/rules.d', 'lib/udev/rules.d']) {
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      if (!name.endsWith('.rules') || name >= '80-mm-candidate.rules') continue
      const text = await readFile(join(root, folder, name), 'utf8').catch(() => '')
      const rules = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
      if (rules.some((line) => line.includes('19d2') && line.includes('ID_MM_DEVICE_IGNORE'))) return true
    }
  }
  return false
}
