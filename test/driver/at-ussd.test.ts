import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { UssdReply } from '../../src/modem/messages.ts'
import type { UssdSession } from '../../src/modem/modem.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import type { UssdAnswer } from '../../src/simulator/ussd-script.ts'
import type { Bench } from './stick-bench.ts'
import { settle, setUp } from './stick-bench.ts'

const MENU: UssdAnswer = {
  text: '1: Balance\n2: Data',
  menu: { '1': { text: 'Balance 12,50 EUR' }, '2': { text: 'Data', menu: { '1': { text: '3 GB' } } } },
}

const CODINGS: readonly [name: string, profile: Partial<StickProfile>][] = [
  ['plain', {}],
  ['plain under 0', { ussdDcs: 0 }],
  ['packed', { ussdCoding: 'packed' }],
  ['UCS2', { ussdCoding: 'ucs2', ussdDcs: 72 }],
  ['UCS2 under 15', { ussdCoding: 'ucs2' }],
  ['UCS2 under 68', { ussdCoding: 'ucs2', ussdDcs: 68 }],
]

async function converse(bench: Bench): Promise<{ readonly ussd: UssdSession; readonly heard: UssdReply[] }> {
  const modem = await bench.open()
  const heard: UssdReply[] = []
  modem.on('ussd', (reply) => heard.push(reply))
  assert.ok(modem.can.ussd)
  bench.said.length = 0
  return { ussd: modem.can.ussd, heard }
}

const said = ({ said }: Bench): string[] => said.filter((line) => line.startsWith('AT+CUSD'))
const statusAndText = ({ status, text }: UssdReply): string => `${status}: ${text}`

describe('a menu of three levels is walked', () => {
  for (const [name, profile] of CODINGS) {
    for (const ussdTakes of ['text', 'ucs2', 'packed'] as const) {
      for (const ussdAnswersBeforeOk of [false, true]) {
        test(`with answers ${name}, codes as ${ussdTakes}, ${ussdAnswersBeforeOk ? 'ahead of' : 'behind'} OK`, async (t) => {
          const bench = setUp(t, { profile: { ...profile, ussdTakes, ussdAnswersBeforeOk } })
          bench.network.ussd.set('*100#', MENU)
          const { ussd, heard } = await converse(bench)
          await ussd.request('*100#')
          await ussd.reply('2')
          await ussd.reply('1')
          await settle()
          assert.deepEqual(heard.map(statusAndText), [
            'reply_needed: 1: Balance\n2: Data',
            'reply_needed: Data',
            'done: 3 GB',
          ])
          assert.deepEqual(bench.network.ussd.said, ['*100#', '2', '1'], 'the network heard everything once')
        })
      }
    }
  }
})

test('what the modem took is what it gets from then on', async (t) => {
  const bench = setUp(t, { profile: { ussdTakes: 'ucs2' } })
  bench.network.ussd.set('*100#', MENU)
  const { ussd } = await converse(bench)
  await ussd.request('*100#')
  await ussd.reply('1')
  assert.deepEqual(said(bench), ['AT+CUSD=1,"*100#",15', 'AT+CUSD=1,"002A0031003000300023",15', 'AT+CUSD=1,"0031",15'])
  assert.equal(bench.said.at(-1), 'AT+CSCS="GSM"', 'names are to come in plain text again')
})

test('the character set is chosen before each code, because others choose theirs', async (t) => {
  const bench = setUp(t, { profile: { ussdNeedsGsm: true, ussdCoding: 'ucs2', ussdDcs: 72 } })
  bench.network.ussd.set('*100#', { text: 'Hi' })
  const { ussd, heard } = await converse(bench)
  await ussd.request('*100#')
  await settle()
  assert.deepEqual(heard.map(statusAndText), ['done: Hi'])
  assert.equal(bench.said[0], 'AT+CSCS="GSM"')
})

