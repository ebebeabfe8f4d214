import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Bell } from '../../src/bridge/bell.ts'
import { publishInOrder } from '../../src/bridge/publishing.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { InboundSms } from '../../src/modem/messages.ts'
import { openJournal } from '../journal/open-journal.ts'
import { inboundSms } from '../modem/inbound-sms.ts'
import { segment } from './fake-modem.ts'

/** An outside that confirms when it is told to. */
class Outside {
  readonly begun: string[] = []
  readonly counted: number[] = []
  readonly faults: string[] = []
  readonly bell = new Bell()
  readonly ending = new AbortController()
  readonly running: Promise<void>
  attempt: Promise<unknown> = Promise.resolve()
  readonly #confirm = new Map<string, () => void>()

  constructor(journal: Journal) {
    const outlet = {
      smsReceived: (_: string, { id }: InboundSms) => {
        this.begun.push(id)
        return new Promise<void>((resolve) => this.#confirm.set(id, resolve))
      },
      smsStatus: async () => {},
    }
    const onPublished = ({ seq }: { readonly seq: number }): void => void this.counted.push(seq)
    const tolerantly = (work: () => Promise<void>): Promise<boolean> => {
      const done = work().then(
        () => true,
        (error: Error) => {
          this.faults.push(error.message)
          return false
        },
      )
      this.attempt = done
      return done
    }
    const options = { id: 'stick', journal, outlet, onPublished }
    this.running = publishInOrder(options, this.bell, tolerantly, this.ending.signal)
  }

  /** Confirms these, in this order. */
  async confirm(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#confirm.get(id)?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

function journalWith(t: TestContext, ids: readonly string[]): Journal {
  const { journal } = openJournal(t)
  for (const id of ids) {
    journal.received.segmentsStored('stick', [{ segment: segment(id), backlog: false, publish: true, settled: false }])
    const segments = journal.received.openSegments('stick').map(({ seq }) => seq)
    journal.received.received('stick', inboundSms(id), { segments, publish: true, replaceType: null })
  }
  return journal
}

function waiting(journal: Journal): string[] {
  const ids: string[] = []
  for (let next = journal.publications.next('stick'); next; next = journal.publications.next('stick', next.seq)) {
    ids.push(next.body.id)
  }
  return ids
}

const TEN = Array.from({ length: 10 }, (_, index) => `${index + 1}`)

test('they leave in order, eight of them before the first has arrived', async (t) => {
  const journal = journalWith(t, TEN)
  const outside = new Outside(journal)
  assert.deepEqual(outside.begun, TEN.slice(0, 8))
  await outside.confirm('1')
  assert.deepEqual(outside.begun, TEN.slice(0, 9))
  await outside.confirm('3', '2', ...TEN.slice(3))
  assert.deepEqual(outside.begun, TEN, 'each once')
  assert.deepEqual(waiting(journal), [])
  outside.ending.abort()
  await outside.running
})

test('what has not been confirmed stays, whatever was confirmed behind it', async (t) => {
  const journal = journalWith(t, ['1', '2', '3'])
  const outside = new Outside(journal)
  await outside.confirm('1', '3')
  assert.deepEqual(waiting(journal), ['2'])
  outside.ending.abort()
  await outside.running
  const next = new Outside(journal)
  assert.deepEqual(next.begun, ['2'])
  next.ending.abort()
  await next.running
})

test('what the journal could not note as confirmed is not published again, nor is what is on its way meanwhile', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const journal = journalWith(t, ['1', '2'])
  const outside = new Outside(journal)
  const full = t.mock.method(journal.publications, 'published', () => {
    throw new ModemError('internal', 'The disk is full.')
  })
  await outside.confirm('1')
  assert.deepEqual(outside.faults, ['The disk is full.'])
  full.mock.restore()
  t.mock.timers.tick(5_000)
  await outside.confirm('2')
  assert.deepEqual(outside.begun, ['1', '2'])
  assert.equal(outside.counted.length, 2)
  assert.deepEqual(waiting(journal), [])
  outside.ending.abort()
  await outside.running
})

test('what comes while others are on their way follows them', async (t) => {
  const journal = journalWith(t, ['1'])
  const outside = new Outside(journal)
  const segments = [{ segment: segment('2'), backlog: false, publish: true, settled: false }]
  journal.received.segmentsStored('stick', segments)
  const seqs = journal.received.openSegments('stick').map(({ seq }) => seq)
  journal.received.received('stick', inboundSms('2'), { segments: seqs, publish: true, replaceType: null })
  outside.bell.ring()
  await outside.confirm('1', '2')
  assert.deepEqual(outside.begun, ['1', '2'])
  assert.deepEqual(waiting(journal), [])
  outside.ending.abort()
  await outside.running
})

test('what the broker confirms while the bridge ends is not published by the next start, and nothing more begins', async (t) => {
  const journal = journalWith(t, TEN)
  const outside = new Outside(journal)
  outside.ending.abort()
  await outside.running
  await outside.confirm(...TEN.slice(0, 8))
  await outside.attempt
  assert.deepEqual(outside.begun, TEN.slice(0, 8))
  assert.deepEqual(waiting(journal), ['9', '10'])
})
