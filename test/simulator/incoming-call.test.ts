import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FRIEND, PREPARED, setUp } from './bench.ts'

const RING = '\r\nRING\r\n'

test('a call rings every five seconds until the caller gives up, which most sticks tell', async (t) => {
  const { stick, clock, terminal } = await setUp(t)
  stick.call.start(FRIEND)
  clock.advance(12_000)
  stick.call.giveUp(false)
  clock.advance(60_000)
  assert.equal(await terminal.said(), `${RING}${RING}${RING}\r\nNO CARRIER\r\n`)
})

test('a caller may give up without a word', async (t) => {
  const { stick, clock, terminal } = await setUp(t)
  stick.call.start(FRIEND)
  stick.call.giveUp(true)
  clock.advance(60_000)
  assert.equal(await terminal.said(), RING)
})

test('a withheld number is shown as 3GPP TS 27.007 section 7.6 has it', async (t) => {
  const { stick, terminal } = await setUp(t, { prepare: [...PREPARED, 'AT+CLIP=1'] })
  stick.ring(null)
  assert.equal(await terminal.said(), `${RING}\r\n+CLIP: "",128,,,,1\r\n`)
})

for (const command of ['ATH', 'AT+CHUP']) {
  test(`${command} ends the ringing`, async (t) => {
    const { stick, clock, terminal } = await setUp(t)
    stick.call.start(FRIEND)
    await terminal.ask(`${command}\r`)
    clock.advance(60_000)
    assert.equal(await terminal.said(), '')
    assert.equal(stick.call.isRinging, false)
  })
}

test('a stick without power does not ring', async (t) => {
  const { stick } = await setUp(t)
  stick.call.start(FRIEND)
  stick.dropOffBus()
  assert.equal(stick.call.isRinging, false)
})
