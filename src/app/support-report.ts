import type { ModemCounters } from '../bridge/counters.ts'
import type { ModemCard, ModemStatus } from '../bridge/outlet.ts'
import type { Config } from '../config/schema.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { ModemId } from '../modem/modem.ts'
import type { LogEntry } from '../mqtt/health-payload.ts'
import { formatInfo, formatState } from '../mqtt/payloads.ts'
import { withoutImei } from './doctor-finding.ts'
import { formatExchange } from './exchange-dump.ts'
import type { Mask } from './support-mask.ts'
import { createMask, maskConfig, maskNumbers } from './support-mask.ts'
import { version } from './version.ts'

const SHOWN_OF_INFO = ['manufacturer', 'model', 'firmware', 'hardware', 'transport', 'locks', 'network_modes']

/** Not where a modem is (cell, addresses), and not what its operator writes (USSD). */
const SHOWN_OF_STATE = [
  ...['link', 'phase', 'problem', 'updated_at', 'sim', 'sms', 'battery'],
  ...['registration', 'operator_code', 'access_technology', 'network_mode', 'network_mode_raw', 'signal'],
]

/** Where the running bridge has what it tells. */
export interface SupportSource {
  readonly config: Config
  readonly isBrokerConnected: () => boolean
  readonly statuses: () => ReadonlyMap<ModemId, ModemStatus | undefined>
  readonly counters: () => ReadonlyMap<ModemId, ModemCounters>
  readonly cards: () => ReadonlyMap<ModemId, ModemCard>
  readonly rings: ReadonlyMap<ModemId, Pick<ExchangeRing, 'since'>>
  readonly warnings: readonly LogEntry[]
}

/** What a running bridge tells `zte2mqtt support`: nothing in it is a secret or says who its users are. */
export function describeBridge(source: SupportSource): Readonly<Record<string, unknown>> {
  const { config, rings } = source
  const mask = createMask(config)
  const [statuses, counters, cards] = [source.statuses(), source.counters(), source.cards()]
  const modems = [...rings].map(([id, ring]) => [
    id,
    {
      device: describeDevice(cards.get(id)),
      ...describeStatus(statuses.get(id), mask),
      counters: describeCounters(counters.get(id)),
      exchanges: ring.since(0).map(formatExchange),
    },
  ])
  return {
    version: version(),
    node: process.version,
    uptime_seconds: Math.round(process.uptime()),
    rss_bytes: process.memoryUsage.rss(),
    broker_connected: source.isBrokerConnected(),
    configuration: maskConfig(config),
    warnings: source.warnings.map((entry) => ({ ...entry, message: mask(entry.message) })),
    modems: Object.fromEntries(modems),
  }
}

/** What a modem says of itself, with the keys of `<modem>/info`. */
function describeDevice(card: ModemCard | undefined): unknown {
  if (card?.identity == null) return null
  const shown = pick(JSON.parse(formatInfo(card, false)), SHOWN_OF_INFO)
  // Not masked like all else: the name of a firmware may hold a date.
  return { ...(JSON.parse(withoutImei(JSON.stringify(shown))) as object), port: maskNumbers(card.identity.port) }
}

/** How a modem is, with the keys of `<modem>/state`. */
function describeStatus(status: ModemStatus | undefined, mask: Mask): Readonly<Record<string, unknown>> {
  if (status === undefined) return { link: 'down', phase: 'starting' }
  const problem = status.problem === null ? null : mask(status.problem)
  return pick(JSON.parse(formatState({ ...status, problem })), SHOWN_OF_STATE)
}

function pick(keys: Readonly<Record<string, unknown>>, shown: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(keys).filter(([key]) => shown.includes(key)))
}

function describeCounters(counters: ModemCounters | undefined): unknown {
  if (counters === undefined) return null
  const { remedies, ...rest } = counters
  return { ...rest, remedies: Object.fromEntries(remedies) }
}
