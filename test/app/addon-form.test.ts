import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { environmentOf } from '../../src/app/addon.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Group, Leaf } from '../../src/config/options.ts'
import { isLeaf } from '../../src/config/options.ts'
import { SCHEMA } from '../../src/config/schema.ts'

const ROOT = new URL('../../', import.meta.url)
const APP = 'docker/home-assistant/'

type Form = string | readonly Form[] | { readonly [key: string]: Form }

const textOf = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const manifest = parse(textOf(`${APP}config.yaml`))
const schema = manifest.schema as { readonly [key: string]: Form }
const isGroup = (form: Form): form is { readonly [key: string]: Form } =>
  typeof form === 'object' && !Array.isArray(form)

/** The kinds of element that the Supervisor knows, as far as they are used here. */
const ELEMENT = /^(?:(bool|str|password)|int\((\d+),(\d+)\)|match\((.*)\)|list\((.+)\))(\??)$/

/** In what a form differs from the options of the bridge, one sentence each. */
function differences(form: Form, node: Leaf | Group | undefined, path: string): readonly string[] {
  if (node === undefined) return [`${path} is no option of the bridge`]
  if (Array.isArray(form)) {
    const items = isLeaf(node) ? node.format.items : undefined
    return form.length === 1 && items !== undefined ? differences(form[0], items, path) : [`${path} is no list`]
  }
  if (isGroup(form)) {
    if (isLeaf(node)) return [`${path} is no group`]
    return Object.entries(form).flatMap(([key, below]) => differences(below, node[key], `${path}.${key}`))
  }
  return isLeaf(node) ? unfit(String(form), node).map((what) => `${path}: ${what}`) : [`${path} is a group`]
}

function unfit(element: string, { format, required, sensitive }: Leaf): readonly string[] {
  const [, word, min, max, pattern, list, optional] = ELEMENT.exec(element) ?? []
  const { json } = format
  const kind =
    json['enum'] !== undefined
      ? 'list'
      : json['type'] === 'boolean'
        ? 'bool'
        : json['type'] === 'integer'
          ? 'int'
          : 'text'
  const stated = list !== undefined ? 'list' : min !== undefined ? 'int' : word === 'bool' ? 'bool' : 'text'
  const faults = [
    ...(word === undefined && min === undefined && pattern === undefined && list === undefined
      ? [`unknown element ${element}`]
      : []),
    ...((optional === '') === (required === true) ? [] : ['optional here and required there, or the other way round']),
    ...(kind === stated ? [] : [`${stated} here, ${kind} there`]),
    ...(sensitive && word === 'str' ? ['a secret is shown'] : []),
    ...(min !== undefined && (json['minimum'] !== Number(min) || json['maximum'] !== Number(max))
      ? ['other limits']
      : []),
  ]
  const values = list?.split('|') ?? []
  const allowed = json['enum'] === undefined ? values : (json['enum'] as readonly unknown[]).map(String)
  const others = [
    ...values.filter((value) => !allowed.includes(value)),
    ...allowed.filter((value) => !values.includes(value)),
  ]
  return [...faults, ...others.map((value) => `${value} is not on both sides`)]
}

/** What people may write into a field, with the verdict of the bridge to be compared with that of the form. */
const TRIED = [
  '',
  'a',
  'Stick',
  'stick-1',
  'bridge2',
  '1234',
  '123',
  '123456789',
  '12a4',
  '351234567890123',
  '35123456789012',
  'http://192.168.0.1',
  'https://router:8443/',
  'http://a/b',
  'ftp://x',
  'mqtt://h:1883',
  'wss://h/mqtt',
  'mqtt://u:p@h',
  'h:1883',
]

test('every field of the form is an option of the bridge, of the same kind, with the same values', () => {
  assert.deepEqual(
    Object.entries(schema).flatMap(([key, form]) => differences(form, SCHEMA[key as keyof typeof SCHEMA], key)),
    [],
  )
})

