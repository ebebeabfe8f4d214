import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatBridgeInfo,
  formatEvent,
  formatInfo,
  formatReceived,
  formatReceivedEvent,
  formatResponse,
  formatState,
  formatStatus,
} from '../../src/mqtt/payloads.ts'
import { CARD, NEW_CARD, NOTHING_KNOWN, SMS, STATUS } from './samples.ts'

const FULL_STATE = {
  link: 'up',
  phase: 'ready',
  sim: 'ready',
  registration: 'home',
  operator: 'o2 - de',
  operator_code: '26207',
  access_technology: 'lte',
  network_mode: null,
  network_mode_raw: null,
  signal: {
    percent: 68,
    bars: 4,
    rssi_dbm: -71,
    rscp_dbm: -80,
    ecio_db: -6,
    rsrp_dbm: -98,
    rsrq_db: -11,
    sinr_db: 9.4,
    ber: 0,
  },
  cell: { lac: null, tac: null, cell_id: null, pci: null, band: null, channel: null },
  data: {
    connected: null,
    ip: null,
    ipv6: null,
    rx_bytes: null,
    tx_bytes: null,
    rx_rate_bps: null,
    tx_rate_bps: null,
    session_seconds: null,
    month_rx_bytes: null,
    month_tx_bytes: null,
  },
  battery: null,
  sms: {
    storage: 'SM',
    used: 0,
    capacity: 20,
    unread: null,
    waiting: 1,
    sent_today: 2,
    quota_per_day: null,
    quota_left: null,
  },
  ussd: {},
  problem: 'The SIM is locked.',
  updated_at: '2026-11-22T09:30:07Z',
}

test('the state tells what is known, zeros included, and null for what is not', () => {
  const text = formatState({
    ...NOTHING_KNOWN,
    link: 'up',
    phase: 'ready',
    modem: {
      sim: 'ready',
      registration: { state: 'home', accessTechnology: 'lte' },
      operator: { name: 'o2 - de', code: '26207' },
      signal: {
        percent: 68,
        bars: 4,
        rssiDbm: -71,
        rscpDbm: -80,
        ecioDb: -6,
        rsrpDbm: -98,
        rsrqDb: -11,
        sinrDb: 9.4,
        ber: 0,
      },
      store: { storage: 'SM', used: 0, capacity: 20 },
    },
    waiting: 1,
    sentToday: 2,
    problem: 'The SIM is locked.',
  })
  assert.deepEqual(JSON.parse(text), FULL_STATE)
})

test('the state of a modem that was never there has every key, so that no template fails', () => {
  const keysOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]))
      : null
  const state = JSON.parse(formatState(NOTHING_KNOWN))
  assert.deepEqual(keysOf(state), keysOf(FULL_STATE))
  assert.equal(state.signal.rssi_dbm, null)
  assert.equal(state.sim, 'unknown')
  assert.equal(state.registration, 'unknown')
  assert.equal(state.operator, null)
})

const RECEIVED = {
  id: '01K9ABC',
  from: '+491701234567',
  text: 'Grüße 👋',
  sent_at: '2026-11-22T10:30:05+01:00',
  received_at: '2026-11-22T09:30:07.123Z',
  smsc: '+491760000443',
  encoding: 'gsm7',
  parts: 1,
  missing_parts: 0,
  class: null,
  data_hex: null,
  ports: null,
  replaces: null,
  raw: null,
  backlog: false,
}

test('a received message has the keys of the contract', () => {
  assert.deepEqual(JSON.parse(formatReceived(SMS)), RECEIVED)
})

test('application ports, class and 8-bit data are published', () => {
  const sms = formatReceived({
    ...SMS,
    text: null,
    encoding: '8bit',
    dataHex: '00FF',
    ports: { destination: 2948, source: 0 },
    messageClass: 0,
  })
  assert.deepEqual(JSON.parse(sms), {
    ...RECEIVED,
    text: null,
    encoding: '8bit',
    data_hex: '00FF',
    ports: { destination: 2948, source: 0 },
    class: 0,
  })
})

test('the event for Home Assistant is the same message with an event type', () => {
  assert.deepEqual(JSON.parse(formatReceivedEvent(SMS)), { event_type: 'received', ...RECEIVED })
})

test('a sending status has the keys of the contract', () => {
  assert.deepEqual(JSON.parse(formatStatus(STATUS)), {
    id: 'door-17',
    to: '+491701234567',
    status: 'sent',
    parts: 2,
    parts_sent: 2,
    references: [12, 13],
    error: null,
    at: '2026-11-22T09:30:07Z',
    transaction: 'a1',
  })
})

test('a failed sending tells the number that the modem gave', () => {
  const error = { code: 'rejected_by_network', message: 'Refused.', cms: 50 } as const
  assert.deepEqual(JSON.parse(formatStatus({ ...STATUS, status: 'failed', error })).error, error)
})

const PERSONAL = ['imei', 'imsi', 'iccid', 'msisdn'] as const

test('personal numbers are published only when that is configured', () => {
  const open = JSON.parse(formatInfo(CARD, true))
  const closed = JSON.parse(formatInfo(CARD, false))
  for (const key of PERSONAL) {
    assert.equal(open[key], CARD.identity?.[key])
    assert.equal(closed[key], null)
  }
  assert.deepEqual(Object.keys(closed), [
    'manufacturer',
    'model',
    'firmware',
    'hardware',
    ...PERSONAL,
    'transport',
    'port',
    'locks',
    'network_modes',
  ])
  assert.equal(closed.model, 'MF667')
  assert.equal(closed.port, '/dev/ttyUSB2')
})

test('a modem that was never opened has an info of nulls', () => {
  const info = JSON.parse(formatInfo(NEW_CARD, true))
  assert.equal(info.transport, 'serial')
  assert.equal(info.imei, null)
  assert.equal(info.port, null)
})

test('an event carries its details beside its type, and no detail can replace the type', () => {
  assert.deepEqual(JSON.parse(formatEvent({ type: 'port_changed', detail: { from: 'a', to: 'b' } })), {
    type: 'port_changed',
    from: 'a',
    to: 'b',
  })
  assert.deepEqual(JSON.parse(formatEvent({ type: 'connected', detail: { type: 'lost' } })), { type: 'connected' })
})

test('the bridge tells its versions, modems, protocol level and configuration', () => {
  const facts = { version: '0.1.0', nodeVersion: '20.20.0', startedAt: '2026-11-22T09:30:07Z', config: { log: {} } }
  assert.deepEqual(JSON.parse(formatBridgeInfo(facts, [CARD], 5)), {
    version: '0.1.0',
    node_version: '20.20.0',
    started_at: '2026-11-22T09:30:07Z',
    modems: [{ id: 'stick', transport: 'serial', model: 'MF667' }],
    mqtt_protocol: 5,
    config: { log: {} },
  })
})

test('a response is either data or an error, with the transaction echoed', () => {
  assert.deepEqual(JSON.parse(formatResponse({ status: 'ok', data: { messages: [] } }, 'a1')), {
    status: 'ok',
    data: { messages: [] },
    transaction: 'a1',
  })
  const error = { code: 'timeout', message: 'No answer.', cme: 30 } as const
  assert.deepEqual(JSON.parse(formatResponse({ status: 'error', error }, null)), {
    status: 'error',
    error,
    transaction: null,
  })
})
