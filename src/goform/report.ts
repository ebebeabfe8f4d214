import { createHash } from 'node:crypto'
import type { StatusReport, StoredSegment } from '../modem/messages.ts'
import { formatMessageDate, parseMessageDate } from './message-date.ts'
import type { Values } from './reply.ts'
import { textAt, wholeNumberAt } from './reply.ts'
import { decodeNumber } from './text.ts'

/** Store of the reports by name. Nothing can be removed from it: `DELETE_SMS` means messages. */
const REPORTS = 'reports'

/** `content` of a report as the web page reads it: delivered, not delivered, being sent. */
const OUTCOMES: ReadonlyMap<string, StatusReport['outcome']> = new Map([
  ['1', 'delivered'],
  ['2', 'failed'],
  ['3', 'pending'],
])

/**
 * Reads a row of `sms_status_rpt_data`: `{"id":"2","number":"+385…","content":"1","tag":"2","date":"24,07,08,…"}`. Some
 * firmware has the recipient or a text for `content`: how the delivery ended is then not told, and counts as pending.
 */
export function parseReportRow(row: Values): StatusReport {
  const date = parseMessageDate(textAt(row, 'date'), 'quarters')
  return {
    kind: 'report',
    reference: wholeNumberAt(row, 'sms_submit_msg_ref', 255),
    to: decodeNumber(textAt(row, 'number')),
    sentAt: null,
    dischargedAt: date === null ? null : formatMessageDate(date),
    status: null,
    outcome: OUTCOMES.get(textAt(row, 'content')) ?? 'pending',
  }
}

/** A report → a segment, the same however often it is listed. */
export function toReportSegment(row: Values): StoredSegment {
  const identity = ['id', 'number', 'content', 'date'].map((item) => textAt(row, item))
  const hash = createHash('sha256')
    .update(JSON.stringify([REPORTS, ...identity]))
    .digest('hex')
  return {
    store: REPORTS,
    slot: null,
    raw: JSON.stringify(row),
    contentKey: hash.slice(0, 32),
    content: parseReportRow(row),
  }
}
