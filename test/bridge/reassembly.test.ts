import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assembleSegments, surplusOf } from '../../src/bridge/reassembly.ts'
import type { OpenSegment } from '../../src/journal/received.ts'
import type { StoredSegment } from '../../src/modem/messages.ts'
import { part, segment } from './fake-modem.ts'

const open = (segments: readonly StoredSegment[], messages: readonly (string | null)[] = []): OpenSegment[] =>
  segments.map(({ raw, content }, seq) => ({
    seq,
    raw,
    content,
    at: 1000 + seq,
    backlog: false,
    publish: true,
    message: messages[seq] ?? null,
  }))

const texts = (segments: readonly OpenSegment[]): string[] =>
  assembleSegments(segments).map((set) => set.segments.map((s) => s?.raw ?? '?').join(''))

describe('assembleSegments', () => {
  const later = '2026-11-24T10:00:00+00:00'
  const cases: [string, StoredSegment[], string[]][] = [
    ['single messages stay alone', [segment('a'), segment('b')], ['a', 'b']],
    [
      'parts are put in order whatever order they came in',
      [part('c', 3, 3), part('a', 1, 3), part('b', 2, 3)],
      ['abc'],
    ],
    ['a missing part leaves a gap', [part('a', 1, 3), part('c', 3, 3)], ['a?c']],
    [
      'two messages side by side are kept apart by their reference',
      [part('a', 1, 2, 1), part('x', 1, 2, 2), part('b', 2, 2, 1), part('y', 2, 2, 2)],
      ['ab', 'xy'],
    ],
    [
      'a taken position with other content begins a new message',
      [part('a', 1, 2), part('A', 1, 2), part('b', 2, 2), part('B', 2, 2)],
      ['ab', 'AB'],
    ],
    [
      'senders do not mix',
      [part('a', 1, 2), { ...part('b', 2, 2), content: { ...part('b', 2, 2).content, from: '+4' } as never }],
      ['a?', '?b'],
    ],
    [
      '8-bit and 16-bit references are different',
      [part('a', 1, 2), segment('b', { concatenation: { reference: 1, referenceBits: 16, total: 2, sequence: 2 } })],
      ['a?', '?b'],
    ],
    [
      'a part two days younger belongs to another message',
      [
        part('a', 1, 2),
        segment('b', { sentAt: later, concatenation: { reference: 1, referenceBits: 8, total: 2, sequence: 2 } }),
      ],
      ['a?', '?b'],
    ],
  ]
  for (const [name, segments, expected] of cases) it(name, () => assert.deepEqual(texts(open(segments)), expected))

  it('a late part completes the message that was published without it, not a newer one', () => {
    const sets = assembleSegments(open([part('a', 1, 2), part('b', 2, 2)], ['old', null]))
    assert.deepEqual(
      sets.map(({ message, missing }) => ({ message, missing })),
      [{ message: 'old', missing: 0 }],
    )
  })
})

describe('surplusOf', () => {
  const bomb = (text: string, reference: number, from = '+491700000666'): StoredSegment =>
    segment(text, { from, concatenation: { reference, referenceBits: 16, total: 255, sequence: 1 } })
  const surplus = (segments: readonly StoredSegment[], most: { ofSender: number; inAll: number }): string[] =>
    surplusOf(assembleSegments(open(segments)), most).map((set) => set.segments[0]?.raw ?? '?')

  it('is nothing as long as there is room', () => {
    assert.deepEqual(surplus([bomb('a', 1), bomb('b', 2)], { ofSender: 2, inAll: 2 }), [])
  })

  it('is the oldest of a sender who has too many open, and nobody else’s', () => {
    const others = [part('x', 1, 3), part('y', 2, 3)]
    const sent = [...others, bomb('a', 1), bomb('b', 2), bomb('c', 3), bomb('d', 4)]
    assert.deepEqual(surplus(sent, { ofSender: 2, inAll: 100 }), ['a', 'b'])
  })

  it('is the oldest of all where many senders join', () => {
    const sent = [bomb('a', 1, '+1'), bomb('b', 1, '+2'), bomb('c', 1, '+3')]
    assert.deepEqual(surplus(sent, { ofSender: 2, inAll: 2 }), ['a'])
  })

  it('is never a whole message', () => {
    const whole = [segment('s1'), segment('s2'), part('b', 2, 2), part('a', 1, 2)]
    assert.deepEqual(surplus(whole, { ofSender: 0, inAll: 0 }), [])
  })
})
