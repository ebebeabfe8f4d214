import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteForm, markReadForm, prepareSubmission, sendForm, wishOf } from '../../src/goform/sms-form.ts'
import type { OutboundSms } from '../../src/modem/messages.ts'

const SMS: OutboundSms = {
  to: '+385911234567',
  text: 'Alarm',
  flash: false,
  deliveryReport: false,
  validityMinutes: null,
  encoding: 'auto',
}

const fieldsOf = (sms: OutboundSms) => new Map(sendForm(prepareSubmission(sms).wire, '24;07;08;09;06;00;+2'))

test('a message is one hand-over that knows how many segments the network will count', () => {
  const { part, of, segments, encoding } = prepareSubmission({ ...SMS, text: 'x'.repeat(765) })
  assert.deepEqual([part, of, segments, encoding], [1, 1, 5, 'gsm7'])
  assert.equal(prepareSubmission({ ...SMS, text: 'č'.repeat(335) }).segments, 5)
})

test('a text that needs a sixth segment is refused with the limit', () => {
  for (const text of ['x'.repeat(766), 'č'.repeat(336), `${'x'.repeat(764)}€`]) {
    assert.throws(() => prepareSubmission({ ...SMS, text }), {
      code: 'invalid_request',
      message: /6 SMS.* 5 is the most/,
    })
  }
})

test('the requested alphabet is kept: transliterated text goes out as it was counted', () => {
  assert.equal(fieldsOf({ ...SMS, text: 'č', encoding: 'gsm7' }).get('MessageBody'), '0063')
  assert.equal(fieldsOf({ ...SMS, text: 'č', encoding: 'gsm7' }).get('encode_type'), 'GSM7_default')
  assert.equal(fieldsOf({ ...SMS, encoding: 'ucs2' }).get('encode_type'), 'UNICODE')
})

test('a recipient that would be several, or a name, is refused', () => {
  for (const to of ['', '+', 'Telekom', '1;2', '123 456', '+12+3', '1'.repeat(21)]) {
    assert.throws(() => prepareSubmission({ ...SMS, to }), { code: 'invalid_request' }, to)
  }
  for (const to of ['112', '+385911234567', '*100#']) assert.equal(fieldsOf({ ...SMS, to }).get('Number'), to)
})

test('a flash message cannot be sent', () => {
  assert.throws(() => prepareSubmission({ ...SMS, flash: true }), { code: 'not_supported' })
})

test('number and body are encrypted where the firmware wants it, and nothing else', () => {
  const form = new Map(sendForm(prepareSubmission(SMS).wire, 'now', (field) => `<${field}>`))
  assert.deepEqual([form.get('Number'), form.get('MessageBody')], ['<+385911234567>', '<0041006C00610072006D>'])
  assert.deepEqual([form.get('sms_time'), form.get('ID')], ['now', '-1'])
})

test('what was prepared for another modem is not sent', () => {
  for (const wire of ['19:0011000B91', '{}', 'null', '{"number":"1","body":2,"encodeType":"x"}', '']) {
    assert.throws(() => sendForm(wire, ''), { code: 'internal' }, wire)
  }
})

test('what it wants of the device is kept with a message, and one from an earlier version wants nothing', () => {
  const { wire } = prepareSubmission({ ...SMS, deliveryReport: true, validityMinutes: 60 })
  assert.deepEqual(wishOf(wire), { wantsReport: true, validityMinutes: 60 })
  assert.deepEqual(wishOf(prepareSubmission(SMS).wire), { wantsReport: false, validityMinutes: null })
  const { number, body, encodeType } = JSON.parse(wire)
  const old = JSON.stringify({ number, body, encodeType })
  assert.deepEqual(wishOf(old), { wantsReport: undefined, validityMinutes: undefined })
  assert.deepEqual(sendForm(old, '24;07;08;09;06;00;+2'), sendForm(wire, '24;07;08;09;06;00;+2'))
})

test('every id ends with a semicolon', () => {
  assert.deepEqual(deleteForm([1, 22])[1], ['msg_id', '1;22;'])
  assert.deepEqual(markReadForm([])[1], ['msg_id', ''])
})
