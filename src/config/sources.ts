import { nearest, suggestion } from './nearest.ts'
import type { Leaf } from './options.ts'

/** Reads a file as text; `undefined` when there is none. Other failures are thrown. */
export type ReadFile = (path: string) => string | undefined

/** What one source says: the text of each option it names, and where that was. */
export interface Source {
  readonly texts: ReadonlyMap<string, { readonly text: string; readonly from: string }>
  readonly faults: readonly string[]
}

type Leaves = readonly (readonly [path: string, leaf: Leaf])[]

const PREFIX = 'ZTE2MQTT_'
const FILE_SUFFIX = '_FILE'

// Kubernetes gives every container the addresses of all services, and Docker links do alike: with a service called
// zte2mqtt these appear by themselves. No option has such a name.
const INJECTED = /^ZTE2MQTT_(SERVICE|PORT)(_|$)/

/** Name of the environment variable of an option: `mqtt.base_topic` → `ZTE2MQTT_MQTT_BASE_TOPIC`. */
export function envName(path: string): string {
  return `${PREFIX}${path.toUpperCase().replaceAll('.', '_')}`
}

/**
 * Command line: `--config FILE`, and `--mqtt.base_topic=x` or `--mqtt.base_topic x` for every option. `file` is `undefined`
 * when `--config` was not given.
 */
export function readArguments(args: readonly string[], leaves: Leaves): Source & { file: string | undefined } {
  const texts = new Map<string, { text: string; from: string }>()
  const faults: string[] = []
  const known = new Set(['config', ...leaves.map(([path]) => path)])
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? ''
    const [, name = '', , inline] = /^--([^=]+)(=(.*))?$/s.exec(argument) ?? []
    const next = args[index + 1]
    if (!known.has(name)) {
      // What follows = may be a secret.
      const shown = argument.split('=')[0]
      faults.push(`${shown}: there is no such argument${suggestion(meantBy(name, known))}`)
      if (name !== '' && inline === undefined && next !== undefined && !next.startsWith('--')) index++
    } else if (inline !== undefined) texts.set(name, { text: inline, from: `--${name}` })
    else if (next !== undefined && !next.startsWith('--')) {
      texts.set(name, { text: next, from: `--${name}` })
      index++
    } else faults.push(`--${name}: needs a value, as in --${name}=…`)
  }
  const file = texts.get('config')?.text
  texts.delete('config')
  return { texts, faults, file }
}

function meantBy(name: string, known: ReadonlySet<string>): string | undefined {
  const meant = nearest(name, known) ?? [...known].find((path) => path.endsWith(`.${name}`))
  return meant === undefined ? undefined : `--${meant}`
}

/** Environment variables. An empty one counts as not given: compose files pass unset variables on like that. */
export function readEnvironment(env: NodeJS.ProcessEnv, leaves: Leaves): Source {
  const texts = new Map<string, { text: string; from: string }>()
  for (const [path] of leaves) {
    const name = envName(path)
    const text = env[name]
    if (text) texts.set(path, { text, from: name })
  }
  const names = leaves.map(([path]) => envName(path))
  const known = new Set([...names, ...names.map((name) => `${name}${FILE_SUFFIX}`)])
  const faults = Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name) && !INJECTED.test(name))
    .map((name) => `${name}: there is no such variable${suggestion(nearest(name, known))}`)
  return { texts, faults }
}

/** Secret files: `ZTE2MQTT_MQTT_PASSWORD_FILE` names the file whose text is the value, without the line break at its end. */
export function readSecretFiles(env: NodeJS.ProcessEnv, leaves: Leaves, readFile: ReadFile): Source {
  const texts = new Map<string, { text: string; from: string }>()
  const faults: string[] = []
  for (const [path] of leaves) {
    const name = `${envName(path)}${FILE_SUFFIX}`
    const file = env[name]
    if (!file) continue
    const outcome = readText(file, readFile)
    if ('text' in outcome)
      texts.set(path, { text: outcome.text.replace(/\r?\n$/, ''), from: `${file}, named by ${name}` })
    else faults.push(`${name}: ${outcome.says}`)
  }
  return { texts, faults }
}

/** Reads a file, or says why that failed. */
export function readText(file: string, readFile: ReadFile): { text: string } | { says: string; missing: boolean } {
  try {
    const text = readFile(file)
    return text === undefined ? { says: `${file} does not exist`, missing: true } : { text }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { says: `${file} cannot be read: ${reason}`, missing: false }
  }
}
