import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Journal } from '../../src/journal/journal.ts'

/** A clock that moves only when told. */
export class Clock {
  ms = Date.parse('2026-11-22T10:00:00Z')
  readonly now = (): number => this.ms
}

/** A journal in a folder of its own that goes with the test. */
export function openJournal(
  t: TestContext,
  clock = new Clock(),
): { journal: Journal; clock: Clock; path: string; reopen: () => Journal } {
  const folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-'))
  const path = join(folder, 'journal.db')
  const opened: Journal[] = []
  const reopen = (): Journal => {
    const journal = new Journal(path, clock.now, () => {})
    opened.push(journal)
    return journal
  }
  t.after(() => {
    for (const journal of opened) journal.close()
    rmSync(folder, { recursive: true })
  })
  return { journal: reopen(), clock, path, reopen }
}
