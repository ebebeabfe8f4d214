import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BearerDialect } from '../../src/goform/network-mode.ts'
import {
  isMode,
  networkModeForm,
  networkModesOf,
  readNetworkMode,
  settableBearer,
} from '../../src/goform/network-mode.ts'

const DIALECTS: readonly BearerDialect[] = ['lte', 'nr', 'u50']

for (const dialect of DIALECTS) {
  test(`every mode of the ${dialect} family is read back as itself`, () => {
    const modes = networkModesOf(dialect)
    assert.equal(new Set(modes).size, modes.length)
    assert.equal(modes.length, dialect === 'lte' ? 10 : 12)
    for (const mode of modes) {
      const raw = new Map(networkModeForm(mode, dialect)).get('BearerPreference')!
      assert.deepEqual(readNetworkMode({ net_select: raw }, dialect), { mode, raw })
    }
  })
}

describe('a mode', () => {
  test('that a family has no word for is not written', () => {
    assert.equal(networkModeForm('nr', 'lte'), undefined)
    assert.equal(networkModeForm('lte_preferred', 'nr'), undefined)
  })
  test('of LTE and 5G is written and read in the words of the family', () => {
    assert.deepEqual(networkModeForm('lte_nr', 'nr')![1], ['BearerPreference', 'LTE_AND_5G'])
    assert.deepEqual(networkModeForm('lte_nr', 'u50')![1], ['BearerPreference', '4G_AND_5G'])
    assert.equal(readNetworkMode({ net_select: 'WL_AND_5G' }, 'u50')?.mode, 'lte_nr')
    assert.equal(readNetworkMode({ net_select: 'WL_AND_5G' }, 'nr')?.mode, 'other')
  })
  test('is set by the word that is known to set it, and recognised by either', () => {
    assert.equal(settableBearer('WL_AND_5G', 'u50'), '4G_AND_5G')
    assert.equal(settableBearer('WL_AND_5G', 'nr'), 'WL_AND_5G')
    assert.equal(settableBearer('TD_W', 'lte'), 'TD_W')
    const read = readNetworkMode({ net_select: 'WL_AND_5G' }, 'u50')
    for (const wanted of ['lte_nr', { raw: 'WL_AND_5G' }, { raw: '4G_AND_5G' }] as const) {
      assert.equal(isMode(read, wanted, 'u50'), true)
    }
    for (const wanted of ['lte', { raw: 'Only_LTE' }, { raw: 'TD_W' }] as const) {
      assert.equal(isMode(read, wanted, 'u50'), false)
      assert.equal(isMode(null, wanted, 'u50'), false)
    }
  })
  test('without a name is other, and none while the item is blank', () => {
    assert.deepEqual(readNetworkMode({ net_select: 'TD_W' }, 'lte'), { mode: 'other', raw: 'TD_W' })
    assert.equal(readNetworkMode({ net_select: '' }, 'lte'), null)
    assert.equal(readNetworkMode({}, 'lte'), null)
  })
})
