import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricsSource } from '../../src/app/metrics.ts'
import { createMetrics } from '../../src/app/metrics.ts'
import type { ModemCounters } from '../../src/bridge/counters.ts'
import type { ModemStatus } from '../../src/bridge/outlet.ts'

const STATUS: ModemStatus = {
  link: 'up',
  phase: 'ready',
  modem: {
    registration: { state: 'roaming', accessTechnology: 'lte' },
    signal: {
      percent: 68,
      bars: 4,
      rssiDbm: -71,
      rscpDbm: null,
      ecioDb: null,
      rsrpDbm: -98,
      rsrqDb: null,
      sinrDb: 9.4,
      ber: null,
    },
  },
  waiting: 2,
  sentToday: 5,
  quotaPerDay: null,
  quotaLeft: null,
  problem: null,
  ussd: {},
  updatedAt: '2026-11-22T10:00:00.000Z',
}

const counters = (received: number): ModemCounters => ({
  openings: 3,
  losses: 2,
  received,
  sent: 4,
  failed: 1,
  remedies: new Map([['radio_on', 2]]),
})

test('the page shows modems and process, leaves out what is unknown, and follows what happens', async () => {
  let received = 7
  const source: MetricsSource = {
    version: '1.2.3',
    isBrokerConnected: () => true,
    statuses: () => new Map([['stick', STATUS] as const, ['other', undefined] as const]),
    counters: () => new Map([['stick', counters(received)]]),
  }
  const page = await createMetrics(source)
  const { contentType, body } = await page()
  assert.match(contentType, /^text\/plain; version=0\.0\.4/)
  for (const line of [
    'zte2mqtt_info{version="1.2.3"} 1',
    'zte2mqtt_broker_connected 1',
    'zte2mqtt_modem_up{modem="stick"} 1',
    'zte2mqtt_modem_problem{modem="stick"} 0',
    'zte2mqtt_modem_registered{modem="stick"} 1',
    'zte2mqtt_modem_phase{modem="stick",phase="ready"} 1',
    'zte2mqtt_modem_phase{modem="stick",phase="paused"} 0',
    'zte2mqtt_modem_phase{modem="other",phase="starting"} 1',
    'zte2mqtt_signal_rssi_dbm{modem="stick"} -71',
    'zte2mqtt_signal_sinr_db{modem="stick"} 9.4',
    'zte2mqtt_sms_waiting{modem="stick"} 2',
    'zte2mqtt_sms_received_total{modem="stick"} 7',
    'zte2mqtt_modem_losses_total{modem="stick"} 2',
    'zte2mqtt_remedies_total{modem="stick",remedy="radio_on"} 2',
  ]) {
    assert.ok(body.split('\n').includes(line), line)
  }
  assert.match(body, /^process_cpu_seconds_total /m)
  assert.doesNotMatch(body, /rscp_dbm\{/)
  received = 8
  assert.match((await page()).body, /zte2mqtt_sms_received_total\{modem="stick"\} 8/)
})

test('a second start within the process shows its own modems, and the process once', async () => {
  const empty = { version: '1', isBrokerConnected: () => false, statuses: () => new Map(), counters: () => new Map() }
  await createMetrics({ ...empty, statuses: () => new Map([['earlier', STATUS]]) })
  const { body } = await (await createMetrics(empty))()
  assert.doesNotMatch(body, /"earlier"/)
  assert.equal(body.match(/^# TYPE process_cpu_seconds_total /gm)?.length, 1)
})
