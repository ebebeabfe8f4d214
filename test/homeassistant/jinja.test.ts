import assert from 'node:assert/strict'
import { test } from 'node:test'
import { render, TemplateFault } from './jinja.ts'

const SCOPE = {
  value: 'He said "no"\n\\ ü',
  value_json: { a: { b: 1.5, none: null, yes: true, empty: {} }, text: '  Grüße 👋  ', list: ['x', 'y'] },
}

for (const [template, text] of [
  ['{{ value_json.a.b }}', '1.5'],
  ['{{ value_json.a.none }}', 'None'],
  ['{{ value_json.a.yes }}', 'True'],
  ["{{ 'ON' if value_json.a.yes else 'OFF' }}", 'ON'],
  ["{{ 'ON' if value_json.a.empty else 'OFF' }}", 'OFF'],
  ["{{ none if value_json.a.none is none else 'ON' if value_json.a.none else 'OFF' }}", 'None'],
  ['{{ value_json.a.none.deeper if value_json.a.none else none }}', 'None'],
  ['{{ ((value_json.text or none) | trim)[:7] or none }}', 'Grüße 👋'],
  ["{{ (('' or '') | trim)[:3] or none }}", 'None'],
  ["{{ value_json.get('gone', {}).get('x') }}", 'None'],
  ['{{ value_json.a.b in [1, 2] or not value_json.a.none }}', 'True'],
  ['{{ value_json.list | length }}', '2'],
  [
    "{{ {'to': \"O'Brien \\\\ {{ x }}\", 'text': value} | tojson }}",
    JSON.stringify({ to: "O'Brien \\ {{ x }}", text: SCOPE.value }),
  ],
] as const) {
  test(`${template} is ${text}`, () => {
    assert.equal(render(template, SCOPE), text)
  })
}

for (const [what, template] of [
  ['a missing key', '{{ value_json.a.gone }}'],
  ['a key of nothing', '{{ value_json.a.none.b }}'],
  ['an unknown name', '{{ valve }}'],
  ['an unknown filter', '{{ value_json.a.b | round }}'],
  ['a missing end', '{{ (value_json.a.b }}'],
  ['words behind the end', '{{ value_json.a.b value }}'],
  ['a statement', '{% if true %}x{% endif %}'],
] as const) {
  test(`${what} is a fault`, () => {
    assert.throws(() => render(template, SCOPE), TemplateFault)
  })
}
