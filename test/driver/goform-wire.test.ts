import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'
import { FRIEND, OWN_NUMBER, setUp } from './router-bench.ts'

async function countVisits(t: TestContext, answer: RequestListener = (_, response) => response.end('{}')) {
  const seen = { visits: 0, port: 0 }
  const server = createServer((request, response) => {
    seen.visits += 1
    answer(request, response)
  })
  t.after(() => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  seen.port = (server.address() as AddressInfo).port
  return seen
}

const PASSWORD = 'correct horse'
const TEXT = 'Water in the cellar'

test('requests and answers are written down, and no number, text or password of them', async (t) => {
  const bench = await setUp(t, { password: PASSWORD })
  const exchanges = new ExchangeRing()
  const modem = await bench.open({ password: PASSWORD, exchanges })
  bench.network.inject({ from: FRIEND, to: OWN_NUMBER, text: TEXT })
  await modem.can.sms?.list(true)
  const sms = { to: FRIEND, text: TEXT, flash: false, deliveryReport: false, validityMinutes: null } as const
  for (const submission of bench.driver().prepare({ ...sms, encoding: 'auto' }, 1)) {
    await modem.can.sms?.submit(submission, () => {})
  }
  await modem.readState(['signal', 'operator', 'data'])
  bench.router.hang()
  await assert.rejects(modem.readState(['signal']))

  const written = exchanges.since(0).map(({ sent, received }) => `${sent ?? ''}\n${received.join('\n')}`)
  const all = written.join('\n')
  for (const shown of [
    /goformId=LOGIN.*password=<\d+>/,
    /goformId=SEND_SMS/,
    /"network_type":"\w+"/,
    /gave no answer within/,
  ]) {
    assert.match(all, shown)
  }
  const hex = Buffer.from(TEXT, 'utf16le').swap16().toString('hex').slice(0, 16)
  for (const secret of [
    PASSWORD,
    Buffer.from(PASSWORD).toString('base64'),
    TEXT,
    FRIEND.slice(1),
    OWN_NUMBER.slice(1),
    '86307',
  ]) {
    assert.ok(!all.includes(secret), `${secret} in ${written.find((each) => each.includes(secret))}`)
  }
  assert.doesNotMatch(all, new RegExp(hex, 'i'))
})

test('a redirect to another host takes no request there', async (t) => {
  const stranger = await countVisits(t)
  const device = await countVisits(t, (_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${stranger.port}/index.html` }).end()
  })
  const bench = await setUp(t)
  await assert.rejects(bench.open({ url: `http://127.0.0.1:${device.port}` }))
  assert.ok(device.visits > 1)
  assert.equal(stranger.visits, 0)
})

test('a store of long messages whose list is longer than a megabyte can be read', async (t) => {
  const bench = await setUp(t, { profile: { stores: { nv: 400, sim: 10 } } })
  const text = 'x'.repeat(1500)
  for (let index = 0; index < 300; index += 1) {
    bench.router.store.add({ store: 'nv', number: FRIEND, text, tag: 1, date: '24,07,08,09,06,00,+8' })
  }
  const modem = await bench.open()
  assert.equal((await modem.can.sms?.list(true))?.length, 300)
})
