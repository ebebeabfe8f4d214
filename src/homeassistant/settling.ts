import { Bell } from '../bridge/bell.ts'

/**
 * How long Home Assistant gets before the next step, in milliseconds. It subscribes to the topics of an entity some tenths of a second
 * after its discovery, and of two messages that come at once only the last one counts.
 */
export const SETTLE_MS = 2_000

/** Resolves after `ms`, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Bell().wait(ms, signal)
}
