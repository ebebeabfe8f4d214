import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Battery } from '../../src/modem/state.ts'
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
  network_mode: 'lte',
  network_mode_raw: 'Only_LTE',
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
  cell: { lac: '1A2B', tac: '2B67', cell_id: '021AB417', pci: 0, band: 'B20', channel: 6300 },
  data: {
    connected: false,
    ip: '10.23.1.4',
    ipv6: '2001:db8::1',
    rx_bytes: 0,
    tx_bytes: 567,
    rx_rate_bps: 1000,
    tx_rate_bps: 500,
    session_seconds: 3600,
    month_rx_bytes: 99999,
    month_tx_bytes: 8888,
  },
  battery: null,
  sms: {
    storage: 'SM',
    used: 0,
    capacity: 20,
    unread: 2,
    others: [{ storage: 'sim', used: 1, capacity: 10 }],
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
      store: { storage: 'SM', used: 0, capacity: 20, unread: 2, others: [{ storage: 'sim', used: 1, capacity: 10 }] },
      cell: { lac: '1A2B', tac: '2B67', cellId: '021AB417', pci: 0, band: 'B20', channel: 6300 },
      data: {
        connected: false,
        ip: '10.23.1.4',
        ipv6: '2001:db8::1',
        rxBytes: 0,
        txBytes: 567,
        rxRateBps: 1000,
        txRateBps: 500,
        sessionSeconds: 3600,
        monthRxBytes: 99999,
        monthTxBytes: 8888,
      },
      networkMode: { mode: 'lte', raw: 'Only_LTE' },
    },
    waiting: 1,
    sentToday: 2,
    problem: 'The SIM is locked.',
  })
  assert.deepEqual(JSON.parse(text), FULL_STATE)
})

test('the state of a modem that was never there has every key, so that no template fails', () => {
  const keysOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]))
      : null
  const state = JSON.parse(formatState(NOTHING_KNOWN))
  assert.deepEqual(keysOf(state), keysOf(FULL_STATE))
  assert.equal(state.signal.rssi_dbm, null)
  assert.equal(state.sim, 'unknown')
  assert.equal(state.registration, 'unknown')
  assert.equal(state.operator, null)
})

test('a device with a battery tells of it, also while its charge is not known', () => {
  const stateWith = (battery: Battery) => JSON.parse(formatState({ ...NOTHING_KNOWN, modem: { battery } })).battery
  assert.deepEqual(stateWith({ percent: 80, charging: true }), { percent: 80, charging: true })
  assert.deepEqual(stateWith({ percent: null, charging: null }), { percent: null, charging: null })
  assert.equal(JSON.parse(formatState(NOTHING_KNOWN)).battery, null)
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
  const event = { event_type: 'received', ...RECEIVED }
  assert.deepEqual(JSON.parse(formatReceivedEvent(SMS, false)), { ...event, catch_up: false })
  assert.deepEqual(JSON.parse(formatReceivedEvent(SMS, true)), { ...event, catch_up: true })
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

test('the lock of a device and the modes that it has are told, whoever may see the personal numbers', () => {
  const identity = CARD.identity && {
    ...CARD.identity,
    locks: { status: 'locked', to: 'network', triesLeft: 4 } as const,
  }
  const info = JSON.parse(formatInfo({ ...CARD, identity, networkModes: ['auto', 'gsm'] }, false))
  assert.deepEqual(info.locks, { status: 'locked', to: 'network', tries_left: 4 })
  assert.deepEqual(info.network_modes, ['auto', 'gsm'])
})

test('the networks of a scan come in snake case', () => {
  const operators = [{ name: null, code: '26201', status: 'available', accessTechnology: 'lte' }]
  assert.deepEqual(JSON.parse(formatResponse({ status: 'ok', data: { operators } }, null)).data, {
    operators: [{ name: null, code: '26201', status: 'available', access_technology: 'lte' }],
  })
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
