/** What is checked of YAML for Home Assistant, whether it stands in an example or in a document. */
import { parse } from 'yaml'
import { parsePayload } from '../../src/bridge/command-payload.ts'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { discover } from '../../src/homeassistant/discovery.ts'
import { createTopics } from '../../src/mqtt/topics.ts'
import { CARD } from '../mqtt/samples.ts'

const TOPICS = createTopics('zte2mqtt')

/** What variables and expressions of the examples stand for when a payload is tried. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  "'water-' ~ now().date()": 'water-2026-11-22',
  "'cellar-' ~ now().isoformat()": 'cellar-2026-11-22T10:30:00.123456+01:00',
  answer_id: 'answer-01K9ABC',
  base_topic: 'zte2mqtt',
  expires_at: '2026-11-22T10:30:05.123456+01:00',
  first_id: 'alarm-01KB3V5R8QH1Z8M4C0N9W2T7XE-1',
  message: 'Grüße: "{€}" \\ 👋\nnext line',
  message_id: 'balance-stick-2026-11-22',
  modem: 'stick',
  recipient: '+491701234567',
  reply: 'Done',
  second_id: 'alarm-01KB3V5R8QH1Z8M4C0N9W2T7XE-2',
  second_recipient: 'Anna',
  "trigger.to_state.attributes['from']": '+491701234567',
}

type Keys = Readonly<Record<string, unknown>>

/** A reference to a blueprint's input. */
export class Input {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export const isKeys = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Input)

export const parseYaml = (text: string): unknown =>
  parse(text, { customTags: [{ tag: '!input', resolve: (name: string) => new Input(name) }] })

/** Everything in a tree, the tree itself first. */
export function* everythingIn(value: unknown): Generator<unknown> {
  yield value
  const below = Array.isArray(value) ? value : isKeys(value) ? Object.values(value) : []
  for (const each of below) yield* everythingIn(each)
}

/** Entities that Home Assistant makes of the discovery messages of a modem named "stick". */
export function knownEntities(): ReadonlySet<string> {
  const messages = discover([{ ...CARD, name: 'stick', networkModes: ['auto', 'umts'] }], {
    prefix: 'homeassistant',
    topics: TOPICS,
    version: '0.1.0',
    settings: { publishIdentity: false, retainMessages: true, notify: [], queries: [] },
  })
  const entities = messages.flatMap(({ payload }) => {
    const { dev, cmps } = JSON.parse(payload) as {
      dev: { name: string }
      cmps: Record<string, { p: string; name?: string }>
    }
    return Object.values(cmps).map(
      ({ p, name }) => `${p}.${`${dev.name} ${name}`.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`,
    )
  })
  return new Set(entities)
}

/** Entities of the modem that are named anywhere, also within templates. */
export function entitiesIn(tree: unknown): ReadonlySet<string> {
  const texts = [...everythingIn(tree)].filter((value) => typeof value === 'string')
  return new Set(texts.flatMap((text) => text.match(/\b[a-z_]+\.stick_[a-z0-9_]+/g) ?? []))
}

/** Faults of all that is published to the bridge. */
export function publishFaults(tree: unknown): string[] {
  const actions = [...everythingIn(tree)].filter(isKeys).filter(({ action }) => action === 'mqtt.publish')
  return actions.flatMap(({ data }) => (isKeys(data) ? dataFaults(data) : ['mqtt.publish without data']))
}

function dataFaults({ topic, payload, qos, retain }: Keys): string[] {
  const faults: string[] = []
  if (qos !== 1) faults.push(`qos is ${qos}`)
  if (retain !== undefined && retain !== false) faults.push('retained')
  try {
    return [...faults, ...commandFaults(fillIn(String(topic)), rendered(String(payload)))]
  } catch (error) {
    return [...faults, (error as Error).message]
  }
}

/** Faults of a command as it goes over MQTT. */
export function commandFaults(topic: string, payload: string): string[] {
  const command = TOPICS.parseCommand(topic)?.command
  const row = COMMANDS.find(({ name }) => name === command)
  if (row === undefined) return [`${topic} is no topic of a command`]
  try {
    parsePayload(row, new TextEncoder().encode(payload))
  } catch (error) {
    return [`${topic}: ${(error as Error).message}`]
  }
  return row.name === 'sms/send' && !('id' in JSON.parse(payload)) ? [`${topic}: no id`] : []
}

const fillIn = (template: string): string =>
  template.replace(/\{\{ *(\w+) *\}\}/g, (_, name: string) => String(sample(name)))

/** A payload as Home Assistant would render it: plain, or `{{ {…} | tojson }}` of names and literals. @throws on anything else */
function rendered(payload: string): string {
  if (!payload.includes('{{')) return payload
  const inside = /^\{\{\s*\{(.*)\}\s*\|\s*tojson\s*\}\}$/s.exec(payload.trim())?.[1]
  if (inside === undefined) throw new Error(`not of the form {{ {…} | tojson }}: ${payload}`)
  const pairs = [...inside.matchAll(/\s*'(\w+)':\s*((?:'[^']*'|\[[^\]]*\]|[^,'])+)(?:,|$)/gy)]
  if (pairs.map(([whole]) => whole).join('') !== inside) throw new Error(`cannot be read: ${inside}`)
  return JSON.stringify(
    Object.fromEntries(pairs.map(([, key, expression]) => [key, evaluated(expression?.trim() ?? '')])),
  )
}

function evaluated(expression: string): unknown {
  if (expression === 'true' || expression === 'false') return expression === 'true'
  if (/^\d+$/.test(expression)) return Number(expression)
  const literal = /^'([^']*)'$/.exec(expression)?.[1]
  return literal ?? sample(expression.replace(/\s*\|\s*string$/, ''))
}

function sample(expression: string): unknown {
  if (!Object.hasOwn(SAMPLES, expression)) throw new Error(`unknown expression ${expression}`)
  return SAMPLES[expression]
}
