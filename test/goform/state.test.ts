import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ItemGroup } from '../../src/goform/fields.ts'
import { itemsOf } from '../../src/goform/fields.ts'
import type { Values } from '../../src/goform/reply.ts'
import type { StateDialect } from '../../src/goform/state.ts'
import { readAccessTechnology, readGroups } from '../../src/goform/state.ts'

const DIALECT: StateDialect = { cellIdBase: 'auto', pciBase: 'auto', bearer: 'nr', hasBattery: null }
const ALL: readonly ItemGroup[] = [
  'signal',
  'registration',
  'operator',
  'sim',
  'cell',
  'data',
  'battery',
  'networkMode',
]
const read = (values: Values, dialect: Partial<StateDialect> = {}) =>
  readGroups(ALL, values, { ...DIALECT, ...dialect })

describe('registration', () => {
  const CASES: readonly (readonly [values: Values, state: string, technology: string | null])[] = [
    [{ network_type: 'LTE', simcard_roam: 'Home' }, 'home', 'lte'],
    [{ network_type: 'LTE', simcard_roam: '' }, 'home', 'lte'],
    [{ network_type: 'LTE', simcard_roam: 'Internal' }, 'roaming', 'lte'],
    [{ network_type: 'WCDMA', simcard_roam: 'International' }, 'roaming', 'umts'],
    [{ network_type: 'No Service', simcard_roam: 'International' }, 'not_registered', null],
    [{ network_type: 'limited_service', sub_network_type: 'LTE' }, 'not_registered', null],
    [{ network_type: '', simcard_roam: 'Home' }, 'unknown', null],
    [{ network_type: 'Searching', simcard_roam: 'Home' }, 'unknown', null],
    [{ network_type: 'CDMA_EVDO', simcard_roam: 'Home' }, 'home', null],
    [{ network_type: 'LTE', wan_lte_ca: 'ca_activated' }, 'home', 'lte_ca'],
    [{ network_type: 'LTE', wan_lte_ca: 'ca_deactivated' }, 'home', 'lte'],
    [{ network_type: 'HSPA', sub_network_type: 'DC-HSPA+' }, 'home', 'hspa_plus'],
    [{ network_type: 'LTE', sub_network_type: 'FDD_LTE' }, 'home', 'lte'],
    [{ network_type: '5G', lte_rsrp: '-90' }, 'home', 'nr_nsa'],
    [{ network_type: '5G', lte_rsrp: '' }, 'home', 'nr_sa'],
  ]
  for (const [values, state, accessTechnology] of CASES) {
    test(JSON.stringify(values), () => assert.deepEqual(read(values).registration, { state, accessTechnology }))
  }
})

describe('the operator', () => {
  const CASES: readonly (readonly [values: Values, name: string | null, code: string | null])[] = [
    [{ network_provider: 'SimNet', rmcc: '219', rmnc: '1' }, 'SimNet', '21901'],
    [
      { network_provider: '', network_provider_fullname: 'SimNet', network_rmcc: '219', network_rmnc: '10' },
      'SimNet',
      '21910',
    ],
    [{ network_provider: 'AT&T', rmcc: '310', rmnc: '410' }, 'AT&T', '310410'],
    [{ network_provider: '21901', rmcc: '', rmnc: '' }, null, '21901'],
    [{ network_provider: 'No Service' }, null, null],
    // A pair is a pair: never the country of one and the network of another.
    [{ rmcc: '219', rmnc: '', mdm_mcc: '220', mdm_mnc: '5' }, null, '22005'],
    [{ rmcc: '0', rmnc: '0' }, null, null],
  ]
  for (const [values, name, code] of CASES) {
    test(JSON.stringify(values), () => assert.deepEqual(read(values).operator, { name, code }))
  }
})

describe('the signal', () => {
  test('is a share of its scale, or of the bars where there is nothing better', () => {
    const percentOf = (values: Values) => read(values).signal?.percent
    assert.equal(percentOf({ network_type: 'LTE', lte_rssi: '-65', lte_rsrp: '-94', signalbar: '1' }), 77)
    assert.equal(percentOf({ network_type: 'LTE', lte_rsrp: '-94', signalbar: '1' }), 48)
    assert.equal(percentOf({ network_type: 'WCDMA', rscp: '-79' }), 44)
    assert.equal(percentOf({ network_type: 'LTE', signalbar: '3' }), 60)
    assert.equal(percentOf({ network_type: 'LTE', lte_rssi: '-20' }), 100)
    assert.equal(percentOf({ network_type: 'LTE', signalbar: '' }), null)
  })
  test('of an MF297D has its sign back and comes from the items it fills', () => {
    const signal = read({ network_type: 'LTE', rssi: '61', sinr: '9.4', lte_snr: '', lte_rssi: '' }).signal
    assert.deepEqual([signal?.rssiDbm, signal?.sinrDb], [-61, 9.4])
  })
  test('on standalone 5G is not that of an LTE cell left over', () => {
    const values = {
      network_type: 'SA',
      lte_rsrp: '-60',
      lte_rssi: '-50',
      Z5g_rsrp: '-99',
      Z5g_SINR: '-20.0',
      Z5g_snr: '3',
      signalbar: '4',
    }
    const signal = read(values).signal
    assert.deepEqual([signal?.rsrpDbm, signal?.rssiDbm, signal?.sinrDb, signal?.bars], [-99, null, 3, 4])
  })
})

