import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { checkConfiguration } from '../../src/app/check.ts'
import { commandFaults, openDoors, rulesOf } from '../../src/app/rules.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { textAt } from '../../src/bridge/rule-text.ts'
import { REFUSALS } from '../../src/bridge/rules.ts'
import { loadConfig } from '../../src/config/load.ts'
import { RULE_COMMANDS, STATE_PATHS } from '../../src/config/rules.ts'
import type { Config } from '../../src/config/schema.ts'
import { formatState } from '../../src/mqtt/payloads.ts'
import { NOTHING_KNOWN } from '../mqtt/samples.ts'

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

function load(rules: string): Config {
  return loadConfig({
    args: [],
    env: {},
    readFile: () => `modems: [{id: stick}]\ncontacts: {peter: "+491701234567"}\nrules: [${rules}]`,
    defaultFile: 'f',
  })
}

describe('rules from the configuration', () => {
  test('have the numbers of contacts, and everything in the words of the bridge', () => {
    const config = load(
      `{name: r, from: [peter, "+49*"], match: "Reboot {what}", secret: {totp: ${KEY}}, reply: ok, max_age: 1m, per_hour: 2,
        do: [{publish: {topic: home/x, payload: "{what}"}}, {command: reboot, modem: stick}, {command: refresh}]}`,
    )
    assert.deepEqual(rulesOf(config), [
      {
        name: 'r',
        senders: ['+491701234567', '+49*'],
        pattern: [{ literal: 'reboot' }, { placeholder: 'what' }],
        secret: { kind: 'totp', key: KEY },
        actions: [
          { kind: 'publish', topic: 'home/x', payload: '{what}' },
          { kind: 'command', modem: 'stick', command: 'reboot', payload: '' },
          { kind: 'command', modem: null, command: 'refresh', payload: '' },
        ],
        reply: 'ok',
        maxAgeMs: 60_000,
        perHour: 2,
      },
    ])
  })

  test('are refused with a payload that the command would refuse', () => {
    const config = load(
      `{name: r, from: ["+1"], match: x, do: [{command: network_mode/set, payload: warp}, {command: network_mode/set, payload: lte},
        {command: reboot}, {command: sms/send, payload: '{"to": "+1"}'}, {command: pause}]}`,
    )
    assert.deepEqual(
      commandFaults(config).map(({ path, says }) => [path, says.split(':')[0]]),
      [
        ['rules[0].do[0].payload', 'network_mode/set would refuse it'],
        ['rules[0].do[3].payload', 'sms/send would refuse it'],
        ['rules[0].do[4].payload', 'pause would refuse it'],
      ],
    )
  })

  test('may ask for nothing but commands there are, and not for what nobody should do from afar', () => {
    const names = COMMANDS.map(({ name }) => name)
    assert.deepEqual(
      RULE_COMMANDS.filter((command) => !names.includes(command)),
      [],
    )
    assert.ok(!['at', 'sim/unlock'].some((command) => (RULE_COMMANDS as readonly string[]).includes(command)))
  })

  test('may answer with nothing but what the state has', () => {
    const state: unknown = JSON.parse(
      formatState({ ...NOTHING_KNOWN, modem: { battery: { percent: 80, charging: true } } }),
    )
    for (const path of STATE_PATHS) {
      const [group = '', ...rest] = path.split('.')
      const at = rest.reduce<unknown>(
        (value, key) => (value === null ? null : Reflect.get(value as object, key)),
        Reflect.get(state as object, group),
      )
      assert.notEqual(at, undefined, path)
    }
    assert.equal(textAt(state, 'battery.percent'), '80')
  })
})

describe('docs/remote-control.md', () => {
  const page = readFileSync(new URL('../../docs/remote-control.md', import.meta.url), 'utf8')

  test('shows rules that are right', () => {
    const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml]) => yaml ?? '')
    assert.equal(blocks.length, 2)
    for (const yaml of blocks) {
      const sources = { args: [], env: {}, defaultFile: 'f', furtherFaults: commandFaults }
      assert.equal(loadConfig({ ...sources, readFile: () => `modems: [{id: stick}]\n${yaml}` }).rules.length, 1)
    }
  })

  test('names every command and every reason', () => {
    for (const word of [...RULE_COMMANDS, ...REFUSALS]) assert.ok(page.includes(`\`${word}\``), word)
  })
})

describe('check', () => {
  const doors = `{name: open, from: ["+1"], match: x, do: {command: reboot}}, {name: answer, from: ["+1"], match: y, reply: z},
    {name: locked, from: ["+1"], match: z, secret: {pin: "4711"}, do: {command: reboot}}`

  test('warns of each rule that acts without a secret', async () => {
    assert.deepEqual(
      openDoors(load(doors)).map(({ what }) => what.split('.')[0]),
      ['The rule "open" acts without a secret'],
    )
    const lines: string[] = []
    const env = { ZTE2MQTT_MODEMS: '[{"id": "stick"}]', ZTE2MQTT_RULES: `[${doors}]` }
    const exitCode = await checkConfiguration(
      { args: [], env },
      { print: (line) => lines.push(line), isTerminal: false },
    )
    assert.equal(exitCode, 0)
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).map(({ check, level }) => [check, level]),
      [
        ['rules', 'warning'],
        ['configuration', 'ok'],
      ],
    )
  })

  test('tells of a payload that a command would refuse', async () => {
    const lines: string[] = []
    const env = {
      ZTE2MQTT_MODEMS: '[{"id": "stick"}]',
      ZTE2MQTT_RULES: '[{name: r, from: ["+1"], match: x, do: {command: network_mode/set, payload: warp}}]',
    }
    const exitCode = await checkConfiguration(
      { args: [], env },
      { print: (line) => lines.push(line), isTerminal: false },
    )
    assert.equal(exitCode, 2)
    assert.match(lines.join('\n'), /rules\[0\]\.do\[0\]\.payload: network_mode\/set would refuse it.*ZTE2MQTT_RULES/)
  })
})
