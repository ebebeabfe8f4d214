import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { Generation, RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC801A, MC888, MF79U, MF266, MF823, MF920V, U50 } from '../../src/simulator/goform-profiles.ts'
import { setUpRouter } from './goform-bench.ts'

test('a router boots, searches, registers and connects, and items are blank on the way', async (t) => {
  const latency = { bootMs: 1000, settleMs: 1000, connectMs: 1000 }
  const { browser, advance } = await setUpRouter(t, { latency })
  const seen: unknown[] = []
  for (let second = 0; second < 4; second++) {
    seen.push(
      Object.values(
        await browser.items('modem_main_state,network_type,network_provider,lte_rsrp,ppp_status,simcard_roam'),
      ),
    )
    advance(1000)
  }
  assert.deepEqual(seen, [
    ['', '', '', '', '', ''],
    ['modem_init_complete', '', '', '', 'ppp_disconnected', ''],
    ['modem_init_complete', 'LTE', 'SimNet', '-94', 'ppp_connecting', 'Home'],
    ['modem_init_complete', 'LTE', 'SimNet', '-94', 'ppp_connected', 'Home'],
  ])
})

test('who is sent off the network stays off it, whatever was searched for before', async (t) => {
  const { browser, router, advance } = await setUpRouter(t, { latency: { settleMs: 5000 } })
  router.setService('none')
  advance(5000)
  assert.equal((await browser.items('network_type')).network_type, 'No Service')
  router.setService('home')
  assert.deepEqual(await browser.items('network_type,rmcc,rmnc'), { network_type: 'LTE', rmcc: '219', rmnc: '1' })
})

test('each mode that a firmware takes is followed by the radio, and read back', async (t) => {
  const CASES: readonly [RouterProfile, string, string, string, string][] = [
    [MF79U, 'Only_LTE', 'success', 'Only_LTE', 'LTE'],
    [MF79U, 'Only_WCDMA', 'success', 'Only_WCDMA', 'DC-HSPA+'],
    [MF79U, 'Only_GSM', 'success', 'Only_GSM', 'EDGE'],
    [MF79U, 'WCDMA_AND_GSM', 'success', 'WCDMA_AND_GSM', 'DC-HSPA+'],
    [MF79U, 'Only_5G', 'failure', 'NETWORK_auto', 'LTE'],
    [MC801A, 'LTE_AND_5G', 'success', 'LTE_AND_5G', 'ENDC'],
    [U50, '4G_AND_5G', 'success', 'WL_AND_5G', 'ENDC'],
  ]
  for (const [like, value, result, selected, networkType] of CASES) {
    const profile = { needsDataOff: false }
    const { browser } = await setUpRouter(t, { like, profile })
    assert.equal(await browser.write('SET_BEARER_PREFERENCE', { BearerPreference: value }), result, value)
    assert.deepEqual(await browser.items('net_select,network_type'), {
      net_select: selected,
      network_type: networkType,
    })
  }
})

test('after a change of mode the radio is gone for a while', async (t) => {
  const { browser, advance } = await setUpRouter(t, { like: MF79U, latency: { settleMs: 5000 } })
  const signal = () => browser.items('network_type,signalbar,lte_rsrp,rscp')
  advance(5000)
  assert.deepEqual(await signal(), { network_type: 'LTE', signalbar: '4', lte_rsrp: '-94', rscp: '' })
  await browser.write('SET_BEARER_PREFERENCE', { BearerPreference: 'Only_WCDMA' })
  assert.deepEqual(await signal(), { network_type: '', signalbar: '0', lte_rsrp: '', rscp: '' })
  advance(5000)
  assert.deepEqual(await signal(), { network_type: 'DC-HSPA+', signalbar: '4', lte_rsrp: '', rscp: '-79' })
})

test('a mode without a network leads nowhere', async (t) => {
  const { browser, router } = await setUpRouter(t, { like: MC801A, profile: { needsDataOff: false } })
  router.setCoverage(['4g'])
  await browser.write('SET_BEARER_PREFERENCE', { BearerPreference: 'Only_5G' })
  assert.equal((await browser.items('network_type')).network_type, 'no_service')
})

