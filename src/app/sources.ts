import { readFileSync } from 'node:fs'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { CliIo } from './command-line.ts'

const DEFAULT_FILE = 'config/zte2mqtt.yaml'

/** The configuration from the command line, the environment and the file. @throws ConfigError with every fault at once */
export function configFrom({ args, env }: CliIo): Config {
  return loadConfig({ args, env, readFile: readIfThere, defaultFile: DEFAULT_FILE })
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
