import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readUssdAnswer, readUssdProgress } from '../../src/goform/ussd.ts'

test('flags without a meaning are idle', () => {
  for (const ussd_write_flag of ['0', '', '77']) assert.equal(readUssdProgress({ ussd_write_flag }), 'idle')
  assert.equal(readUssdProgress({ ussd_write_flag: 15 }), 'processing')
  for (const ussd_write_flag of ['3', '4', 'unknown']) assert.equal(readUssdProgress({ ussd_write_flag }), 'timeout')
})

test('an answer keeps its line breaks, and only action 1 waits for a reply', () => {
  const answer = { ussd_action: '2', ussd_dcs: '', ussd_data: '0041000D000A0042' }
  assert.deepEqual(readUssdAnswer(answer), { text: 'A\r\nB', expectsReply: false, dcs: null })
})

test('no answer is none, and one without its text a fault', () => {
  for (const values of [{ ussd_data_info: '' }, { ussd_action: '', ussd_data: '' }, { result: 'failure' }]) {
    assert.equal(readUssdAnswer(values), null)
  }
  assert.throws(() => readUssdAnswer({ ussd_action: '1' }), { code: 'protocol' })
})
