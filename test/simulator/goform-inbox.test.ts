import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DateDialect } from '../../src/simulator/goform-firmware.ts'
import { MC888, MF79RU, MF79U, MF823 } from '../../src/simulator/goform-profiles.ts'
import type { RouterBench } from './goform-bench.ts'
import { ROUTER_NUMBER, setUpRouter } from './goform-bench.ts'

const textOf = (row: Readonly<Record<string, string>> | undefined): string =>
  Buffer.from(row?.['content'] ?? '', 'hex')
    .swap16()
    .toString('utf16le')

const column = async ({ browser }: RouterBench, name: string, fields = {}): Promise<readonly (string | undefined)[]> =>
  (await browser.list(fields)).map((row) => row[name])

function receive({ network }: RouterBench, ...texts: readonly string[]): void {
  for (const text of texts) network.inject({ to: ROUTER_NUMBER, from: '+385981111111', text })
}

test('a message lies in the store unread, raises the flag once, and is read and deleted', async (t) => {
  const bench = await setUpRouter(t, { like: MF79U })
  const { browser } = bench
  receive(bench, 'Alarm: vrata 👍')
  const flags = () => browser.items('sms_received_flag,sms_unread_num', '&sms_received_flag_flag=0')
  assert.deepEqual(await flags(), {
    sms_received_flag: '1',
    sms_unread_num: '1',
    sms_dev_unread_num: '1',
    sms_sim_unread_num: '0',
  })
  assert.equal((await flags()).sms_received_flag, '0')
  const [row] = await browser.list({ tags: '1' })
  assert.equal(textOf(row), 'Alarm: vrata 👍')
  assert.equal(row?.['date'], '24,07,08,09,06,00,+8')
  assert.equal(await browser.write('SET_MSG_READ', { msg_id: '1;', tag: '0' }), 'success')
  assert.deepEqual(await column(bench, 'tag'), ['0'])
  assert.deepEqual(await browser.list({ tags: '1' }), [])
  assert.equal(await browser.write('DELETE_SMS', { msg_id: '1;' }), 'success')
  assert.equal(await browser.status('6'), '3')
  assert.deepEqual(await browser.list(), [])
})

test('a flag that nobody clears stays, and an idle one may be empty', async (t) => {
  const bench = await setUpRouter(t, { like: MF823 })
  assert.deepEqual(await bench.browser.items('sms_received_flag'), { sms_received_flag: '' })
  receive(bench, 'One')
  for (let i = 0; i < 2; i++)
    assert.deepEqual(await bench.browser.items('sms_received_flag'), { sms_received_flag: '1' })
  assert.deepEqual(Object.keys((await bench.browser.list())[0]!), [
    'id',
    'number',
    'content',
    'tag',
    'date',
    'draft_group_id',
  ])
})

test('parts are joined in whatever order they come, and told of meanwhile', async (t) => {
  const bench = await setUpRouter(t, { like: MF79U })
  const text = `${'a'.repeat(153)}${'b'.repeat(153)}c`
  const state = async () => {
    const [row, ...others] = await bench.browser.list()
    const { received_all_concat_sms: all, concat_sms_total: total, concat_sms_received: received } = row!
    assert.deepEqual(others, [])
    return [all, total, received, textOf(row).length]
  }
  const seen: unknown[] = []
  for (const order of [[3], [1], [1], [2]]) {
    bench.network.inject({ to: ROUTER_NUMBER, text, reference: 7, order })
    seen.push(await state())
  }
  assert.deepEqual(seen, [
    ['0', '3', '1', 1],
    ['0', '3', '2', 154],
    ['0', '3', '2', 154],
    ['1', '3', '3', 307],
  ])
  assert.equal(textOf((await bench.browser.list())[0]), text)
})

test('dates are written in the dialect of the firmware', async (t) => {
  const DIALECTS: readonly [DateDialect, number, string][] = [
    ['padded', 120, '24,03,01,02,04,05,+8'],
    ['padded', -180, '24,02,29,21,04,05,-12'],
    ['unpadded', 330, '24,3,1,5,34,5,+22'],
    ['split-sign', 0, '24,03,01,00,04,05,+,0'],
    ['no-zone', 60, '24,03,01,01,04,05'],
    ['semicolons', 60, '24;03;01;01;04;05;+4'],
  ]
  for (const [dates, zoneMinutes, expected] of DIALECTS) {
    const bench = await setUpRouter(t, { like: MF79U, profile: { dates }, network: { zoneMinutes } })
    bench.network.inject({ to: ROUTER_NUMBER, text: 'One', sentAt: new Date('2024-03-01T00:04:05Z') })
    assert.deepEqual(await column(bench, 'date'), [expected])
  }
  const bench = await setUpRouter(t, { like: MF79U })
  bench.router.clockAt1970()
  receive(bench, 'One')
  assert.deepEqual(await column(bench, 'date'), ['70,01,01,00,00,00,+0'])
})

test('numbers and names are written as the firmware does it', async (t) => {
  const CASES = [
    ['plain', '+385981111111', 'HRTelekom'],
    ['hex', '002B003300380035003900380031003100310031003100310031', '0048005200540065006C0065006B006F006D'],
    ['hex-names', '+385981111111', '0048005200540065006C0065006B006F006D'],
  ] as const
  for (const [numbers, number, name] of CASES) {
    const bench = await setUpRouter(t, { like: MF79U, profile: { numbers } })
    receive(bench, 'One')
    bench.network.inject({ to: ROUTER_NUMBER, from: 'HRTelekom', text: 'Two' })
    assert.deepEqual(await column(bench, 'number'), [name, number])
  }
})

