import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF190, MF622, MF831 } from '../../src/simulator/profiles.ts'
import type { VisibleNetwork } from '../../src/simulator/visible-networks.ts'
import { setUp } from './bench.ts'

const NAMELESS: VisibleNetwork = { status: 1, longName: '', shortName: '', plmn: '26201', technology: 'GSM' }

describe('a scan for networks', () => {
  const ENDING = ',,(0,1,2,3,4),(0,1,2)'
  const FORMS: readonly (readonly [Partial<StickProfile>, string])[] = [
    [{}, `(2,"Testnet","TST","24491",4),(3,"Other, Inc","","24405",0),(1,"","","26201",0)${ENDING}`],
    [{ copsListForm: 'no-act' }, `(2,"Testnet","TST","24491"),(3,"Other, Inc","","24405"),(1,"","","26201")${ENDING}`],
    [
      { copsListForm: 'per-technology', copsListEndsInComma: true },
      '(2,"Testnet","TST","24491",0),(2,"Testnet","TST","24491",2),(3,"Other, Inc","","24405",0),(1,"","","26201",0),',
    ],
  ]
  for (const [profile, list] of FORMS) {
    test(`in the form ${JSON.stringify(profile)}`, async (t) => {
      const { stick, terminal } = await setUp(t, { profile })
      stick.radio.neighbours = [...stick.radio.neighbours, NAMELESS]
      assert.deepEqual(await terminal.lines('AT+COPS=?'), [`+COPS: ${list}`, 'OK'])
    })
  }

  test('takes its time, shows names in the character set, and the own network as available while there is none', async (t) => {
    const { stick, terminal, clock } = await setUp(t, { latency: { scanMs: 45_000 } })
    stick.radio.neighbours = []
    await terminal.lines('AT+CSCS="UCS2"')
    stick.setRegistration(2)
    await terminal.said()
    assert.deepEqual(await terminal.lines('AT+COPS=?'), [])
    clock.advance(45_000)
    const name = '0054006500730074006E00650074'
    assert.match(await terminal.said(), new RegExp(`\\+COPS: \\(1,"${name}","005400530054","24491",4\\),`))
  })
})

describe('choosing an operator by hand', () => {
  for (const [code, answer] of [
    ['24405', '+CME ERROR: 32'],
    ['26201', '+CME ERROR: 30'],
  ] as const) {
    test(`that is refused with ${answer} leaves the stick without a network until it may choose`, async (t) => {
      const { stick, terminal } = await setUp(t)
      assert.deepEqual(await terminal.lines(`AT+COPS=1,2,"${code}"`), [answer])
      assert.equal(stick.radio.isRegistered, false)
      assert.deepEqual(await terminal.lines('AT+COPS?'), ['+COPS: 1', 'OK'])
      assert.deepEqual(await terminal.lines('AT+COPS=0'), ['OK'])
      assert.equal(stick.radio.isRegistered, true)
    })
  }
})

describe('the network mode', () => {
  const ROWS: readonly (readonly [StickProfile, string, string | null])[] = [
    [MF190, '0,0,0', 'HSDPA'],
    [MF190, '1,0,0', 'EDGE'],
    [MF190, '2,0,0', 'HSDPA'],
    [MF190, '0,0,1', 'EDGE'],
    [MF190, '0,0,2', 'HSDPA'],
    [MF190, '0,0,6', null],
    [MF190, '6,0,0', null],
    [MF190, '0,2,0', null],
    [MF190, '0,0', null],
    [MF831, '0,0,0', 'LTE'],
    [MF831, '2,0,0', 'HSDPA'],
    [MF831, '6,0,0', 'LTE'],
    [MF831, '0,0,6', 'LTE'],
    [MF831, '0,0,2', 'HSDPA'],
  ]
  for (const [profile, triple, technology] of ROWS) {
    test(`${triple} on an ${profile.model} is ${technology ?? 'refused'}`, async (t) => {
      const { stick, terminal } = await setUp(t, { profile })
      assert.equal((await terminal.lines(`AT+ZSNT=${triple}`))[0], technology === null ? 'ERROR' : 'OK')
      if (technology === null) return
      await terminal.said()
      assert.deepEqual(await terminal.lines('AT+ZSNT?'), [`+ZSNT: ${triple}`, 'OK'])
      assert.equal(stick.radio.technology, technology)
    })
  }
})

