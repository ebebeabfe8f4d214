import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { parseAmount } from '../../src/bridge/ussd-queries.ts'
import type { UssdQuery } from '../../src/bridge/ussd-report.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { ArrayOutlet } from './fake-modem.ts'
import { createDesk, settle, setUp, UssdModem } from './ussd-bench.ts'

const HOUR_MS = 3_600_000
const BALANCE: UssdQuery = {
  slug: 'balance',
  name: 'Balance',
  code: '*100#',
  everyMs: 24 * HOUR_MS,
  regex: '([0-9.,]+) ?eur',
  unit: 'EUR',
}

function answering(t: TestContext, text: string | null, queries: readonly UssdQuery[] = [BALANCE]) {
  const bench = setUp(t, { queries })
  if (text !== null) bench.modem.onSaid = () => bench.modem.hear(text)
  return bench
}

describe('an amount', () => {
  const ROWS: [text: string, value: number | null][] = [
    ['12,34', 12.34],
    ['12.34', 12.34],
    ['1.234,56', 1234.56],
    ['1,234.56', 1234.56],
    ['1 234,5', 1234.5],
    ["1'234.50", 1234.5],
    ['1.234.567', 1234567],
    ['12.', 12],
    ['.5', 0.5],
    ['-3,20', -3.2],
    ['+7', 7],
    ['0', 0],
    ['', null],
    ['n/a', null],
    ['12-34', null],
    ['.', null],
  ]
  for (const [text, value] of ROWS)
    test(`of ${JSON.stringify(text)} is ${value}`, () => assert.equal(parseAmount(text), value))
})