test('a stick changes mode and searches only while no data flows', async (t) => {
  const { browser } = await setUpRouter(t, { latency: { connectMs: 0 } })
  const mode = { BearerPreference: 'Only_LTE' }
  assert.equal(await browser.write('SET_BEARER_PREFERENCE', mode), 'failure')
  assert.equal(await browser.write('SCAN_NETWORK'), 'failure')
  assert.equal(await browser.write('DISCONNECT_NETWORK', { notCallback: 'true' }), 'success')
  assert.equal((await browser.items('ppp_status')).ppp_status, 'ppp_disconnected')
  assert.equal(await browser.write('SET_BEARER_PREFERENCE', mode), 'success')
  assert.equal((await browser.items('ppp_status')).ppp_status, 'ppp_connected', 'it dials by itself')
})

test('a connection takes time, needs a network, and counts what it moves', async (t) => {
  const { browser, router, advance } = await setUpRouter(t, { like: MF79U, latency: { connectMs: 3000 } })
  await browser.write('SET_CONNECTION_MODE', { ConnectionMode: 'manual_dial', roam_setting_option: 'off' })
  await browser.write('DISCONNECT_NETWORK')
  advance(3000)
  const words: (string | undefined)[] = []
  const look = async () => words.push((await browser.items('ppp_status')).ppp_status)
  await look()
  assert.equal(await browser.write('CONNECT_NETWORK'), 'success')
  await look()
  advance(3000)
  await look()
  assert.deepEqual(words, ['ppp_disconnected', 'ppp_connecting', 'ppp_connected'])
  advance(60_000)
  assert.deepEqual(await browser.items('realtime_time,realtime_rx_bytes,monthly_rx_bytes,date_month'), {
    realtime_time: '60',
    realtime_rx_bytes: String(60 * 125_000),
    monthly_rx_bytes: String(10_737_418_240 + 60 * 125_000),
    date_month: '202407',
  })
  router.setService('none')
  assert.equal(await browser.write('CONNECT_NETWORK'), 'failure')
  router.setService('roaming')
  assert.equal((await browser.items('simcard_roam')).simcard_roam, 'International')
  assert.equal(await browser.write('CONNECT_NETWORK'), 'failure', 'roaming was not allowed')
  await browser.write('SET_CONNECTION_MODE', { ConnectionMode: 'manual_dial', roam_setting_option: 'on' })
  assert.equal(await browser.write('CONNECT_NETWORK'), 'success')
})

test('operators are searched for, chosen, and refuse a foreign SIM', async (t) => {
  const neighbours = [{ name: 'Other', plmn: '21910', state: 1, rat: 2 }] as const
  const { browser, advance } = await setUpRouter(t, {
    like: MF79U,
    neighbours,
    latency: { scanMs: 60_000, settleMs: 5000 },
  })
  advance(5000)
  const status = () => browser.items('m_netselect_status,m_netselect_contents')
  await browser.write('SCAN_NETWORK')
  assert.deepEqual(await status(), { m_netselect_status: 'manual_selecting', m_netselect_contents: '' })
  advance(60_000)
  assert.deepEqual(await status(), {
    m_netselect_status: 'manual_selected',
    m_netselect_contents: '2,"SimNet",21901,7;1,"Other",21910,2;',
  })
  for (const [NetworkNumber, result, mode] of [
    ['21910', 'manual_fail', 'auto_select'],
    ['21901', 'manual_success', 'manual_select'],
  ] as const) {
    assert.equal(await browser.write('SET_NETWORK', { NetworkNumber, Rat: '7', nSubrat: '' }), 'success')
    assert.equal((await browser.items('m_netselect_result')).m_netselect_result, 'manual_selecting')
    advance(5000)
    const { m_netselect_result, net_select_mode, network_provider } = await browser.items(
      'm_netselect_result,net_select_mode,network_provider',
    )
    assert.deepEqual([m_netselect_result, net_select_mode, network_provider], [result, mode, 'SimNet'])
  }
})