test('lists come in pages and orders, unless the firmware ignores both', async (t) => {
  const texts = Array.from({ length: 7 }, (_, i) => String(i + 1))
  const page = (page: string) => ({ page, data_per_page: '3' })
  const bench = await setUpRouter(t, { like: MF79U })
  receive(bench, ...texts)
  assert.deepEqual(await column(bench, 'id', page('0')), ['7', '6', '5'])
  assert.deepEqual(await column(bench, 'id', page('2')), ['1'])
  assert.deepEqual(await column(bench, 'id', page('3')), [])
  assert.deepEqual(await column(bench, 'id', { ...page('0'), order_by: 'order by id asc' }), ['1', '2', '3'])
  bench.router.ignorePage()
  assert.deepEqual(await column(bench, 'id', page('2')), ['7', '6', '5'])
  const worse = await setUpRouter(t, { like: MF79RU })
  receive(worse, ...texts)
  assert.deepEqual(await column(worse, 'id', { ...page('1'), order_by: 'order by id asc' }), ['7', '6', '5'])
})

test('ids return, or do not, and both stores count alone or together', async (t) => {
  const CASES = [
    ['above-highest', 'one', ['2', '1'], '3', '1'],
    ['lowest-free', 'one', ['2', '1'], '3', '1'],
    ['never-used', 'one', ['4', '1'], '3', '4'],
    ['above-highest', 'per-store', ['2', '1'], '1', '1'],
  ] as const
  for (const [newIds, idSpace, afterDeletion, onSim, afterAll] of CASES) {
    const bench = await setUpRouter(t, { like: MF79U, profile: { newIds, idSpace } })
    const { network, browser } = bench
    receive(bench, 'One', 'Two')
    network.inject({ to: ROUTER_NUMBER, text: 'On the SIM', messageClass: 2 })
    assert.deepEqual(await column(bench, 'id', { mem_store: '0' }), [onSim])
    if (idSpace === 'one') {
      await browser.write('DELETE_SMS', { msg_id: '3;2;' })
      if (newIds === 'never-used') receive(bench, 'Three')
      else receive(bench, 'Again')
      assert.deepEqual(await column(bench, 'id'), afterDeletion, newIds)
      await browser.write('DELETE_SMS', { msg_id: '1;2;4;' })
      receive(bench, 'Last')
      assert.deepEqual(await column(bench, 'id'), [afterAll === '4' ? '5' : afterAll], newIds)
    } else {
      await browser.write('DELETE_SMS', { msg_id: '1;' })
      assert.deepEqual(await column(bench, 'id'), ['2'], 'the device has its way first')
      await browser.write('DELETE_SMS', { msg_id: '1;' })
      assert.deepEqual(await column(bench, 'id', { mem_store: '0' }), [])
    }
  }
})

test('messages of a class say so, and data is not lost', async (t) => {
  const bench = await setUpRouter(t, { like: MC888 })
  bench.network.inject({ to: ROUTER_NUMBER, text: 'Flash', messageClass: 0 })
  bench.network.inject({ to: ROUTER_NUMBER, dataHex: '00FF41' })
  bench.network.inject({ to: ROUTER_NUMBER, text: 'Nobody sees this', pid: 0x40 })
  const rows = await bench.browser.list()
  assert.deepEqual(
    rows.map((row) => [row['content'], row['sms_class'], row['sms_mem']]),
    [
      ['000000FF0041', '4', 'nv'],
      ['0046006C006100730068', '0', 'nv'],
    ],
  )
})

test('capacity tells what lies where, and a number that nobody keeps up to date', async (t) => {
  const bench = await setUpRouter(t, { like: MF79U })
  receive(bench, 'One', 'Two')
  await bench.browser.send('+447700900123', 'Out')
  assert.deepEqual(await bench.browser.read('sms_capacity_info'), {
    sms_nv_total: '100',
    sms_sim_total: '50',
    sms_nvused_total: '0',
    sms_nv_rev_total: '2',
    sms_nv_send_total: '1',
    sms_nv_draftbox_total: '0',
    sms_sim_rev_total: '0',
    sms_sim_send_total: '0',
    sms_sim_draftbox_total: '0',
  })
})

test('a list may be short for once, have a row twice, or a deletion come to nothing', async (t) => {
  const bench = await setUpRouter(t, { like: MF79U })
  receive(bench, 'One', 'Two two two')
  bench.router.shorterListOnce()
  assert.deepEqual([await column(bench, 'id'), await column(bench, 'id')], [['2'], ['2', '1']])
  bench.router.doubleRowOnce()
  assert.deepEqual(
    (await bench.browser.list()).map((row) => [row['id'], textOf(row)]),
    [
      ['2', 'Two tw'],
      ['2', 'Two two two'],
      ['1', 'One'],
    ],
  )
  bench.router.ignoreDeletions()
  for (const left of [['2', '1'], ['2']]) {
    assert.equal(await bench.browser.write('DELETE_SMS', { msg_id: '1;' }), 'success')
    assert.equal(await bench.browser.status('6'), '3')
    assert.deepEqual(await column(bench, 'id'), left)
  }
})

test('nothing comes in while the router is away or has no network, and all of it afterwards', async (t) => {
  const bench = await setUpRouter(t, { like: MF823, latency: { bootMs: 1000, settleMs: 1000 } })
  receive(bench, 'While it boots')
  assert.deepEqual(await bench.browser.list(), [])
  bench.advance(2000)
  assert.equal((await bench.browser.list()).length, 1)
  bench.router.unplug()
  receive(bench, 'While it is away')
  await bench.router.replug()
  assert.equal((await bench.browser.list()).length, 1, 'what is stored outlives a power cut')
  bench.advance(2000)
  assert.deepEqual((await bench.browser.list()).map(textOf), ['While it is away', 'While it boots'])
})
