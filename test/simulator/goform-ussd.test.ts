import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MC801A, MF823 } from '../../src/simulator/goform-profiles.ts'
import type { Browser } from './goform-bench.ts'
import { setUpRouter } from './goform-bench.ts'

const ussd = {
  '*100#': { text: '1. Balance', menu: { '1': { text: '12,34 €' } } },
  '*101#': { isSilent: true },
  '*102#': { status: 2 },
} as const

const flag = async (browser: Browser): Promise<string> => (await browser.read('ussd_write_flag')).ussd_write_flag
const data = async (browser: Browser): Promise<[string, string]> => {
  const { ussd_action, ussd_data } = await browser.read('ussd_data_info')
  return [ussd_action, Buffer.from(ussd_data, 'hex').swap16().toString('utf16le')]
}
const send = (browser: Browser, code: string): Promise<string> =>
  browser.write('USSD_PROCESS', { USSD_operator: 'ussd_send', USSD_send_number: code, notCallback: 'true' })
const reply = (browser: Browser, choice: string): Promise<string> =>
  browser.write('USSD_PROCESS', { USSD_operator: 'ussd_reply', USSD_reply_number: choice, notCallback: 'true' })
const cancel = (browser: Browser): Promise<string> => browser.write('USSD_PROCESS', { USSD_operator: 'ussd_cancel' })

test('a menu is opened, answered and closed, each after a while', async (t) => {
  const { browser, advance } = await setUpRouter(t, { network: { ussd }, latency: { ussdMs: 3000 } })
  assert.equal(await flag(browser), '')
  assert.equal(await send(browser, '*100#'), 'success')
  assert.equal(await flag(browser), '15')
  advance(3000)
  assert.deepEqual([await flag(browser), await data(browser)], ['16', ['1', '1. Balance']])
  await reply(browser, '1')
  assert.equal(await flag(browser), '15')
  advance(3000)
  assert.deepEqual([await flag(browser), await data(browser)], ['16', ['0', '12,34 €']])
  await cancel(browser)
  advance(3000)
  assert.equal(await flag(browser), '13')
})

test('one dialogue at a time; a new one ends the menu before', async (t) => {
  const { browser, advance } = await setUpRouter(t, { network: { ussd }, latency: { ussdMs: 3000 } })
  await send(browser, '*100#')
  await send(browser, '*100#')
  assert.equal(await flag(browser), '10')
  advance(3000)
  assert.equal(await flag(browser), '16')
  await send(browser, '*100#')
  advance(3000)
  assert.deepEqual(await data(browser), ['1', '1. Balance'])
})

test('a cancel overtakes an answer', async (t) => {
  const { browser, advance } = await setUpRouter(t, { network: { ussd }, latency: { ussdMs: 3000 } })
  await send(browser, '*100#')
  advance(2000)
  await cancel(browser)
  advance(1000)
  assert.equal(await flag(browser), '15')
  advance(2000)
  assert.deepEqual([await flag(browser), await data(browser)], ['13', ['', '']])
})

test('every end has its flag', async (t) => {
  const CASES: readonly [string, string][] = [
    ['*102#', '2'],
    ['*999#', '41'],
  ]
  for (const [code, expected] of CASES) {
    const { browser } = await setUpRouter(t, { network: { ussd } })
    await send(browser, code)
    assert.equal(await flag(browser), expected)
  }
  const { browser, advance } = await setUpRouter(t, { network: { ussd } })
  await send(browser, '*101#')
  advance(27_999)
  assert.equal(await flag(browser), '15')
  advance(1)
  assert.equal(await flag(browser), '4')
})

test('a session that the network ended without a word refuses the next reply', async (t) => {
  const { browser, router } = await setUpRouter(t, { network: { ussd } })
  await send(browser, '*100#')
  router.endUssdSession()
  await reply(browser, '1')
  assert.equal(await flag(browser), '2')
})

test('where there is no USSD, or none on LTE, the flag says so', async (t) => {
  const none = await setUpRouter(t, { like: MF823, profile: { ussd: 'no' }, network: { ussd } })
  await send(none.browser, '*100#')
  assert.equal(await flag(none.browser), '99')
  const { browser, router } = await setUpRouter(t, { like: MC801A, network: { ussd } })
  await send(browser, '*100#')
  assert.equal(await flag(browser), '1')
  router.setCoverage(['3g'])
  await send(browser, '*100#')
  assert.equal(await flag(browser), '16')
})
