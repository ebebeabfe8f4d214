import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomeOf, replaceTypeOf, toReceivedSegment, toStatusReport } from '../../src/sms/received.ts'
import { decodePdu } from '../../src/sms/tpdu.ts'
import vectors from '../vectors/pdu.json' with { type: 'json' }

function decode(id: string) {
  return decodePdu(vectors.vectors.find((vector) => vector.id === id)?.pdu ?? '')
}

test('an SMS-DELIVER becomes a received segment', () => {
  const { smsc, tpdu } = decode('d-concat16-1')
  assert(tpdu.kind === 'deliver')
  assert.deepEqual(toReceivedSegment(tpdu, smsc), {
    kind: 'received',
    from: '+447700900123',
    sentAt: '2024-03-15T14:07:09+02:00',
    smsc: '+447700900999',
    concatenation: { reference: 0x1234, referenceBits: 16, total: 2, sequence: 1 },
    messageClass: null,
    replaceType: null,
  })
})

test('flash, replacement and a time that is none are kept', () => {
  const cases = [
    ['d-flash-10', { messageClass: 0, concatenation: null }],
    ['d-pid-replace1', { replaceType: 1 }],
    ['d-scts-month13', { sentAt: null }],
    ['d-concat-bad-seq', { concatenation: null }],
  ] as const
  for (const [id, expected] of cases) {
    const { smsc, tpdu } = decode(id)
    assert(tpdu.kind === 'deliver')
    const segment = toReceivedSegment(tpdu, smsc)
    assert.deepEqual({ ...segment, ...expected }, segment, id)
  }
})

test('an SMS-STATUS-REPORT becomes a report', () => {
  const { tpdu } = decode('r-expired')
  assert(tpdu.kind === 'status-report')
  assert.deepEqual(toStatusReport(tpdu), {
    kind: 'report',
    reference: 42,
    to: '+447700900123',
    sentAt: '2024-03-15T14:07:09+02:00',
    dischargedAt: '2024-03-15T14:07:31+02:00',
    status: 70,
    outcome: 'failed',
  })
})

const OUTCOMES = [
  [0x00, 0x02, 'delivered'],
  [0x03, 0x0f, 'failed'],
  [0x10, 0x1f, 'delivered'],
  [0x20, 0x3f, 'pending'],
  [0x40, 0xff, 'failed'],
] as const

for (const [first, last, outcome] of OUTCOMES) {
  test(`TP-ST ${first.toString(16)} … ${last.toString(16)} means ${outcome}`, () => {
    for (let status = first as number; status <= last; status++) assert.equal(outcomeOf(status), outcome, `${status}`)
  })
}

test('only TP-PID 41 … 47 replaces', () => {
  const cases = [0x00, 0x40, 0x41, 0x47, 0x48, 0x5f, 0xc1].map(replaceTypeOf)
  assert.deepEqual(cases, [null, null, 1, 7, null, null, null])
})
