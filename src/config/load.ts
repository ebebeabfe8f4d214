import { incoherences } from './coherence.ts'
import type { Fault, Given } from './options.ts'
import { isWithin, leavesOf, spread } from './options.ts'
import type { Config } from './schema.ts'
import { SCHEMA } from './schema.ts'
import { settle } from './settle.ts'
import type { ReadFile } from './sources.ts'
import { readArguments, readEnvironment, readSecretFiles, readText } from './sources.ts'
import { parseYaml } from './yaml-file.ts'

/** Where a configuration comes from. */
export interface ConfigSources {
  /** Command line without program and verb: `--config FILE`, `--mqtt.base_topic=x`. */
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly readFile: ReadFile
  /** Read when there is no `--config`; it may be absent. */
  readonly defaultFile: string
  /** What else must hold, of a configuration that is right by itself. */
  readonly furtherFaults?: (config: Config) => readonly Fault[]
}

/** The configuration cannot be used. Each fault is one line: path, finding (secrets masked), what is allowed, place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n  ${faults.join('\n  ')}`,
    )
    this.faults = faults
  }
}

const LEAVES = leavesOf(SCHEMA)

/**
 * Reads the configuration. An option comes from the first of these that has it: command line, environment, secret file,
 * YAML file, default. Lists and maps are taken whole, never merged.
 * @throws ConfigError with every fault at once; when the file cannot be parsed, its values are not looked at
 */
export function loadConfig({ args, env, readFile, defaultFile, furtherFaults }: ConfigSources): Config {
  const line = readArguments(args, LEAVES)
  const environment = readEnvironment(env, LEAVES)
  const secrets = readSecretFiles(env, LEAVES, readFile)
  const file = readConfigFile(line.file, defaultFile, readFile)
  const given = new Map(file.given)
  const texts = new Map([...secrets.texts, ...environment.texts, ...line.texts])
  const unreadable = [...texts].flatMap(([path, { text }]) => {
    const raw = rawOf(path, text)
    if (raw === undefined) return [{ path, says: 'found text that is not JSON' }]
    if (raw === null) given.delete(path)
    else given.set(path, raw)
    return []
  })

  const settled = settle(SCHEMA, given)
  const single = [...file.unfit, ...unreadable, ...settled.faults]
  const incoherent = [...single, ...incoherences(settled.value, single)]
  const wrong = incoherent.length > 0 ? incoherent : (furtherFaults?.(settled.value) ?? [])
  const originOf = (path: string): string => texts.get(optionOf(path))?.from ?? file.originOf(path)
  const faults = [
    ...[line, environment, secrets, file].flatMap((source) => source.faults),
    ...(file.faults.length > 0 ? [] : wrong.map(({ path, says }) => `${path}: ${says} (${originOf(path)})`)),
  ]
  if (faults.length > 0) throw new ConfigError(faults)
  return frozen(finished(settled.value))
}

interface ConfigFile {
  readonly given: Given
  /** The file as a whole: it is missing, or no YAML. */
  readonly faults: readonly string[]
  /** Its keys. */
  readonly unfit: readonly Fault[]
  /** Where an option is, or should be: `zte2mqtt.yaml:7`. */
  originOf(path: string): string
}

function readConfigFile(named: string | undefined, defaultFile: string, readFile: ReadFile): ConfigFile {
  const file = named ?? defaultFile
  const empty = { given: new Map(), faults: [], unfit: [] }
  const outcome = readText(file, readFile)
  if (!('text' in outcome)) {
    const mayBeMissing = named === undefined && outcome.missing
    return { ...empty, faults: mayBeMissing ? [] : [`--config: ${outcome.says}`], originOf: () => outcome.says }
  }
  const { value, faults, lineOf } = parseYaml(outcome.text)
  const originOf = (path: string): string => {
    const at = lineOf(stepsOf(path))
    return at === undefined ? file : `${file}:${at}`
  }
  if (faults.length > 0) {
    return { ...empty, faults: faults.map(({ line, says }) => `${says} (${file}:${line})`), originOf }
  }
  // A file that holds nothing but comments.
  if (value === null || value === undefined) return { ...empty, originOf }
  if (!(value instanceof Map)) return { ...empty, faults: [`${file}: allowed is a map of options`], originOf }
  const { given, faults: unfit } = spread(SCHEMA, value)
  return { ...empty, given, unfit, originOf }
}

/** `modems[1].port` → `modems`, `1`, `port`. */
function stepsOf(path: string): readonly string[] {
  return path.match(/[^.[\]]+/g) ?? []
}

/** The option in which a path ends or goes on: `modems[1].port` → `modems`. */
function optionOf(path: string): string {
  return LEAVES.find(([option]) => isWithin(path, option))?.[0] ?? path
}

/** The raw value that a text stands for; `undefined` when it should be JSON and is not, `null` when it is empty JSON. */
function rawOf(path: string, text: string): unknown {
  const format = LEAVES.find(([option]) => option === path)?.[1].format
  if (!format?.structured) return format?.fromText?.(text) ?? text
  return parseYaml(text).value
}

function finished(config: Config): Config {
  const { mqtt, modems } = config
  return {
    ...config,
    mqtt: { ...mqtt, client_id: mqtt.client_id || mqtt.base_topic },
    modems: modems.map((modem) => ({ ...modem, name: modem.name || modem.id })),
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part)
    Object.freeze(value)
  }
  return value
}
