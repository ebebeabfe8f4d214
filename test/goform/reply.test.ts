import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Reply, WriteOutcome } from '../../src/goform/reply.ts'
import { hasSession, isRefused, numberAt, parseReply, readWriteOutcome, textAt } from '../../src/goform/reply.ts'
import { answer, valuesOf } from './vectors.ts'

describe('an answer is read although', () => {
  const ANSWERS: readonly (readonly [what: string, body: string, signalbar: string])[] = [
    ['it begins with a byte order mark', '\ufeff{"signalbar":"4"}', '4'],
    ['there are blanks around it', '\r\n {"signalbar":"4"}\r\n', '4'],
    ['a value is a number', '{"signalbar":4}', '4'],
    ['a string holds a line break', '{"note":"a\nb","signalbar":"4"}', '4'],
    ['a comma is left over, in a list too', '{"list":[1,2,],"signalbar":"4",}', '4'],
    ['a key comes twice: the last counts', '{"signalbar":"1","signalbar":"4"}', '4'],
    ['a control character and a comma are in it', '{"note":"\u0001","signalbar":"4",}', '4'],
    ['a key is the name of something built in', '{"__proto__":{"signalbar":"9"},"signalbar":"4"}', '4'],
  ]
  for (const [what, body, signalbar] of ANSWERS) {
    test(what, () => assert.equal(textAt(valuesOf(body), 'signalbar'), signalbar))
  }
  test('it is no UTF-8', () => {
    const body = Buffer.from('{"network_provider":"\xd6 TelNet","signalbar":"4"}', 'latin1')
    const reply = parseReply({ status: 200, location: null, body })
    assert.equal(reply.kind === 'values' && textAt(reply.values, 'network_provider'), '\ufffd TelNet')
  })
})

describe('an answer that is no JSON object', () => {
  const KINDS: readonly (readonly [what: string, reply: () => Reply, kind: Reply['kind']])[] = [
    ['nothing', () => parseReply(answer('')), 'empty'],
    ['blanks', () => parseReply(answer(' \r\n')), 'empty'],
    ['a byte order mark alone', () => parseReply(answer('\ufeff')), 'empty'],
    ['a page', () => parseReply(answer('\ufeff<html></html>')), 'page'],
    ['a redirect', () => parseReply(answer('', 302, '/index.html')), 'page'],
    ['a redirect to nowhere', () => parseReply(answer('', 302)), 'page'],
    ['a demand for a login', () => parseReply(answer('{"signalbar":""}', 401)), 'page'],
    ['a refusal by status', () => parseReply(answer('Forbidden', 403)), 'page'],
    ['a redirect to https', () => parseReply(answer('', 301, 'https://192.168.0.1/')), 'wants_https'],
  ]
  for (const [what, reply, kind] of KINDS) test(`${what} is told apart`, () => assert.equal(reply().kind, kind))

  const BROKEN = ['{"signalbar":"4","netw', '[]', '[{"a":1}]', '"ok"', 'null', '7', 'ok', '({"a":1})', '{a:1}', '\0\0']
  for (const body of BROKEN) {
    test(`${JSON.stringify(body)} is a fault whose message tells nothing of it`, () => {
      assert.throws(
        () => parseReply(answer(body)),
        (error: Error & { code?: string }) => error.code === 'protocol' && !error.message.includes('signalbar'),
      )
    })
  }
  test('a server error is a fault, whatever it says', () => {
    assert.throws(() => parseReply(answer('{"signalbar":"4"}', 500)), { code: 'protocol' })
    assert.throws(() => parseReply(answer('{"signalbar":"4"}', 404)), { code: 'not_supported' })
  })
})

describe('a write', () => {
  const OUTCOMES: readonly (readonly [body: string, outcome: WriteOutcome])[] = [
    ['{"result":"success"}', 'accepted'],
    ['{"result":"0"}', 'accepted'],
    ['{"result":"4"}', 'accepted'],
    ['{"result":4}', 'accepted'],
    ['{"result":"processing"}', 'accepted'],
    ['{"result":"set_devicemode successfully!"}', 'accepted'],
    ['{"result":"failure"}', 'refused'],
    ['{"result":"fail"}', 'refused'],
    ['{"result":"3"}', 'unclear'],
    ['{"result":""}', 'unclear'],
    ['{"result":"queued"}', 'unclear'],
    ['', 'refused'],
    ['<html>', 'session_over'],
  ]
  for (const [body, outcome] of OUTCOMES) {
    test(`answered with ${body || 'nothing'} was ${outcome}`, () => {
      assert.equal(readWriteOutcome('SET_MSG_READ', parseReply(answer(body))), outcome)
    })
  }
  test('after which the device leaves needs no answer', () => {
    assert.equal(readWriteOutcome('REBOOT_DEVICE', { kind: 'empty' }), 'accepted')
    assert.equal(readWriteOutcome('REBOOT_DEVICE', { kind: 'values', values: { result: 'failure' } }), 'refused')
  })
  test('without a result is a fault', () => {
    assert.throws(() => readWriteOutcome('X', { kind: 'values', values: { signalbar: '4' } }), { code: 'protocol' })
  })
})

test('a session is alive when either item says so, and unknown when neither came', () => {
  assert.equal(hasSession({ loginfo: 'ok', user_ip_addr: '' }), true)
  assert.equal(hasSession({ loginfo: '', user_ip_addr: '192.168.0.100' }), true)
  for (const loginfo of ['', 'no', 'timeout']) assert.equal(hasSession({ loginfo, user_ip_addr: '' }), false)
  assert.equal(hasSession({ signalbar: '4' }), undefined)
})

test('only a plain value is a value', () => {
  const values = { list: [1], nothing: null, text: ' 4 ', number: -3.5, words: '4 bars', huge: '1'.repeat(20) }
  assert.deepEqual(
    ['list', 'nothing', 'text', 'toString'].map((item) => textAt(values, item)),
    ['', '', '4', ''],
  )
  assert.deepEqual(
    ['text', 'number', 'words', 'huge', 'gone'].map((item) => numberAt(values, item)),
    [4, -3.5, null, null, null],
  )
  assert.equal(isRefused({ result: 'failure' }), true)
  assert.equal(isRefused({ result: '-----BEGIN PUBLIC KEY-----' }), false)
})
