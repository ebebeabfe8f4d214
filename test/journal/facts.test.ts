import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { readJournalFacts } from '../../src/journal/facts.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { openJournal } from './open-journal.ts'

test('a journal in use is counted, and nothing of its contents is told', (t) => {
  const { journal, path } = openJournal(t)
  journal.setNote('name', 'secret')
  const facts = readJournalFacts(path)
  assert.equal(facts?.version, facts?.ownVersion)
  assert.deepEqual([facts?.rows['note'], facts?.rows['segment'], facts?.rows['outbound']], [1, 0, 0])
  assert.ok((facts?.size ?? 0) > statSync(path).size, 'the write-ahead log counts')
  assert.doesNotMatch(JSON.stringify(facts), /secret/)
  journal.setNote('another', 'is written while somebody looks')
  assert.equal(readJournalFacts(path)?.rows['note'], 2)
})

test('looking makes no journal', (t) => {
  const { journal, path } = openJournal(t)
  journal.close()
  const files = readdirSync(dirname(path))
  assert.equal(readJournalFacts(`${path}.other`), null)
  assert.deepEqual(readdirSync(dirname(path)), files)
})

test('a damaged journal is reported and left as it is', (t) => {
  const { path } = openJournal(t)
  const other = `${path}.damaged`
  writeFileSync(other, 'this is no database'.repeat(1000))
  assert.throws(() => readJournalFacts(other), ModemError)
  assert.match(readFileSync(other, 'utf8'), /^this is no database/)
})
