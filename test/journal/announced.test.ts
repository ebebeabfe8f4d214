import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import Libsql from 'libsql'
import { MIGRATIONS } from '../../src/journal/schema.ts'
import { openJournal } from './open-journal.ts'

const DEVICE = { topic: 'ha/device/x/config', root: '{}', components: '[]', states: ['zte/x/state'] }

test('what was announced is known after a restart, the newest of each device', (t) => {
  const { journal, reopen } = openJournal(t)
  journal.announced.announced({ ...DEVICE, root: '{"o":1}' })
  journal.announced.announced(DEVICE)
  journal.announced.announced({ ...DEVICE, topic: 'ha/device/a/config' })
  assert.deepEqual(reopen().announced.all(), [{ ...DEVICE, topic: 'ha/device/a/config' }, DEVICE])
})

test('a device that is gone is forgotten', (t) => {
  const { journal } = openJournal(t)
  journal.announced.announced(DEVICE)
  journal.announced.removed(DEVICE.topic)
  assert.deepEqual(journal.announced.all(), [])
})

test('a journal from before announcements were noted is brought up to date, and keeps what it has', (t) => {
  const { journal, path, reopen } = openJournal(t)
  journal.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  const file = new Libsql(path)
  file.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`)
  file.exec("INSERT INTO note (name, value) VALUES ('a', 'b')")
  file.close()
  const later = reopen()
  assert.equal(later.note('a'), 'b')
  later.announced.announced(DEVICE)
  assert.deepEqual(later.announced.all(), [DEVICE])
})
