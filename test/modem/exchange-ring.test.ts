import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'

const asked = (sent: string) => ({ at: 1, tookMs: 2, sent, received: ['OK'] })
const heard = (line: string, at = 1) => ({ at, tookMs: null, sent: null, received: [line] })
const saidBy = (ring: ExchangeRing, mark = 0): readonly (string | null)[] => ring.since(mark).map(({ sent }) => sent)

test('the last exchanges are kept, the oldest first', () => {
  const ring = new ExchangeRing(3)
  assert.deepEqual(ring.since(0), [])
  for (const sent of ['A', 'B']) ring.note(asked(sent))
  assert.deepEqual(saidBy(ring), ['A', 'B'])
  for (const sent of ['C', 'D', 'E', 'F', 'G']) ring.note(asked(sent))
  assert.deepEqual(saidBy(ring), ['E', 'F', 'G'])
  assert.deepEqual(ring.since(0)[0], { ...asked('E'), times: 1 })
})

test('500 are kept unless somebody wants another number', () => {
  const ring = new ExchangeRing()
  for (let index = 0; index < 2000; index += 1) ring.note(asked(String(index)))
  const said = saidBy(ring)
  assert.deepEqual([said.length, said[0], said.at(-1)], [500, '1500', '1999'])
})

test('what came after a mark is told without what came before it, also when more came than is kept', () => {
  const ring = new ExchangeRing(3)
  for (const sent of ['A', 'B']) ring.note(asked(sent))
  const { mark } = ring
  assert.deepEqual(saidBy(ring, mark), [])
  ring.note(asked('C'))
  assert.deepEqual(saidBy(ring, mark), ['C'])
  for (const sent of ['D', 'E', 'F']) ring.note(asked(sent))
  assert.deepEqual(saidBy(ring, mark), ['D', 'E', 'F'])
})

test('what a modem repeats by itself takes the room of one, what it is asked again does not', () => {
  const ring = new ExchangeRing(3)
  ring.note(asked('A'))
  for (let second = 1; second <= 1000; second += 1) ring.note(heard('+ZUSIMR:2', second))
  ring.note(heard('RING', 2000))
  assert.deepEqual(
    ring.since(0).map(({ at, received, times }) => [at, received[0], times]),
    [
      [1, 'OK', 1],
      [1, '+ZUSIMR:2', 1000],
      [2000, 'RING', 1],
    ],
  )
  for (const sent of ['B', 'B']) ring.note(asked(sent))
  assert.deepEqual(saidBy(ring), [null, 'B', 'B'])
})
