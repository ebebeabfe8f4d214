import type { PasswordTransform, TokenKind } from '../goform/login.ts'

/** What was found out about a device, and holds until its firmware is another one. */
export interface Finding {
  /** `model_name` and `wa_inner_version`, to know it again. */
  readonly device: string
  readonly transform: PasswordTransform | null
  /** Field of the user name; `null`: it has no users. */
  readonly userField: 'user' | 'username' | null
  /** Whether the login wants a write token, too. */
  readonly isLoginTokened: boolean
  readonly token: TokenKind | null
  readonly isCookieQuoted: boolean
  /** A login has succeeded: whatever session is found there is one that can be lost, and `transform` is the right one. */
  readonly needsLogin: boolean
  /** Before this no login is tried, ms since the epoch; 0: at any time. */
  readonly closedUntil: number
  /** Items that it does not have, and must not be asked for. */
  readonly unsupported: readonly string[]
  /** Validity (TP-VP) that is to be put back, because one message has it otherwise; absent: it has not been changed. */
  readonly usualValidity?: number | null | undefined
}

/** A device of which nothing is known yet. */
export function newFinding(device: string): Finding {
  return {
    device,
    transform: null,
    userField: null,
    isLoginTokened: false,
    token: null,
    isCookieQuoted: true,
    needsLogin: false,
    closedUntil: 0,
    unsupported: [],
  }
}

/** The finding about this device in a note, or a new one: also for another firmware, and for a note that is none. */
export function recallFinding(note: string | null, device: string): Finding {
  try {
    const value: unknown = JSON.parse(note ?? 'null')
    if (isFinding(value) && value.device === device) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return newFinding(device)
}

function isFinding(value: unknown): value is Finding {
  if (typeof value !== 'object' || value === null) return false
  const { device, transform, userField, token, needsLogin, closedUntil, unsupported } = value as Record<string, unknown>
  return (
    typeof device === 'string' &&
    (transform === null || isTransform(transform)) &&
    [null, 'user', 'username'].includes(userField as string | null) &&
    [null, 'none', 'md5', 'sha256'].includes(token as string | null) &&
    typeof needsLogin === 'boolean' &&
    typeof closedUntil === 'number' &&
    Array.isArray(unsupported) &&
    unsupported.every((name) => typeof name === 'string')
  )
}

/** Whether a word out of a note is a way of sending a password. */
export function isTransform(word: unknown): word is PasswordTransform {
  return word === 'base64' || word === 'sha256_base64' || word === 'sha256_challenge'
}

/** What became of the configured password, beyond the process; a newly configured one begins anew. */
export interface Refusals {
  /** Refusals since it was right the last time. */
  readonly count: number
  /** When the last one was, ms since the epoch; 0: never. */
  readonly at: number
  /** It has been right before. */
  readonly isProven: boolean
  /** The way of sending it that was refused by somebody who then had to stop; `null`: none, or all. */
  readonly refusedAs: PasswordTransform | null
}

/** Of a password that was never used. */
export const NO_REFUSALS: Refusals = { count: 0, at: 0, isProven: false, refusedAs: null }

/** What is kept about one device beyond the process. */
export interface RouterMemory {
  finding(): string | null
  keepFinding(note: string): void
  refusals(): Refusals
  keepRefusals(refusals: Refusals): void
}
