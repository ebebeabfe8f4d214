import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Dialog } from '../../src/at/dialog.ts'
import { converse, cuts, randomNumbers, STREAMS, VECTORS } from './vectors.ts'

describe('every recorded conversation, whole, byte by byte and cut anywhere', () => {
  for (const stream of STREAMS) {
    test(`${stream.id} gives each line to its owner`, () => {
      const payloads = stream.sent.filter((each) => each.endsWith('\x1a'))
      const whole = converse(stream.sent, stream.chunks)
      if (stream.not_parseable !== true) {
        assert.deepEqual(whole, {
          lines: stream.response?.lines ?? [],
          final: stream.response?.final ?? null,
          urcs: stream.urcs,
          written: payloads,
        })
      }
      for (const chunks of cuts(stream.chunks.join(''))) assert.deepEqual(converse(stream.sent, chunks), whole)
    })
  }
})

describe('every recorded exchange', () => {
  for (const { id, command, raw, lines, final, parsed } of VECTORS) {
    // In text mode nobody can tell a message from the modem's own lines; the parsers refuse it.
    if (parsed.kind === 'cmgl-text') continue
    test(`${id} ends with its result code and its lines`, () => {
      const outcome = converse(command === null ? [] : [`${command}\r`], [raw])
      if (command === null) {
        assert.deepEqual(
          outcome.urcs.flatMap((urc) => urc.split(/\r?\n/)),
          lines,
        )
      } else if (id === 'err-unknown') {
        assert.deepEqual([outcome.final, outcome.lines], ['unknown', []])
      } else {
        assert.deepEqual([outcome.final, outcome.lines, outcome.urcs], [final, lines, []])
      }
    })
  }
})

const PDU = '0791447700099099062A0C91447700091032423051417090804230514170138000'

const CASES = [
  {
    name: 'a second prompt is not answered again',
    sent: ['AT+CMGS=18\r', 'ABCD\x1a'],
    chunks: ['\r\n> ', '\r\n> ', '\r\n+CMGS: 1\r\n\r\nOK\r\n'],
    expected: { final: 'OK', written: ['ABCD\x1a'], urcs: [] },
  },
  {
    name: 'a prompt without a payload to give is not answered',
    sent: ['AT+CSQ\r'],
    chunks: ['\r\n> ', '\r\n+CSQ: 1,99\r\n\r\nOK\r\n'],
    expected: { final: 'OK', written: [], urcs: [] },
  },
  {
    name: 'a > in a USSD text is no prompt even when one is expected',
    sent: ['AT+CMGS=18\r', 'ABCD\x1a'],
    chunks: ['\r\n+CUSD: 1,"Menu\r\n> next",15\r\n', '\r\n> ', '\r\n+CMGS: 1\r\n\r\nOK\r\n'],
    expected: { final: 'OK', written: ['ABCD\x1a'], lines: ['+CMGS: 1'], urcs: ['+CUSD: 1,"Menu\r\n> next",15'] },
  },
  {
    name: 'a line that says OK inside a USSD text is text',
    sent: ['AT+CSQ\r'],
    chunks: ['\r\n+CUSD: 1,"1\r\nOK\r\n\r\n+CMTI: x\r\n2",15\r\n', '+CSQ: 5,99\r\n\r\nOK\r\n'],
    expected: { final: 'OK', lines: ['+CSQ: 5,99'], urcs: ['+CUSD: 1,"1\r\nOK\r\n\r\n+CMTI: x\r\n2",15'] },
  },
  {
    name: 'a direct message whose PDU does not come gives the next line back',
    sent: ['AT+CSQ\r'],
    chunks: ['\r\n+CMT: ,36\r\n', '\r\n+CSQ: 5,99\r\n\r\nOK\r\n'],
    expected: { final: 'OK', lines: ['+CSQ: 5,99'], urcs: ['+CMT: ,36'] },
  },
  {
    name: 'an unsolicited code between a direct message and its PDU stays on its own',
    sent: [],
    chunks: [`\r\n+CDS: 25\r\n\r\n+ZUSIMR:2\r\n${PDU}\r\n`],
    expected: { final: null, urcs: ['+ZUSIMR:2', `+CDS: 25\n${PDU}`] },
  },
  {
    name: 'a direct message within a listing gets its own PDU, and the listing its own',
    sent: ['AT+CMGL=4\r'],
    chunks: [`\r\n+CMGL: 1,1,,25\r\n+CDS: 25\r\n${PDU}\r\nAABBCC\r\n\r\nOK\r\n`],
    expected: { final: 'OK', lines: ['+CMGL: 1,1,,25', 'AABBCC'], urcs: [`+CDS: 25\n${PDU}`] },
  },
  {
    name: 'an unknown line between a header and its PDU is nobody’s answer',
    sent: ['AT+CMGR=1\r'],
    chunks: [`\r\n+CMGR: 1,,25\r\n+ZNEW: 1\r\n${PDU}\r\n\r\nOK\r\n`],
    expected: { final: 'OK', lines: ['+CMGR: 1,,25', PDU], urcs: ['+ZNEW: 1'] },
  },
  {
    name: 'NO CARRIER ends a dial command',
    sent: ['ATD*100#;\r'],
    chunks: ['\r\nNO CARRIER\r\n'],
    expected: { final: 'NO CARRIER', urcs: [] },
  },
  {
    name: 'the word unknown behind an answer is part of it',
    sent: ['AT+CGMM\r'],
    chunks: ['\r\nMF710\r\nunknown\r\n\r\nOK\r\n'],
    expected: { final: 'OK', lines: ['MF710', 'unknown'], urcs: [] },
  },
  {
    name: 'a digit is a result code only for the basic commands of the start',
    sent: ['AT+ZTEST\r'],
    chunks: ['\r\n0\r\n\r\nOK\r\n'],
    expected: { final: 'OK', lines: ['0'], urcs: [] },
  },
  {
    name: 'an echo behind what a hung port still held is dropped',
    sent: ['AT\r'],
    chunks: ['\x1bAT\r\r\nOK\r\n'],
    expected: { final: 'OK', lines: [], urcs: [] },
  },
  {
    name: 'a registration change while a set command runs is unsolicited',
    sent: ['AT+CREG=2\r'],
    chunks: ['\r\n+CREG: 2,1,1F3C,02A4B1C7\r\n\r\nOK\r\n'],
    expected: { final: 'OK', lines: [], urcs: ['+CREG: 2,1,1F3C,02A4B1C7'] },
  },
  {
    name: 'result codes without a command belong to nobody',
    sent: [],
    chunks: ['\r\nOK\r\n\r\n+CMS ERROR: 500\r\n\r\nhello\r\n'],
    expected: { final: null, urcs: ['hello'] },
  },
]

