import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError, loadConfig } from '../../src/config/load.ts'
import { redacted } from '../../src/config/redact.ts'
import type { Config } from '../../src/config/schema.ts'

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const HEAD = `modems: [{id: stick}]
contacts: {peter: "+491701234567"}
ussd: {queries: [{name: My Balance, code: "*100#"}]}
`

function load(rule: string): Config {
  return loadConfig({ args: [], env: {}, readFile: () => `${HEAD}rules: [${rule}]`, defaultFile: 'f' })
}

function faults(rule: string): readonly string[] {
  try {
    load(rule)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.faults
  }
}

const WHO = 'name: r, from: ["+491701234567"]'
const PUBLISH = 'do: {publish: {topic: home/x, payload: "{what}"}}'

describe('a rule', () => {
  for (const rule of [
    `{${WHO}, match: "reboot {what}", ${PUBLISH}}`,
    `{${WHO}, match: "reboot {what}", secret: {totp: ${KEY}}, do: [{command: reboot, modem: stick}], reply: "done: {what}"}`,
    `{name: r, from: [peter, "+49*", "0170 123"], match: status, reply: "{state.signal.percent} {state.ussd.my_balance.value}"}`,
    `{${WHO}, match: "x", secret: {pin: "4711"}, do: {command: network_mode/set, payload: '{"mode": "lte"}'}, max_age: 1h, per_hour: 1}`,
    `{${WHO}, match: "x {a} y {b}", do: {publish: {topic: zte2mqtt2/x, payload: '{"a": "{a}", "b": {}}'}}}`,
  ]) {
    test(`${rule} is taken`, () => assert.deepEqual(faults(rule), []))
  }

  const BAD: readonly (readonly [rule: string, fault: RegExp])[] = [
    [`{${WHO}, match: x}`, /^rules\[0\]: does nothing/],
    [`{name: r, from: [], match: x, reply: y}`, /^rules\[0\]\.from: .*at least one/],
    [
      `{name: r, from: [+491701234567], match: x, reply: y}`,
      /^rules\[0\]\.from\[0\]: allowed is a phone number in quotes/,
    ],
    [`{name: r, from: [petr], match: x, reply: y}`, /^rules\[0\]\.from\[0\]: is neither .* contact.*peter/],
    [`{${WHO}, match: "{what}", reply: y}`, /^rules\[0\]\.match: .*at least one word is none/],
    [`{${WHO}, match: "a{what}", reply: y}`, /^rules\[0\]\.match: .*a word of its own/],
    [`{${WHO}, match: "x {What}", reply: y}`, /^rules\[0\]\.match/],
    [`{${WHO}, match: " ", reply: y}`, /^rules\[0\]\.match/],
    [`{${WHO}, match: "x {a} {a}", reply: y}`, /^rules\[0\]\.match: has the same placeholder twice/],
    [`{${WHO}, match: "x {state}", reply: y}`, /^rules\[0\]\.match: .*\{state\}/],
    [`{${WHO}, match: x, reply: "{what}"}`, /^rules\[0\]\.reply: there is nothing for \{what\}/],
    [`{${WHO}, match: x, reply: "{state.signal.percnt}"}`, /^rules\[0\]\.reply: .*state\.signal\.percent/],
    [`{${WHO}, match: x, reply: "{state.ussd.other.value}"}`, /^rules\[0\]\.reply: there is nothing/],
    [
      `{${WHO}, match: x, do: {publish: {topic: home/x, payload: "{what}"}}}`,
      /^rules\[0\]\.do\[0\]\.publish\.payload: there is nothing for \{what\}/,
    ],
    [
      `{${WHO}, match: x, do: {publish: {topic: home/x, payload: "{state.phase}"}}}`,
      /^rules\[0\]\.do\[0\]\.publish\.payload/,
    ],
    [`{${WHO}, match: "x {a}", do: {publish: {topic: "home/{a}", payload: y}}}`, /topic: has a placeholder/],
    [`{${WHO}, match: x, do: {publish: {topic: home/+, payload: y}}}`, /topic: .*allowed is a topic without \+ and #/],
    [`{${WHO}, match: x, do: {publish: {topic: zte2mqtt/stick/command/reboot}}}`, /topic: is inside zte2mqtt/],
    [`{${WHO}, match: x, do: {publish: {topic: zte2mqtt}}}`, /topic: is inside zte2mqtt/],
    [`{${WHO}, match: x, do: {publish: {topic: $SYS/x}}}`, /topic: begins with \$/],
    [`{${WHO}, match: x, do: {publish: {payload: x}}}`, /topic: is missing/],
    [
      `{${WHO}, match: x, do: {command: reboot, publish: {topic: home/x}}}`,
      /do\[0\]: allowed is either publish or command/,
    ],
    [`{${WHO}, match: x, do: [{}]}`, /do\[0\]: allowed is either publish or command/],
    [
      `{${WHO}, match: x, do: {command: reboot, modem: other}}`,
      /modem: found "other", allowed is one of modems: stick/,
    ],
    [`{${WHO}, match: x, do: {command: at, payload: '{"command": "ATZ"}'}}`, /command: found "at", allowed is reboot/],
    [`{${WHO}, match: x, do: {command: sim/unlock}}`, /command: found "sim\/unlock"/],
    [`{${WHO}, match: "x {a}", do: {command: ussd/send, payload: "{a}"}}`, /payload: has a placeholder/],
    [`{${WHO}, match: x, reply: y, secret: {pin: "4711", totp: ${KEY}}}`, /^rules\[0\]\.secret: has a totp and a pin/],
    [
      `{${WHO}, match: x, reply: y, secret: {pin: 4711}}`,
      /^rules\[0\]\.secret\.pin: found \*\*\* \(a number\), allowed is 4 to 12 digits in quotes/,
    ],
    [`{${WHO}, match: x, reply: y, secret: {pin: "12a4"}}`, /^rules\[0\]\.secret\.pin: found \*\*\*/],
    [
      `{${WHO}, match: x, reply: y, secret: {totp: GEZDGNBV}}`,
      /^rules\[0\]\.secret\.totp: found \*\*\* .*16 characters/,
    ],
    [`{${WHO}, match: x, reply: y, secret: {totp: GEZDGNBVGY3TQOJ1}}`, /^rules\[0\]\.secret\.totp: found \*\*\*/],
    [
      `{${WHO}, match: x, reply: y}, {${WHO}, match: z, reply: y}`,
      /^rules\[1\]\.name: is the same as that of rules\[0\]/,
    ],
    [`{${WHO}, match: x, reply: y, regex: z}`, /^rules\[0\]\.regex: there is no such option/],
  ]
  for (const [rule, fault] of BAD) {
    test(`${rule} is refused`, () => {
      const told = faults(rule)
      assert.equal(told.length, 1, told.join('\n'))
      assert.match(told[0] ?? '', fault)
      assert.ok(!told.join().includes('4711') && !told.join().includes('GEZDGNBV'))
    })
  }

  test('is off by default', () =>
    assert.deepEqual(loadConfig({ args: [], env: {}, readFile: () => HEAD, defaultFile: 'f' }).rules, []))

  test('shows neither secrets nor numbers, nor what it says and answers', () => {
    const config = load(
      `{${WHO}, match: "sesame {what}", secret: {totp: ${KEY}}, do: [{command: sms/send, payload: '{"to": "+491709", "text": "t"}'}], reply: hush}`,
    )
    const shown = JSON.stringify(redacted(config)['rules'])
    for (const secret of ['+49', KEY, 'sesame', 'hush', 'text']) assert.ok(!shown.includes(secret), secret)
    assert.ok(shown.includes('sms/send'))
  })
})
