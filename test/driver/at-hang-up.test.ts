import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallSign } from '../../src/modem/modem.ts'
import { FRIEND, settle, setUp } from './stick-bench.ts'

test('a modem tells who rings, and that the caller gave up', async (t) => {
  const { stick, open } = setUp(t)
  const modem = await open()
  const signs: CallSign[] = []
  modem.on('call', (sign) => signs.push(sign))
  stick.call.start(FRIEND)
  stick.call.giveUp(false)
  stick.ring(null)
  await settle()
  assert.deepEqual(signs, [
    { kind: 'ring' },
    { kind: 'caller', from: FRIEND },
    { kind: 'end' },
    { kind: 'ring' },
    { kind: 'caller', from: null },
  ])
})

for (const [refused, expected] of [
  ['', ['AT+CHUP']],
  ['+CHUP', ['AT+CHUP', 'ATH']],
] as const) {
  test(`a call is hung up by ${expected.join(', then ')}`, async (t) => {
    const { stick, said, open } = setUp(t)
    const modem = await open()
    stick.call.start(FRIEND)
    if (refused !== '') stick.refuse(refused)
    said.length = 0
    await modem.can.hangUp?.()
    assert.deepEqual(said, expected)
    assert.equal(stick.call.isRinging, false)
  })
}

test('a modem that refuses both says so', async (t) => {
  const { stick, open } = setUp(t)
  const modem = await open()
  stick.refuse('+CHUP')
  stick.refuse('H')
  await assert.rejects(async () => modem.can.hangUp?.(), { code: 'rejected_by_modem' })
})
