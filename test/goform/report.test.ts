import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseReportRow, toReportSegment } from '../../src/goform/report.ts'

const ROW = {
  id: '2',
  number: '+38598765432',
  content: '1',
  tag: '2',
  date: '24,07,08,09,06,04,+8',
  draft_group_id: '',
}

describe('a delivery report', () => {
  test('tells its recipient, when it was, and on some firmware the reference', () => {
    assert.deepEqual(parseReportRow({ ...ROW, sms_submit_msg_ref: '77' }), {
      kind: 'report',
      reference: 77,
      to: '+38598765432',
      sentAt: null,
      dischargedAt: '2024-07-08T09:06:04+02:00',
      status: null,
      outcome: 'delivered',
    })
    assert.equal(parseReportRow(ROW).reference, null)
    assert.equal(parseReportRow({ ...ROW, date: '' }).dischargedAt, null)
  })

  const OUTCOMES: readonly (readonly [content: unknown, outcome: string])[] = [
    ['1', 'delivered'],
    [1, 'delivered'],
    ['2', 'failed'],
    ['3', 'pending'],
    ['+38598765432', 'pending'],
    ['', 'pending'],
    ['Delivered', 'pending'],
    ['11', 'pending'],
  ]
  for (const [content, outcome] of OUTCOMES) {
    test(`whose content is ${JSON.stringify(content)} is ${outcome}`, () => {
      assert.equal(parseReportRow({ ...ROW, content }).outcome, outcome)
    })
  }

  test('is the same at each listing, another one with another outcome, and cannot be removed', () => {
    const segment = toReportSegment(ROW)
    assert.equal(toReportSegment({ ...ROW, tag: '0', draft_group_id: '1' }).contentKey, segment.contentKey)
    for (const change of [{ id: '3' }, { content: '3' }, { number: '+1' }, { date: '24,07,08,09,06,05,+8' }]) {
      assert.notEqual(toReportSegment({ ...ROW, ...change }).contentKey, segment.contentKey)
    }
    assert.deepEqual([segment.store, segment.slot, JSON.parse(segment.raw)], ['reports', null, ROW])
  })
})
