import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { K3565Z, MF181, MF190, MF622, MF636, MF667, MF831 } from '../../src/simulator/profiles.ts'
import { setUp } from './bench.ts'

type Row = [command: string, answer: string[]]

const ORDINARY_ROWS: Row[] = [
  ['at+csq', ['+CSQ: 17,99', 'OK']],
  ['AT+CMEE?;+CSQ', ['+CMEE: 1', '+CSQ: 17,99', 'OK']],
  ['AT+CSQ;+FOO;+CMEE?', ['+CSQ: 17,99', 'ERROR']],
  ['ATE0V1', ['OK']],
  ['AT&C1&D2', ['OK']],
  ['ATX4S0=0', ['OK']],
  ['AT,', ['ERROR']],
  ['AT+CGMI', ['ZTE INCORPORATED', 'OK']],
  ['AT+CGMR', ['BD_3GHAP673A4V1.0.0B02', 'OK']],
  ['AT+CGSN', ['863071010123456', 'OK']],
  ['AT+CIMI', ['244910123456789', 'OK']],
  ['AT+CNUM', ['+CNUM: "","+447700900001",145', 'OK']],
  ['AT+ZGETICCID', ['+ZGETICCID: 89358010123456789012', 'OK']],
  ['AT+CCID', ['ERROR']],
  ['AT+CRSM=176,12258,0,0,10', ['+CRSM: 144,0,"98530801214365870921"', 'OK']],
  ['AT+CPIN?', ['+CPIN: READY', 'OK']],
  ['AT+CPIN="1234"', ['+CME ERROR: 3']],
  ['AT+ZPINPUK=?', ['+ZPINPUK: 3,10', 'OK']],
  ['AT+CLCK="SC",2', ['+CLCK: 0', 'OK']],
  ['AT+ZSEC?', ['+ZSEC: 3,0', 'OK']],
  ['AT+ZNCK?', ['+ZNCK: 5', 'OK']],
  ['AT+CFUN?', ['+CFUN: 1', 'OK']],
  ['AT+CFUN=3', ['+CME ERROR: 4']],
  ['AT+CSCS=?', ['+CSCS: ("GSM","IRA","UCS2")', 'OK']],
  ['AT+CSCS="KLINGON"', ['+CME ERROR: 50']],
  ['AT+CCLK?', ['+CCLK: "24/03/15,14:07:09+08"', 'OK']],
  ['AT+CREG?', ['+CREG: 0,1', 'OK']],
  ['AT+CREG=2;+CREG?', ['+CREG: 2,1,1F3C,02A4B1C7', 'OK']],
  ['AT+CREG=7', ['+CME ERROR: 50']],
  ['AT+CGREG?', ['+CGREG: 0,1', 'OK']],
  ['AT+CEREG?', ['ERROR']],
  ['AT+COPS?', ['+COPS: 0,0,"Testnet",4', 'OK']],
  ['AT+COPS=3,2;+COPS?', ['+COPS: 0,2,"24491",4', 'OK']],
  ['AT+COPS=?', ['+COPS: (2,"Testnet","TST","24491",4),(3,"Other, Inc","","24405",0),,(0,1,2,3,4),(0,1,2)', 'OK']],
  ['AT+COPS=1,2,"00101"', ['+CME ERROR: 30']],
  ['AT+COPS=1,2,"24491"', ['OK']],
  ['AT+ZPAS?', ['+ZPAS: "HSDPA","CS_PS"', 'OK']],
  ['AT+ZDON?', ['+ZDON: "Testnet",244,91,"ROAM_OFF"', 'OK']],
  ['AT+ZSNT?', ['+ZSNT: 0,0,0', 'OK']],
  ['AT+ZSNT=6,0,0', ['ERROR']],
  ['AT+ZRSSI', ['+ZRSSI: 79,14,86', 'OK']],
  ['AT+CESQ', ['ERROR']],
  ['AT+CPMS=?', ['+CPMS: ("ME","SM","SR"),("ME","SM","SR"),("ME","SM","SR")', 'OK']],
  ['AT+CPMS="SM","SM","SR"', ['+CPMS: 0,50,0,50,0,100', 'OK']],
  ['AT+CPMS="ME"', ['+CPMS: 0,100,0,50,0,50', 'OK']],
  ['AT+CPMS="MT"', ['+CMS ERROR: 302']],
  ['AT+CNMI?', ['+CNMI: 0,0,0,0,0', 'OK']],
  ['AT+CNMI=1,1;+CNMI?', ['+CNMI: 1,1,0,0,0', 'OK']],
  ['AT+CMGF?', ['+CMGF: 0', 'OK']],
  ['AT+CMGL=9', ['+CMS ERROR: 304']],
  ['AT+CMGD=99', ['+CMS ERROR: 321']],
  ['AT+CMGS=x', ['+CMS ERROR: 304']],
  ['AT+CMSS=1', ['+CMS ERROR: 321']],
  ['AT+CSCA?', ['+CSCA: "+447700900999",145', 'OK']],
  ['AT+CSCA="447700900998",145;+CSCA?', ['+CSCA: "+447700900998",145', 'OK']],
  ['AT+CSMS=0', ['+CSMS: 1,1,1', 'OK']],
  ['AT+CNMA', ['+CMS ERROR: 340']],
  ['AT+CSMS=1;+CNMA', ['+CSMS: 1,1,1', 'OK']],
  ['AT+CUSD=1', ['OK']],
  ['AT+CUSD=2', ['+CME ERROR: 3']],
  ['ATD123;', ['NO CARRIER']],
  ['AT+ZCDRUN=9', ['Open autorun state result(0:FAIL 1:SUCCESS):1', 'OK']],
  ['AT+ZCDRUN=f', ['exit download mode result(0:FAIL 1:SUCCESS):1', 'OK']],
  ['AT+ZCDRUN=7', ['ERROR']],
  ['AT+ZRST', ['ERROR']],
]

