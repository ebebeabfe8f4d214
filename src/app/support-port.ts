import type { Bridge } from '../bridge/bridge.ts'
import type { Config } from '../config/schema.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Publisher } from '../mqtt/publisher.ts'
import type { HealthReports } from './health-reports.ts'
import type { Log } from './logger.ts'
import { describeBridge } from './support-report.ts'
import { openSupportSocket, supportSocketPath } from './support-socket.ts'

interface SupportPortOptions {
  readonly config: Config
  readonly bridge: Bridge
  readonly publisher: Publisher
  readonly reports: HealthReports
  readonly rings: ReadonlyMap<ModemId, ExchangeRing>
  readonly log: Log
}

/** Opens the socket beside the journal where `zte2mqtt support` asks. @returns how to close it */
export function openSupportPort(options: SupportPortOptions): Promise<() => Promise<void>> {
  const { config, bridge, publisher, reports, rings, log } = options
  const source = {
    config,
    rings,
    isBrokerConnected: () => reports.brokerAwayMs === 0,
    statuses: () => bridge.statuses(),
    counters: () => bridge.counters(),
    cards: () => publisher.cards,
    warnings: log.warnings,
  }
  return openSupportSocket({
    path: supportSocketPath(config.journal.path),
    tell: () => describeBridge(source),
    onProblem: (problem, err) => log.logger.warn({ err }, problem),
  })
}
