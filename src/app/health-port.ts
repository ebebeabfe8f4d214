import type { Bridge } from '../bridge/bridge.ts'
import type { Config } from '../config/schema.ts'
import type { HealthReports } from './health-reports.ts'
import { startHealthServer } from './health-server.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { version } from './version.ts'

/** Opens `health.port` where one is configured. @returns how to close it @throws ModemError when it cannot be had */
export async function openHealthPort(
  { health: { host, port, token, metrics } }: Config,
  bridge: Bridge,
  reports: HealthReports,
  logger: Logger,
): Promise<() => Promise<void>> {
  if (port === null) return async () => {}
  const page = !metrics
    ? null
    : await createMetrics({
        version: version(),
        isBrokerConnected: () => reports.brokerAwayMs === 0,
        statuses: () => bridge.statuses(),
        counters: () => bridge.counters(),
      })
  return startHealthServer({
    host,
    port,
    token,
    vitals: () => ({ brokerAwayMs: reports.brokerAwayMs, statuses: bridge.statuses() }),
    metrics: page,
    onProblem: (problem, err) => logger.error({ err }, problem),
  })
}
