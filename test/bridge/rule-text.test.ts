import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fillTemplate, matchText, parsePattern, textAt } from '../../src/bridge/rule-text.ts'

describe('a pattern', () => {
  const CASES: readonly (readonly [pattern: string, text: string, values: Record<string, string> | undefined])[] = [
    ['reboot router', 'reboot router', {}],
    ['reboot router', '  REBOOT\n\u00a0Router ', {}],
    ['reboot', 'please reboot', undefined],
    ['reboot', 'reboot now', undefined],
    ['reboot', 'rebooted', undefined],
    ['reboot', '', undefined],
    ['reboot {what}', 'Reboot Router', { what: 'Router' }],
    ['reboot {what}', 'reboot', undefined],
    ['reboot {what}', 'reboot the router', undefined],
    ['{room} light {state}', 'Küche light an', { room: 'Küche', state: 'an' }],
    ['heating {degrees}', 'heating -5.5', { degrees: '-5.5' }],
    ['heating {degrees}', 'heating 21,5%', { degrees: '21,5%' }],
    ['grüße', 'GRU\u0308SSE', undefined],
    ['grüße', 'GRU\u0308ßE', {}],
    ['set {what}', 'set "x"', undefined],
    ['set {what}', 'set {{x}}', undefined],
    ['set {what}', 'set $(id)', undefined],
    ['set {what}', 'set a/b', undefined],
    ['set {what}', 'set a\\b', undefined],
    ['set {what}', 'set +', { what: '+' }],
    ['set {what}', 'set #', undefined],
    ['set {what}', 'set a\u0000b', undefined],
    ['set {what}', 'set a\u202eb', undefined],
    ['set {what}', 'set __proto__', { what: '__proto__' }],
    ['set {what}', `set ${'a'.repeat(64)}`, { what: 'a'.repeat(64) }],
    ['set {what}', `set ${'a'.repeat(65)}`, undefined],
    ['a.c', 'abc', undefined],
    ['(a+)+$', '(a+)+$', {}],
  ]
  for (const [pattern, text, values] of CASES) {
    test(`${JSON.stringify(pattern)} finds ${JSON.stringify(values)} in ${JSON.stringify(text)}`, () =>
      assert.deepEqual(matchText(parsePattern(pattern), text), values))
  }

  test('takes no longer for a long and tricky text than for a short one', () => {
    const pattern = parsePattern('{a} {b} {c} {d} {e} {f} end')
    const started = performance.now()
    for (const text of ['a '.repeat(20_000), ' '.repeat(40_000), 'a'.repeat(40_000)]) {
      for (let turn = 0; turn < 100; turn++) assert.equal(matchText(pattern, text), undefined)
    }
    assert.ok(performance.now() - started < 200)
  })
})

describe('a template', () => {
  const lookUp = (path: string): string => `<${path}>`
  for (const [template, filled] of [
    ['done: {what}', 'done: <what>'],
    ['{state.signal.percent} %, {what}', '<state.signal.percent> %, <what>'],
    ['{"device": "{what}", "on": {}}', '{"device": "<what>", "on": {}}'],
    ['{{what}}', '{<what>}'],
    ['nothing', 'nothing'],
  ] as const) {
    test(`${template} becomes ${filled}`, () => assert.equal(fillTemplate(template, lookUp), filled))
  }

  test('does not look into what it was given for more of it', () => {
    assert.equal(
      fillTemplate('{a} {b}', (path) => (path === 'a' ? '{b} $& $1' : 'B')),
      '{b} $& $1 B',
    )
  })

  const state = { signal: { percent: 68, ber: null }, problem: null, data: { connected: false }, operator: 'o2' }
  for (const [path, text] of [
    ['signal.percent', '68'],
    ['signal.ber', 'unknown'],
    ['problem', 'unknown'],
    ['data.connected', 'false'],
    ['operator', 'o2'],
    ['operator.length', 'unknown'],
    ['signal', 'unknown'],
    ['signal.percent.more', 'unknown'],
    ['constructor.name', 'unknown'],
    ['nothing.at.all', 'unknown'],
  ] as const) {
    test(`finds ${text} at ${path}`, () => assert.equal(textAt(state, path), text))
  }
})
