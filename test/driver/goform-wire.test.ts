import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'
import { FRIEND, OWN_NUMBER, setUp } from './router-bench.ts'

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
