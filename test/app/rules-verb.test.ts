import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TOTP } from 'otpauth'
import { testRules } from '../../src/app/rules-verb.ts'

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const NOW = Date.parse('2026-11-22T10:00:10Z')
const RIGHT = new TOTP({ secret: KEY }).generate({ timestamp: NOW })
const OWNER = '+491701234567'

const ENV = {
  ZTE2MQTT_MODEMS: '[{"id": "stick"}]',
  ZTE2MQTT_RULES: JSON.stringify([
    {
      name: 'reboot',
      from: [OWNER],
      match: 'reboot {what}',
      secret: { totp: KEY },
      do: [{ publish: { topic: 'home/reboot', payload: '{what}' } }, { command: 'reboot', modem: 'stick' }],
      reply: 'done: {what} {state.phase}',
    },
    { name: 'all', from: ['*'], match: 'reboot {a} {b}', reply: 'no' },
  ]),
}

async function run(args: readonly string[], isTerminal = false) {
  const lines: string[] = []
  const exitCode = await testRules({ args, env: ENV }, { print: (line) => lines.push(line), isTerminal, now: NOW })
  return { exitCode, lines }
}

const told = async (text: string, from = OWNER) => {
  const { exitCode, lines } = await run(['test', text, '--from', from])
  return { exitCode, rules: lines.map((line) => JSON.parse(line)) }
}

describe('rules test', () => {
  test('says what would happen, and that a later rule is left out', async () => {
    const { exitCode, rules } = await told(`reboot router ${RIGHT}`)
    assert.equal(exitCode, 0)
    assert.deepEqual(rules, [
      {
        rule: 'reboot',
        obeyed: true,
        says: 'it would',
        would: ['publish "router" to home/reboot', 'tell stick: reboot', 'answer "done: router {state.phase}"'],
      },
      { rule: 'all', obeyed: false, says: 'it fits, but the rule "reboot" comes first', would: [] },
    ])
  })

  test('does not use up the code', async () => {
    for (let turn = 0; turn < 2; turn++) assert.equal((await told(`reboot router ${RIGHT}`)).exitCode, 0)
  })

  for (const [text, from, says] of [
    ['reboot router', OWNER, /code at its end is missing/],
    ['reboot router 000000', OWNER, /code is wrong/],
    [`reboot router ${RIGHT}`, '+1', /not the sender/],
    ['restart router', OWNER, /would have to be "reboot \{what\}" and 6 digits/],
  ] as const) {
    test(`says why ${text.replace(/\d+$/, 'CODE')} from ${from} would not be obeyed`, async () => {
      const { rules } = await told(text, from)
      assert.equal(rules[0].obeyed, false)
      assert.match(rules[0].says, says)
    })
  }

  test('leaves with 1 when no rule obeys', async () => assert.equal((await told('hello')).exitCode, 1))

  test('is written for people on a terminal', async () => {
    const { lines } = await run(['test', `--from=${OWNER}`, `reboot router ${RIGHT}`], true)
    assert.deepEqual(lines.slice(0, 2), ['reboot: it would', '  publish "router" to home/reboot'])
    assert.match(lines.at(-1) ?? '', /^Not looked at/)
    assert.ok(!lines.join().includes(RIGHT))
  })

  for (const [args, message] of [
    [[], /rules knows test only/],
    [['show'], /rules knows test only/],
    [['test', '--from', OWNER], /text is missing/],
    [['test', 'x'], /--from is missing/],
    [['test', 'x', '--from'], /--from is missing/],
    [['test', 'reboot', 'router', '--from', OWNER], /must be in quotes/],
  ] as const) {
    test(`refuses ${JSON.stringify(args)}`, () => assert.rejects(run(args), { name: 'UsageError', message }))
  }

  test('says so where there are no rules', () =>
    assert.rejects(
      testRules(
        { args: ['test', 'x', '--from', '+1'], env: { ZTE2MQTT_MODEMS: '[{"id": "stick"}]' } },
        { print: () => {}, isTerminal: true, now: NOW },
      ),
      { name: 'UsageError', message: /no rules/ },
    ))
})