describe('a configured query', () => {
  test('has the answer also when a user asked for its code, and is then asked at its own time', async (t) => {
    const { desk, modem } = answering(t, 'Your balance is 5 EUR', [
      BALANCE,
      { ...BALANCE, slug: 'other', code: '*101#' },
    ])
    await desk.opened(modem)
    await desk.send('*100#')
    assert.equal(desk.readings.balance?.value, 5)
    assert.equal(desk.readings.other?.value, null)
  })

  test('is asked when it is due, and its number is in the state with unit and text', async (t) => {
    const { desk, modem } = answering(t, 'Your balance is 1.012,34 EUR')
    assert.deepEqual(desk.readings, { balance: { value: null, unit: 'EUR', text: null, at: null } })
    await desk.opened(modem)
    assert.equal(await desk.tend(), 0)
    assert.deepEqual(desk.readings, {
      balance: { value: 1012.34, unit: 'EUR', text: 'Your balance is 1.012,34 EUR', at: '2026-11-22T10:00:00.000Z' },
    })
    assert.equal(await desk.tend(), 24 * HOUR_MS)
    assert.deepEqual(modem.log, ['say *100#'])
  })

  test('is not asked again because of a restart, which keeps what it brought', async (t) => {
    const { desk, modem, reopen } = answering(t, '5 EUR')
    await desk.opened(modem)
    await desk.tend()
    t.mock.timers.setTime(Date.now() + HOUR_MS)
    const next = createDesk(reopen(), new ArrayOutlet(), { queries: [{ ...BALANCE, regex: '(\\d)' }] })
    await next.opened(modem)
    assert.equal(await next.tend(), 23 * HOUR_MS)
    assert.equal(next.readings['balance']?.value, 5, 'read anew with the new expression')
    const changed = createDesk(reopen(), new ArrayOutlet(), { queries: [{ ...BALANCE, code: '*102#' }] })
    await changed.opened(modem)
    assert.equal(changed.readings['balance']?.text, null, 'another code is another query')
    await changed.tend()
    assert.deepEqual(modem.log, ['say *100#', 'say *102#'])
  })

  test('that the bridge died of is not asked at once again', async (t) => {
    const { desk, modem, reopen } = answering(t, null)
    await desk.opened(modem)
    const dying = desk.tend().catch(() => undefined)
    await settle()
    desk.closed()
    await dying
    const next = createDesk(reopen(), new ArrayOutlet(), { queries: [BALANCE] })
    await next.opened(modem)
    assert.equal(await next.tend(), 24 * HOUR_MS)
  })

  test('waits its whole time after a silence, and a quarter of an hour after a refusal', async (t) => {
    const { desk, modem } = answering(t, null)
    await desk.opened(modem)
    const silent = assert.rejects(desk.tend(), { code: 'timeout', retry: 'later' })
    await settle()
    t.mock.timers.tick(60_000)
    await silent
    assert.equal(await desk.tend(), 24 * HOUR_MS - 60_000)
    t.mock.timers.setTime(Date.now() + 24 * HOUR_MS)
    modem.hardware.mode = 'auto'
    modem.hardware.isDataConnected = true
    await assert.rejects(desk.tend(), { code: 'not_allowed' })
    assert.equal(await desk.tend(), 15 * 60_000)
  })

  test('that met with silence is asked once more over another port, a user’s code never is', async (t) => {
    const { desk, modem, outlet } = answering(t, null)
    const { ussd } = modem.can
    assert.ok(ussd)
    const elsewhere: string[] = []
    let reply: string | null = '7 EUR'
    const requestElsewhere = async (code: string): Promise<void> => {
      elsewhere.push(code)
      if (reply === null) throw new ModemError('not_supported', 'no other port')
      modem.hear(reply)
    }
    Object.assign(modem, { can: { ussd: { ...ussd, requestElsewhere } } })
    await desk.opened(modem)
    const silence = async (work: Promise<unknown>): Promise<void> => {
      await settle()
      t.mock.timers.tick(60_000)
      await work
    }
    await silence(desk.tend())
    assert.equal(desk.readings['balance']?.value, 7)
    await silence(assert.rejects(desk.send('*101#'), { code: 'timeout' }))
    assert.deepEqual(elsewhere, ['*100#'])
    t.mock.timers.setTime(Date.now() + 24 * HOUR_MS)
    reply = null
    await silence(assert.rejects(desk.tend(), { code: 'timeout' }))
    assert.deepEqual(elsewhere, ['*100#', '*100#'])
    assert.deepEqual(modem.log, ['say *100#', 'cancel', 'say *101#', 'cancel', 'say *100#', 'cancel'])
    assert.equal(outlet.ussd.filter(({ status }) => status === 'timeout').length, 3)
  })

  test('keeps the last reading when an answer brings nothing, and ends a menu', async (t) => {
    const { desk, modem } = answering(t, '5 EUR')
    await desk.opened(modem)
    await desk.tend()
    t.mock.timers.setTime(Date.now() + 24 * HOUR_MS)
    modem.onSaid = () => modem.hear(null)
    await desk.tend()
    assert.equal(desk.readings['balance']?.value, 5)
    t.mock.timers.setTime(Date.now() + 24 * HOUR_MS)
    modem.onSaid = () => modem.hear('6 EUR. 1: more', 'reply_needed')
    await desk.tend()
    assert.equal(desk.readings['balance']?.value, 6)
    assert.equal(modem.log.at(-1), 'cancel')
  })

  test('leaves the modem alone while somebody uses USSD', async (t) => {
    const { desk, modem } = answering(t, null)
    await desk.opened(modem)
    const user = desk.send('*101#')
    await settle()
    assert.equal(await desk.tend(), undefined)
    modem.hear('menu', 'reply_needed')
    await user
    assert.equal(await desk.tend(), 300_000)
    assert.deepEqual(modem.log, ['say *101#'])
  })

  test('is due again after a clock that was ahead was put right', async (t) => {
    const { desk, modem, reopen } = answering(t, '5 EUR')
    t.mock.timers.setTime(Date.parse('2036-01-01T00:00:00Z'))
    await desk.opened(modem)
    await desk.tend()
    t.mock.timers.reset()
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-22T10:00:00Z') })
    const next = createDesk(reopen(), new ArrayOutlet(), { queries: [BALANCE] })
    await next.opened(new UssdModem())
    assert.equal(await next.tend(), 24 * HOUR_MS)
  })
})
