import { ModemError } from '../modem/errors.ts'
import type { Answer } from './commands.ts'
import { failureOf } from './outbox.ts'

/** A fault that is no modem's and no user's. */
type OnProblem = (problem: string, cause: unknown) => void

/** Runs what was asked for, at once as far as it goes without waiting, and says how it went. Never throws, never rejects. */
export function answering(run: () => unknown, onProblem: OnProblem): Promise<Answer> {
  const refused = (error: unknown): Answer => refusal(error, onProblem)
  try {
    return Promise.resolve(run()).then((data) => ({ status: 'ok', data: data ?? {} }), refused)
  } catch (error) {
    return Promise.resolve(refused(error))
  }
}

function refusal(error: unknown, onProblem: OnProblem): Answer {
  if (error instanceof ModemError) return { status: 'error', error: failureOf(error) }
  onProblem('A command failed for a reason that is a fault of the bridge.', error)
  return { status: 'error', error: { code: 'internal', message: 'The bridge failed; its log tells more.' } }
}
