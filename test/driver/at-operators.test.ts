import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import type { VisibleNetwork } from '../../src/simulator/visible-networks.ts'
import { setUp } from './stick-bench.ts'

const NAMELESS: VisibleNetwork = { status: 1, longName: '', shortName: '', plmn: '26201', technology: 'GSM' }
const SHORT: VisibleNetwork = { status: 0, longName: '', shortName: 'ABC', plmn: '310410', technology: 'LTE' }
const WITHOUT_CODE: VisibleNetwork = { status: 1, longName: 'Nobody', shortName: '', plmn: '', technology: 'GSM' }

const FORMS: readonly Partial<StickProfile>[] = [
  { copsListForm: 'full' },
  { copsListForm: 'no-act' },
  { copsListForm: 'per-technology' },
  { copsListForm: 'per-technology', copsListEndsInComma: true },
  { copsListForm: 'full', copsListEndsInComma: true },
]

describe('a scan for networks', () => {
  for (const profile of FORMS) {
    test(`is understood in the form ${JSON.stringify(profile)}`, async (t) => {
      const { stick, open } = setUp(t, { profile })
      stick.radio.neighbours = [...stick.radio.neighbours, NAMELESS, SHORT, WITHOUT_CODE]
      const modem = await open()
      const found = (await modem.can.operator?.scan()) ?? []
      const named = (technology: string): string | null => (profile.copsListForm === 'no-act' ? null : technology)
      const own = profile.copsListForm === 'per-technology' ? ['gsm', 'umts'] : [named('hsdpa')]
      assert.deepEqual(found, [
        ...own.map((accessTechnology) => ({ name: 'Testnet', code: '24491', status: 'current', accessTechnology })),
        { name: 'Other, Inc', code: '24405', status: 'forbidden', accessTechnology: named('gsm') },
        { name: null, code: '26201', status: 'available', accessTechnology: named('gsm') },
        { name: 'ABC', code: '310410', status: 'unknown', accessTechnology: named('lte') },
      ])
    })
  }

  test('is understood with names as hex', async (t) => {
    const { stick, open } = setUp(t, { profile: { ...MF831, characterSets: ['UCS2'], factoryCharacterSet: 'UCS2' } })
    stick.radio.neighbours = []
    const found = await (await open()).can.operator?.scan()
    assert.deepEqual(
      found?.map(({ name }) => name),
      ['Testnet'],
    )
  })

  test('that the modem refuses says why', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.refuse('+COPS=?', '+CME ERROR: 30')
    await assert.rejects(modem.can.operator?.scan() ?? Promise.resolve(), { code: 'not_registered', cme: 30 })
  })
})

describe('choosing an operator', () => {
  test('picks it by its code, and keeps names as names', async (t) => {
    const { said, stick, open } = setUp(t)
    const modem = await open()
    await modem.can.operator?.set('24491')
    assert.equal(stick.radio.copsMode, 1)
    assert.deepEqual(said.slice(-2), ['AT+COPS=1,2,"24491"', 'AT+COPS=3,0'])
    await modem.can.operator?.set('auto')
    assert.equal(stick.radio.copsMode, 0)
  })

  for (const [code, cme, error] of [
    ['24405', 32, 'not_registered'],
    ['00101', 30, 'not_registered'],
  ] as const) {
    test(`that is refused with ${cme} gives the modem back the network it had`, async (t) => {
      const { stick, open } = setUp(t)
      const modem = await open()
      const refused = modem.can.operator?.set(code) ?? Promise.resolve()
      await assert.rejects(refused, { code: error, cme, message: /by itself again/ })
      assert.equal(stick.radio.copsMode, 0)
      assert.equal(stick.radio.isRegistered, true)
    })
  }

  test('that is refused leaves another choice of the user’s alone', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    await modem.can.operator?.set('24491')
    await assert.rejects(modem.can.operator?.set('00101') ?? Promise.resolve(), { cme: 30 })
    assert.equal(stick.radio.copsMode, 1)
  })
})
