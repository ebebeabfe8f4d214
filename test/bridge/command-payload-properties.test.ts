import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parsePayload, transactionOf } from '../../src/bridge/command-payload.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { ModemError } from '../../src/modem/errors.ts'

const RUNS = { seed: 20261122, numRuns: 300 } as const

const KEYS = [
  'to',
  'text',
  'id',
  'code',
  'minutes',
  'mode',
  'pin',
  'on',
  'transaction',
  '__proto__',
  'constructor',
  'toString',
]

const objects = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), fc.string()), fc.jsonValue()), { maxLength: 6 })
  .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`)

const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string().map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  objects.map((text) => Buffer.from(text)),
)

describe('a payload that can be anything', () => {
  for (const command of COMMANDS) {
    test(`is checked input of ${command.name}, or a refusal that says why`, () => {
      fc.assert(
        fc.property(payloads, (payload) => {
          assert.ok((transactionOf(payload) ?? '').length <= 256)
          try {
            parsePayload(command, payload)
          } catch (error) {
            assert.ok(error instanceof ModemError && error.code === 'invalid_request', String(error))
            assert.notEqual(error.message, '')
          }
          assert.equal(({} as Record<string, unknown>)['text'], undefined, 'no prototype was changed')
        }),
        RUNS,
      )
    })
  }

  test('is refused when it is nested beyond measure', () => {
    for (const command of COMMANDS) {
      const payload = Buffer.from(`{"text":${'['.repeat(30_000)}`)
      assert.throws(() => parsePayload(command, payload), ModemError)
    }
  })
})