test('an ordinary stick answers every command as ZTE sticks do', async (t) => {
  for (const [command, answer] of ORDINARY_ROWS) {
    const { stick, terminal } = await setUp(t)
    assert.deepEqual(await terminal.lines(command), answer, command)
    stick.close()
  }
})

const PROFILE_ROWS: [name: string, profile: StickProfile, rows: Row[]][] = [
  [
    'MF622',
    MF622,
    [
      ['AT+CNMI=2,1,0,2,0', ['ERROR']],
      ['AT+CNMI=1,1,0,2,0', ['OK']],
      ['AT+ZRSSI', ['ERROR']],
      ['AT+COPS=?', ['+COPS: (2,"Testnet","TST","24491",4),(3,"Other, Inc","","24405",0),', 'OK']],
    ],
  ],
  ['MF190', MF190, [['AT+CNMI=2,1,0,2,0', ['OK']]]],
  [
    'MF636',
    MF636,
    [
      ['AT+CNMI?', ['+CNMI: 3,1,0,2,0', 'OK']],
      ['AT+CNMI=2,1,0,0,0', ['+CMS ERROR: 303']],
      ['AT+CPMS?', ['+CPMS: "ME",0,100,"ME",0,100,"ME",0,100', 'OK']],
      ['AT+CMEE=2;+CPIN="1"', ['+CME ERROR: operation not allowed']],
      ['AT+CMEE=2;+CMGR=4', ['+CMS ERROR: 321']],
      ['AT+CMEE=0;+CPIN="1"', ['ERROR']],
    ],
  ],
  [
    'MF667',
    MF667,
    [
      ['AT+ZRSSI?', ['ERROR']],
      ['AT+ZRSSI', ['+ZRSSI: 79,14,86', 'OK']],
      ['AT+CNMI=2,1,0,2,0', ['+CMS ERROR: 303']],
      ['AT+CNMI=2,1,0,0,0', ['OK']],
    ],
  ],
  [
    'MF831',
    MF831,
    [
      ['AT+ZPAS?', ['+ZPAS: "LTE","CS_PS"', 'OK']],
      ['AT+ZRSSI?', ['+ZRSSI: -98,-9.5,-79,11', 'OK']],
      ['AT+CESQ', ['+CESQ: 99,99,255,255,21,43', 'OK']],
      ['AT+CEREG=2;+CEREG?', ['+CEREG: 2,1,"1F3C","02A4B1C7",7', 'OK']],
      ['AT+CGMI', ['ZTE CORPORATION', 'OK']],
      ['AT+CSCS="UCS2";+COPS?', ['+COPS: 0,0,"0054006500730074006E00650074",7', 'OK']],
      ['AT+CSCS="UCS2";+CSCA?', ['+CSCA: "002B003400340037003700300030003900300030003900390039",145', 'OK']],
      ['AT+ZSNT=2,0,0;+ZPAS?;+CESQ', ['+ZPAS: "HSDPA","CS_PS"', '+CESQ: 99,99,35,35,255,255', 'OK']],
      ['AT+ZSNT=1,0,0;+ZRSSI;+CESQ', ['+ZRSSI: 79', '+CESQ: 32,99,255,255,255,255', 'OK']],
      ['AT+ZSNT=6,0,0;+CUSD=1,"*100#",15', ['+CME ERROR: 100']],
    ],
  ],
  [
    'K3565-Z',
    K3565Z,
    [
      ['AT+ZPAS?', ['+BEARTYPE: "HSDPA","CS_PS"', 'OK']],
      ['AT+CFUN?', ['+CFUN: (0-1,4-7),(0-1)', 'OK']],
      ['AT+CSMP=17,167,0,0;+CSCA?', ['+CSCA: "",129', 'OK']],
    ],
  ],
  ['MF181', MF181, [['AT+CNMI=2,1,0,2,0', ['OK']]]],
]
for (const [name, profile, rows] of PROFILE_ROWS) {
  test(`the ${name} has its own habits`, async (t) => {
    for (const [command, answer] of rows) {
      const { stick, terminal } = await setUp(t, { profile })
      assert.deepEqual(await terminal.lines(command), answer, command)
      stick.close()
    }
  })
}