describe('the cell', () => {
  test('has a tracking area on LTE and 5G, a location area before', () => {
    const areas = (network_type: string) => {
      const cell = read({ network_type, lac_code: '2b67' }).cell
      return [cell?.lac, cell?.tac]
    }
    assert.deepEqual(areas('LTE'), [null, '2B67'])
    assert.deepEqual(areas('ENDC'), [null, '2B67'])
    assert.deepEqual(areas('SA'), [null, '002B67'])
    assert.deepEqual(areas('HSPA+'), ['2B67', null])
  })
  test('has the band of its channel rather than a band that may be wrong', () => {
    const bandOf = (values: Values) => read({ network_type: 'LTE', ...values }).cell?.band
    assert.equal(bandOf({ wan_active_band: 'LTE BAND 7', wan_active_channel: '1300' }), 'B3')
    assert.equal(bandOf({ wan_active_band: 'LTE BAND 7', wan_active_channel: '' }), 'B7')
    assert.equal(bandOf({ lte_ca_pcell_band: '20', wan_active_channel: '1300' }), 'B20')
    assert.equal(bandOf({ network_type: 'WCDMA', wan_active_band: 'WCDMA BAND 1', wan_active_channel: '10713' }), 'B1')
  })
  test('of 5G has a band and a channel of its own', () => {
    const values = {
      network_type: 'SA',
      nr5g_action_band: 'n78',
      nr5g_action_channel: '640704',
      lte_pci: '1a3',
      nr5g_pci: '1cf',
      wan_active_channel: '1300',
      nr5g_cell_id: '',
      cell_id: '123456789',
    }
    assert.deepEqual(read(values, { pciBase: 'hex', cellIdBase: 'hex' }).cell, {
      lac: null,
      tac: null,
      cellId: '123456789',
      pci: 463,
      band: 'n78',
      channel: 640_704,
    })
  })
})

describe('the battery', () => {
  const batteryOf = (hasBattery: boolean | null, values: Values) => read(values, { hasBattery }).battery
  test('is there when the profile says so, or when it says whether it is charging', () => {
    assert.deepEqual(batteryOf(true, { battery_vol_percent: '', battery_charging: '' }), {
      percent: null,
      charging: null,
    })
    assert.deepEqual(batteryOf(null, { battery_vol_percent: '87', battery_charging: '0' }), {
      percent: 87,
      charging: false,
    })
    assert.deepEqual(batteryOf(null, { battery_value: '87', battery_charging: '2' }), { percent: 87, charging: false })
  })
  test('of a CPE with the constants of a full one is none', () => {
    assert.equal(batteryOf(false, { battery_vol_percent: '100', battery_charging: '1' }), undefined)
    assert.equal(batteryOf(null, { battery_vol_percent: '100', battery_charging: '' }), undefined)
  })
})

test('a group none of whose items came is absent, one whose items are blank is known to be unknown', () => {
  assert.deepEqual(readGroups(ALL, {}, DIALECT), {})
  assert.deepEqual(Object.keys(readGroups(ALL, { signalbar: '' }, DIALECT)), ['signal'])
  const blank = Object.fromEntries(itemsOf(ALL, true).map((item) => [item, '']))
  const state = readGroups(ALL, blank, DIALECT)
  assert.deepEqual(Object.keys(state), ['signal', 'registration', 'operator', 'sim', 'cell', 'data'])
  assert.deepEqual(new Set(Object.values({ ...state.signal, ...state.cell, ...state.data })), new Set([null]))
  assert.equal(state.sim, 'unknown')
})

test('only the groups that were asked for are told', () => {
  assert.deepEqual(Object.keys(readGroups(['sim'], { modem_main_state: 'modem_waitpin', signalbar: '4' }, DIALECT)), [
    'sim',
  ])
})

test('the radio in use is none without a word', () => {
  assert.equal(readAccessTechnology({}), null)
})
