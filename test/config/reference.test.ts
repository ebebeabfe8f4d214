import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { leavesOf } from '../../src/config/options.ts'
import { configurationPage, configurationSchema } from '../../src/config/reference.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { envName } from '../../src/config/sources.ts'
import { parseYaml } from '../../src/config/yaml-file.ts'

const ROOT = new URL('../../', import.meta.url)

function file(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

/** Every option, those of list elements as `modems[].id`. */
const OPTIONS = leavesOf(SCHEMA).flatMap(([path, { format }]) => [
  path,
  ...(format.items ? leavesOf(format.items).map(([key]) => `${path}[].${key}`) : []),
])

describe('generated files', () => {
  test('docs/configuration.md is what npm run docs writes', () => {
    assert.equal(file('docs/configuration.md'), configurationPage(), 'stale: run npm run docs')
  })

  test('config/schema.json is what npm run docs writes', () => {
    assert.equal(file('config/schema.json'), configurationSchema(), 'stale: run npm run docs')
  })

  test('the page names every option and its variable', () => {
    const page = configurationPage()
    for (const option of OPTIONS) assert.ok(page.includes(`| \`${option.replace(/^.*\[\]\./, '')}\` |`), option)
    for (const [path] of leavesOf(SCHEMA)) assert.ok(page.includes(`\`${envName(path)}\``), path)
  })

  test('the JSON Schema knows every option and its patterns are valid', () => {
    const schema: unknown = JSON.parse(configurationSchema())
    for (const option of OPTIONS) {
      let node = schema as Record<string, Record<string, unknown> | undefined> | undefined
      for (const step of option.replaceAll('[].', '.').split('.')) {
        const within = (node?.items ?? node) as typeof node
        node = within?.properties?.[step] as typeof node
      }
      assert.ok(node !== undefined, option)
      if (typeof node.pattern === 'string') assert.ok(new RegExp(node.pattern, 'u'))
    }
  })
})

describe('the example', () => {
  const example = file('config/zte2mqtt.example.yaml')
  const everything = example.replace(/^( *)#(?=[a-z-])/gm, '$1').replace('url: mqtt:', 'url: mqtts:')

  function load(yaml: string) {
    return loadConfig({ args: [], env: {}, readFile: () => yaml, defaultFile: 'zte2mqtt.example.yaml' })
  }

  test('it is valid as it is', () => {
    assert.equal(load(example).modems.length, 1)
  })

  test('it is valid with all its options switched on', () => {
    assert.equal(load(everything).sms.retry.attempts, 3)
  })

  test('it mentions every option', () => {
    const mentioned = new Set(optionsIn(parseYaml(everything).value, ''))
    assert.deepEqual(
      OPTIONS.filter((option) => !mentioned.has(option)),
      [],
    )
  })

  test('the options it switches off show their defaults', () => {
    const shown = load(everything)
    const defaults = load('modems: [{id: stick}]')
    for (const group of ['poll', 'sms', 'privacy', 'log', 'journal', 'homeassistant'] as const) {
      assert.deepEqual(shown[group], defaults[group])
    }
  })
})

function optionsIn(value: unknown, path: string): readonly string[] {
  if (value instanceof Map) {
    const below = [...value].flatMap(([key, part]) => optionsIn(part, path === '' ? String(key) : `${path}.${key}`))
    return [path, ...below]
  }
  if (Array.isArray(value)) return [path, ...value.flatMap((part) => optionsIn(part, `${path}[]`))]
  return [path]
}
