import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MODEM_ENTITIES } from '../../src/homeassistant/entities.ts'
import { formatState } from '../../src/mqtt/payloads.ts'
import { createTopics, MODEM_TOPICS } from '../../src/mqtt/topics.ts'
import { CARD, NOTHING_KNOWN } from '../mqtt/samples.ts'

const topics = createTopics('zte')
const components = MODEM_ENTITIES.map((row) => ({ ...row, keys: row.component(CARD, topics) }))

function has(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path
  if (key === undefined) return true
  return typeof value === 'object' && value !== null && key in value && has(Reflect.get(value, key), rest)
}

for (const { key, keys } of components.filter(({ keys }) => keys.stat_t === topics.modem('stick', 'state'))) {
  test(`what ${key} reads is in the state even when nothing is known`, () => {
    const state = JSON.parse(formatState(NOTHING_KNOWN))
    const templates = `${keys.val_tpl} ${keys.json_attr_tpl ?? ''}`
    const paths = [...templates.matchAll(/value_json\.([a-z_.]+)/g)].map(([, path]) => path?.split('.') ?? [])
    assert.ok(paths.length > 0)
    for (const path of paths) assert.ok(has(state, path), path.join('.'))
  })
}

test('entities read only topics that the bridge publishes', () => {
  const published = MODEM_TOPICS.map(({ path }) => `zte/stick/${path}`)
  for (const { key, keys } of components) {
    for (const topic of [keys.stat_t, keys.json_attr_t, keys.t]) {
      if (topic !== undefined) assert.ok(published.includes(String(topic)), `${key} ${topic}`)
    }
  }
})

test('keys are unique', () => {
  assert.equal(new Set(MODEM_ENTITIES.map(({ key }) => key)).size, MODEM_ENTITIES.length)
})

test('a registration or access technology is always one of the listed options', () => {
  const optionsOf = (key: string) => components.find((row) => row.key === key)?.keys.options as string[]
  assert.ok(optionsOf('registration').includes(JSON.parse(formatState(NOTHING_KNOWN)).registration))
  assert.equal(optionsOf('registration').length, 6)
  assert.equal(optionsOf('access_technology').length, 12)
})
