/** Nothing in the documents is rotten: links lead somewhere, and what people are told to write and to type is understood. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { describe, test } from 'node:test'
import { commandFaults } from '../examples/home-assistant.ts'
import { anchorsOf, codeSpansIn, linksIn, snippetsIn } from './markdown.ts'
import { snippetFaults, spanFaults } from './snippets.ts'

const ROOT = new URL('../../', import.meta.url)

const DOCUMENTS = documentsBelow('')

function documentsBelow(folder: string): readonly string[] {
  return readdirSync(new URL(folder, ROOT), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (entry.isDirectory())
      return ['node_modules', '.git', 'dist'].includes(entry.name) ? [] : documentsBelow(`${path}/`)
    return entry.isFile() && path.endsWith('.md') ? [path] : []
  })
}

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

/** Links of a document that lead nowhere. Addresses in the net are left alone. */
function linkFaults(document: string, markdown: string): readonly string[] {
  return linksIn(markdown).filter((link) => {
    if (/^(?:https?|mailto):/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? new URL(document, ROOT) : new URL(path, new URL(document, ROOT))
    if (!existsSync(target)) return true
    if (anchor === undefined) return false
    const text = path === '' ? markdown : statSync(target).isFile() ? readFileSync(target, 'utf8') : ''
    return !anchorsOf(text).has(anchor)
  })
}

for (const document of DOCUMENTS) {
  const markdown = read(document)
  describe(document, () => {
    test('has no link that leads nowhere', () => {
      assert.deepEqual(linkFaults(document, markdown), [])
    })

    test('names only command lines and topics that exist', () => {
      assert.deepEqual(codeSpansIn(markdown).flatMap(spanFaults), [])
    })

    for (const { language, text, line } of snippetsIn(markdown)) {
      test(`is right in its snippet at line ${line}`, () => {
        assert.deepEqual(snippetFaults(language, text), [])
      })
    }
  })
}

describe('the table of commands', () => {
  const rows = [...read('docs/mqtt.md').matchAll(/^\| `([a-z_/]+)` \| `(\{.*?\})`/gm)]
  const examples = rows.filter(([, command, payload]) => command !== 'sms/send' && payload?.includes(': '))

  test('has examples', () => {
    assert.ok(examples.length >= 5)
  })

  for (const [, command = '', payload = ''] of examples) {
    test(`has a payload that ${command} takes`, () => {
      assert.deepEqual(commandFaults(`zte2mqtt/stick/command/${command}`, payload), [])
    })
  }
})

describe('the guard of the documents', () => {
  const BROKEN: readonly (readonly [what: string, language: string, text: string, fault: RegExp])[] = [
    ['an option that does not exist', 'yaml', 'modems:\n  - {id: stick, prot: auto}', /prot/],
    ['a fragment with a wrong value', 'yaml', 'log: {level: loud}', /log\.level/],
    ['a variable that does not exist', 'yaml', 'environment: {ZTE2MQTT_MQTT_ULR: "mqtt://x"}', /ZTE2MQTT_MQTT_ULR/],
    ['YAML of no known kind', 'yaml', 'bridge: {url: x}', /neither/],
    [
      'an action to a topic that does not exist',
      'yaml',
      publish('sms/sned', '{"to": "+49170", "text": "x"}'),
      /sms\/sned/,
    ],
    ['an action with an unknown key', 'yaml', publish('sms/send', '{"number": "+49170", "text": "x"}'), /sms\/send/],
    ['an entity that does not exist', 'yaml', 'type: entities\nentities: [text.o2_stick_number]', /stick_number/],
    ['a verb that does not exist', 'sh', 'zte2mqtt docter', /docter/],
    ['an option that a verb does not have', 'sh', 'zte2mqtt switch modem --force', /--force/],
    ['an argument of the start that is no option', 'sh', 'npm start -- --mqtt.adress=x', /mqtt\.adress/],
    ['a script that does not exist', 'sh', 'npm ci && npm run bild', /bild/],
    ['a verb in a container', 'sh', 'docker compose run --rm zte2mqtt docter', /docter/],
    ['a file that is not there', 'sh', 'sudo cp docker/udev/71-zte.rules /etc', /71-zte/],
    ['a program nobody knows', 'sh', 'zte2mqt ports', /unknown program/],
    ['a command for an unknown topic', 'sh', `mosquitto_pub -q 1 -t zte2mqtt/stick/command/x -m '{}'`, /no topic/],
    [
      'a command without quality of service',
      'sh',
      `mosquitto_pub -t zte2mqtt/stick/command/reboot -m x`,
      /cannot be read/,
    ],
    ['a topic that does not exist', 'sh', 'mosquitto_sub -t zte2mqtt/stick/sms/recieved', /recieved/],
    ['broken JSON', 'json', '{"a": 1,}', /JSON/],
    ['a snippet without a mark', '', 'anything', /unknown kind/],
  ]
  for (const [what, language, text, fault] of BROKEN) {
    test(`finds ${what}`, () => {
      assert.match(snippetFaults(language, text).join('\n'), fault)
    })
  }

  test('finds wrong command lines, topics and options in the running text', () => {
    const spans = codeSpansIn(
      'See `sms: {storage: XX}`, `sms: {storage: ME}`, `zte2mqtt docter`, `zte2mqtt/stick/sms/lost` and `zte2mqtt doctor`.',
    )
    assert.equal(spans.flatMap(spanFaults).length, 3)
  })

  test('finds links to missing files, missing headings and missing headings elsewhere', () => {
    const text =
      '# A b\n[x](#a-b) [y](#c) [z](docs/nothing.md) [v](docs/mqtt.md#commands) [w](docs/mqtt.md#comands) `[no](link)`'
    assert.deepEqual(linkFaults('README.md', text), ['#c', 'docs/nothing.md', 'docs/mqtt.md#comands'])
  })

  test('takes a snippet out of its list', () => {
    assert.deepEqual(snippetsIn('1. a\n\n   ```sh\n   ls\n   ```\n'), [{ language: 'sh', text: 'ls\n', line: 3 }])
  })
})

function publish(command: string, payload: string): string {
  return `action: mqtt.publish\ndata:\n  topic: zte2mqtt/stick/command/${command}\n  qos: 1\n  payload: '${payload}'`
}

test('docs/dependencies.md has a row for every dependency, and none for others', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'))
  const tables = read('docs/dependencies.md').split('## What is our own')[0] ?? ''
  const rows = [...tables.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  )
  assert.deepEqual(rows.sort(), Object.keys({ ...dependencies, ...devDependencies }).sort())
})