for (const { name, sent, chunks, expected } of CASES) {
  test(`${name}, however the bytes are cut`, () => {
    for (const cut of cuts(chunks.join(''))) {
      const outcome = converse(sent, cut)
      assert.deepEqual({ ...outcome, ...expected }, outcome)
    }
  })
}

test('a USSD text that never closes its quote is given up after a while', () => {
  const lines = Array.from({ length: 200 }, (_, at) => `line ${at} of an endless menu`)
  const { urcs, final } = converse(['AT\r'], [`\r\n+CUSD: 1,"${lines.join('\r\n')}\r\n`, '\r\nOK\r\n'])
  assert.ok(urcs[0]?.startsWith('+CUSD: 1,"line 0'))
  assert.ok((urcs[0]?.length ?? 0) < 3000)
  assert.equal(final, 'OK')
})

test('an answer without end is cut, and marked as damaged', () => {
  const dialog = new Dialog()
  dialog.start('AT+CLAC')
  const feed = (text: string) => dialog.feed({ kind: 'line', text, gap: '', isCut: false })
  for (let line = 0; line < 10_000; line += 1) feed('+ABC')
  const [answer] = feed('OK')
  assert.ok(answer?.kind === 'answer' && answer.isDamaged && answer.lines.length < 5000)
})

test('an answer with a cut line is marked as damaged', () => {
  const dialog = new Dialog()
  dialog.start('AT+CGMR')
  dialog.feed({ kind: 'line', text: 'x'.repeat(100), gap: '', isCut: true })
  const [answer] = dialog.feed({ kind: 'line', text: 'OK', gap: '', isCut: false })
  assert.ok(answer?.kind === 'answer' && answer.isDamaged)
})

test('an abandoned command gets no answer any more', () => {
  const dialog = new Dialog()
  dialog.start('AT')
  dialog.abandon()
  assert.deepEqual(dialog.feed({ kind: 'line', text: 'OK', gap: '', isCut: false }), [])
})

test('random bytes never make it fail, and cutting them changes nothing', () => {
  const random = randomNumbers(7)
  const pieces = [
    '\r\n',
    '\r',
    '\n',
    '> ',
    '"',
    '+CMT: ,3',
    '+CUSD: 1,"',
    'OK',
    'ERROR',
    '0',
    'A1',
    '+CMGL: 1,1,,3',
    '\0',
  ]
  const sent = ['AT+CMGL=4\r', 'AT+CMGS=1\r', 'AT+CSQ\r', 'AB\x1a']
  for (let round = 0; round < 500; round += 1) {
    const text = Array.from({ length: 30 }, () =>
      random() < 0.7
        ? (pieces[Math.floor(random() * pieces.length)] ?? '')
        : String.fromCharCode(Math.floor(random() * 256)),
    ).join('')
    assert.deepEqual(converse(sent, [...text]), converse(sent, [text]))
  }
})
