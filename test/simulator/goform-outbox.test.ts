import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { REALISTIC_ROUTER } from '../../src/simulator/goform-insides.ts'
import { MF79U, MF920V } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { ROUTER_NUMBER, setUpRouter } from './goform-bench.ts'
import { Terminal } from './terminal.ts'

const FRIEND = '+447700900123'

interface TextVector {
  readonly id: string
  readonly text: string
  readonly hex: string
  readonly encode_type: string
  readonly segments: number
}
const { text_vectors: TEXTS } = JSON.parse(
  readFileSync(new URL('../vectors/goform.json', import.meta.url), 'utf8'),
) as { text_vectors: readonly TextVector[] }

describe('a text goes out in the alphabet that was asked for, in as many parts as the standard needs', () => {
  for (const { id, text, hex, encode_type, segments } of TEXTS) {
    test(id, async (t) => {
      const { network, browser } = await setUpRouter(t, { like: MF79U })
      assert.equal(await browser.send(FRIEND, '', { MessageBody: hex, encode_type }), 'success')
      assert.equal(await browser.status(), '3')
      const sent = network.taken.map(({ submit }) => submit)
      assert.equal(sent.length, segments)
      assert.equal(sent.map(({ content }) => content.text).join(''), text)
      assert.deepEqual(
        [...new Set(sent.map(({ dcs, to }) => `${dcs} ${to.number}`))],
        [`${encode_type === 'UNICODE' ? 8 : 0} ${FRIEND}`],
      )
      const [row] = await browser.list()
      assert.deepEqual([row?.['tag'], row?.['content'], row?.['date']], ['2', hex, '24,07,08,09,06,00,+2'])
    })
  }
})

test('sending takes its time, and the outcome is asked for', async (t) => {
  const { network, browser, advance } = await setUpRouter(t, { like: MF79U, latency: { submitMs: 2000 } })
  assert.equal(await browser.status(), '')
  assert.equal(await browser.send(FRIEND, 'One'), 'success')
  assert.equal(await browser.status(), '1')
  assert.equal(network.taken.length, 0)
  advance(2000)
  assert.equal(await browser.status(), '3')
  assert.deepEqual(
    network.taken.map(({ from, submit }) => [from, submit.content.text]),
    [[ROUTER_NUMBER, 'One']],
  )
})

test('a stale status still tells of the message before', async (t) => {
  const { router, browser, advance } = await setUpRouter(t, { like: MF79U, latency: { submitMs: 2000 } })
  router.staleStatus(500)
  await browser.send(FRIEND, 'One')
  assert.equal(await browser.status(), '3')
  advance(500)
  assert.equal(await browser.status(), '1')
  advance(2000)
  assert.equal(await browser.status(), '3')
})

test('what the network refuses is kept as not sent', async (t) => {
  const { network, browser } = await setUpRouter(t, { like: MF79U })
  network.rejectTo(FRIEND, 38)
  assert.equal(await browser.send(FRIEND, 'One'), 'success')
  assert.equal(await browser.status(), '2')
  assert.deepEqual(
    (await browser.list()).map((row) => row['tag']),
    ['3'],
  )
})

test('without a network nothing goes out, and what is kept has the tag of the firmware', async (t) => {
  for (const unsubmittedTag of [3, 4] as const) {
    const { network, router, browser } = await setUpRouter(t, { like: MF79U, profile: { unsubmittedTag } })
    router.setService('searching')
    await browser.send(FRIEND, 'One')
    assert.equal(await browser.status(), '2')
    assert.deepEqual(
      (await browser.list()).map((row) => row['tag']),
      [String(unsubmittedTag)],
    )
    assert.equal(network.taken.length, 0)
  }
})

test('several recipients get one message each', async (t) => {
  const { network, browser } = await setUpRouter(t, { like: MF79U })
  network.rejectTo('+38598000000', 38)
  await browser.send('+38598765432;+38598000000;', 'One')
  assert.equal(await browser.status(), '2', 'one of them failed')
  assert.deepEqual(
    network.taken.map(({ submit, rejection }) => [submit.to.number, rejection]),
    [
      ['+38598765432', null],
      ['+38598000000', 38],
    ],
  )
  assert.deepEqual(
    (await browser.list()).map((row) => row['tag']),
    ['3', '2'],
  )
})

test('a text of more than five parts fails whole', async (t) => {
  const { network, browser } = await setUpRouter(t, { like: MF79U })
  await browser.send(FRIEND, 'a'.repeat(5 * 153))
  assert.equal(network.taken.length, 5)
  await browser.send(FRIEND, 'a'.repeat(5 * 153 + 1))
  assert.equal(await browser.status(), '2')
  assert.equal(network.taken.length, 5)
})

