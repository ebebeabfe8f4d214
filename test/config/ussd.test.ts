import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listOf } from '../../src/config/settle.ts'
import { querySlug, repeatedSlugs, USSD_QUERY } from '../../src/config/ussd.ts'

const QUERIES = listOf(USSD_QUERY)
const read = (given: Readonly<Record<string, unknown>>) => QUERIES.read([new Map(Object.entries(given))])

describe('a USSD query', () => {
  test('needs a name and a code, the rest has defaults', () => {
    assert.deepEqual(read({ name: 'Balance', code: '*100#' }), {
      value: [{ name: 'Balance', code: '*100#', every: 86_400_000, regex: null, unit: null }],
    })
  })

  const WRONG: [key: string, value: unknown][] = [
    ['code', '*100'.replace('*', 'x')],
    ['code', 100],
    ['code', ''],
    ['code', '1'.repeat(161)],
    ['name', '…'],
    ['every', '10s'],
    ['regex', '([0-9'],
    ['unit', ''],
  ]
  for (const [key, value] of WRONG) {
    test(`is refused with ${key} ${JSON.stringify(value).slice(0, 20)}`, () => {
      const reading = read({ name: 'Balance', code: '*100#', [key]: value })
      assert.ok('refused' in reading)
      assert.deepEqual(
        reading.refused.map(({ at }) => at),
        [`[0].${key}`],
      )
    })
  }
})

test('the name makes the key in the state, and no two may make the same', () => {
  const rows = [
    ['Balance', 'balance'],
    ['Prepaid-Guthaben (€)', 'prepaid_guthaben'],
    ['Crédit Données', 'credit_donnees'],
    ['Баланс', 'баланс'],
  ] as const
  for (const [name, slug] of rows) assert.equal(querySlug(name), slug)
  assert.deepEqual(repeatedSlugs('ussd.queries', [{ name: 'Balance' }, { name: 'Data' }, { name: 'balance!' }]), [
    { path: 'ussd.queries[2].name', says: 'makes the same key (balance) as that of ussd.queries[0]' },
  ])
})
