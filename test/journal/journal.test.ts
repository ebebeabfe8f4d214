import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Journal } from '../../src/journal/journal.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { StoredSegment } from '../../src/modem/messages.ts'
import { inboundSms } from '../modem/inbound-sms.ts'
import { openJournal } from './open-journal.ts'

const segment = (key: string): StoredSegment => ({
  store: 'SM',
  slot: 1,
  raw: key,
  contentKey: key,
  content: {
    kind: 'received',
    from: '+49170',
    sentAt: null,
    smsc: null,
    concatenation: null,
    messageClass: null,
    replaceType: null,
  },
})

const admit = (key: string) => ({ segment: segment(key), backlog: false, publish: true, settled: false })

const outbound = (id: string, command = id) => ({
  id,
  request: {
    to: '+49171',
    text: 'hi',
    flash: false,
    deliveryReport: true,
    validityMinutes: null,
    encoding: 'auto' as const,
  },
  submissions: [
    { part: 1, of: 2, segments: 1, encoding: 'gsm7' as const, wire: 'a' },
    { part: 2, of: 2, segments: 1, encoding: 'gsm7' as const, wire: 'b' },
  ],
  highPriority: false,
  transaction: null,
  command,
  expiresAt: null,
})

test('the same content is admitted once, whatever slot it is in', (t) => {
  const { journal } = openJournal(t)
  assert.equal(journal.received.segmentsStored('stick', [admit('a'), admit('a')]), 1)
  assert.equal(journal.received.segmentsStored('stick', [{ ...admit('a'), segment: { ...segment('a'), slot: 9 } }]), 0)
  assert.equal(journal.received.segmentsStored('other', [admit('a')]), 1)
})

test('what was written is there after the file is opened again', (t) => {
  const { journal, reopen } = openJournal(t)
  journal.received.segmentsStored('stick', [admit('a')])
  journal.received.received('stick', inboundSms('1'), { segments: [1], publish: true, replaceType: null })
  const again = reopen()
  assert.deepEqual(again.received.openSegments('stick'), [])
  assert.equal(again.publications.next('stick')?.body.id, '1')
})

test('publications leave in the order in which things happened, and only when they are published', (t) => {
  const { journal } = openJournal(t)
  journal.received.received('stick', inboundSms('1'), { segments: [], publish: true, replaceType: null })
  journal.received.received('stick', inboundSms('2'), { segments: [], publish: true, replaceType: null })
  journal.received.received('stick', inboundSms('3'), { segments: [], publish: false, replaceType: null })
  const first = journal.publications.next('stick')
  assert.equal(first?.body.id, '1')
  assert.equal(journal.publications.next('stick')?.body.id, '1')
  journal.publications.published(first?.seq ?? 0)
  assert.equal(journal.publications.next('stick')?.body.id, '2')
  assert.equal(journal.publications.waiting('stick'), 1)
})

test('a message goes through its states, and every step is to be published', (t) => {
  const { journal } = openJournal(t)
  const [entry] = journal.outbound.accepted('stick', [outbound('a')])
  const seq = entry?.seq ?? 0
  journal.outbound.submitting(seq, 1)
  journal.outbound.partSettled(seq, 1, 'submitted', [7])
  journal.outbound.submitting(seq, 2)
  journal.outbound.partSettled(seq, 2, 'submitted', [8])
  journal.outbound.settled(seq, 'sent', null)
  const told = []
  for (let next = journal.publications.next('stick'); next !== undefined; next = journal.publications.next('stick')) {
    if (next.kind === 'status') told.push([next.body.status, next.body.partsSent, [...next.body.references]])
    journal.publications.published(next.seq)
  }
  assert.deepEqual(told, [
    ['queued', 0, []],
    ['sending', 0, []],
    ['sending', 1, [7]],
    ['sending', 2, [7, 8]],
    ['sent', 2, [7, 8]],
  ])
})

test('all recipients are accepted together or none is', (t) => {
  const { journal } = openJournal(t)
  assert.throws(() => journal.outbound.accepted('stick', [outbound('a'), outbound('a')]), ModemError)
  assert.equal(journal.outbound.byId('stick', 'a'), undefined)
  assert.equal(journal.publications.waiting('stick'), 0)
})

