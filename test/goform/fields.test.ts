import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ItemGroup } from '../../src/goform/fields.ts'
import { itemsOf } from '../../src/goform/fields.ts'
import { GOFORM_PATHS, readItems } from '../../src/goform/request.ts'

const ALL: readonly ItemGroup[] = [
  'signal',
  'registration',
  'operator',
  'sim',
  'cell',
  'data',
  'battery',
  'networkMode',
]

test('the whole state fits into one request that every device takes', () => {
  const items = itemsOf(ALL, true)
  assert.equal(new Set(items).size, items.length)
  assert.ok(items.length > 50 && items.length < 100, String(items.length))
  const site = { origin: 'http://192.168.0.1', paths: GOFORM_PATHS, cookie: null }
  assert.equal(readItems(site, items, Date.parse('2026-01-01T00:00:00Z')).length, 1)
})

test('names of newer firmware are asked for only where they are known, and are additions', () => {
  const [old, all] = [itemsOf(ALL, false), itemsOf(ALL, true)]
  const added = all.filter((item) => !old.includes(item))
  assert.ok(added.length > 8)
  for (const item of added) assert.match(item, /^(?:network_|flux_|mc_)/)
  assert.deepEqual(
    old.filter((item) => !all.includes(item)),
    [],
  )
  assert.deepEqual(
    old.filter((item) => /^(?:flux_|mc_)/.test(item)),
    [],
  )
})

test('nothing that is secret or personal is asked for', () => {
  const SECRET = /passw|psw|wpapsk|apn_config|imei|imsi|iccid|msisdn|^AD$|^RD$|^LD$/i
  assert.deepEqual(
    itemsOf(ALL, true).filter((item) => SECRET.test(item)),
    [],
  )
})
