import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import Libsql from 'libsql'
import { ModemError } from '../modem/errors.ts'
import { MIGRATIONS } from './schema.ts'

type Value = string | number | null
type Statement = Libsql.Statement<Value[]>

/** SQLite's own words for a file that holds no readable database. */
const DAMAGE = /SQLITE_NOTADB|SQLITE_CORRUPT|malformed|not a database/i

/** The database, what is not yet in it, and the index of that. */
const FILES = ['', '-wal', '-shm']

/**
 * One SQLite file: WAL, synchronous=FULL, so that what a statement or transaction wrote is on disk when it returns.
 * @throws ModemError `internal` whenever the file cannot be read or written
 */
export class Database {
  readonly #file: Libsql.Database
  readonly #statements = new Map<string, Statement>()
  #depth = 0

  constructor(file: Libsql.Database) {
    this.#file = file
  }

  run(sql: string, ...values: Value[]): { changes: number; seq: number } {
    return guarded(() => {
      const { changes, lastInsertRowid } = this.#prepared(sql).run(...values)
      return { changes, seq: Number(lastInsertRowid) }
    })
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return guarded(() => this.#prepared(sql).get(...values) as Row | undefined)
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return guarded(() => this.#prepared(sql).all(...values) as Row[])
  }

  /** All or nothing. A transaction inside another is part of the outer one. */
  transaction<Result>(work: () => Result): Result {
    if (this.#depth > 0) return work()
    this.run('BEGIN IMMEDIATE')
    this.#depth++
    try {
      const result = work()
      this.run('COMMIT')
      return result
    } catch (error) {
      // A full disk makes SQLite roll back by itself; then there is nothing left to roll back.
      if (this.#file.inTransaction) this.run('ROLLBACK')
      throw error
    } finally {
      this.#depth--
    }
  }

  close(): void {
    this.#statements.clear()
    this.#file.close()
  }

  #prepared(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#file.prepare<Value[]>(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** Opens or creates the file at `path`. A damaged one is renamed, never deleted, and `report` says so. */
export function openDatabase(path: string, report: (problem: string) => void): Database {
  return guarded(() => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    try {
      return connect(path)
    } catch (error) {
      if (!existsSync(path) || !DAMAGE.test(String((error as { code?: unknown }).code) + String(error))) throw error
      const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`
      for (const suffix of FILES) {
        if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
      }
      report(`The journal ${path} is damaged. It was put aside as ${aside} and a new one begun.`)
      return connect(path)
    }
  })
}

/** Opens a file that is there as it is, to look at it: nothing can be written, nothing is migrated or put aside. */
export function openToRead(path: string): Database {
  return guarded(() => {
    const file = new Libsql(path)
    file.pragma('query_only = ON')
    file.pragma('busy_timeout = 1000')
    return new Database(file)
  })
}

function connect(path: string): Database {
  keepPrivate(path)
  const file = new Libsql(path)
  try {
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = FULL')
    file.pragma('foreign_keys = ON')
    file.pragma('busy_timeout = 5000')
    const [check] = file.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[]
    if (check?.quick_check !== 'ok') throw new Error(`SQLITE_CORRUPT: ${check?.quick_check}`)
    migrate(file, path)
    return new Database(file)
  } catch (error) {
    file.close()
    throw error
  }
}

/**
 * Phone numbers and message texts are in it: nobody else's business, not even for the moment before a mode is changed. SQLite gives
 * the files beside it the mode of the database; those of a process that was killed may have an older one.
 */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  for (const suffix of FILES) {
    if (existsSync(path + suffix)) chmodSync(path + suffix, 0o600)
  }
}

function migrate(file: Libsql.Database, path: string): void {
  const { user_version: version } = file.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > MIGRATIONS.length) {
    throw new ModemError(
      'internal',
      `The journal ${path} was written by a newer version of zte2mqtt. Use that version, or move the file away.`,
    )
  }
  for (const [from, sql] of MIGRATIONS.entries()) {
    if (from >= version) file.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${from + 1}; COMMIT;`)
  }
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof ModemError) throw error
    throw new ModemError('internal', `The journal cannot be used: ${(error as Error).message}`, { cause: error })
  }
}