test('what has begun goes on before anything else, then high priority, then the oldest', (t) => {
  const { journal } = openJournal(t)
  journal.outbound.accepted('stick', [outbound('old')])
  journal.outbound.accepted('stick', [{ ...outbound('urgent'), highPriority: true }])
  assert.equal(journal.outbound.next('stick')?.id, 'urgent')
  journal.outbound.submitting(journal.outbound.byId('stick', 'old')?.seq ?? 0, 1)
  assert.equal(journal.outbound.next('stick')?.id, 'old')
})

test('a message that was put off waits for its time', (t) => {
  const { journal, clock } = openJournal(t)
  const [entry] = journal.outbound.accepted('stick', [outbound('a')])
  journal.outbound.putOff(entry?.seq ?? 0, clock.ms + 5000)
  assert.equal(journal.outbound.next('stick'), undefined)
  assert.equal(journal.outbound.nextDue('stick'), clock.ms + 5000)
  clock.ms += 5000
  assert.equal(journal.outbound.next('stick')?.id, 'a')
})

test('pruning keeps what is unpublished, unsettled or still lies in the modem', (t) => {
  const { journal, clock } = openJournal(t)
  journal.received.segmentsStored('stick', [admit('gone'), admit('there')])
  const open = journal.received.openSegments('stick')
  journal.received.received('stick', inboundSms('1'), {
    segments: open.map(({ seq }) => seq),
    publish: true,
    replaceType: null,
  })
  journal.outbound.accepted('stick', [outbound('queued')])
  clock.ms += 100 * 86_400_000
  journal.received.segmentsStored('stick', [admit('there')])
  journal.prune(90 * 86_400_000)
  assert.equal(journal.publications.next('stick')?.body.id, '1')
  assert.equal(journal.outbound.byId('stick', 'queued')?.status, 'queued')
  assert.equal(journal.received.segmentsStored('stick', [admit('there')]), 0)
  assert.equal(journal.received.segmentsStored('stick', [admit('gone')]), 1)
})

test('of a sender who floods only the newest are kept, and what still lies in the modem stays known', (t) => {
  const { journal, clock } = openJournal(t)
  for (let index = 1; index <= 5; index += 1) {
    journal.received.segmentsStored('stick', [admit(`${index}`)])
    const segments = journal.received.openSegments('stick').map(({ seq }) => seq)
    journal.received.received('stick', inboundSms(`${index}`), { segments, publish: false, replaceType: null })
  }
  journal.prune(90 * 86_400_000, 2)
  assert.ok(journal.received.contentKeysOf('stick', '1'), 'it came only now')
  clock.ms += 3 * 86_400_000
  journal.received.segmentsStored('stick', [admit('1')])
  journal.prune(90 * 86_400_000, 2)
  const known = ['1', '2', '3', '4', '5'].filter((id) => journal.received.contentKeysOf('stick', id) !== undefined)
  assert.deepEqual(known, ['4', '5'])
  assert.equal(journal.received.segmentsStored('stick', [admit('1')]), 0)
  assert.equal(journal.received.segmentsStored('stick', [admit('2')]), 1)
})

test('a damaged file is put aside, never deleted, and a new one begun', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'journal.db')
  writeFileSync(path, 'this is no database'.repeat(1000))
  const said: string[] = []
  const journal = new Journal(path, Date.now, (problem) => said.push(problem))
  journal.received.segmentsStored('stick', [admit('a')])
  journal.close()
  assert.match(said.join(), /damaged.*put aside/s)
  assert.equal(readdirSync(folder).filter((name) => name.includes('.damaged-')).length, 1)
})

test('nobody else may read the file and those beside it, also where a process that was killed left them open', (t) => {
  const { journal, path, reopen } = openJournal(t)
  journal.received.segmentsStored('stick', [admit('a')])
  const files = ['', '-wal', '-shm'].map((suffix) => path + suffix)
  const modes = (): number[] => files.map((file) => statSync(file).mode & 0o777)
  assert.deepEqual(modes(), [0o600, 0o600, 0o600])
  for (const file of files) chmodSync(file, 0o644)
  reopen()
  assert.deepEqual(modes(), [0o600, 0o600, 0o600])
})

test('a journal in a folder that cannot be written is a ModemError that names it', () => {
  assert.throws(() => new Journal('/dev/null/journal.db', Date.now, () => {}), {
    name: 'ModemError',
    code: 'internal',
  })
})
