import type { CliIo } from './command-line.ts'
import { configFrom } from './sources.ts'

/** `zte2mqtt check`: faults are thrown as ConfigError. @returns 0 */
export async function runCheck(io: CliIo): Promise<number> {
  const { modems } = configFrom(io)
  process.stdout.write(`The configuration is in order: ${modems.map(({ id }) => id).join(', ')}.\n`)
  return 0
}
