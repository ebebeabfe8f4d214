import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { joinRows, parseMessageList, parseMessageRow, toStoredSegment } from '../../src/goform/message.ts'
import type { Values } from '../../src/goform/reply.ts'
import { parseReply } from '../../src/goform/reply.ts'
import { readCapacity, readNotices } from '../../src/goform/sms-store.ts'
import { readGroups } from '../../src/goform/state.ts'
import { decodeHexText, encodeHexText } from '../../src/goform/text.ts'
import { readUssdAnswer, readUssdProgress } from '../../src/goform/ussd.ts'
import { ModemError } from '../../src/modem/errors.ts'

const RUNS = { seed: 20261122, numRuns: 1000 } as const

const GROUPS = ['signal', 'registration', 'operator', 'sim', 'cell', 'data', 'battery', 'networkMode'] as const
const DIALECT = { cellIdBase: 'auto', pciBase: 'auto', bearer: 'nr', hasBattery: null } as const

/** All that is done to what a router says, whatever it is. */
function readAll(values: Values): void {
  const steps = [
    () => readGroups(GROUPS, values, DIALECT),
    () => readCapacity(values, 'device'),
    () => readNotices(values),
    () => readUssdProgress(values),
    () => readUssdAnswer(values),
    () => {
      for (const row of parseMessageList(values) ?? []) {
        parseMessageRow(row)
        for (const isSealed of [false, true]) toStoredSegment(row, 'device', isSealed)
        joinRows([JSON.stringify(row), null])
      }
    },
  ]
  for (const step of steps) withstood(step)
}

function withstood(work: () => void): void {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof ModemError, String(error))
  }
}

const row = fc.record(
  {
    id: fc.oneof(fc.string(), fc.jsonValue()),
    number: fc.oneof(fc.string(), fc.jsonValue()),
    content: fc.oneof(fc.stringMatching(/^[0-9A-F]{0,40}$/), fc.jsonValue()),
    tag: fc.oneof(fc.constantFrom('0', '1', '2', '3', '4'), fc.jsonValue()),
    date: fc.oneof(fc.constant('26,11,22,10,00,00,+0'), fc.string(), fc.jsonValue()),
    draft_group_id: fc.string(),
    received_all_concat_sms: fc.jsonValue(),
    concat_sms_total: fc.jsonValue(),
    concat_sms_received: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

describe('what a router says can be anything', () => {
  const bodies = {
    octets: fc.uint8Array({ maxLength: 400 }),
    JSON: fc.jsonValue({ maxDepth: 4 }).map((value) => Buffer.from(JSON.stringify(value))),
    messages: fc.array(row, { maxLength: 5 }).map((messages) => Buffer.from(JSON.stringify({ messages }))),
    items: fc
      .dictionary(
        fc.constantFrom('sms_received_flag', 'ussd_data', 'ussd_action', 'rssi', 'cell_id', 'result'),
        fc.jsonValue(),
      )
      .map((values) => Buffer.from(JSON.stringify(values))),
  }
  for (const [name, body] of Object.entries(bodies)) {
    test(`and is a value or a ModemError: ${name}`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 100, max: 599 }), body, (status, octets) => {
          withstood(() => {
            const reply = parseReply({ status, location: null, body: octets })
            if (reply.kind === 'values') readAll(reply.values)
          })
        }),
        RUNS,
      )
    })
  }

  test('and JSON of any depth ends in a value or a ModemError', () => {
    for (const text of [
      '['.repeat(100_000),
      `${'{"a":'.repeat(100_000)}1`,
      `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    ]) {
      withstood(() => void parseReply({ status: 200, location: null, body: Buffer.from(text) }))
    }
  })

  test('and a text is the same after the way there and back, but for NULs, with which devices fill up, and marks of byte order', () => {
    const texts = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\0\ufeff]/g, ''))
    fc.assert(
      fc.property(texts, (text) => assert.equal(decodeHexText(encodeHexText(text)), text)),
      RUNS,
    )
  })
})
