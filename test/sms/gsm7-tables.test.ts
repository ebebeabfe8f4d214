import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LOCKING_SHIFT_TABLES, SINGLE_SHIFT_TABLES } from '../../src/sms/gsm7-tables.ts'
import tables from '../vectors/gsm-tables.json' with { type: 'json' }

test('the locking shift tables are those of the standard', () => {
  const built = Object.fromEntries([...LOCKING_SHIFT_TABLES].map(([id, table]) => [String(id), [...table]]))
  assert.deepEqual(built, tables.locking)
})

test('the single shift tables are those of the standard', () => {
  const asHex = (septet: number) => septet.toString(16).toUpperCase().padStart(2, '0')
  const built = Object.fromEntries(
    [...SINGLE_SHIFT_TABLES].map(([id, table]) => [
      String(id),
      Object.fromEntries([...table].map(([septet, character]) => [asHex(septet), character])),
    ]),
  )
  assert.deepEqual(built, tables.single)
})

test('every locking shift table has 128 positions and leaves ESC undefined', () => {
  for (const [id, table] of LOCKING_SHIFT_TABLES) {
    assert.equal(table.length, 128, `table ${id}`)
    assert.equal(table[0x1b], null, `table ${id}`)
  }
})
