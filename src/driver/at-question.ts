import { ModemError } from '../modem/errors.ts'
import type { AtChannel } from './at-channel.ts'

/**
 * Sends a command of which a refusal changes nothing.
 * @returns what `read` makes of the answer; `undefined` when the modem refuses, or says something that cannot be read
 * @throws ModemError when the connection has ended; the signal's reason
 */
export async function ask<T>(
  channel: AtChannel,
  command: string,
  read: (lines: readonly string[]) => T | undefined,
  signal?: AbortSignal,
): Promise<T | undefined> {
  try {
    return read(await channel.send(command, { signal }))
  } catch (error) {
    if (endsConnection(error)) throw error
    return undefined
  }
}

/** As `ask`, where the answer is a mere OK. @returns whether the modem agreed */
export async function attempt(channel: AtChannel, command: string, signal?: AbortSignal): Promise<boolean> {
  return (await ask(channel, command, () => true, signal)) === true
}

/** Whether this is more than a refusal of the modem: nothing else can be asked after it. */
export function endsConnection(error: unknown): boolean {
  return !(error instanceof ModemError) || error.retry === 'after_reopen'
}

/** For the first line that the parser knows. */
export function firstOf<T>(parse: (line: string) => T | undefined): (lines: readonly string[]) => T | undefined {
  return (lines) => {
    for (const line of lines) {
      const value = parse(line)
      if (value !== undefined) return value
    }
    return undefined
  }
}
