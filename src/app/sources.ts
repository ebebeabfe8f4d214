import { existsSync, readFileSync } from 'node:fs'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { CliIo } from './command-line.ts'
import { commandFaults } from './rules.ts'

/** Where the configuration is when nobody says otherwise. */
export const DEFAULT_FILE = 'config/zte2mqtt.yaml'

/** The configuration from the command line, the environment and the file. @throws ConfigError with every fault at once */
export function configFrom({ args, env }: CliIo): Config {
  return loadConfig({ args, env, readFile: readIfThere, defaultFile: DEFAULT_FILE, furtherFaults: commandFaults })
}

/** Nothing was configured in any way: no file, no argument, no variable. */
export function isFirstStart({ args, env }: CliIo): boolean {
  return (
    args.length === 0 && !Object.keys(env).some((name) => name.startsWith('ZTE2MQTT_')) && !existsSync(DEFAULT_FILE)
  )
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
