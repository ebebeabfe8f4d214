import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { House } from './architecture-rules.ts'
import { findFaults, importsOf, mirrorFaults } from './architecture-rules.ts'

/** The house as ARCHITECTURE.md draws it. Stairs lead down only. */
const HOUSE: House = {
  mayImport: {
    modem: [],
    sms: ['modem'],
    at: ['modem', 'sms'],
    goform: ['modem', 'sms'],
    devices: ['modem', 'at', 'goform'],
    transport: ['modem', 'devices'],
    driver: ['modem', 'sms', 'at', 'goform', 'devices', 'transport'],
    journal: ['modem'],
    bridge: ['modem', 'journal'],
    mqtt: ['modem', 'bridge'],
    homeassistant: ['modem', 'bridge', 'mqtt', 'journal'],
    config: ['modem', 'devices'],
    // The other end of the wire must not share our mistakes. The alphabets are the standard's own tables.
    simulator: ['modem', 'sms/gsm7-tables.ts'],
    app: [
      'modem',
      'sms',
      'at',
      'goform',
      'devices',
      'transport',
      'driver',
      'journal',
      'bridge',
      'mqtt',
      'homeassistant',
      'config',
      'simulator',
    ],
    'main.ts': ['app'],
  },
  pureFolders: ['modem', 'sms', 'at', 'goform', 'devices'],
  pureModules: ['node:buffer', 'node:crypto', 'any-ascii'],
  pureTypes: ['node:events'],
  tables: [
    'at/error-numbers.ts',
    'at/unsolicited.ts',
    'config/schema.ts',
    'devices/routers.ts',
    'devices/usb-compositions.ts',
    'devices/usb-zerocd.ts',
    'goform/fields.ts',
    'modem/errors.ts',
    'simulator/profiles.ts',
    'sms/gsm7-tables.ts',
  ],
  maxLines: 300,
  maxTableLines: 400,
  emptyWords: ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'base', 'index', 'misc', 'shared'],
}

