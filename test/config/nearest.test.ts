import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest, suggestion } from '../../src/config/nearest.ts'

const CANDIDATES = ['base_topic', 'username', 'url', 'ca', 'password']

for (const [word, meant] of [
  ['base_topik', 'base_topic'],
  ['basetopic', 'base_topic'],
  ['USERNAME', 'username'],
  ['user', undefined],
  ['passwort', 'password'],
  ['uri', 'url'],
  ['cb', 'ca'],
  ['xyz', undefined],
  ['', undefined],
] as const) {
  test(`${word} is taken for ${meant}`, () => assert.equal(nearest(word, CANDIDATES), meant))
}

test('nothing is suggested when nothing is near', () => {
  assert.equal(suggestion(undefined), '')
  assert.equal(suggestion('url'), ', did you mean url?')
})