test('a PIN is counted and taken, then the PUK, and a card may be gone or done for', async (t) => {
  const { browser, router } = await setUpRouter(t, { like: MF920V, sim: { pin: '1234', puk: '87654321' } })
  const state = async () =>
    Object.values(await browser.items('modem_main_state,pin_status,pinnumber,puknumber,network_type'))
  assert.deepEqual(await state(), ['modem_waitpin', '1', '3', '10', 'No Service'])
  for (let i = 0; i < 3; i++) assert.equal(await browser.write('ENTER_PIN', { PinNumber: '0000' }), 'failure')
  assert.deepEqual(await state(), ['modem_waitpuk', '1', '0', '10', 'No Service'])
  assert.equal(await browser.write('ENTER_PIN', { PinNumber: '1234' }), 'failure')
  const puk = { PinNumber: '4321', PUKNumber: '00000000' }
  assert.equal(await browser.write('ENTER_PUK', puk), 'failure')
  assert.deepEqual(await state(), ['modem_waitpuk', '1', '0', '9', 'No Service'])
  assert.equal(await browser.write('ENTER_PUK', { ...puk, PUKNumber: '87654321' }), 'success')
  // What follows the answer is done a moment later.
  await browser.items('loginfo')
  assert.deepEqual(await state(), ['modem_init_complete', '1', '3', '10', 'LTE'])
  router.simAbsent()
  assert.deepEqual(await state(), ['modem_sim_undetected', '', '', '', 'No Service'])
})

test('ten wrong PUKs destroy the card', async (t) => {
  const { browser } = await setUpRouter(t, { sim: { pin: '1234', puk: '87654321' } })
  for (let i = 0; i < 3; i++) await browser.write('ENTER_PIN', { PinNumber: '0000' })
  for (let i = 0; i < 10; i++) await browser.write('ENTER_PUK', { PUKNumber: '0', PinNumber: '4321' })
  assert.deepEqual(await browser.items('modem_main_state,puknumber'), {
    modem_main_state: 'modem_sim_destroy',
    puknumber: '0',
  })
  assert.equal(await browser.write('ENTER_PUK', { PUKNumber: '87654321', PinNumber: '4321' }), 'failure')
})

test('each generation has its own items, in the number base of the firmware', async (t) => {
  const names = 'network_type,rssi,rscp,lte_rsrp,Z5g_rsrp,cell_id,lte_pci,nr5g_pci'
  const CASES: readonly [RouterProfile, Partial<RouterProfile>, Generation, readonly string[]][] = [
    [MF79U, {}, '2g', ['EDGE', '-71', '', '', '', '2c11', '', '']],
    [MF79U, {}, '3g', ['DC-HSPA+', '-71', '-79', '', '', '0a12f3', '', '']],
    [MF79U, {}, '4g', ['LTE', '', '', '-94', '', '21ab417', '419', '']],
    [MC888, {}, '5g', ['ENDC', '', '', '-94', '-88', '21ab417', '1a3', '1cf']],
    [MC888, { cellIds: 'decimal', pci: 'decimal' }, '5g', ['ENDC', '', '', '-94', '-88', '35304471', '419', '463']],
  ]
  for (const [like, profile, generation, expected] of CASES) {
    const { browser, router } = await setUpRouter(t, { like, profile })
    router.setCoverage([generation])
    assert.deepEqual(Object.values(await browser.items(names)), expected)
  }
})

test('a battery is told of where there is one', async (t) => {
  const names = 'battery_charging,battery_vol_percent,battery_pers,battery_value'
  for (const [like, expected] of [
    [MF823, ['', '', '', '']],
    [MF920V, ['0', '12', '1', '']],
    [MC801A, ['', '100', '4', '100']],
  ] as const) {
    const { browser, router } = await setUpRouter(t, { like })
    router.setBattery({ percent: 12, isCharging: false })
    assert.deepEqual(Object.values(await browser.items(names)), expected)
  }
})

