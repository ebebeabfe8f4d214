import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseYaml } from '../../src/config/yaml-file.ts'

const TEXT = `# comment
mqtt:
  url: mqtt://h
modems:
  - id: a
    port: auto
  - id: b

    port: x
list: [1,
  2]
`

describe('parseYaml', () => {
  for (const [steps, line] of [
    [['mqtt'], 2],
    [['mqtt', 'url'], 3],
    [['mqtt', 'password'], 2],
    [['modems', '1'], 7],
    [['modems', '1', 'port'], 9],
    [['modems', '1', 'pin'], 7],
    [['modems', '7', 'pin'], 4],
    [['list', '1'], 11],
    [['sms', 'storage'], undefined],
    [[], undefined],
  ] as const) {
    test(`${steps.join(' ')} is on line ${line}`, () => assert.equal(parseYaml(TEXT).lineOf(steps), line))
  }

  test('maps are read as Map, so that no key has a meaning of its own', () => {
    assert.deepEqual(parseYaml('__proto__: {a: 1}').value, new Map([['__proto__', new Map([['a', 1]])]]))
  })

  test('JSON is read', () => {
    assert.deepEqual(parseYaml('[{"id":"stick"}]').value, [new Map([['id', 'stick']])])
  })

  for (const [name, source, line, says] of [
    ['a key that is given twice', 'a: 1\nbase_topic: 2\nbase_topic: 3\n', 3, /^base_topic is given twice$/],
    ['a list that is not closed', 'a:\n  b: [1, 2\nc: 3\n', 3, /^YAML: .*\]/],
    ['a tab as indentation', 'a:\n\tb: 1\n', 2, /^YAML: Tabs are not allowed/],
    ['an unknown tag', 'a: 1\nb: !secret x\n', 2, /^YAML: Unresolved tag; text that begins with/],
    ['an alias without anchor', 'a: *secret\n', 1, /^YAML: Unresolved alias.*; text that begins with/],
    [
      'a reserved character',
      'a: 1\nb: @secret\n',
      2,
      /^YAML: Plain value cannot start with reserved character @; text that/,
    ],
    ['two documents', 'a: 1\n---\nb: 2\n', 2, /^YAML: Source contains multiple documents/],
  ] as const) {
    test(`${name} is a fault with its line, and what may be a secret is not shown`, () => {
      const { value, faults } = parseYaml(source)
      assert.equal(value, undefined)
      assert.equal(faults[0]?.line, line)
      assert.match(faults[0]?.says ?? '', says)
      assert.doesNotMatch(JSON.stringify(faults), /secret/)
    })
  }

  test('aliases that multiply beyond measure are a fault', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed'].map((pair) => [...pair])) {
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]`)
    }
    assert.equal(parseYaml(bomb.join('\n')).faults.length, 1)
  })
})
