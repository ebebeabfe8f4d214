import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { duration, filledText, integer, text } from '../../src/config/formats.ts'
import type { Group } from '../../src/config/options.ts'
import { leavesOf, spread } from '../../src/config/options.ts'
import { listOf, settle } from '../../src/config/settle.ts'

const SCHEMA = {
  net: {
    host: { doc: '', format: text, default: 'localhost' },
    port: { doc: '', format: integer(1, 9), default: 5 },
    deep: { wait: { doc: '', format: duration('1s', '1h'), default: '30s' } },
  },
  token: { doc: '', format: filledText, default: null, sensitive: true },
  users: {
    doc: '',
    default: [],
    format: listOf({
      name: { doc: '', format: filledText, default: null, required: true },
      age: { doc: '', format: integer(1, 99), default: 30 },
      pin: { doc: '', format: filledText, default: null, sensitive: true },
    }),
  },
} as const satisfies Group

function faultsOf(given: Record<string, unknown>): readonly string[] {
  return settle(SCHEMA, new Map(Object.entries(given))).faults.map(({ path, says }) => `${path}: ${says}`)
}

describe('settle', () => {
  test('defaults are read like given values', () => {
    assert.deepEqual(settle(SCHEMA, new Map()), {
      value: { net: { host: 'localhost', port: 5, deep: { wait: 30_000 } }, token: null, users: [] },
      faults: [],
    })
  })

  test('elements of a list get the defaults of their own schema', () => {
    const { value } = settle(SCHEMA, new Map([['users', [new Map([['name', 'a']])]]]))
    const age: number | undefined = value.users[0]?.age
    assert.equal(age, 30)
    assert.deepEqual(value.users, [{ name: 'a', age: 30, pin: null }])
  })

  test('every wrong value is reported at once', () => {
    assert.deepEqual(faultsOf({ 'net.port': 10, 'net.host': 1, 'net.deep.wait': '2h' }), [
      'net.host: found 1, allowed is text (in quotes if it looks like a number)',
      'net.port: found 10, allowed is a whole number from 1 to 9',
      'net.deep.wait: found "2h", allowed is a number with its unit s, m, h or d, from 1s to 1h',
    ])
  })

  test('the value of a secret is not shown', () => {
    assert.deepEqual(faultsOf({ token: 4711 }), [
      'token: found *** (a number), allowed is text that is not empty (in quotes if it looks like a number)',
    ])
  })

  test('in lists every fault is reported with its index, and secrets are not shown', () => {
    const users = [
      new Map<string, unknown>([
        ['age', 0],
        ['pin', 4711],
        ['nam', 'x'],
      ]),
      'hunter2',
      new Map([['name', 'b']]),
    ]
    assert.deepEqual(faultsOf({ users }), [
      'users[0].nam: there is no such option, did you mean name?',
      'users[0].name: is missing, allowed is text that is not empty (in quotes if it looks like a number)',
      'users[0].age: found 0, allowed is a whole number from 1 to 99',
      'users[0].pin: found *** (a number), allowed is text that is not empty (in quotes if it looks like a number)',
      'users[1]: found text, allowed is a map with name, age, pin',
    ])
  })

  test('what stands in place of a list is not shown, it may hold secrets', () => {
    assert.deepEqual(faultsOf({ users: 'hunter2' }), [
      'users: found text, allowed is a list, each element a map with name, age, pin',
    ])
  })

  test('a map in place of a single value is a fault', () => {
    const [fault] = faultsOf({ 'net.port': new Map([['a.b', new Map([['__proto__', 1]])]]) })
    assert.equal(fault, 'net.port: found a map, allowed is a whole number from 1 to 9')
  })

  test('credentials in a URL and long texts are not shown', () => {
    assert.match(faultsOf({ 'net.port': 'mqtt://u:p/a@ss@host' })[0] ?? '', /found "mqtt:\/\/\*\*\*@host",/)
    assert.match(faultsOf({ 'net.port': 'x'.repeat(99) })[0] ?? '', /found "x{59}…,/)
  })
})

describe('spread', () => {
  test('options are sorted by their path, empty ones are left out', () => {
    const raw = new Map<string, unknown>([
      [
        'net',
        new Map<string, unknown>([
          ['port', 1],
          ['host', null],
          ['deep', new Map([['wait', '1s']])],
        ]),
      ],
      ['users', null],
    ])
    assert.deepEqual(spread(SCHEMA, raw), {
      given: new Map<string, unknown>([
        ['net.port', 1],
        ['net.deep.wait', '1s'],
      ]),
      faults: [],
    })
  })

  test('a group that is left empty is no fault', () => {
    assert.deepEqual(spread(SCHEMA, new Map([['net', null]])), { given: new Map(), faults: [] })
  })

  for (const [raw, path, says] of [
    [new Map([['tokne', 1]]), 'tokne', 'there is no such option, did you mean token?'],
    [new Map([['port', 1]]), 'port', 'there is no such option, did you mean net.port?'],
    [new Map([['quite different', 1]]), 'quite different', 'there is no such option'],
    [new Map([['constructor', 1]]), 'constructor', 'there is no such option'],
    [new Map([[7, 1]]), '7', 'there is no such option'],
    [new Map([['net', new Map([['hosts', 1]])]]), 'net.hosts', 'there is no such option, did you mean net.host?'],
    [new Map([['net', 'x']]), 'net', 'found text, allowed is a map with host, port, deep'],
    [new Map([['net', []]]), 'net', 'found a list, allowed is a map with host, port, deep'],
  ] as const) {
    test(`${path}: ${says}`, () => {
      assert.deepEqual(spread(SCHEMA, raw as ReadonlyMap<unknown, unknown>), {
        given: new Map(),
        faults: [{ path, says }],
      })
    })
  }
})

test('leavesOf lists every option in the order of the schema', () => {
  assert.deepEqual(
    leavesOf(SCHEMA).map(([path]) => path),
    ['net.host', 'net.port', 'net.deep.wait', 'token', 'users'],
  )
})
