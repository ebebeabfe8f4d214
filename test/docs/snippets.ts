/** What a document tells people to write and to type, held against what the program understands. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { ConfigError, loadConfig } from '../../src/config/load.ts'
import { leavesOf } from '../../src/config/options.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { BRIDGE_TOPICS, MODEM_TOPICS } from '../../src/mqtt/topics.ts'
import {
  commandFaults,
  entitiesIn,
  isKeys,
  knownEntities,
  parseYaml,
  publishFaults,
} from '../examples/home-assistant.ts'

const ROOT = new URL('../../', import.meta.url)

/** Languages of snippets that are not ours to judge; what has none, or another one, is a fault. */
const NOT_OURS = ['mermaid', 'text', 'udev', 'conf', 'ini', 'at']

/** Programs of others that a document may call. */
const OTHERS = new Set(
  `apt-get buildah cd chmod chown cp docker git install journalctl ls modprobe mosquitto_passwd node-red
  npx systemctl tar udevadm head base32 usb_modeswitch usermod gunzip curl tee echo mkdir`.split(/\s+/),
)

/** Keys of which an automation, an action or a card of a dashboard has at least one. */
const HOME_ASSISTANT = ['action', 'actions', 'triggers', 'trigger', 'automation', 'entities', 'cards']

/** Everything wrong with a snippet. */
export function snippetFaults(language: string, text: string): readonly string[] {
  if (NOT_OURS.includes(language)) return []
  if (language === 'sh') return shellFaults(text)
  if (language === 'yaml') return yamlFaults(text)
  if (language === 'json') return jsonFaults(text)
  return [`a snippet of the unknown kind ${JSON.stringify(language)}`]
}

