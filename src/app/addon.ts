import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.ts'
import { leavesOf } from '../config/options.ts'
import { SCHEMA } from '../config/schema.ts'
import { envName } from '../config/sources.ts'
import { ModemError } from '../modem/errors.ts'
import type { CliIo } from './command-line.ts'

interface Json {
  readonly [key: string]: unknown
}

/** Where the Supervisor of Home Assistant leaves the options of an app, and where it answers. */
interface Supervisor {
  readonly optionsFile: string
  readonly url: string
}

const SUPERVISOR: Supervisor = { optionsFile: '/data/options.json', url: 'http://supervisor' }

const LIMIT_MS = 10_000

const OPTIONS = new Set(leavesOf(SCHEMA).map(([path]) => path))

/**
 * The command line that follows `addon`, with the options of the Home Assistant app (formerly add-on) as environment. They
 * have the names of our own options. Without an address of a broker among them, the Supervisor names its own.
 * @throws ConfigError when there is no broker or no options file, ModemError when the Supervisor does not answer
 */
export async function withAppOptions(io: CliIo, supervisor = SUPERVISOR): Promise<CliIo> {
  const chosen = environmentOf(readOptions(supervisor.optionsFile))
  // The health check must not depend on anybody but the bridge it asks: the Supervisor restarts who fails it.
  const isOwn = io.args[0] === 'healthcheck' || chosen[envName('mqtt.url')] !== undefined
  const broker = isOwn ? {} : environmentOf({ mqtt: await brokerOf(supervisor, io.env.SUPERVISOR_TOKEN ?? '') })
  return { args: io.args, env: { ...io.env, ...chosen, ...broker } }
}

/**
 * Options as environment variables. What the form leaves empty is not given. A key that is no option of ours becomes a
 * variable that does not exist, about which the configuration complains.
 */
export function environmentOf(options: Json): NodeJS.ProcessEnv {
  return Object.fromEntries(variables(options, ''))
}

function variables(options: Json, prefix: string): readonly (readonly [name: string, text: string])[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const path = `${prefix}${key}`
    if (isEmpty(value)) return []
    if (isMap(value) && !OPTIONS.has(path)) return variables(value, `${path}.`)
    return [[envName(path), typeof value === 'object' ? JSON.stringify(value, withoutEmpty) : String(value)] as const]
  })
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutEmpty(_key: string, value: unknown): unknown {
  return isEmpty(value) ? undefined : value
}

function readOptions(file: string): Json {
  try {
    const options: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isMap(options)) return options
  } catch (error) {
    throw new ConfigError([
      `${file} cannot be read: ${(error as Error).message}. Only Home Assistant writes this file.`,
    ])
  }
  throw new ConfigError([`${file} holds no options`])
}

async function brokerOf({ url }: Supervisor, token: string): Promise<Json> {
  const { status, body } = await ask(`${url}/services/mqtt`, token)
  const service = isMap(body) && isMap(body.data) ? body.data : {}
  const { host, port, ssl, username, password } = service
  if (status !== 200 || typeof host !== 'string') {
    throw new ConfigError([
      'mqtt.url: is empty, and Home Assistant knows no broker. Install the app "Mosquitto broker" and start it, or say here where yours is.',
    ])
  }
  return { url: `mqtt${ssl === true ? 's' : ''}://${host}:${String(port)}`, username, password }
}

async function ask(url: string, token: string): Promise<{ status: number; body: unknown }> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), LIMIT_MS)
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: limit.signal })
    return { status: response.status, body: await response.json() }
  } catch (cause) {
    const what =
      'The Supervisor of Home Assistant does not answer. Start the app again, or set mqtt.url in its options.'
    throw new ModemError('internal', what, { cause, detail: url })
  } finally {
    clearTimeout(timer)
  }
}
