import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { UssdScript } from '../../src/simulator/ussd-script.ts'
import { setUp } from './bench.ts'

const ANNA = '+447700900001'
const BERT = '+447700900002'

test('each subscriber has a session of his own, which ends with an answer, a wrong choice or by his will', () => {
  const script = new UssdScript({ '*100#': { text: 'menu', menu: { '1': { text: 'one', status: 2 }, '2': {} } } })
  assert.deepEqual(script.say(ANNA, '*100#'), { status: 1, text: 'menu' })
  assert.equal(script.isOpen(BERT), false)
  assert.deepEqual(script.say(ANNA, '1'), { status: 2, text: 'one' })
  assert.deepEqual(script.say(ANNA, '1'), { status: 4, text: null }, 'a code that nobody knows')
  script.say(ANNA, '*100#')
  assert.deepEqual(script.say(ANNA, '9'), { status: 2, text: null })
  script.say(ANNA, '*100#')
  assert.equal(script.end(ANNA), true)
  assert.equal(script.end(ANNA), false)
  script.set('*101#', { isSilent: true })
  assert.equal(script.say(ANNA, '*101#'), null)
})

const ANSWERS: [name: string, profile: Partial<StickProfile>, text: string, line: string][] = [
  ['plain', {}, 'Balance 12.50', '+CUSD: 0,"Balance 12.50",15'],
  ['plain in another coding', { ussdDcs: 0 }, 'Balance', '+CUSD: 0,"Balance",0'],
  ['packed', { ussdCoding: 'packed' }, 'Hi', '+CUSD: 0,"C834",15'],
  ['packed, with a CR for the spare septet', { ussdCoding: 'packed' }, '1234567', '+CUSD: 0,"31D98C56B3DD1A",15'],
  ['UCS2', { ussdCoding: 'ucs2', ussdDcs: 72 }, 'Hi', '+CUSD: 0,"00480069",72'],
  ['UCS2 under the wrong coding', { ussdCoding: 'ucs2' }, 'Hi', '+CUSD: 0,"00480069",15'],
  ['UCS2 for what GSM 7 bit lacks', {}, 'я', '+CUSD: 0,"044F",72'],
]
for (const [name, profile, text, line] of ANSWERS) {
  test(`a USSD answer comes ${name}`, async (t) => {
    const { terminal } = await setUp(t, { profile, network: { ussd: { '*1#': { text } } } })
    assert.equal(await terminal.ask('AT+CUSD=1,"*1#",15\r'), `\r\nOK\r\n\r\n${line}\r\n`)
  })
}

test('a plain answer is made of the octets of the chosen character set', async (t) => {
  const { terminal } = await setUp(t, { network: { ussd: { '*1#': { text: 'Grüß' } } } })
  assert.match(await terminal.ask('AT+CUSD=1,"*1#",15\r'), /"Gr\?\?",15/)
  await terminal.ask('AT+CSCS="GSM"\r')
  assert.match(await terminal.ask('AT+CUSD=1,"*1#",15\r'), /"Gr~\x1e",15/)
})

test('the code can be given in UCS2, or dialled', async (t) => {
  const { terminal } = await setUp(t, { network: { ussd: { '*100#': { text: 'Hi' } } } })
  const heard = '\r\nOK\r\n\r\n+CUSD: 0,"Hi",15\r\n'
  assert.equal(await terminal.ask('ATDT*100#;\r'), heard)
  await terminal.ask('AT+CSCS="UCS2"\r')
  assert.equal(await terminal.ask('AT+CUSD=1,"002A0031003000300023",15\r'), heard)
  assert.equal(await terminal.ask('AT+CUSD=1,"*100#",15\r'), '\r\n+CME ERROR: 25\r\n')
})

test('an answer takes its time, may come ahead of its OK, or never', async (t) => {
  const network = { ussd: { '*1#': { text: 'Hi' }, '*2#': { isSilent: true } } }
  const slow = await setUp(t, { network, latency: { ussdMs: 3000 } })
  assert.equal(await slow.terminal.ask('AT+CUSD=1,"*1#",15\r'), '\r\nOK\r\n')
  slow.clock.advance(3000)
  assert.equal(await slow.terminal.said(), '\r\n+CUSD: 0,"Hi",15\r\n')
  assert.equal(await slow.terminal.ask('AT+CUSD=1,"*2#",15\r'), '\r\nOK\r\n')
  slow.clock.advance(600_000)
  assert.equal(await slow.terminal.said(), '')
  const hasty = await setUp(t, { network, profile: { ussdAnswersBeforeOk: true } })
  assert.equal(await hasty.terminal.ask('AT+CUSD=1,"*1#",15\r'), '\r\n+CUSD: 0,"Hi",15\r\n\r\nOK\r\n')
})

