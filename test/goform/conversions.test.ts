import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FieldDialect, NumberBase } from '../../src/goform/conversions.ts'
import {
  areaCode,
  below,
  cellId,
  connected,
  count,
  ipv4,
  ipv6,
  nrAreaCode,
  nrCellId,
  nrSinr,
  octetRate,
  physicalCell,
  simStateOf,
  technologyOf,
} from '../../src/goform/conversions.ts'

const inBase = (base: NumberBase): FieldDialect => ({ cellIdBase: base, pciBase: base })

describe('a cell', () => {
  const CELLS: readonly (readonly [text: string, base: NumberBase, cell: string | null])[] = [
    ['21ab417', 'auto', '021AB417'],
    ['21AB417', 'decimal', '021AB417'],
    ['2131234', 'auto', '02131234'],
    ['2131234', 'decimal', '00208522'],
    // 28 bits do not hold it in hex, so it was decimal.
    ['35304471', 'auto', '021AB417'],
    ['268435455', 'auto', null],
    ['268435455', 'hex', null],
    ['fffffff', 'hex', null],
    ['0', 'auto', null],
    ['999999999999', 'auto', null],
    ['xyz', 'auto', null],
    ['-1', 'auto', null],
  ]
  for (const [text, base, cell] of CELLS) {
    test(`${text} (${base}) is ${cell}`, () => assert.equal(cellId(text, inBase(base)), cell))
  }
  test('of 5G has 36 bits', () => {
    assert.equal(nrCellId('4500123', inBase('hex')), '004500123')
    assert.equal(nrCellId('45001236', inBase('decimal')), '002AEAA14')
    assert.equal(nrCellId('FFFFFFFFF', inBase('hex')), null)
  })
})

test('an area code is four digits on 2G to 4G and six on 5G; deleted and empty ones are none', () => {
  const codes = ['2b67', '0', 'fffe', 'FFFF', '11111', '70000'].map((text) => areaCode(text, inBase('auto')))
  assert.deepEqual(codes, ['2B67', null, null, null, '2B67', null])
  assert.equal(nrAreaCode('12ab', inBase('auto')), '0012AB')
})

test('a physical cell that is too high for hex was decimal', () => {
  const lte = physicalCell(503)
  assert.deepEqual(
    [lte('1a3', inBase('auto')), lte('101', inBase('auto')), lte('419', inBase('auto')), lte('101', inBase('decimal'))],
    [419, 257, 419, 101],
  )
  assert.equal(lte('504', inBase('decimal')), null)
  assert.equal(physicalCell(1007)('1cf', inBase('hex')), 463)
})

test('levels that stand for nothing are nothing', () => {
  assert.deepEqual(
    ['-71', '71', '0', '-141', ''].map((text) => below(-140)(text, inBase('auto'))),
    [-71, -71, null, null, null],
  )
  assert.deepEqual(['17.5', '-19.5', '-20.0', '-3276.8', '51'].map(nrSinr), [17.5, -19.5, null, null, null])
})

test('counters are whole and exact', () => {
  assert.deepEqual(['0', '9007199254740991', '9007199254740993', '-1', '1.5', ''].map(count), [
    0,
    2 ** 53 - 1,
    null,
    null,
    null,
    null,
  ])
  assert.deepEqual(['125000', '0', '-1', 'x'].map(octetRate), [1_000_000, 0, null, null])
})

test('addresses that stand for nothing, or are none, are nothing', () => {
  assert.deepEqual(['10.1.2.3', '0.0.0.0', '256.1.1.1', '1.2.3', ''].map(ipv4), ['10.1.2.3', null, null, null, null])
  const IPV6 = ['2001:db8::1/64', 'fe80::1', '::', '0:0:0:0:0:0:0:0', '::/0', '10.1.2.3', 'a:b', 'zz::1']
  assert.deepEqual(IPV6.map(ipv6), ['2001:db8::1', 'fe80::1', null, null, null, null, null, null])
})

test('words of the connection are compared whole: "ppp_disconnected" contains "connected"', () => {
  for (const word of ['ppp_connected', 'ipv4_ipv6_connected', 'ipv6_connected', 'pdp_connected']) {
    assert.equal(connected(word), true, word)
  }
  for (const word of [
    'ppp_disconnected',
    'ppp_connecting',
    'ppp_disconnecting',
    'ppp_ready',
    'disconnected',
    'no_connected',
  ]) {
    assert.equal(connected(word), false, word)
  }
  assert.equal(connected('toString'), null)
})

test('every spelling of the radio in use has its name', () => {
  const NAMES: Readonly<Record<string, readonly string[]>> = {
    gsm: ['GSM', 'gsm'],
    gprs: ['GPRS'],
    edge: ['EDGE'],
    umts: ['WCDMA', 'UMTS', 'TDSCDMA'],
    hsdpa: ['HSDPA'],
    hsupa: ['HSUPA'],
    hspa: ['HSPA'],
    hspa_plus: ['HSPA+', 'DC-HSPA+'],
    lte: ['LTE'],
    nr_nsa: ['LTE-NSA', 'ENDC', 'EN-DC'],
    nr_sa: ['SA', 'NR5G-SA'],
    null: ['CDMA', 'CDMA_EVDO', 'EVDO_EHRPD', 'No Service', 'limited_service', '', '5G', 'constructor'],
  }
  for (const [name, words] of Object.entries(NAMES)) {
    for (const word of words) assert.equal(String(technologyOf(word)), name, word)
  }
})

test('a SIM is ready only by the one word that says so', () => {
  const WORDS: Readonly<Record<string, readonly string[]>> = {
    ready: ['modem_init_complete'],
    absent: ['modem_sim_undetected'],
    pin_required: ['modem_waitpin'],
    puk_required: ['modem_waitpuk'],
    blocked: ['modem_imsi_waitnck'],
    unknown: [
      '',
      'modem_undetected',
      'modem_detected',
      'modem_sim_state',
      'modem_online',
      'modem_sim_destroy',
      'valueOf',
    ],
  }
  for (const [state, words] of Object.entries(WORDS))
    for (const word of words) assert.equal(simStateOf(word), state, word)
})
