import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shapeOf } from '../../src/at/result-codes.ts'
import { timeLimitOf } from '../../src/at/time-limits.ts'

const LIMITS = [
  { command: 'AT', seconds: 5 },
  { command: 'AT+CSQ', seconds: 5 },
  { command: 'AT+CPIN?', seconds: 10 },
  { command: 'AT+CMGS=23', seconds: 60 },
  { command: 'AT+COPS?', seconds: 10 },
  { command: 'AT+COPS=0', seconds: 90 },
  { command: 'AT+COPS=?', seconds: 180 },
  { command: 'AT+CUSD=1,"*100#",15', seconds: 15 },
]

for (const { command, seconds } of LIMITS) {
  test(`${command} may take ${seconds} s`, () => assert.equal(timeLimitOf(shapeOf(command)).finalMs, seconds * 1000))
}

test('only a listing may take its time for each line', () => {
  assert.equal(timeLimitOf(shapeOf('AT+CMGL=4')).isPerLine, true)
  assert.equal(timeLimitOf(shapeOf('AT+COPS=?')).isPerLine, undefined)
})
