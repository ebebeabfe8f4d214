import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ModemCounters } from '../bridge/counters.ts'
import type { ModemId } from '../modem/modem.ts'
import type { HealthReport } from '../mqtt/health-payload.ts'

interface HealthReportsOptions {
  readonly intervalMs: number
  readonly connection: {
    readonly isConnected: boolean
    on(event: 'connected' | 'disconnected', listener: () => void): unknown
  }
  readonly bridge: { counters(): ReadonlyMap<ModemId, ModemCounters> }
  readonly publish: (report: HealthReport) => void
}

/** Nanoseconds in a millisecond. */
const NS = 1e6

/** Looks at the process, the broker and the modems in turns. */
export class HealthReports {
  readonly #options: HealthReportsOptions
  readonly #lag = monitorEventLoopDelay({ resolution: 20 })
  #timer: NodeJS.Timeout | undefined
  #cpu = process.cpuUsage()
  #cpuAt = performance.now()
  #connections = 0
  /** Since when there is no broker; `null`: it is there. */
  #awaySince: number | null = performance.now()

  constructor(options: HealthReportsOptions) {
    this.#options = options
    options.connection.on('connected', () => {
      this.#connections++
      this.#awaySince = null
    })
    options.connection.on('disconnected', () => {
      this.#awaySince ??= performance.now()
    })
  }

  start(): void {
    this.#lag.enable()
    this.#timer = setInterval(() => this.#options.publish(this.report()), this.#options.intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#lag.disable()
  }

  /** For how long there has been no connection to the broker, in milliseconds; 0: there is one. */
  get brokerAwayMs(): number {
    return this.#awaySince === null ? 0 : performance.now() - this.#awaySince
  }

  /** How things are now, and on average since the last report. */
  report(): HealthReport {
    const { connection, bridge } = this.#options
    const { rss, heapUsed } = process.memoryUsage()
    const lagMs = this.#lag.max / NS
    this.#lag.reset()
    return {
      uptimeSeconds: process.uptime(),
      memory: { rssBytes: rss, heapUsedBytes: heapUsed },
      cpuPercent: this.#cpuPercent(),
      eventLoopLagMs: lagMs,
      broker: { isConnected: connection.isConnected, connections: this.#connections },
      modems: bridge.counters(),
    }
  }

  #cpuPercent(): number {
    const { user, system } = process.cpuUsage(this.#cpu)
    const now = performance.now()
    const percent = (user + system) / 1000 / (now - this.#cpuAt) / 0.01
    this.#cpu = process.cpuUsage()
    this.#cpuAt = now
    return percent
  }
}
