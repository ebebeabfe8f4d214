import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExchangeDump } from '../../src/app/exchange-dump.ts'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'

const AT = Date.parse('2026-11-22T09:30:07.123Z')

test('each exchange is told once, and nothing where there was none', () => {
  const ring = new ExchangeRing()
  const told: unknown[] = []
  const dump = new ExchangeDump(ring, {
    warn: (fields: { exchanges: readonly string[] }) => told.push(fields.exchanges),
  } as never)
  dump.tell()
  ring.note({ at: AT, tookMs: 34.4, sent: 'AT+CSQ', received: ['+CSQ: 17,99', 'OK'] })
  for (let time = 0; time < 3; time += 1) ring.note({ at: AT, tookMs: null, sent: null, received: ['+ZUSIMR:2'] })
  dump.tell()
  dump.tell()
  ring.note({ at: AT, tookMs: null, sent: null, received: ['RING'] })
  dump.tell()
  assert.deepEqual(told, [
    ['2026-11-22T09:30:07.123Z AT+CSQ → +CSQ: 17,99 | OK (34 ms)', '2026-11-22T09:30:07.123Z ← +ZUSIMR:2 (3 times)'],
    ['2026-11-22T09:30:07.123Z ← RING'],
  ])
})
