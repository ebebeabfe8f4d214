import { ModemError } from '../modem/errors.ts'

/**
 * What one of the lines says, by the parser for the expected line.
 * @throws ModemError `protocol` when none of the lines is what was asked for, or one is but cannot be read
 */
export function findResponse<T>(lines: readonly string[], parse: (line: string) => T | undefined): T {
  for (const line of lines) {
    const value = parse(line)
    if (value !== undefined) return value
  }
  throw new ModemError('protocol', 'The modem did not send the reply that was asked for.', { detail: lines.join('\n') })
}