const COLUMN_ROWS: [Partial<StickProfile>, ...Row][] = [
  [{ unknownCommand: 'COMMAND NOT SUPPORT' }, 'AT+FOO', ['COMMAND NOT SUPPORT']],
  [{ zsntSeparator: '=' }, 'AT+ZSNT?', ['+ZSNT=0,0,0', 'OK']],
  [{ emptySlot: 'OK' }, 'AT+CMGR=7', ['OK']],
  [{ iccidCommands: ['+ICCID'] }, 'AT+ICCID', ['ICCID: 89358010123456789012', 'OK']],
  [{ stores: { SM: { capacity: 15, firstIndex: 1 } } }, 'AT+CPMS=?', ['+CPMS: ("SM"),("SM"),("SM")', 'OK']],
]
for (const [profile, command, answer] of COLUMN_ROWS) {
  test(`a profile's column can be set alone: ${JSON.stringify(profile)}`, async (t) => {
    const { terminal } = await setUp(t, { profile })
    assert.deepEqual(await terminal.lines(command), answer)
  })
}

test('identity comes as one block or as lines by themselves', async (t) => {
  const lines = ['Manufacturer: ZTE CORPORATION', 'Model: MF831', 'Revision: BD_HOFATMF831V1.0.0B02']
  const whole = [...lines, 'IMEI: 863071010123456', '+GCAP: +CGSM,+DS,+ES']
  const block = await setUp(t, { profile: { ...MF831, atiIsBlock: true } })
  assert.equal(await block.terminal.ask('ATI\r'), `\r\n${whole.join('\r\n')}\r\n\r\nOK\r\n`)
  const single = await setUp(t, { profile: MF831 })
  assert.equal(await single.terminal.ask('ATI\r'), `\r\n${whole.join('\r\n\r\n')}\r\n\r\nOK\r\n`)
})

test('without verbose results there are digits, and ATZ brings words and echo back', async (t) => {
  const { terminal } = await setUp(t)
  assert.equal(await terminal.ask('ATV0\r'), '0\r')
  assert.equal(await terminal.ask('AT+CSQ\r'), '+CSQ: 17,99\r\n0\r')
  assert.equal(await terminal.ask('AT+FOO\r'), '4\r')
  assert.equal(await terminal.ask('ATZ\r'), '\r\nOK\r\n')
  assert.equal(await terminal.ask('AT\r'), 'AT\r\r\nOK\r\n')
})

test('a change of mode takes time, drops the registration and tells the new technology', async (t) => {
  const { terminal, clock } = await setUp(t, { profile: { announcesNetwork: true }, latency: { settleMs: 4000 } })
  clock.advance(4000)
  await terminal.ask('AT+CREG=1\r')
  assert.equal(await terminal.ask('AT+ZSNT=1,0,0\r'), '\r\nOK\r\n\r\n+CREG: 2\r\n')
  assert.deepEqual(await terminal.lines('AT+CSQ'), ['+CSQ: 99,99', 'OK'])
  clock.advance(4000)
  assert.match(await terminal.said(), /^\r\n\+CREG: 1\r\n\r\n\+ZPASR: "EDGE"\r\n/)
  assert.deepEqual(await terminal.lines('AT+ZSNT?'), ['+ZSNT: 1,0,0', 'OK'])
})

test('radio off, operator off and the red light end the registration, and their opposites bring it back', async (t) => {
  const pairs = [
    ['AT+CFUN=4', 'AT+CFUN=1'],
    ['AT+COPS=2', 'AT+COPS=0'],
    ['AT+ZOPRT=6', 'AT+ZOPRT=5'],
  ]
  const { terminal } = await setUp(t, { prepare: ['ATE0', 'AT+CREG=1'] })
  for (const [off, on] of pairs) {
    assert.deepEqual(await terminal.lines(off!), ['OK', '+CREG: 0'], off)
    assert.deepEqual(await terminal.lines('AT+CSQ'), ['+CSQ: 99,99', 'OK'], off)
    assert.deepEqual(await terminal.lines(on!), ['OK', '+CREG: 2', '+CREG: 1'], on)
  }
})

test('a call rings, and says who calls when asked to', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.ring('+447700900123')
  assert.equal(await terminal.said(), '\r\nRING\r\n')
  await terminal.ask('AT+CLIP=1\r')
  stick.ring('+447700900123')
  assert.equal(await terminal.said(), '\r\nRING\r\n\r\n+CLIP: "+447700900123",145,,,,0\r\n')
})
