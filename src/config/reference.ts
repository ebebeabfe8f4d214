import type { JsonSchema } from './formats.ts'
import type { Group, Leaf } from './options.ts'
import { isLeaf, leavesOf } from './options.ts'
import { SCHEMA } from './schema.ts'
import { envName } from './sources.ts'

/** What each group is about, for the reference. */
const GROUPS: { readonly [Key in keyof typeof SCHEMA]: string } = {
  mqtt: 'The MQTT broker.',
  broker: 'The broker inside zte2mqtt, for those who have none. It runs when `mqtt.url` is empty.',
  homeassistant: 'Home Assistant discovery.',
  modems: 'One element for each modem.',
  poll: 'How often the modems are asked.',
  sms: 'Receiving and sending messages.',
  ussd: 'USSD: codes such as `*100#`.',
  contacts: 'Names in place of numbers.',
  notify: 'Recipients for Home Assistant.',
  calls: 'When somebody calls.',
  rules: 'Remote control by SMS, explained in [remote-control.md](remote-control.md).',
  recovery: 'What is done about a modem that hangs or has lost its network.',
  health: 'What the bridge tells of itself.',
  journal: 'The file in which messages are kept.',
  privacy: 'What is published about the SIM and its messages.',
  log: 'The log on standard output.',
}

const INTRODUCTION = `# Configuration

<!-- Written by "npm run docs" from src/config/schema.ts. Do not edit. -->

An option comes from the first of these that has it:

1. the command line: \`--mqtt.base_topic=zte2mqtt\`
2. the environment: \`ZTE2MQTT_MQTT_BASE_TOPIC=zte2mqtt\`; an empty variable counts as not given
3. a secret file: \`ZTE2MQTT_MQTT_PASSWORD_FILE=/run/secrets/mqtt\` names the file that holds the value; every option has such a
   variable
4. the YAML file: \`config/zte2mqtt.yaml\`, or the one given with \`--config FILE\`
5. the default

Lists and maps are taken whole from one place. In a variable, argument or secret file they are written as JSON:
\`ZTE2MQTT_MODEMS='[{"id": "stick", "port": "auto"}]'\`.

An option that is left empty in the file has its default. Durations are a number with a unit: \`30s\`, \`5m\`, \`1h\`, \`7d\`. Write phone
numbers, PINs and other digits in quotes, or YAML takes them for numbers and drops leading zeros and the \`+\`.

Unknown options, arguments and \`ZTE2MQTT_\` variables, and values that are not allowed, stop the start with one message that lists
all of them. A commented example is \`config/zte2mqtt.example.yaml\`; \`config/schema.json\` makes editors complete and check the file.
`

/** `docs/configuration.md`: every option with default, allowed values, variable and meaning. */
export function configurationPage(): string {
  const sections = Object.entries<Leaf | Group>(SCHEMA).map(([key, node]) => {
    const about = GROUPS[key as keyof typeof GROUPS]
    const options = isLeaf(node) ? [[key, node] as const] : leavesOf(node, `${key}.`)
    const variable = (path: string): string => `\`${envName(path)}\``
    return `## ${key}\n\n${about}\n\n${table(options, variable)}${elementTables(options)}`
  })
  return [INTRODUCTION, ...sections].join('\n')
}

/** `config/schema.json`: the JSON Schema, draft 7, for editors of the YAML file. */
export function configurationSchema(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'zte2mqtt configuration',
    ...jsonOf(SCHEMA),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** What the elements of lists are made of, lists within them too. */
function elementTables(options: ReturnType<typeof leavesOf>): string {
  return options
    .map(([path, { format }]) => {
      if (format.items === undefined) return ''
      const leaves = leavesOf(format.items)
      const within = leaves.map(([key, leaf]) => [`${path}[].${key}`, leaf] as const)
      return `\nEach element of \`${path}\`:\n\n${table(leaves, undefined)}${elementTables(within)}`
    })
    .join('')
}

function table(options: ReturnType<typeof leavesOf>, variable: ((path: string) => string) | undefined): string {
  const heads = ['Option', 'Default', 'Allowed', 'Meaning', ...(variable ? ['Variable'] : [])]
  const rows = options.map(([path, leaf]) => [
    `\`${path}\``,
    shownDefault(leaf),
    leaf.format.allowed,
    leaf.doc,
    ...(variable ? [variable(path)] : []),
  ])
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('')
}

function shownDefault({ default: value, required }: Leaf): string {
  if (required) return 'required'
  if (value === null || value === '') return 'empty'
  return `\`${value instanceof Map ? '{}' : Array.isArray(value) ? '[]' : String(value)}\``
}

function jsonOf(group: Group): JsonSchema {
  const nodes = Object.entries(group)
  const required = nodes.filter(([, node]) => isLeaf(node) && node.required).map(([key]) => key)
  return {
    type: ['object', 'null'],
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(nodes.map(([key, node]) => [key, isLeaf(node) ? jsonOfLeaf(node) : jsonOf(node)])),
  }
}

function jsonOfLeaf({ doc, format, default: value, required }: Leaf): JsonSchema {
  const { type } = format.json
  const isOptional = type !== undefined && !required
  return {
    description: doc,
    ...format.json,
    ...(isOptional ? { type: [type, 'null'].flat() } : {}),
    ...(format.items ? { items: { ...jsonOf(format.items), type: 'object' } } : {}),
    ...(value === null ? {} : { default: value instanceof Map ? {} : value }),
  }
}
