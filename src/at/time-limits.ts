import type { CommandShape } from './result-codes.ts'

/** How long a command may take. */
export interface TimeLimit {
  /** From the command, or its payload, to the final result code, in milliseconds. */
  readonly finalMs: number
  /** Every line of the answer starts the clock anew: the answer may be long without the modem being stuck. */
  readonly isPerLine?: true
}

interface LimitRow extends TimeLimit {
  readonly name: string
  /** Only for this form; rows with a form stand in front of the one without. */
  readonly form?: CommandShape['form']
}

/** From the command to the `>` prompt, in milliseconds (3GPP TS 27.005 section 3.5.1). */
export const PROMPT_LIMIT_MS = 10_000

/** For commands without a row. */
const PLAIN: TimeLimit = { finalMs: 5_000 }

/** Commands that wait for the SIM, the radio or the network. */
const TIME_LIMITS = [
  { name: '+CPIN', finalMs: 10_000 },
  { name: '+CFUN', finalMs: 30_000 },
  { name: '+CPMS', finalMs: 20_000 },
  { name: '+CMGL', finalMs: 60_000, isPerLine: true },
  { name: '+CMGR', finalMs: 10_000 },
  { name: '+CMGD', finalMs: 20_000 },
  { name: '+CMGS', finalMs: 60_000 },
  { name: '+CUSD', finalMs: 15_000 },
  { name: '+CLIP', finalMs: 20_000 },
  { name: '+CHUP', finalMs: 30_000 },
  { name: '+COPS', form: 'test', finalMs: 180_000 },
  { name: '+COPS', form: 'set', finalMs: 90_000 },
  { name: '+COPS', finalMs: 10_000 },
  { name: '+ZSNT', finalMs: 20_000 },
  { name: '+CGACT', finalMs: 60_000 },
] as const satisfies readonly LimitRow[]

/** The time limit for a command of this shape. */
export function timeLimitOf(shape: CommandShape): TimeLimit {
  const rows: readonly LimitRow[] = TIME_LIMITS
  return rows.find((row) => row.name === shape.name && (row.form === undefined || row.form === shape.form)) ?? PLAIN
}
