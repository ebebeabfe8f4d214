import { text } from 'node:stream/consumers'
import { hashPassword } from '../mqtt/password-hash.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { terminalPrompts, Withdrawn } from './init-prompts.ts'

/** Where the password comes from, and where its hash goes. */
interface HashPasswordIo {
  /** Rejects with `Withdrawn` when whoever is asked breaks off. */
  readonly read: () => Promise<string>
  readonly print: (line: string) => void
}

/** `zte2mqtt hash-password`, at the terminal or in a pipe. */
export function hashPasswordVerb(io: CliIo): Promise<number> {
  const { stdin } = process
  return printHash(io, {
    read: () => (stdin.isTTY ? terminalPrompts('Only its hash is shown').secret('Password') : text(stdin)),
    print: (line) => void process.stdout.write(`${line}\n`),
  })
}

/** Prints the hash of a password, for `broker.users`. @returns the exit code @throws UsageError */
export async function printHash({ args }: CliIo, { read, print }: HashPasswordIo): Promise<number> {
  if (args.length > 0) {
    throw new UsageError(
      'hash-password takes no arguments: others could read the password in the list of processes. It asks for it, or reads it from a pipe.',
    )
  }
  try {
    const password = (await read()).replace(/\r?\n$/, '')
    if (password === '') throw new UsageError('The password is empty.')
    print(await hashPassword(password))
    return 0
  } catch (error) {
    if (!(error instanceof Withdrawn)) throw error
    return 1
  }
}
