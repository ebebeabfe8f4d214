import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../src/journal/journal.ts'
import { SMS } from '../mqtt/samples.ts'
import { openJournal } from './open-journal.ts'

function receive(journal: Journal, now: number, ...ids: string[]): void {
  for (const id of ids) {
    const sms = { ...SMS, id, receivedAt: new Date(now).toISOString() }
    journal.received.received('stick', sms, { segments: [], publish: true, replaceType: null })
    journal.unheard.add(id)
  }
}

/** Crosses everything off, in order. */
function all(journal: Journal): readonly string[] {
  const ids: string[] = []
  for (;;) {
    const next = journal.unheard.next(journal.unheard.latest())
    if (next === undefined) return ids
    ids.push(`${next.modem} ${next.sms.id}`)
    journal.unheard.heard(next.seq - 1, next.seq)
  }
}

test('unheard messages come back in the order in which they were told, after a restart too', (t) => {
  const { journal, clock, reopen } = openJournal(t)
  receive(journal, clock.ms, 'a', 'b')
  assert.deepEqual(all(reopen()), ['stick a', 'stick b'])
})

test('a message that is told again is the newest, and never there twice', (t) => {
  const { journal, clock } = openJournal(t)
  receive(journal, clock.ms, 'a', 'b')
  const before = journal.unheard.latest()
  journal.unheard.add('a')
  assert.ok(journal.unheard.latest() > before)
  journal.unheard.addAgain('b')
  assert.deepEqual(all(journal), ['stick a', 'stick b'])
})

test('a message that Home Assistant has is not unheard again because it was still on its way', (t) => {
  const { journal, clock } = openJournal(t)
  receive(journal, clock.ms, 'a')
  journal.unheard.heard(0, journal.unheard.latest())
  journal.unheard.addAgain('a')
  assert.deepEqual(all(journal), [])
})

test('numbers only grow, also when all before were heard', (t) => {
  const { journal, clock, reopen } = openJournal(t)
  receive(journal, clock.ms, 'a')
  const first = journal.unheard.latest()
  all(journal)
  assert.equal(journal.unheard.latest(), 0)
  const again = reopen()
  receive(again, clock.ms, 'b')
  assert.ok(again.unheard.latest() > first)
})

test('what was received too long ago, or is no more, is no longer wanted', (t) => {
  const { journal, clock } = openJournal(t)
  receive(journal, clock.ms, 'old')
  receive(journal, clock.ms + 1000, 'new')
  journal.unheard.add('unknown')
  journal.unheard.expire(clock.ms + 1000)
  assert.deepEqual(all(journal), ['stick new'])
})