/** Everything wrong with a code span: our command lines, topics and options are looked at, and nothing else. */
export function spanFaults(span: string): readonly string[] {
  if (/^(?:zte2mqtt [a-z-]|npm (?:start|run)\b)/.test(span)) return commandLineFaults(span)
  const [, option = ''] = /^(\w+): [{[]/.exec(span) ?? []
  if (option in SCHEMA) return configFaults(span, [option])
  return /^zte2mqtt\/[a-z]/.test(span) ? topicFaults(span) : []
}

/** The faults but for a missing id: what always sends the same one would send a single message. */
const withoutId = (faults: readonly string[]): readonly string[] => faults.filter((fault) => !fault.endsWith(': no id'))

function jsonFaults(text: string): readonly string[] {
  const isValid = (json: string): boolean => {
    try {
      JSON.parse(json)
      return true
    } catch {
      return false
    }
  }
  return isValid(text) || text.trim().split('\n').every(isValid)
    ? []
    : ['no valid JSON, neither whole nor line by line']
}

/** A configuration of ours, a compose file, or something for Home Assistant; "# before" begins what somebody has of another program. */
function yamlFaults(text: string): readonly string[] {
  if (text.startsWith('# before')) return []
  // A guide may name the modem after its operator.
  const tree = parseYaml(text.replaceAll('.o2_stick_', '.stick_'))
  const keys = isKeys(tree) ? Object.keys(tree) : []
  if (keys.length > 0 && keys.every((key) => key in SCHEMA)) return configFaults(text, keys)
  if (keys.some((key) => ['services', 'environment', 'volumes'].includes(key))) return composeFaults(tree)
  if (keys.some((key) => HOME_ASSISTANT.includes(key))) {
    const known = knownEntities()
    const strangers = [...entitiesIn(tree)].filter((entity) => !known.has(entity) && !entity.startsWith('notify.'))
    return [...withoutId(publishFaults(tree)), ...strangers.map((entity) => `there is no ${entity}`)]
  }
  return [`YAML that is neither a configuration nor for Home Assistant nor a compose file: ${keys.join(', ')}`]
}

/** A fragment is a configuration once it has a modem. */
function configFaults(text: string, keys: readonly string[]): readonly string[] {
  const whole = keys.includes('modems') ? text : `${text}\nmodems: [{id: stick}]\n`
  return loadFaults({}, whole)
}

function loadFaults(env: NodeJS.ProcessEnv, yaml: string): readonly string[] {
  try {
    // A secret file holds what fits its option.
    const readFile = (path: string): string => (path.startsWith('/run/secrets/modems') ? '[{"id": "stick"}]' : yaml)
    loadConfig({ args: [], env, readFile, defaultFile: 'zte2mqtt.yaml' })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

function composeFaults(tree: unknown): readonly string[] {
  if (!isKeys(tree)) return []
  const services = isKeys(tree.services) ? Object.values(tree.services) : [tree]
  return services
    .filter(isKeys)
    .map(({ environment }) => environment)
    .filter(isKeys)
    .flatMap((environment) => {
      const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
      return loadFaults(env, 'mqtt: {username: zte2mqtt}\nmodems: [{id: stick}]')
    })
}

function shellFaults(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  return lines.flatMap((line) =>
    line.startsWith('mosquitto_')
      ? mosquittoFaults(line.replace(/ +#.*$/, ''))
      : lineFaults(line.replace(/ +#.*$/, '')),
  )
}

function lineFaults(line: string): readonly string[] {
  return line.split(/ && |; | \| /).flatMap((command) => {
    const words = command
      .trim()
      .replace(/^sudo /, '')
      .split(/ +/)
    const [program = '', ...rest] = words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)))
    if (program === 'zte2mqtt' || program === 'npm') return commandLineFaults([program, ...rest].join(' '))
    if (!OTHERS.has(program)) return [`calls the unknown program ${program}`]
    const service = program === 'docker' ? /run --rm zte2mqtt (.*)$/.exec(command)?.[1] : undefined
    const ours = service === undefined ? [] : commandLineFaults(`zte2mqtt ${service}`)
    const missing = rest
      .filter((word) => /^(?:docker|config|examples|docs)\/\S+\w$/.test(word) && !existsSync(new URL(word, ROOT)))
      .map((path) => `there is no ${path}`)
    return [...ours, ...missing]
  })
}

function mosquittoFaults(line: string): readonly string[] {
  const [, topic, payload] = /^mosquitto_pub -q 1 -t (\S+) -m (?:'(.*)'|\S+)$/.exec(line) ?? []
  if (topic !== undefined) return withoutId(commandFaults(topic, payload ?? line.split(' ').at(-1) ?? ''))
  const [, filter] = /^mosquitto_sub (?:-[vC] ?\d* ?)*-t '?([^' ]+)'?$/.exec(line) ?? []
  return filter === undefined ? [`cannot be read: ${line}`] : topicFaults(filter)
}

const HELP = spawnSync(process.execPath, ['--import', 'tsx', 'src/main.ts', '--help'], {
  cwd: fileURLToPath(ROOT),
  encoding: 'utf8',
}).stdout

/** What the help says: verb → what follows it. */
const SYNOPSES: ReadonlyMap<string, string> = new Map(
  [...HELP.matchAll(/^ {2}zte2mqtt \[?([\w-]+)\]?(.*)$/gm)].map(([, verb = '', rest = '']) => [verb, rest]),
)

const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  scripts: Record<string, string>
}

function commandLineFaults(line: string): readonly string[] {
  const [program, ...words] = line.split(/ +/)
  if (program === 'zte2mqtt') return verbFaults(words)
  const [task = '', ...rest] = words[0] === 'run' ? words.slice(1) : words
  const args = rest[0] === '--' ? rest.slice(1) : []
  if (task === 'start') return verbFaults(args)
  if (task === 'demo') return verbFaults(['demo', ...args])
  return task in scripts || ['ci', 'pack', 'install', 'audit'].includes(task) ? [] : [`there is no script ${task}`]
}

function verbFaults(words: readonly string[]): readonly string[] {
  const [first = 'start', ...rest] = words
  if (first === '--version' || first === '--help' || first === 'ARGS') return []
  const verb = first.startsWith('--') ? 'start' : first
  const synopsis = SYNOPSES.get(verb)
  if (synopsis === undefined) return [`there is no "zte2mqtt ${verb}"`]
  const options = (verb === first ? rest : words).filter((word) => word.startsWith('--'))
  const paths = new Set(leavesOf(SCHEMA).map(([path]) => path))
  return options
    .map((option) => option.replace(/^--|=.*$/g, ''))
    .filter((name) => !synopsis.includes(`--${name}`) && !(synopsis.includes('--config') && paths.has(name)))
    .map((name) => `"zte2mqtt ${verb}" has no option --${name}`)
}

/** A topic, or a filter with wildcards, of which every level that is spelled out exists. */
function topicFaults(topic: string): readonly string[] {
  const [, owner, ...levels] = topic.split('/')
  const path = levels.join('/')
  if (owner === '#' || path === '' || path.includes('#') || path.includes('…') || path.includes('+')) return []
  const rows = owner === 'bridge' ? BRIDGE_TOPICS : MODEM_TOPICS
  const [, command] = /^(?:command|response)\/(.*)$/.exec(path) ?? []
  const isKnown =
    rows.some((row) => row.path === path) ||
    (owner === 'bridge' ? /^(?:request|response)\//.test(path) : COMMANDS.some(({ name }) => name === command))
  return isKnown ? [] : [`there is no topic ${topic}`]
}