test('a request that is not whole is refused at once', async (t) => {
  const { browser } = await setUpRouter(t, { like: MF79U })
  assert.equal(await browser.send('', 'One'), 'failure')
  assert.equal(await browser.send(FRIEND, ''), 'failure')
  assert.equal(await browser.send(FRIEND, 'One', { sms_time: '24,07,08,09,06,00,+2' }), 'failure')
  assert.equal(await browser.status(), '')
})

test('what is not hex, or not the alphabet, goes out wrong', async (t) => {
  const { network, browser } = await setUpRouter(t, { like: MF79U })
  await browser.send(FRIEND, '', { MessageBody: 'TEST' })
  await browser.send(FRIEND, '', { MessageBody: '1F6000041' })
  await browser.send(FRIEND, 'Čekaj')
  assert.deepEqual(
    network.taken.map(({ submit }) => submit.content.text),
    ['?', '??', '?ekaj'],
  )
})

test('a full store keeps messages from going out, and those that come in waiting', async (t) => {
  const { network, router, browser } = await setUpRouter(t, { like: MF79U, profile: { stores: { nv: 3, sim: 1 } } })
  router.fillStore()
  await browser.send(FRIEND, 'One')
  assert.equal(await browser.status(), '2')
  assert.equal(network.taken.length, 0)
  network.inject({ to: ROUTER_NUMBER, text: 'Wait' })
  assert.equal(network.waiting(ROUTER_NUMBER).length, 1)
  assert.equal(await browser.write('DELETE_SMS', { msg_id: '1;2;' }), 'success')
  assert.equal(network.waiting(ROUTER_NUMBER).length, 0)
  assert.deepEqual(
    (await browser.list()).map((row) => row['id']),
    ['4', '3'],
  )
})

test('a report comes back where it was asked for', async (t) => {
  const { network, browser } = await setUpRouter(t, { like: MF79U })
  const centre = { save_time: 'one_day', MessageCenter: '+385910401', save_location: 'native' }
  await browser.send(FRIEND, 'Silent')
  await browser.write('SET_MESSAGE_CENTER', { ...centre, status_save: '1' })
  assert.equal(await browser.status('3'), '3')
  assert.deepEqual(await browser.read('sms_parameter_info'), {
    sms_para_sca: '+385910401',
    sms_para_mem_store: 'native',
    sms_para_status_report: '1',
    sms_para_validity_period: '167',
  })
  await browser.send(FRIEND, 'One')
  network.reportFor(FRIEND, { statuses: [0x45] })
  await browser.send(FRIEND, 'Two')
  assert.deepEqual(
    network.taken.map(({ submit }) => submit.wantsReport),
    [false, true, true],
  )
  assert.deepEqual(network.taken[1]?.submit.validity, { format: 'relative', minutes: 24 * 60 })
  const { messages } = await browser.read('sms_status_rpt_data', { page: '0', data_per_page: '10' })
  assert.deepEqual(messages, [
    { id: '2', number: FRIEND, content: '2', tag: '2', date: '24,07,08,09,06,00,+8', draft_group_id: '' },
    { id: '1', number: FRIEND, content: '1', tag: '2', date: '24,07,08,09,06,00,+8', draft_group_id: '' },
  ])
  const flags = () => browser.items('sts_received_flag', '&sts_received_flag_flag=0')
  assert.deepEqual([await flags(), await flags()], [{ sts_received_flag: '1' }, { sts_received_flag: '0' }])
})

test('routers and sticks of one network write to each other', async (t) => {
  const { network, browser } = await setUpRouter(t, { like: MF79U })
  const stick = new AtStick({ network, number: FRIEND })
  const second = new GoformRouter({ network, number: '+447700900555', profile: MF920V })
  t.after(() => [stick.close(), second.close()])
  const terminal = new Terminal(stick.connect())
  await terminal.ask('ATE0\r')
  await browser.send(FRIEND, 'Hello stick')
  await browser.send('+447700900555', 'Hello router')
  assert.match(await terminal.ask('AT+CMGL="ALL"\r'), /Hello stick/)
  assert.deepEqual(
    second.store.rows('nv').map(({ number, text }) => [number, text]),
    [[ROUTER_NUMBER, 'Hello router']],
  )
  await terminal.ask('AT+CMGS="+385911234567"\r')
  await terminal.ask('Hello back\x1a')
  assert.equal(
    (await browser.list())[0]?.['content'],
    Buffer.from('Hello back', 'utf16le').swap16().toString('hex').toUpperCase(),
  )
})

test('in real life a router boots for half a minute and sends within seconds', async (t) => {
  const latency = { ...REALISTIC_ROUTER, answerMs: 0 }
  const { network, browser, advance } = await setUpRouter(t, { latency })
  await browser.send(FRIEND, 'Too early')
  advance(31_000)
  assert.equal(await browser.status(), '2')
  await browser.send(FRIEND, 'In time')
  assert.equal(await browser.status(), '1')
  advance(2500)
  assert.equal(await browser.status(), '3')
  assert.equal(network.taken.length, 1)
})
