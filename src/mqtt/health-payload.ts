import type { ModemCounters } from '../bridge/counters.ts'
import type { ModemStatus } from '../bridge/outlet.ts'
import type { ModemId } from '../modem/modem.ts'

/** What `bridge/health` tells. */
export interface HealthReport {
  readonly uptimeSeconds: number
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number }
  /** Of one core since the last report, so it may exceed 100. */
  readonly cpuPercent: number
  /** The longest since the last report. */
  readonly eventLoopLagMs: number
  readonly broker: { readonly isConnected: boolean; readonly connections: number }
  readonly modems: ReadonlyMap<ModemId, ModemCounters>
}

/** What `health_check` answers with. */
export interface HealthAnswer {
  readonly health: HealthReport
  /** `undefined`: nothing is known of this modem yet. */
  readonly statuses: ReadonlyMap<ModemId, ModemStatus | undefined>
}

/** `bridge/health`. Counters begin with the process. */
export function formatHealth(report: HealthReport): string {
  return JSON.stringify(healthKeys(report))
}

/** As `bridge/health`, and how each modem is now. Healthy: the broker is there and no modem has a problem. */
export function healthAnswerKeys({ health, statuses }: HealthAnswer): Readonly<Record<string, unknown>> {
  const { modems, ...keys } = healthKeys(health)
  const modemKeys = [...statuses].map(([id, status]) => [
    id,
    {
      link: status?.link ?? 'down',
      phase: status?.phase ?? 'starting',
      problem: status?.problem ?? null,
      ...modems[id],
    },
  ])
  const isWell = [...statuses.values()].every((status) => status !== undefined && status.problem === null)
  return { healthy: health.broker.isConnected && isWell, ...keys, modems: Object.fromEntries(modemKeys) }
}

function healthKeys(report: HealthReport) {
  const modems = [...report.modems].map(([id, { remedies, ...counters }]) => [
    id,
    { ...counters, remedies: Object.fromEntries(remedies) },
  ])
  return {
    uptime_seconds: Math.round(report.uptimeSeconds),
    process: {
      rss_bytes: report.memory.rssBytes,
      heap_used_bytes: report.memory.heapUsedBytes,
      cpu_percent: Math.round(report.cpuPercent * 10) / 10,
      event_loop_lag_ms: Math.round(report.eventLoopLagMs),
    },
    mqtt: { connected: report.broker.isConnected, connections: report.broker.connections },
    modems: Object.fromEntries(modems) as Readonly<Record<ModemId, Readonly<Record<string, unknown>>>>,
  }
}

/** One line of the log, for `bridge/log`. */
export interface LogEntry {
  readonly level: string
  readonly message: string
  readonly modem: ModemId | null
  /** RFC 3339 */
  readonly time: string
}

/** `bridge/log`. */
export function formatLog({ level, message, modem, time }: LogEntry): string {
  return JSON.stringify({ level, message, modem, time })
}