describe('a refusal', () => {
  const ROWS: [result: string, code: string, cme: number | undefined][] = [
    ['+CME ERROR: 100', 'rejected_by_modem', 100],
    ['+CME ERROR: 30', 'not_registered', 30],
    ['+CME ERROR: 4', 'not_supported', 4],
    ['+CME ERROR: 31', 'rejected_by_network', 31],
    ['ERROR', 'rejected_by_modem', undefined],
    ['COMMAND NOT SUPPORT', 'not_supported', undefined],
  ]
  for (const [result, code, cme] of ROWS) {
    test(`by ${result} is told as it is, and nothing is said in another way: the network may have heard it`, async (t) => {
      const bench = setUp(t)
      const { ussd } = await converse(bench)
      bench.stick.refuse('+CUSD', result)
      await assert.rejects(ussd.request('*100#'), (error) => {
        return error instanceof ModemError && error.code === code && error.cme === cme
      })
      assert.equal(said(bench).length, 1)
    })
  }

  test('of the wording in every dialect is told as the first one', async (t) => {
    const bench = setUp(t)
    const { ussd } = await converse(bench)
    bench.stick.refuse('+CUSD', '+CME ERROR: 50')
    await assert.rejects(ussd.request('*100#'), { cme: 50 })
    assert.equal(said(bench).length, 3)
    assert.deepEqual(bench.network.ussd.said, [])
  })

  test('comes before the modem is asked when the text is too long', async (t) => {
    const bench = setUp(t)
    const { ussd } = await converse(bench)
    await assert.rejects(ussd.reply('я'.repeat(81)), { code: 'invalid_request' })
    assert.deepEqual(said(bench), [])
  })
})

test('a session is cancelled without another word', async (t) => {
  const bench = setUp(t, { profile: { ussdConfirmsCancel: true } })
  bench.network.ussd.set('*100#', MENU)
  const { ussd, heard } = await converse(bench)
  await ussd.request('*100#')
  await settle()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await ussd.cancel()
  await settle()
  t.mock.timers.tick(1500)
  assert.deepEqual(
    heard.map(({ status }) => status),
    ['reply_needed'],
    'the confirmation is nobody’s reply',
  )
  assert.equal(bench.network.ussd.isOpen(bench.stick.number), false)
})

test('cancelling no session is no mistake', async (t) => {
  const bench = setUp(t)
  const { ussd } = await converse(bench)
  await ussd.cancel()
  assert.deepEqual(said(bench), ['AT+CUSD=2'])
})

test('a bare end waits for the text behind it, and is told when none comes', async (t) => {
  const bench = setUp(t, { profile: { ussdEndsFirst: true } })
  const { heard } = await converse(bench)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  bench.stick.networkUssd({ text: 'Balance 12,50 EUR' })
  await settle()
  t.mock.timers.tick(1500)
  assert.deepEqual(heard.map(statusAndText), ['done: Balance 12,50 EUR'])
  bench.stick.networkUssd({ status: 2 })
  await settle()
  assert.equal(heard.length, 1)
  t.mock.timers.tick(1500)
  assert.deepEqual(heard.slice(1).map(statusAndText), ['terminated: null'])
})

test('the bare end of an earlier session is no reply to the next code', async (t) => {
  const bench = setUp(t)
  bench.network.ussd.set('*100#', { isSilent: true })
  const { ussd, heard } = await converse(bench)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  bench.stick.networkUssd({ status: 2 })
  await settle()
  // With the clock standing still it stays under way until the port is closed.
  const closed = assert.rejects(ussd.request('*100#'), { code: 'closed' })
  t.after(() => closed)
  await settle()
  t.mock.timers.tick(1500)
  assert.deepEqual(heard, [])
})

test('the network may begin by itself, and say what cannot be read', async (t) => {
  const bench = setUp(t)
  const { heard } = await converse(bench)
  bench.stick.networkUssd({ text: 'Welcome abroad' })
  bench.stick.networkUssd({ text: 'Accept?', menu: { '1': { text: 'Thanks' } } })
  await settle()
  assert.deepEqual(heard.map(statusAndText), ['done: Welcome abroad', 'reply_needed: Accept?'])
})

test('a stick that leaves the bus ends the request', async (t) => {
  const bench = setUp(t)
  bench.network.ussd.set('*100#', MENU)
  const { ussd } = await converse(bench)
  bench.stick.dropAt('before-cusd-result')
  await assert.rejects(ussd.request('*100#'), { code: 'closed' })
})
