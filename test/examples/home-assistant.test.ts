import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { entitiesIn, everythingIn, Input, isKeys, knownEntities, parseYaml, publishFaults } from './home-assistant.ts'

const FOLDER = new URL('../../examples/home-assistant/', import.meta.url)
const BLUEPRINTS = readdirSync(new URL('blueprints/', FOLDER))

const read = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8')

/** Faults for which Home Assistant refuses a blueprint, or that leave its user with an input that does nothing. */
function blueprintFaults(text: string): string[] {
  const root = parseYaml(text)
  if (!isKeys(root) || !isKeys(root['blueprint'])) return ['no blueprint']
  const { blueprint, ...automation } = root
  const { name, description, domain, input, homeassistant } = blueprint as Record<string, unknown>
  const inputs = isKeys(input) ? input : {}
  const faults: string[] = []
  if (typeof name !== 'string' || typeof description !== 'string') faults.push('no name or description')
  if (domain !== 'automation') faults.push(`domain ${domain}`)
  if (!isKeys(homeassistant) || !/^\d{4}\.\d+\.\d+$/.test(String(homeassistant['min_version'])))
    faults.push('no min_version')
  for (const key of ['triggers', 'actions']) if (!Array.isArray(automation[key])) faults.push(`no ${key}`)
  if (typeof automation['mode'] !== 'string') faults.push('no mode')
  for (const [key, each] of Object.entries(inputs)) {
    if (!isKeys(each) || typeof each['name'] !== 'string') faults.push(`input ${key} has no name`)
    else if (!isKeys(each['selector']) || Object.keys(each['selector']).length !== 1)
      faults.push(`input ${key} has no selector`)
  }
  const used = new Set(
    [...everythingIn(automation)].filter((value) => value instanceof Input).map((value) => value.name),
  )
  for (const key of used) if (!Object.hasOwn(inputs, key)) faults.push(`input ${key} is not declared`)
  for (const key of Object.keys(inputs)) if (!used.has(key)) faults.push(`input ${key} is not used`)
  return [
    ...faults,
    ...triggerFaults(automation['triggers'], inputs),
    ...variableFaults(automation),
    ...publishFaults(automation),
  ]
}

/** An event entity's trigger fires with an old message whenever the entity comes back, unless both ends are guarded. */
function triggerFaults(triggers: unknown, inputs: Readonly<Record<string, unknown>>): string[] {
  return [...everythingIn(triggers)].filter(isKeys).flatMap(({ trigger, entity_id, not_from, not_to }) => {
    if (trigger !== 'state' || !(entity_id instanceof Input)) return []
    const isEvent = [...everythingIn(inputs[entity_id.name])].filter(isKeys).some(({ domain }) => domain === 'event')
    return isEvent && (not_from !== 'unavailable' || not_to !== 'unavailable')
      ? ['an event without not_from and not_to']
      : []
  })
}

/** A name in a payload or topic must be one of the automation's own variables. */
function variableFaults(automation: Readonly<Record<string, unknown>>): string[] {
  const trees = [...everythingIn(automation)].filter(isKeys)
  const declared = new Set(trees.flatMap(({ variables }) => (isKeys(variables) ? Object.keys(variables) : [])))
  const texts = trees
    .filter(({ action }) => action === 'mqtt.publish')
    .flatMap(({ data }) => (isKeys(data) ? [`${data['topic']}`, `${data['payload']}`] : []))
  const names = texts.flatMap((text) =>
    [...text.matchAll(/(?:\{\{ |': )([a-z_]+)(?= \}\}| \||[,}])/g)].map(([, name]) => name ?? ''),
  )
  return names
    .filter((name) => !declared.has(name) && !['true', 'false'].includes(name))
    .map((name) => `${name} is no variable`)
}

describe('the blueprints for Home Assistant', () => {
  for (const file of BLUEPRINTS) {
    test(`${file} is whole, uses each of its inputs, and publishes what the bridge takes`, () => {
      assert.deepEqual(blueprintFaults(read(`blueprints/${file}`)), [])
    })
  }

  test('there are the four that are promised', () => {
    assert.deepEqual(BLUEPRINTS.sort(), [
      'alarm_by_sms.yaml',
      'command_by_sms.yaml',
      'low_balance.yaml',
      'reboot_router.yaml',
    ])
  })

  const BROKEN: readonly (readonly [what: string, from: string | RegExp, to: string, fault: string])[] = [
    ['an unused input', '  senders: !input senders\n', '', 'input senders is not used'],
    ['an undeclared input', '!input senders', '!input sender', 'input sender is not declared'],
    ['a guard too little', '    not_to: unavailable\n', '', 'an event without not_from and not_to'],
    ['another QoS', 'qos: 1', 'qos: 0', 'qos is 0'],
    ['a retained command', 'qos: 1', 'qos: 1\n          retain: true', 'retained'],
    [
      'a command that does not exist',
      'command/sms/send',
      'command/sms/sent',
      'zte2mqtt/stick/command/sms/sent is no topic of a command',
    ],
    ['a key that does not exist', "'text': reply", "'message': reply", 'text'],
    ['a message without an id', ", 'id': answer_id", '', 'zte2mqtt/stick/command/sms/send: no id'],
    ['a variable that does not exist', '  answer_id: ', '  answer: ', 'answer_id is no variable'],
    ['no mode', 'mode: queued\n', '', 'no mode'],
    ['no selector', /selector:\n +text:\n +multiple: true/, 'default: []', 'input senders has no selector'],
  ]
  for (const [what, from, to, fault] of BROKEN) {
    test(`the check finds ${what}`, () => {
      const text = read('blueprints/command_by_sms.yaml')
      const broken = text.replace(from, to)
      assert.notEqual(broken, text)
      assert.ok(
        blueprintFaults(broken).some((found) => found.includes(fault)),
        blueprintFaults(broken).join('\n'),
      )
    })
  }
})

describe('the dashboard', () => {
  const dashboard = parseYaml(read('dashboard.yaml'))
  const cards = [...everythingIn(dashboard)].filter(isKeys).map(({ type }) => type)

  test('shows only entities that discovery makes for a modem named "stick"', () => {
    const entities = [...entitiesIn(dashboard)]
    assert.ok(entities.length > 15)
    const known = knownEntities()
    assert.deepEqual(
      entities.filter((entity) => !known.has(entity)),
      [],
    )
  })

  test('is a sections view of standard cards', () => {
    const views = isKeys(dashboard) ? dashboard['views'] : []
    assert.ok(Array.isArray(views) && views.every((view) => isKeys(view) && view['type'] === 'sections'))
    assert.deepEqual(
      cards.filter((type) => String(type).startsWith('custom:')),
      [],
    )
    for (const type of ['history-graph', 'logbook', 'entities', 'tile', 'heading'])
      assert.ok(cards.includes(type), type)
  })
})