test('a pattern in the form lets through exactly what the bridge takes', () => {
  const fields = Object.entries((schema['modems'] as readonly { [key: string]: string }[])[0] ?? {})
  const leaves = (SCHEMA.modems.format.items ?? {}) as { readonly [key: string]: Leaf }
  const mqtt = ['url', (schema['mqtt'] as { readonly [key: string]: string })['url'] ?? '', SCHEMA.mqtt.url] as const
  const patterns = [...fields.map(([key, element]) => [key, element, leaves[key]] as const), mqtt].flatMap(
    ([key, element, leaf]) => {
      const pattern = ELEMENT.exec(element)?.[4]
      return pattern === undefined || leaf === undefined ? [] : [{ key, regex: new RegExp(pattern), leaf }]
    },
  )
  assert.deepEqual(
    patterns.map(({ key }) => key),
    ['id', 'imei', 'pin', 'url', 'url'],
  )
  for (const { key, regex, leaf } of patterns)
    for (const text of TRIED)
      assert.equal(regex.test(text), 'value' in leaf.format.read(text), `${key}: ${JSON.stringify(text)}`)
})

test('the options that the form starts with are complete, and the bridge takes them', () => {
  // The Supervisor refuses options without a group that is in the schema.
  const groups = Object.keys(schema).filter((key) => typeof schema[key] === 'object')
  assert.deepEqual(
    groups.filter((key) => manifest.options[key] === undefined),
    [],
  )
  const env = environmentOf(manifest.options)
  const { modems } = loadConfig({ args: [], env, readFile: () => undefined, defaultFile: 'none.yaml' })
  assert.deepEqual(
    modems.map(({ id, port }) => [id, port]),
    [['stick', 'auto']],
  )
})

test('a form that has drifted is noticed', () => {
  const drifted: readonly [Form, string][] = [
    [{ speed: 'int(1,9)?' }, 'sms.speed is no option of the bridge'],
    [{ storage: 'list(SM|ME)?' }, 'sms.storage: MT is not on both sides'],
    [{ max_parts: 'int(1,10)?' }, 'sms.max_parts: other limits'],
    [{ delivery_report: 'str?' }, 'sms.delivery_report: text here, bool there'],
    [{ delivery_report: 'bool' }, 'sms.delivery_report: optional here and required there, or the other way round'],
    [{ retry: 'int(1,2)?' }, 'sms.retry is a group'],
  ]
  for (const [form, says] of drifted) assert.deepEqual(differences(form, SCHEMA.sms, 'sms'), [says])
  assert.deepEqual(differences({ password: 'str?' }, SCHEMA.mqtt, 'mqtt'), ['mqtt.password: a secret is shown'])
})

describe('translations', () => {
  for (const file of readdirSync(new URL(`${APP}translations/`, ROOT))) {
    test(`${file} has a name and a description for each field, and no others`, () => {
      const { configuration } = parse(textOf(`${APP}translations/${file}`))
      assert.deepEqual(Object.keys(configuration), Object.keys(schema))
      for (const [key, form] of Object.entries(schema)) {
        const fields = Array.isArray(form) ? form[0] : form
        assert.deepEqual(Object.keys(configuration[key].fields), Object.keys(fields), `${basename(file)}: ${key}`)
        for (const entry of [
          configuration[key],
          ...Object.values<{ name: string; description: string }>(configuration[key].fields),
        ])
          assert.ok(entry.name.length > 1 && entry.description.length > 1, `${basename(file)}: ${key}`)
      }
    })
  }
})

test('Home Assistant finds the app, with the version of the package', () => {
  assert.equal(manifest.version, JSON.parse(textOf('package.json')).version)
  assert.deepEqual(Object.keys(parse(textOf('repository.yaml'))), ['name', 'url', 'maintainer'])
  // The Supervisor takes every file of that name in a repository for an app, except below folders that begin with a dot.
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).split(
    '\n',
  )
  assert.deepEqual(
    tracked.filter((path) => /^(?!\.)(.*\/)?config\.(yaml|yml|json)$/.test(path)),
    [`${APP}config.yaml`],
  )
})