/** Test folders that mirror no folder of `src/`: suites for several, the examples, and whole programs. */
const FOLDERS_OF_THEIR_OWN = ['contract', 'docs', 'examples', 'system']

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(join(ROOT, folder), join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

const sources = filesBelow('src', '.ts').map((path) => ({ path, text: readFileSync(join(ROOT, 'src', path), 'utf8') }))
const tests = filesBelow('test', '.test.ts')

describe('the house', () => {
  test('every file keeps to its floor, its doors and its size', () => {
    assert.deepEqual(findFaults(sources, HOUSE), [])
  })

  test('nothing starts another program, a shell least of all, or runs text as a program', () => {
    const starters = /\b(?:child_process|node:vm|worker_threads)\b|\beval\(|\bnew Function\(/
    const found = sources.filter(({ text }) => starters.test(text)).map(({ path }) => path)
    assert.deepEqual(found, [])
  })

  test('every test stands beside the source it tests, and no folder of the source is without one', () => {
    const paths = sources.map(({ path }) => path)
    const supports = filesBelow('test', '.ts').filter((path) => !tests.includes(path))
    assert.deepEqual(mirrorFaults(paths, tests, supports, FOLDERS_OF_THEIR_OWN), [])
  })

  test('"npm test" names every test file but those that need a whole system, and "npm run test:system" names those', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const named = (script: string): readonly string[] => {
      const list = /--test (?:--test-\S+ )*(.+)$/.exec(scripts[script])?.[1]
      return execFileSync('sh', ['-c', `ls ${list}`], { cwd: ROOT, encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((path) => path.replace(/^test\//, ''))
        .sort()
    }
    const isSystem = (path: string): boolean => path.startsWith('system/')
    assert.deepEqual(
      named('test'),
      tests.filter((path) => !isSystem(path)),
    )
    assert.deepEqual(named('test:system'), tests.filter(isSystem))
    assert.ok(tests.length > 40, `only ${tests.length} test files were found`)
  })
})

describe('the rules themselves', () => {
  const house: House = {
    ...HOUSE,
    mayImport: { modem: [], sms: ['modem'], simulator: ['modem', 'sms/tables.ts'], 'main.ts': ['sms'] },
    tables: ['sms/tables.ts'],
    maxLines: 3,
    maxTableLines: 5,
  }
  const plain = {
    'modem/words.ts': 'export const a = 1\n',
    'sms/tables.ts': '1\n2\n3\n4\n5\n',
    'simulator/stick.ts': "import { t } from '../sms/tables.ts'\n",
    'main.ts': "import { t } from './sms/tables.ts'\n",
  }
  const faultsOf = (changes: Readonly<Record<string, string>>): readonly string[] =>
    findFaults(
      Object.entries({ ...plain, ...changes }).map(([path, text]) => ({ path, text })),
      house,
    )

  test('find nothing wrong with a house in order', () => {
    assert.deepEqual(faultsOf({}), [])
  })

  const FAULTS: readonly (readonly [what: string, changes: Readonly<Record<string, string>>, fault: string])[] = [
    [
      'a step up',
      { 'modem/words.ts': "import type { S } from '../sms/tables.ts'" },
      'modem/words.ts may not import sms/tables.ts',
    ],
    [
      'a file of a folder of which only another file is open',
      { 'sms/tpdu.ts': '', 'simulator/stick.ts': "import { d } from '../sms/tpdu.ts'" },
      'simulator/stick.ts may not import sms/tpdu.ts',
    ],
    [
      'an import over several lines',
      { 'main.ts': "import {\n  a,\n} from './modem/words.ts'\n" },
      'main.ts may not import modem/words.ts',
    ],
    [
      'an export from above',
      { 'modem/words.ts': "export { t } from '../sms/tables.ts'" },
      'modem/words.ts may not import sms/tables.ts',
    ],
    [
      'an import when needed',
      { 'main.ts': "await import('./modem/words.ts')" },
      'main.ts may not import modem/words.ts',
    ],
    ['a folder nobody knows', { 'extras/x.ts': '' }, 'extras has no row in the layer table'],
    [
      'a cycle',
      { 'sms/a.ts': "import { b } from './b.ts'", 'sms/b.ts': "import { a } from './a.ts'" },
      'import cycle: sms/a.ts → sms/b.ts → sms/a.ts',
    ],
    ['a file that imports itself', { 'sms/a.ts': "import * as a from './a.ts'" }, 'import cycle: sms/a.ts → sms/a.ts'],
    [
      'a package with two doors',
      { 'main.ts': "import m from 'mqtt'", 'simulator/stick.ts': "await import('mqtt/client')" },
      'mqtt is imported by more than one file: main.ts, simulator/stick.ts',
    ],
    [
      'a package of an organisation with two doors',
      { 'main.ts': "import m from '@o/p/a'", 'simulator/stick.ts': "import '@o/p'" },
      '@o/p is imported by more than one file: main.ts, simulator/stick.ts',
    ],
    [
      'a socket on the ground floor',
      { 'sms/a.ts': "import { connect } from 'node:net'" },
      'sms/a.ts lies on the ground floor and may not import node:net',
    ],
    [
      'a package on the ground floor',
      { 'sms/a.ts': "import m from 'mqtt'" },
      'sms/a.ts lies on the ground floor and may not import mqtt',
    ],
    [
      'an event emitter on the ground floor',
      { 'modem/words.ts': "import { EventEmitter } from 'node:events'" },
      'modem/words.ts lies on the ground floor and may not import node:events',
    ],
    [
      'a clock on the ground floor',
      { 'sms/a.ts': 'const at = Date.now()' },
      'sms/a.ts lies on the ground floor and may not use Date.now(',
    ],
    ['a file that is too long', { 'main.ts': '1\n2\n3\n4\n' }, 'main.ts has 4 lines, allowed are 3'],
    ['a table that is too long', { 'sms/tables.ts': '1\n2\n3\n4\n5\n6' }, 'sms/tables.ts has 6 lines, allowed are 5'],
    ['a file in a cellar', { 'sms/old/a.ts': '' }, 'sms/old/a.ts lies deeper than src/<folder>/<file>'],
    ['a name in another spelling', { 'sms/myCodec.ts': '' }, 'sms/myCodec.ts is not named in kebab-case'],
    [
      'a name that says nothing',
      { 'sms/sms-utils.ts': '' },
      'sms/sms-utils.ts: "utils" says nothing about what the file holds',
    ],
  ]
  for (const [what, changes, fault] of FAULTS) {
    test(`find ${what}`, () => {
      assert.deepEqual(faultsOf(changes), [fault])
    })
  }

  test('find a row of the layer table that no file stands behind', () => {
    const faults = findFaults([{ path: 'modem/words.ts', text: '' }], { ...house, mayImport: { modem: [], sms: [] } })
    assert.deepEqual(faults, ['sms has a row in the layer table and no file'])
  })

  test('let types go round in circles, through any package and out of doors', () => {
    const faults = faultsOf({
      'sms/a.ts': "import type { B } from './b.ts'\nimport type { E } from 'node:events'",
      'sms/b.ts': "import { a } from './a.ts'",
      'main.ts': "import type { M } from 'mqtt'",
      'simulator/stick.ts': "import { M } from 'mqtt'",
    })
    assert.deepEqual(faults, [])
  })

  test('count an import of inline types as one that loads the module', () => {
    assert.deepEqual(importsOf("import { type X } from 'a'\nimport type { Y } from 'b'"), [
      { to: 'a', isType: false },
      { to: 'b', isType: true },
    ])
  })

  test('are not misled by comments', () => {
    assert.deepEqual(importsOf("// import { a } from 'a'\n/*\n * import { b } from 'b'\n * import('c')\n */\n"), [])
    assert.deepEqual(
      faultsOf({ 'sms/a.ts': '/** Like Date.now() of the caller. */\nconst a = 1 // not process.env\n' }),
      [],
    )
  })

  test('find tests that stand beside nothing and folders without tests', () => {
    const faults = mirrorFaults(
      ['sms/tpdu.ts', 'at/dialog.ts', 'mqtt/client.ts', 'main.ts'],
      [
        'sms/tpdu.test.ts',
        'sms/tpdu-random.test.ts',
        'sms/gone.test.ts',
        'sms/vectors.test.ts',
        'at/dialogue.test.ts',
        'system/all.test.ts',
        'a.test.ts',
      ],
      ['sms/vectors.ts'],
      ['system'],
    )
    assert.deepEqual(faults, [
      'test/sms/gone.test.ts is named after no file in src/sms',
      'test/at/dialogue.test.ts is named after no file in src/at',
      'src/mqtt has no test in test/mqtt',
    ])
  })
})
