// Loaded into the measured process: how late its event loop is, in milliseconds, written to a file again and again.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 10
const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
lag.enable()
setInterval(() => {
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  writeFileSync(process.env.LAG_FILE, JSON.stringify({ p99: ms(lag.percentile(99)), max: ms(lag.max) }))
}, 1_000).unref()
