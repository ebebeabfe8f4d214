import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { AtChannel } from '../../src/driver/at-channel.ts'
import { AtRecorder } from '../../src/driver/at-recorder.ts'
import { prepareSubmissions } from '../../src/driver/stored-pdu.ts'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'
import { FRIEND, OWN_NUMBER, setUp } from './stick-bench.ts'
import { createStreamPair } from './stream-pair.ts'

const PIN = '2468'
const TEXT = 'Water in the cellar'

test('a whole conversation is written down, and no number, text or PIN of it', async (t) => {
  const { network, stick, exchanges, open } = setUp(t, { sim: { pin: PIN } })
  network.ussd.set('*100#', { text: 'Balance 12,50 EUR for 07700' })
  const modem = await open({ pin: PIN })
  modem.on('arrived', () => {})
  network.inject({ to: OWN_NUMBER, from: FRIEND, text: TEXT })
  await modem.can.sms?.list(true)
  const sms = {
    to: FRIEND,
    text: TEXT,
    flash: false,
    deliveryReport: true,
    validityMinutes: null,
    encoding: 'auto',
  } as const
  for (const submission of prepareSubmissions(sms, 1)) await modem.can.sms?.submit(submission, () => {})
  const replied = once(modem, 'ussd')
  await modem.can.ussd?.request('*100#')
  await replied
  const rung = once(modem, 'call')
  stick.ring(FRIEND)
  await rung

  const written = exchanges.since(0).map(({ sent, received }) => `${sent ?? ''}\n${received.join('\n')}`)
  const all = written.join('\n')
  for (const shown of ['AT+CPIN="<4>"', 'AT+CUSD=1,"<5>",15', '+CMGL: ', '+CUSD: 0,"<27>"', 'AT+CMGS=', 'MF']) {
    assert.ok(all.includes(shown), `${shown} in ${all}`)
  }
  for (const secret of [PIN, TEXT, 'Balance', '07700', FRIEND.slice(1), OWN_NUMBER.slice(1), '863071', '*100#']) {
    assert.ok(!all.includes(secret), `${secret} in ${written.find((each) => each.includes(secret))}`)
  }
  assert.doesNotMatch(all, /[0-9A-F]{9}/)
})

test('a long listing is cut, a silence and the end are told with their reason', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 })
  const ring = new ExchangeRing()
  const [near, far] = createStreamPair()
  let elapsed = 0
  const clock = { now: Date.now, elapsed: () => (elapsed += 5) }
  const channel = new AtChannel(near, { pauseMs: 0, recorder: new AtRecorder(ring, clock) })
  far.write('\r\nRING\r\n')
  const listed = channel.send('AT+CMGL=4')
  const lines = Array.from({ length: 25 }, (_, index) => `+CMGL: ${index},1,,5\r\n0011223344\r\n`)
  far.write(`\r\n${lines.join('')}\r\nOK\r\n`)
  await listed
  t.mock.timers.tick(1)
  const silent = assert.rejects(channel.send('AT+CSQ'), { code: 'timeout' })
  t.mock.timers.tick(10_000)
  await silent
  const [ring1, listing, unanswered, ...rest] = ring.since(0)
  assert.deepEqual(ring1, { at: 0, tookMs: null, sent: null, received: ['RING'], times: 1 })
  assert.equal(listing?.sent, 'AT+CMGL=4')
  assert.equal(listing?.tookMs, 5)
  assert.equal(listing?.received.length, 21)
  assert.deepEqual(listing?.received.slice(0, 2), ['+CMGL: 0,1,,5', '<10>'])
  assert.equal(listing?.received.at(-1), '… 31 more lines')
  assert.equal(unanswered?.sent, 'AT+CSQ')
  assert.match(unanswered?.received[0] ?? '', /^\(The modem gave no answer to AT\+CSQ within 5 s/)
  assert.deepEqual(rest, [])
})

test('a port on which nothing answers leaves each attempt', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 })
  const ring = new ExchangeRing()
  const [near] = createStreamPair()
  const channel = new AtChannel(near, { recorder: new AtRecorder(ring, { now: Date.now, elapsed: Date.now }) })
  let isOver = false
  const waking = assert.rejects(channel.wake(), { code: 'timeout' }).finally(() => {
    isOver = true
  })
  while (!isOver) {
    t.mock.timers.tick(100)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await waking
  const [first, ...others] = ring.since(0)
  assert.deepEqual([first?.sent, first?.tookMs], ['AT', 3000])
  assert.equal(others.filter(({ sent }) => sent === 'AT').length, 2)
  assert.match(others.at(-1)?.received[0] ?? '', /Nothing on this port answers/)
})