test('a stick that needs GSM stays silent in any other character set', async (t) => {
  const { terminal } = await setUp(t, { profile: { ussdNeedsGsm: true }, network: { ussd: { '*1#': { text: 'Hi' } } } })
  assert.equal(await terminal.ask('AT+CUSD=1,"*1#",15\r'), '\r\nOK\r\n')
  await terminal.ask('AT+CSCS="GSM"\r')
  assert.match(await terminal.ask('AT+CUSD=1,"*1#",15\r'), /\+CUSD: 0,"Hi",15/)
})

test('codes that nobody knows, and a stick out of the network, are told apart', async (t) => {
  const { stick, terminal } = await setUp(t)
  assert.equal(await terminal.ask('AT+CUSD=1,"*9#",15\r'), '\r\nOK\r\n\r\n+CUSD: 4\r\n')
  stick.goRedLight()
  assert.equal(await terminal.ask('AT+CUSD=1,"*9#",15\r'), '\r\n+CME ERROR: 30\r\n')
})

test('on LTE a stick without fall-back refuses, in the words of its firmware, and not on 3G', async (t) => {
  const network = { ussd: { '*1#': { text: 'Hi' } } }
  for (const [ussdOnLte, heard] of [
    ['works', '\r\nOK\r\n\r\n+CUSD: 0,"Hi",15\r\n'],
    ['+CME ERROR: 100', '\r\n+CME ERROR: 100\r\n'],
    ['+CUSD: 4', '\r\nOK\r\n\r\n+CUSD: 4\r\n'],
  ] as const) {
    const { terminal, network: served } = await setUp(t, { profile: { technology: 'LTE', ussdOnLte }, network })
    assert.equal(await terminal.ask('AT+CUSD=1,"*1#",15\r'), heard)
    assert.equal(served.ussd.said.length, ussdOnLte === 'works' ? 1 : 0, 'the network hears nothing of a refused code')
    await terminal.ask('AT+ZSNT=2,0,0\r')
    assert.match(await terminal.ask('AT+CUSD=1,"*1#",15\r'), /"Hi"/)
  }
})

test('a code is only taken in the writing of the stick', async (t) => {
  const network = { ussd: { '*100#': { text: 'Hi' } } }
  const heard = /\+CUSD: 0,"Hi",15/
  const packed = await setUp(t, { profile: { ussdTakes: 'packed' }, network })
  assert.equal(await packed.terminal.ask('AT+CUSD=1,"*100#",15\r'), '\r\n+CME ERROR: 25\r\n')
  assert.match(await packed.terminal.ask('AT+CUSD=1,"AA180C3602",15\r'), heard)
  const ucs2 = await setUp(t, { profile: { ussdTakes: 'ucs2' }, network })
  assert.equal(await ucs2.terminal.ask('AT+CUSD=1,"*100#",15\r'), '\r\n+CME ERROR: 25\r\n')
  await ucs2.terminal.ask('AT+CSCS="UCS2"\r')
  assert.match(await ucs2.terminal.ask('AT+CUSD=1,"002A0031003000300023",15\r'), heard)
})

test('an end may come ahead of its text, a cancelled session be confirmed, and the network begin', async (t) => {
  const network = { ussd: { '*1#': { text: 'Hi' }, '*2#': { text: 'menu', menu: {} } } }
  const { terminal, stick } = await setUp(t, { profile: { ussdEndsFirst: true, ussdConfirmsCancel: true }, network })
  assert.equal(await terminal.ask('AT+CUSD=1,"*1#",15\r'), '\r\nOK\r\n\r\n+CUSD: 2\r\n\r\n+CUSD: 0,"Hi",15\r\n')
  assert.equal(await terminal.ask('AT+CUSD=1,"*2#",15\r'), '\r\nOK\r\n\r\n+CUSD: 1,"menu",15\r\n')
  assert.equal(await terminal.ask('AT+CUSD=2\r'), '\r\nOK\r\n\r\n+CUSD: 2\r\n')
  stick.networkUssd({ text: 'Accept?', menu: { '1': { text: 'Thanks' } } })
  assert.equal(await terminal.said(), '\r\n+CUSD: 1,"Accept?",15\r\n')
  assert.match(await terminal.ask('AT+CUSD=1,"1",15\r'), /"Thanks"/)
})

const DROPS = [
  ['before-cusd-result', ''],
  ['before-cusd', '\r\nOK\r\n'],
  ['mid-cusd', '\r\nOK\r\n\r\n+CUSD: 0,"\r\n'],
  ['after-cusd', '\r\nOK\r\n\r\n+CUSD: 0,"Balance",15\r\n'],
] as const
for (const [moment, heard] of DROPS) {
  test(`a stick can leave the bus ${moment}, when the network has heard the code`, async (t) => {
    const { terminal, stick, network, clock } = await setUp(t, {
      network: { ussd: { '*1#': { text: 'Balance' } } },
      latency: { returnMs: 60_000, ussdMs: 1000 },
    })
    stick.dropAt(moment)
    const first = await terminal.ask('AT+CUSD=1,"*1#",15\r')
    clock.advance(1000)
    assert.equal(first + (await terminal.said()), heard)
    assert.equal(stick.isOnBus, false)
    assert.deepEqual(network.ussd.said, ['*1#'])
  })
}
