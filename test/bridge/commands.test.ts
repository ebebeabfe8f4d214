import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePayload } from '../../src/bridge/command-payload.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'

function parsed(name: string, payload: string): unknown {
  const command = COMMANDS.find((row) => row.name === name)
  assert.ok(command)
  return parsePayload(command, Buffer.from(payload))
}

for (const [name, payload, expected] of [
  ['pause', '{}', { minutes: 10 }],
  ['pause', 'ON', { minutes: 10 }],
  ['pause', 'off', { minutes: 0 }],
  ['pause', '90', { minutes: 90 }],
  ['pause', '0.5', { minutes: 0.5 }],
  ['pause', '{"minutes": 0, "transaction": "t"}', { minutes: 0, transaction: 't' }],
  ['sms/delete', '{"id": "01K"}', { id: '01K' }],
  ['sms/delete', '{"all": "received"}', { all: 'received' }],
] as const) {
  test(`${name} ${payload} means ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(parsed(name, payload), expected)
  })
}

for (const [name, payload, message] of [
  ['pause', 'later', /^minutes: /],
  ['pause', '-1', /^minutes: /],
  ['pause', '1441', /^minutes: /],
  ['pause', '{"hours": 1}', /hours/],
  ['sms/delete', '{}', /expected \{"id": "…"\} or \{"all": "received"\}/],
  ['sms/delete', '{"all": "sent"}', /expected/],
  ['sms/delete', '{"id": "01K", "all": "received"}', /expected/],
  ['sms/delete', '01K', /not JSON/],
] as const) {
  test(`${name} ${payload} is refused`, () => {
    assert.throws(() => parsed(name, payload), { code: 'invalid_request', message })
  })
}
