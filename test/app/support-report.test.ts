import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeBridge } from '../../src/app/support-report.ts'
import type { ModemCard, ModemStatus } from '../../src/bridge/outlet.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'

const YAML = `
mqtt: {url: "mqtt://h"}
modems: [{id: stick, port: /dev/a}, {id: new, port: /dev/b}]
contacts: {Magrat: "+44123"}
`
const CONFIG = loadConfig({ args: [], env: {}, readFile: () => YAML, defaultFile: 'f' })

const CARD: ModemCard = {
  id: 'stick',
  name: 'stick',
  transport: 'serial',
  identity: {
    manufacturer: 'ZTE',
    model: 'MF190',
    firmware: 'BD_20130515 for 490154203237518',
    hardware: null,
    imei: '490154203237518',
    imsi: '262019876543210',
    iccid: '89490200001234567890',
    msisdn: '+447700900001',
    locks: null,
    port: '/dev/serial/by-id/usb-ZTE_MSM_MF19001MOD-if01-port0',
  },
  canSend: true,
  ...{ canReboot: true, canUssd: true, canScan: true, canSwitchData: true, canSwitchUsb: true, tells: [] },
  networkModes: null,
}

const STATUS: ModemStatus = {
  link: 'up',
  phase: 'ready',
  modem: {
    operator: { name: 'Testnet', code: '24491' },
    cell: { lac: '1F3C', tac: null, cellId: '02A4B1C7', pci: null, band: 'B20', channel: 6300 },
    data: {
      ...{ connected: true, ip: '10.64.3.2', ipv6: null, rxBytes: 1, txBytes: 1, rxRateBps: null, txRateBps: null },
      ...{ sessionSeconds: 1, monthRxBytes: null, monthTxBytes: null },
    },
  },
  waiting: 1,
  sentToday: 2,
  quotaPerDay: null,
  quotaLeft: null,
  ussd: { credit: { at: '2026-11-22T10:00:00.000Z', text: 'You have 3.14 EUR', value: 3.14, unit: null } },
  problem: 'Magrat at +44 7700 900 123 is not reached',
  updatedAt: '2026-11-22T10:00:00.000Z',
}

test('a bridge tells how it is, and of its users nothing', () => {
  const ring = new ExchangeRing()
  ring.note({ at: Date.parse('2026-11-22T10:00:00Z'), tookMs: 34, sent: 'AT+CSQ', received: ['+CSQ: 17,99', 'OK'] })
  const told = describeBridge({
    config: CONFIG,
    isBrokerConnected: () => true,
    statuses: () => new Map([['stick', STATUS]]),
    counters: () =>
      new Map([['stick', { openings: 1, losses: 0, received: 0, sent: 0, failed: 0, remedies: new Map() }]]),
    cards: () => new Map([['stick', CARD]]),
    rings: new Map([
      ['stick', ring],
      ['new', new ExchangeRing()],
    ]),
    warnings: [{ level: 'warn', message: 'Magrat (+44123) wrote 07912374151616F6', modem: null, time: 'now' }],
  })
  assert.deepEqual(told['warnings'], [{ level: 'warn', message: '*** (***) wrote <16>', modem: null, time: 'now' }])
  const { stick, new: fresh } = told['modems'] as Record<string, Record<string, unknown>>
  assert.deepEqual(fresh, { device: null, link: 'down', phase: 'starting', counters: null, exchanges: [] })
  assert.deepEqual(stick?.['exchanges'], ['2026-11-22T10:00:00.000Z AT+CSQ → +CSQ: 17,99 | OK (34 ms)'])
  assert.equal(stick['problem'], '*** at <16> is not reached')
  assert.equal(stick['operator_code'], '24491')
  assert.deepEqual(stick['device'], {
    manufacturer: 'ZTE',
    model: 'MF190',
    firmware: 'BD_20130515 for …7518',
    hardware: null,
    transport: 'serial',
    locks: null,
    network_modes: null,
    port: '/dev/serial/by-id/usb-ZTE_MSM_<10>-if01-port0',
  })
  const text = JSON.stringify(told)
  for (const secret of [
    'Magrat',
    '44123',
    '262019876543210',
    '8949',
    '447700',
    '1F3C',
    '02A4B1C7',
    '10.64',
    '3.14',
    'MF19001MOD',
  ]) {
    assert.ok(!text.includes(secret), secret)
  }
})
