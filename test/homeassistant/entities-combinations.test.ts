import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REQUESTS } from '../../src/bridge/bridge-requests.ts'
import { parsePayload } from '../../src/bridge/command-payload.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'
import type { ModemCard } from '../../src/bridge/outlet.ts'
import { discover } from '../../src/homeassistant/discovery.ts'
import type { EntitySettings } from '../../src/homeassistant/entity-row.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { CARD } from '../mqtt/samples.ts'
import { DEVICES, SETTINGS } from './entities-bench.ts'
import { render } from './jinja.ts'
import { payloadsFor } from './payloads-bench.ts'
import { faultsOf } from './validator.ts'
import { stateFaultsOf } from './validator-states.ts'

const topics = createTopics('zte')

type Component = Record<string, unknown>

function announced(card: ModemCard, settings: EntitySettings) {
  return discover([card], { prefix: 'homeassistant', topics, version: '0.1.0', settings })
}

/** Those that are announced in full, of the modem and of the bridge, by key. */
function componentsOf(card: ModemCard, settings: EntitySettings): readonly (readonly [string, Component])[] {
  return announced(card, settings).flatMap(({ payload }) =>
    Object.entries(JSON.parse(payload).cmps as Record<string, Component>).filter(
      ([, component]) => Object.keys(component).length > 1,
    ),
  )
}

/** Payloads that Home Assistant publishes for a component. */
function commandsOf(component: Component): readonly string[] {
  const { p, pl_prs = 'PRESS', options, cmd_tpl } = component
  if (p === 'button') return [String(pl_prs)]
  if (p === 'select') return options as string[]
  if (p === 'switch') return ['ON', 'OFF']
  if (p === 'notify') return ['Hi', 'He said "no"\n\\ 👋 {{ 1 }}'].map((value) => render(String(cmd_tpl), { value }))
  return []
}

for (const [what, card] of DEVICES) {
  test(`Home Assistant takes what is announced of ${what}, and every state it can have, whatever is configured`, () => {
    const seen = new Set<string>()
    for (const settings of SETTINGS) {
      for (const message of announced(card, settings)) assert.deepEqual(faultsOf(message), [])
      const payloads = payloadsFor(card, settings, topics)
      for (const [key, component] of componentsOf(card, settings)) {
        const topic = component.stat_t ?? component.t
        if (topic === undefined) continue
        const states = payloads.get(String(topic)) ?? []
        assert.ok(states.length > 0, `${key} reads ${topic}, on which nothing is published`)
        const identity = JSON.stringify([component, states])
        if (seen.has(identity)) continue
        seen.add(identity)
        for (const state of states) assert.deepEqual(stateFaultsOf(component, state), [], `${key}: ${state}`)
      }
    }
  })
}

test('every command that an entity can give is one that the bridge takes', () => {
  const given = new Map<string, string>()
  for (const [, card] of DEVICES) {
    for (const settings of SETTINGS) {
      for (const [key, component] of componentsOf(card, settings)) {
        const topic = String(component.cmd_t ?? '')
        const command = topics.parseCommand(topic)?.command
        const verb = topics.parseBridgeRequest(topic)
        const row = COMMANDS.find(({ name }) => name === command) ?? REQUESTS.find(({ name }) => name === verb)
        const isForm = topics.parseFormField(topic) !== undefined
        if (topic !== '') assert.ok(row !== undefined || isForm, `${key}: ${topic}`)
        if (row === undefined) continue
        for (const payload of commandsOf(component)) {
          assert.doesNotThrow(() => parsePayload(row, Buffer.from(payload)), `${key}: ${payload}`)
          given.set(row.name, payload)
        }
      }
    }
  }
  const commands = ['sms/send', 'ussd/send', 'network_mode/set', 'usb_mode/set', 'data/set', 'reboot', 'refresh']
  for (const name of [...commands, 'operator/scan', 'log_level', 'restart']) assert.ok(given.has(name), name)
})

test('a notify entity sends the message as it is to its recipient', () => {
  const [settings] = SETTINGS
  assert.ok(settings)
  const components = componentsOf(CARD, settings)
  for (const { name, to } of settings.notify) {
    const [, component] = components.find(([, { name: shown, p }]) => shown === name && p === 'notify') ?? []
    assert.ok(component)
    const text = '"Fire!" \\ {{ 1 }}\nsaid O\'Brien 👋'
    assert.deepEqual(JSON.parse(render(String(component.cmd_tpl), { value: text })), { to, text })
  }
})

test('keys, and so entities, stay what they are whatever the modem can and the configuration says', () => {
  const platforms = new Map<string, unknown>()
  for (const [, card] of DEVICES) {
    for (const settings of SETTINGS) {
      for (const { payload } of announced(card, settings).slice(1)) {
        for (const [key, { p }] of Object.entries(JSON.parse(payload).cmps as Record<string, Component>)) {
          assert.equal(platforms.get(key) ?? p, p, key)
          platforms.set(key, p)
        }
      }
    }
  }
  assert.ok(platforms.size > 60, String(platforms.size))
})
