import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModemStatus } from '../../src/bridge/outlet.ts'
import type { HealthReport } from '../../src/mqtt/health-payload.ts'
import { formatLog } from '../../src/mqtt/health-payload.ts'
import { formatCall, formatResponse } from '../../src/mqtt/payloads.ts'

const HEALTH: HealthReport = {
  uptimeSeconds: 60.4,
  memory: { rssBytes: 1, heapUsedBytes: 2 },
  cpuPercent: 1.23,
  eventLoopLagMs: 20.6,
  broker: { isConnected: true, connections: 1 },
  modems: new Map([
    ['stick', { openings: 1, losses: 0, received: 2, sent: 3, failed: 0, remedies: new Map([['reset', 1]]) }],
  ]),
}

const status = (problem: string | null): ModemStatus => ({
  link: 'up',
  phase: 'ready',
  modem: {},
  waiting: 0,
  sentToday: 0,
  quotaPerDay: null,
  quotaLeft: null,
  problem,
  ussd: {},
  updatedAt: '',
})

test('a health check tells what bridge/health tells, and how each modem is now', () => {
  const data = { health: HEALTH, statuses: new Map([['stick', status(null)]]) }
  assert.deepEqual(JSON.parse(formatResponse({ status: 'ok', data }, 't')), {
    status: 'ok',
    data: {
      healthy: true,
      uptime_seconds: 60,
      process: { rss_bytes: 1, heap_used_bytes: 2, cpu_percent: 1.2, event_loop_lag_ms: 21 },
      mqtt: { connected: true, connections: 1 },
      modems: {
        stick: {
          link: 'up',
          phase: 'ready',
          problem: null,
          openings: 1,
          losses: 0,
          received: 2,
          sent: 3,
          failed: 0,
          remedies: { reset: 1 },
        },
      },
    },
    transaction: 't',
  })
})

for (const [what, health, stick] of [
  ['a modem has a problem', HEALTH, status('No SIM.')],
  ['nothing is known of a modem', HEALTH, undefined],
  ['there is no broker', { ...HEALTH, broker: { isConnected: false, connections: 1 } }, status(null)],
] as const) {
  test(`it is not healthy that ${what}`, () => {
    const data = { health, statuses: new Map([['stick', stick]]) }
    assert.equal(JSON.parse(formatResponse({ status: 'ok', data }, null)).data.healthy, false)
  })
}

test('calls and lines of the log have the keys of the contract', () => {
  assert.deepEqual(JSON.parse(formatCall({ from: '+49170', at: 'a', endedAt: null, rings: null })), {
    from: '+49170',
    at: 'a',
    ended_at: null,
    rings: null,
  })
  assert.deepEqual(JSON.parse(formatLog({ level: 'warn', message: 'm', modem: null, time: 't' })), {
    level: 'warn',
    message: 'm',
    modem: null,
    time: 't',
  })
})
