import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Dialog } from '../../src/at/dialog.ts'
import { LineSplitter, MAX_LINE_LENGTH } from '../../src/at/line-splitter.ts'
import { converse, STREAMS, VECTORS } from './vectors.ts'

/** The same on every run; `bench/fuzz.ts` looks further. */
const RUNS = { seed: 20261122, numRuns: 2000 } as const

const COMMANDS = [...new Set(VECTORS.flatMap(({ command }) => command ?? [])), 'AT+CMGL=4', 'AT+CMGS=20']

/** Pieces of true conversations, and what breaks them. */
const pieces = fc.oneof(
  fc.constantFrom(...VECTORS.map(({ raw }) => raw), ...STREAMS.flatMap(({ chunks }) => chunks)),
  fc.constantFrom(
    '\r\n',
    '\r',
    '\n',
    '> ',
    '"',
    'OK',
    '\r\nOK\r\n',
    '+CMT: ,30\r\n',
    '+CUSD: 0,"',
    '\0',
    '\x1a',
    'ERROR',
  ),
  fc.string({ unit: fc.nat(255).map((octet) => String.fromCharCode(octet)), maxLength: 40 }),
)
const stream = fc.array(pieces, { maxLength: 8 }).map((each) => each.join(''))

const CHUNK = 64 * 1024

/** How much a flood makes it say, and the most that it said at once. */
function flooded(command: string | null, text: string, times: number): { said: number; longest: number } {
  const splitter = new LineSplitter()
  const dialog = new Dialog()
  if (command !== null) dialog.start(command)
  const chunk = Buffer.from(text.repeat(Math.ceil(CHUNK / text.length)), 'latin1')
  let [said, longest] = [0, 0]
  for (let round = 0; round < times; round += 1) {
    for (const token of splitter.feed(chunk)) {
      for (const output of dialog.feed(token)) {
        const size = output.kind === 'answer' || output.kind === 'write' ? 0 : output.line.length
        said += size
        longest = Math.max(longest, size)
      }
    }
  }
  return { said, longest }
}

describe('a stream that can be anything', () => {
  test('means the same however it is cut, whatever was asked', () => {
    fc.assert(
      fc.property(
        stream,
        fc.constantFrom(...COMMANDS),
        fc.array(fc.integer({ min: 1, max: 30 })),
        (text, command, cuts) => {
          const chunks: string[] = []
          let at = 0
          for (const size of [...cuts, text.length]) {
            chunks.push(text.slice(at, at + size))
            at += size
          }
          const sent = command.includes('+CMGS') ? [`${command}\r`, '0011\x1a'] : [`${command}\r`]
          assert.deepEqual(converse(sent, chunks), converse(sent, [text]))
        },
      ),
      RUNS,
    )
  })

  test('makes nothing that was not in it', () => {
    fc.assert(
      fc.property(stream, fc.constantFrom(...COMMANDS), (text, command) => {
        const { lines, urcs, final } = converse([`${command}\r`], [text])
        for (const line of [...lines, ...urcs.flatMap((urc) => urc.split(/[\r\n]/)), final ?? '']) {
          assert.ok(text.includes(line), JSON.stringify(line))
        }
      }),
      RUNS,
    )
  })

  const FLOODS: readonly (readonly [what: string, command: string | null, text: string])[] = [
    ['a line without an end', null, 'A'],
    ['a line without an end, to a command', 'AT+CSQ', 'A'],
    ['a USSD text that is never closed', null, '+CUSD: 0,"A'],
    ['a USSD text of short lines that is never closed', null, '+CUSD: 0,"\r\nA\r\nB'],
    ['nothing but prompts', 'AT+CMGS=20', '\r\n> '],
    ['nothing but line ends', null, '\r\n'],
    ['headers of messages without the messages', null, '\r\n+CMT: ,20\r\n'],
    ['an answer that goes on', 'AT+CMGL=4', '\r\n+CMGL: 1,1,,20\r\n0791'],
  ]
  for (const [what, command, text] of FLOODS) {
    test(`is bounded: ${what}`, () => {
      const before = process.memoryUsage().heapUsed
      const { longest } = flooded(command, text, 256)
      const grown = process.memoryUsage().heapUsed - before
      assert.ok(longest <= 2 * MAX_LINE_LENGTH, `said ${longest} characters at once`)
      // 16 MiB went in, and garbage is not collected yet.
      assert.ok(grown < 128 * 1024 * 1024, `grew by ${grown} octets`)
    })
  }
})
