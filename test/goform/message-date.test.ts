import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatMessageDate, formatSendTime, parseMessageDate } from '../../src/goform/message-date.ts'

const sentAt = (date: string): string | null | undefined => {
  const parsed = parseMessageDate(date, 'quarters')
  return parsed === null ? undefined : formatMessageDate(parsed)
}

describe('the date of a received message', () => {
  const DATES: readonly (readonly [date: string, sentAt: string | null | undefined])[] = [
    ['24;07;08;09;06;00;+8', '2024-07-08T09:06:00+02:00'],
    ['24, 07, 08, 09, 06, 00, +8', '2024-07-08T09:06:00+02:00'],
    ['26,08,27,04,00,00,-,13', '2026-08-27T04:00:00-03:15'],
    ['26,08,27,04,00,00,+55', '2026-08-27T04:00:00+13:45'],
    ['26,08,27,04,00,00,8', '2026-08-27T04:00:00+02:00'],
    ['26,08,27,04,00,00,-0', '2026-08-27T04:00:00+00:00'],
    // No zone is that far away, so it is no number of quarters.
    ['26,08,27,04,00,00,+57', null],
    ['26,08,27,04,00,00,CET', null],
    ['26,08,27,04,00,00,', null],
    ['26,02,30,04,00,00,+4', undefined],
    ['26,02,28,24,00,00,+4', undefined],
    ['26,13,01,04,00,00,+4', undefined],
    ['26,02,28,04,00,60,+4', undefined],
    ['26,02,28,04,00', undefined],
    ['1970-01-01 00:00:00', undefined],
    ['2026,02,28,04,00,00,+4', undefined],
    // Clocks that were never set.
    ['70,01,01,00,00,07,+0', undefined],
    ['80,01,06,00,00,07,+4', undefined],
    ['00,01,01,00,00,07,+4', undefined],
    ['01,01,01,00,00,07,+4', '2001-01-01T00:00:07+01:00'],
  ]
  for (const [date, expected] of DATES) test(date, () => assert.equal(sentAt(date), expected))
})

test('the zone of our own messages is not believed, their wall clock is', () => {
  const date = parseMessageDate('24,07,08,09,06,00,+2', 'unknown')
  assert.deepEqual(date, { local: '2024-07-08T09:06:00', offsetMinutes: null })
})

test('the time of sending is local, with its zone in hours', () => {
  const at = Date.parse('2024-12-31T23:30:05Z')
  assert.equal(formatSendTime(at, 120), '25;01;01;01;30;05;+2')
  assert.equal(formatSendTime(at, 330), '25;01;01;05;00;05;+5.5')
  assert.equal(formatSendTime(at, -300), '24;12;31;18;30;05;-5')
  assert.equal(formatSendTime(at, 0), '24;12;31;23;30;05;0')
})
