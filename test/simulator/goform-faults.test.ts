import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MF79U, MF823 } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import type { Browser } from './goform-bench.ts'
import { setUpRouter } from './goform-bench.ts'

const TARGET = `${MF823.readPath}?multi_data=1&cmd=model_name,imei`
const WHOLE = '{"model_name":"MF823","imei":"350000000000006"}'

const ask = (browser: Browser): Promise<string> =>
  browser.exchange('GET', TARGET).then(
    ({ status, text }) => `${status} ${text}`,
    ({ code }) => String(code),
  )

describe('an answer goes wrong as often as it was told to, then no more', () => {
  const CASES: readonly [what: string, arm: (router: GoformRouter) => void, heard: string][] = [
    [
      'the login page',
      (router) => router.answerHtml(),
      '200 <!DOCTYPE html><html><head><title>4G Hostless Modem</title></head><body></body></html>',
    ],
    ['half of the JSON', (router) => router.truncateJson(), '200 {"model_name":"MF823","'],
    ['nothing', (router) => router.answerEmpty(), '200 '],
    ['an error of the server', (router) => router.answer500(), '500 Internal Server Error'],
    ['a connection that is reset', (router) => router.resetConnection(), 'ECONNRESET'],
    ['a connection that is reset once all is done', (router) => router.resetConnection('after-acting'), 'ECONNRESET'],
    ['a length that is too long', (router) => router.announceWrongLength(5), 'ECONNRESET'],
    [
      'a control byte',
      (router) => router.spoilJson('control-byte'),
      '200 {"model_name":"\x01MF823","imei":"350000000000006"}',
    ],
    [
      'a comma too many',
      (router) => router.spoilJson('trailing-comma'),
      '200 {"model_name":"MF823","imei":"350000000000006",}',
    ],
    [
      'a name twice',
      (router) => router.spoilJson('name-twice'),
      '200 {"model_name":"","imei":"350000000000006","model_name":"MF823"}',
    ],
  ]
  for (const [what, arm, expected] of CASES) {
    test(what, async (t) => {
      const { router, browser } = await setUpRouter(t)
      arm(router)
      assert.equal(await ask(browser), expected)
      assert.equal(await ask(browser), `200 ${WHOLE}`)
    })
  }
})

test('a fault may be meant for one kind of exchange, and for several of them', async (t) => {
  const { router, browser } = await setUpRouter(t)
  router.answerEmpty({ to: 'sms_capacity_info', times: 2 })
  assert.equal(await ask(browser), `200 ${WHOLE}`)
  for (let i = 0; i < 2; i++) await assert.rejects(browser.read('sms_capacity_info'))
  assert.equal((await browser.read('sms_capacity_info')).sms_nv_total, '100')
})

test('a message whose answer is lost was sent, or was not, by the moment', async (t) => {
  for (const [moment, count] of [
    ['before-acting', 0],
    ['after-acting', 1],
  ] as const) {
    const { router, network, browser } = await setUpRouter(t, { like: MF79U })
    router.resetConnection(moment, { to: 'SEND_SMS' })
    await assert.rejects(browser.send('+447700900123', 'One'))
    assert.equal(network.taken.length, count)
    assert.equal(router.requests.filter(({ names }) => names.includes('SEND_SMS')).length, 1)
  }
})

test('an answer may come late', async (t) => {
  const { router, browser, clock, advance } = await setUpRouter(t)
  router.answerLate(5000)
  const heard = ask(browser)
  // The request is there as soon as its answer is planned.
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  advance(5000)
  assert.equal(await heard, `200 ${WHOLE}`)
})

test('a router that hangs takes requests and answers none until its power is cut', async (t) => {
  const { router, browser } = await setUpRouter(t)
  router.hang()
  const heard = ask(browser)
  while (router.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  router.unplug()
  assert.equal(await heard, 'ECONNRESET')
  await router.replug()
  assert.equal(await ask(browser), `200 ${WHOLE}`)
})

test('one answer that never comes holds up nobody else', async (t) => {
  const { router, browser } = await setUpRouter(t, { profile: { unknownNames: 'hang' } })
  router.swallowAnswer('after-acting', { to: 'imei' })
  const never = [ask(browser), browser.items('no_such_item').catch(({ code }) => code)]
  while (router.requests.length < 2) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await browser.items('model_name'), { model_name: 'MF823' })
  router.unplug()
  assert.deepEqual(await Promise.all(never), ['ECONNRESET', 'ECONNRESET'])
})