test('unknown names are answered, left out, or spoil everything, as the firmware does it', async (t) => {
  const CASES = [
    ['echo', '{"model_name":"MC801A","no_such_item":""}'],
    ['omit', '{"model_name":"MC801A"}'],
    ['fail', '{"result":"failure"}'],
  ] as const
  for (const [unknownNames, expected] of CASES) {
    const { browser } = await setUpRouter(t, { like: MC801A, profile: { unknownNames } })
    const { text } = await browser.exchange('GET', `${MC801A.readPath}?multi_data=1&cmd=model_name,no_such_item`)
    assert.equal(text, expected)
  }
  assert.equal(MF266.unknownNames, 'fail')
})

test('the dialect with prefixes leaves the old names empty, and tables stay empty among items', async (t) => {
  const { browser } = await setUpRouter(t, { like: U50 })
  assert.deepEqual(
    await browser.items(
      'network_signalbar,signalbar,mc_modem_main_state,modem_main_state,network_type,sms_capacity_info',
    ),
    {
      network_signalbar: '4',
      signalbar: '',
      mc_modem_main_state: 'modem_init_complete',
      modem_main_state: '',
      network_type: 'ENDC',
      sms_capacity_info: '',
    },
  )
})

test('a request line that is too long is cut', async (t) => {
  const { browser } = await setUpRouter(t, { like: MC801A })
  const padding = Array.from({ length: 240 }, (_, i) => `filler_${i}`).join(',')
  const answer = await browser.items(`model_name,${padding},imei`)
  assert.deepEqual([answer['model_name'], answer['imei']], ['MC801A', undefined])
})

test('settings are read back, limits only when every field is there', async (t) => {
  const { browser } = await setUpRouter(t)
  const limits = {
    data_volume_limit_switch: '1',
    data_volume_limit_unit: 'data',
    data_volume_limit_size: '50_1024',
    data_volume_alert_percent: '90',
    wan_auto_clear_flow_data_switch: 'on',
  }
  assert.equal(await browser.write('DATA_LIMIT_SETTING', limits), 'failure')
  assert.equal(await browser.write('DATA_LIMIT_SETTING', { ...limits, traffic_clear_date: '8' }), 'success')
  const { data_volume_limit_size: size, traffic_clear_date: date } = await browser.items(
    'data_volume_limit_size,traffic_clear_date',
  )
  assert.deepEqual([size, date], ['50_1024', '8'])
  assert.equal(await browser.write('NO_SUCH_ID'), 'failure')
})

const gone = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1')
  const [error] = await once(socket, 'error', { signal: AbortSignal.timeout(5000) })
  return error.code === 'ECONNREFUSED'
}

test('a reboot may be answered or not; the router is away, returns, boots, and knows nobody', async (t) => {
  for (const [rebootAnswer, text] of [
    ['success', '{"result":"success"}'],
    ['empty-body', ''],
    ['none', null],
  ] as const) {
    const { browser, router, advance } = await setUpRouter(t, {
      like: MF79U,
      profile: { rebootAnswer },
      latency: { rebootMs: 40_000, bootMs: 20_000 },
    })
    advance(20_000)
    const form = await browser.token()
    const answer = await browser.post('REBOOT_DEVICE', form).then(
      (heard) => heard.text,
      () => null,
    )
    assert.equal(answer, text)
    assert.equal(await gone(browser.port), true)
    advance(40_000)
    await router.whenBack()
    assert.deepEqual(await browser.items('loginfo,modem_main_state'), { loginfo: '', modem_main_state: '' })
    advance(20_000)
    assert.equal((await browser.items('modem_main_state')).modem_main_state, 'modem_init_complete')
  }
})

test('a stick that becomes something else does not return by itself', async (t) => {
  for (const target of [
    '/goform/goform_process?goformId=MODE_SWITCH&switchCmd=FACTORY',
    `${MF823.writePath}?goformId=USB_MODE_SWITCH&usb_mode=6`,
  ]) {
    const { browser, router, advance } = await setUpRouter(t)
    assert.equal((await browser.exchange('GET', target)).text, '{"result":"success"}')
    assert.equal(await gone(browser.port), true)
    advance(10_000_000)
    assert.equal(router.isPowered, false)
    await router.replug()
    assert.equal((await browser.items('model_name')).model_name, 'MF823')
  }
})