describe('registration', () => {
  test('on LTE is told by +CEREG, and not on 3G', async (t) => {
    const prepare = ['ATE0', 'AT+CREG=2', 'AT+CEREG=2']
    const { stick, terminal } = await setUp(t, { profile: MF831, prepare })
    assert.deepEqual(await terminal.lines('AT+CEREG?'), ['+CEREG: 2,1,"1F3C","02A4B1C7",7', 'OK'])
    stick.radio.handOver({ technology: 'HSDPA', cell: { area: '002B', id: '1C' } })
    assert.equal(await terminal.said(), '\r\n+CREG: 1,"002B","1C",4\r\n\r\n+CEREG: 0\r\n')
    assert.deepEqual(await terminal.lines('AT+CEREG?'), ['+CEREG: 2,0', 'OK'])
    assert.deepEqual(await terminal.lines('AT+CREG?'), ['+CREG: 2,1,"002B","1C",4', 'OK'])
    stick.setRegistration(2)
    assert.equal(await terminal.said(), '\r\n+CREG: 2\r\n', 'nothing changed for +CEREG')
  })

  test('tells of a hand-over in ZTE’s words', async (t) => {
    const { stick, terminal } = await setUp(t, { profile: MF190 })
    stick.radio.handOver({ technology: 'UMTS' })
    assert.equal(await terminal.said(), '\r\n+ZPASR: "UMTS"\r\n')
    assert.deepEqual(await terminal.lines('AT+ZPAS?'), ['+ZPAS: "UMTS","CS_PS"', 'OK'])
  })
})

describe('the data context', () => {
  test('is active while it is wanted and there is a network, with an address', async (t) => {
    const { stick, terminal } = await setUp(t)
    assert.deepEqual(await terminal.lines('AT+CGACT?'), ['+CGACT: 1,0', 'OK'])
    assert.deepEqual(await terminal.lines('AT+CGPADDR=1'), ['+CGPADDR: 1,""', 'OK'])
    assert.deepEqual(await terminal.lines('AT+CGACT=1,1;+CGACT?'), ['+CGACT: 1,1', 'OK'])
    assert.deepEqual(await terminal.lines('AT+CGPADDR=1'), ['+CGPADDR: 1,"10.64.7.9"', 'OK'])
    stick.setRegistration(2)
    stick.setRegistration(1)
    assert.deepEqual(
      await terminal.lines('AT+CGACT?'),
      ['+CGACT: 1,1', 'OK'],
      'a short loss of the network does not end it',
    )
    stick.setRegistration(3)
    assert.deepEqual(await terminal.lines('AT+CGACT?'), ['+CGACT: 1,0', 'OK'])
    assert.deepEqual(await terminal.lines('AT+CGACT=1,1'), ['+CME ERROR: 148'])
    assert.deepEqual(await terminal.lines('AT+CGACT=0,1'), ['OK'])
    assert.deepEqual(await terminal.lines('AT+CGACT=1,7'), ['+CME ERROR: 50'])
  })

  test('has no quotes around its address on some, and an IPv6 one where there is one', async (t) => {
    const { stick, terminal } = await setUp(t, { profile: { addressIsQuoted: false } })
    stick.data.ipv6 = '32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1'
    await terminal.lines('AT+CGACT=1,1')
    const answer = ['+CGPADDR: 1,10.64.7.9,32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1', 'OK']
    assert.deepEqual(await terminal.lines('AT+CGPADDR=1'), answer)
  })
})

describe('a stick locked to another operator', () => {
  test('has no network until the right code and a full start, and counts the tries', async (t) => {
    const { stick, terminal } = await setUp(t)
    stick.lockToOperator('12345678')
    for (const [command, answer] of [
      ['AT+ZSEC?', ['+ZSEC: 2,1', 'OK']],
      ['AT+CPIN?', ['+CPIN: PH-NET PIN', 'OK']],
      ['AT+CFUN=1', ['OK']],
      ['AT+CREG?', ['+CREG: 0,0', 'OK']],
      ['AT+ZNCK="0000"', ['+CME ERROR: 16']],
      ['AT+ZNCK?', ['+ZNCK: 4', 'OK']],
      ['AT+ZNCK="12345678"', ['OK']],
      ['AT+CFUN?', ['+CFUN: 5', 'OK']],
      ['AT+CFUN=1', ['OK']],
      ['AT+CREG?', ['+CREG: 0,1', 'OK']],
      ['AT+ZSEC?', ['+ZSEC: 3,0', 'OK']],
      ['AT+ZNCK?', ['+ZNCK: 5', 'OK']],
      ['AT+ZNCK="12345678"', ['+CME ERROR: 3']],
    ] as const) {
      assert.deepEqual(await terminal.lines(command), answer, command)
    }
  })
})

describe('the download mode', () => {
  test('left, the stick has no serial ports behind its next start; entered again, it has', async (t) => {
    const { stick, terminal } = await setUp(t, { profile: MF831 })
    await terminal.lines('AT+ZCDRUN=F')
    assert.equal(stick.isOnBus, true)
    await terminal.lines('AT+ZCDRUN=E')
    await terminal.lines('AT+CFUN=1,1')
    await stick.whenBack()
    assert.equal(stick.isOnBus, true)
  })

  test('does not exist on a stick of another composition', async (t) => {
    const { stick, terminal } = await setUp(t, { profile: MF622 })
    await terminal.lines('AT+ZCDRUN=F')
    await terminal.lines('AT+CFUN=1,1')
    await stick.whenBack()
    assert.equal(stick.isOnBus, true)
  })
})
