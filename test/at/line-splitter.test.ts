import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineSplitter, MAX_LINE_LENGTH } from '../../src/at/line-splitter.ts'
import { cuts } from './vectors.ts'

const linesOf = (chunks: readonly string[]): string[] => {
  const splitter = new LineSplitter()
  const tokens = chunks.flatMap((chunk) => splitter.feed(Buffer.from(chunk, 'latin1')))
  return tokens.map((token) => (token.kind === 'prompt' ? '<prompt>' : token.text))
}

const FRAMINGS = [
  { name: 'CR LF on both sides', text: '\r\n+CSQ: 1,99\r\n\r\nOK\r\n', lines: ['+CSQ: 1,99', 'OK'] },
  { name: 'a single CR LF between lines', text: '\r\nA\r\nB\r\n\r\nOK\r\n', lines: ['A', 'B', 'OK'] },
  { name: 'no line break in front', text: 'OK\r\n', lines: ['OK'] },
  { name: 'CR CR LF behind an echo', text: 'AT\r\r\nOK\r\n', lines: ['AT', 'OK'] },
  { name: 'CR alone', text: '0\r', lines: ['0'] },
  { name: 'LF alone', text: 'A\nB\n', lines: ['A', 'B'] },
  { name: 'NULs in front of a line', text: '\0\0\r\n\0OK\r\n', lines: ['OK'] },
  { name: 'a NUL inside a line, which is the @ of GSM text', text: 'a\0b\r\n', lines: ['a\0b'] },
  { name: 'a prompt with a blank', text: '\r\n> \r\nOK\r\n', lines: ['<prompt>', '> ', 'OK'] },
  { name: 'a prompt without a line end', text: '\r\n>', lines: ['<prompt>'] },
  { name: '> inside a line, which is no prompt', text: 'a>b\r\n', lines: ['a>b'] },
  { name: 'octets above 127', text: '\xe4\xff\r\n', lines: ['\xe4\xff'] },
]

for (const { name, text, lines } of FRAMINGS) {
  test(`lines are found with ${name}, however the bytes are cut`, () => {
    for (const chunks of cuts(text)) assert.deepEqual(linesOf(chunks), lines)
  })
}

test('a line tells which line breaks stand in front of it', () => {
  const tokens = new LineSplitter().feed(Buffer.from('a\r\n\nb\rc\n'))
  assert.deepEqual(
    tokens.map((token) => token.kind === 'line' && token.gap),
    ['', '\r\n\n', '\r'],
  )
})

test('a line that is too long is cut and marked, and the next one is whole again', () => {
  const splitter = new LineSplitter()
  const tokens = []
  for (let round = 0; round < 100; round += 1) tokens.push(...splitter.feed(Buffer.alloc(1000, 'x')))
  tokens.push(...splitter.feed(Buffer.from('\r\nOK\r\n')))
  assert.deepEqual(
    tokens.map((token) => token.kind === 'line' && [token.text.length, token.isCut]),
    [
      [MAX_LINE_LENGTH, true],
      [2, false],
    ],
  )
})

test('a flood of line breaks does not grow the gap without end', () => {
  const splitter = new LineSplitter()
  splitter.feed(Buffer.alloc(100_000, '\n'))
  const [token] = splitter.feed(Buffer.from('OK\n'))
  assert.ok(token?.kind === 'line' && token.gap.length < 100)
})
