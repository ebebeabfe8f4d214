import type { ErrorCode } from '../modem/errors.ts'
import { ModemError } from '../modem/errors.ts'
import type { SimState } from '../modem/state.ts'
import type { Trouble } from './ladder.ts'
import type { ModemHappening, Phase } from './outlet.ts'

/** Where a modem stands in its life, and what its last failure was. */
export interface Life {
  readonly phase: Phase
  /** Openings in a row that failed, or that ended before the modem had been of use. */
  readonly failures: number
  /** What is wrong, in the words of the last failure. */
  readonly problem: string | null
}

export type Happening =
  | { readonly kind: 'opening' }
  | { readonly kind: 'opened'; readonly sim: SimState }
  | { readonly kind: 'served' }
  | { readonly kind: 'rebooting' }
  /** The bridge itself took a remedy that makes the modem leave. */
  | { readonly kind: 'recovering' }
  /** It was closed because somebody asked for it. */
  | { readonly kind: 'left' }
  /** Somebody asked the bridge to leave the modem alone. */
  | { readonly kind: 'paused'; readonly problem: string }
  | { readonly kind: 'lost'; readonly cause: ModemError }

export const BORN: Life = { phase: 'starting', failures: 0, problem: null }

/** Failures that trying again does not cure: somebody has to do something first. */
const NEEDS_A_PERSON: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'not_allowed',
  'not_supported',
  'sim_not_ready',
])

/** Seconds before the next opening, by failures in a row. A stick that left the bus needs 3 to 30 s to return. */
const BACK_OFF_S = [1, 2, 5, 10, 30]

/** The next stage of a modem's life. Pure. */
export function live(life: Life, happening: Happening): Life {
  switch (happening.kind) {
    case 'opening':
      return life.phase === 'paused' ? BORN : life
    case 'left':
      return BORN
    case 'paused':
      return { phase: 'paused', failures: 0, problem: happening.problem }
    case 'opened':
      return {
        ...life,
        phase: happening.sim === 'pin_required' || happening.sim === 'puk_required' ? 'unlocking' : 'ready',
        problem: null,
      }
    case 'served':
      return { ...life, failures: 0 }
    case 'rebooting':
    case 'recovering':
      return { ...life, phase: happening.kind }
    case 'lost':
      return {
        phase: phaseAfter(life, happening.cause),
        failures: happening.cause.code === 'session_taken' ? 0 : life.failures + 1,
        problem: happening.cause.message,
      }
  }
}

/**
 * What is told of a failure. @param wasUp the modem was open
 * @param takenUntil RFC 3339; until when a router is left to a person, where somebody has taken its session
 */
export function newsOfLoss(
  [before, after]: readonly [Life, Life],
  { code, message }: ModemError,
  wasUp: boolean,
  takenUntil: string,
): readonly ModemHappening[] {
  if (code === 'session_taken') return [{ type: 'session_taken', detail: { until: takenUntil } }]
  const isForAPerson = after.phase === 'failed' && before.phase !== 'failed'
  const detail = { reason: message }
  return [
    ...(wasUp ? [{ type: 'disconnected', detail } as const] : []),
    ...(isForAPerson ? [{ type: 'failed', detail } as const] : []),
  ]
}

/** A request that was still waiting when the connection ended rejects with that; what ended it is behind. */
export function rootOf(error: ModemError): ModemError {
  return error.code === 'closed' && error.cause instanceof ModemError ? error.cause : error
}

/**
 * What the failure to open a modem, or to keep it, says of its health; `null`: nothing that the bridge could cure. A port that
 * another program holds, or a stick that shows itself as something else, is neither gone nor unresponsive.
 * @param wasHere it has been open before: what was never plugged in is not gone
 */
export function troubleOf({ code, presence }: ModemError, wasHere: boolean): Trouble | null {
  if (presence === 'absent') return wasHere ? 'gone' : null
  if (presence === 'silent') return 'unresponsive'
  return code === 'timeout' || code === 'protocol' || code === 'sim_not_ready' ? 'unresponsive' : null
}

function phaseAfter(life: Life, cause: ModemError): Phase {
  if (cause.code === 'session_taken') return 'paused'
  // It was told to go: until it has failed to return a few times, that is all there is to say.
  if ((life.phase === 'rebooting' || life.phase === 'recovering') && life.failures < 5) return life.phase
  if (NEEDS_A_PERSON.has(cause.code)) return 'failed'
  if (cause.code === 'modem_offline' || cause.code === 'closed') return 'absent'
  return 'recovering'
}

/** ms to wait before the modem is opened again. */
export function backOffMs({ failures }: Life): number {
  return (BACK_OFF_S[Math.min(Math.max(failures - 1, 0), BACK_OFF_S.length - 1)] ?? 30) * 1000
}
