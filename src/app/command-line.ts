/** What a verb gets. */
export interface CliIo {
  /** Without the program's name. */
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** What the user typed makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
