import { existsSync, statSync } from 'node:fs'
import { openToRead } from './database.ts'
import { MIGRATIONS } from './schema.ts'

/** What may be told of a journal to anybody: how much is in it, nothing of what is in it. */
export interface JournalFacts {
  /** Bytes, with what is still in the write-ahead log. */
  readonly size: number
  /** Number of migrations that were applied. */
  readonly version: number
  /** What this program brings a journal to. */
  readonly ownVersion: number
  /** Rows by table; of some tables by kind as well: `outbound.sent`. */
  readonly rows: Readonly<Record<string, number>>
}

const KINDS = [
  ['outbound', 'status'],
  ['part', 'state'],
  ['publication', 'kind'],
] as const

/** Counts what is in a journal, which may be in use. @returns `null` where there is none @throws ModemError when it cannot be read */
export function readJournalFacts(path: string): JournalFacts | null {
  if (!existsSync(path)) return null
  const size = [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  const database = openToRead(path)
  try {
    const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
    const tables = database
      .all<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .map(({ name }) => name)
    const rows = tables.map((name) => {
      const counted = database.get<{ rows: number }>(`SELECT count(*) AS rows FROM "${name}"`)
      return [name, counted?.rows ?? 0] as const
    })
    const byKind = KINDS.filter(([table]) => tables.includes(table)).flatMap(([table, column]) =>
      database
        .all<{ kind: string; rows: number }>(
          `SELECT ${column} AS kind, count(*) AS rows FROM ${table} GROUP BY 1 ORDER BY 1`,
        )
        .map(({ kind, rows }) => [`${table}.${kind}`, rows] as const),
    )
    return { size, version, ownVersion: MIGRATIONS.length, rows: Object.fromEntries([...rows, ...byKind]) }
  } finally {
    database.close()
  }
}
