import { createHash, timingSafeEqual } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'

/** What a message must end with. `key`: base32, as authenticator apps take it. */
export type RuleSecret =
  | { readonly kind: 'pin'; readonly pin: string }
  | { readonly kind: 'totp'; readonly key: string }

/** A text whose end looks like a code. */
export interface CodedText {
  /** Everything before the code. */
  readonly command: string
  readonly code: string
  /** The text without the code, as it may be shown to others. */
  readonly blanked: string
}

/** What a code is worth. `step`: number of the time step it belongs to (RFC 6238 section 4.2); `null` for a PIN. */
export type CodeFinding =
  | { readonly is: 'right'; readonly step: number | null }
  | { readonly is: 'wrong' }
  | { readonly is: 'used' }

/** What every authenticator app does with a key of which nothing else is said. */
const TOTP_DIGITS = 6
const STEP_SECONDS = 30
/** Steps before and after: who reads the code types for a while, and clocks differ (RFC 6238 section 5.2). */
const WINDOW = 1

const MASK = '***'
/** No code with what stands around it is longer. */
const TAIL = 32
const CODE = /(?<=^|\s)\d{3,12}$/
/** Apps show `123 456`, and so people type it. */
const HALVES = /(?<=^|\s)\d{2,6} \d{2,6}$/

/** How many digits the codes of a secret have. */
export function digitsOf(secret: RuleSecret): number {
  return secret.kind === 'pin' ? secret.pin.length : TOTP_DIGITS
}

/** Equal for equal secrets. The key of what is remembered of one; it must not get to the outside. */
export function identityOf(secret: RuleSecret): string {
  const text = secret.kind === 'pin' ? secret.pin : normalised(secret.key)
  return createHash('sha256').update(`${secret.kind}/${text}`).digest('hex').slice(0, 32)
}

/** Takes digits off the end of a text. Full stops and spaces behind them, which keyboards put there, do not count. */
export function splitCode(text: string, digits: number): CodedText | undefined {
  let end = text.length
  while (end > 0 && /[\s.!]/.test(text.charAt(end - 1))) end--
  const tail = text.slice(Math.max(0, end - TAIL), end)
  const single = CODE.exec(tail)?.[0]
  const halves = HALVES.exec(tail)?.[0]
  const found = single?.length !== digits && halves?.length === digits + 1 ? halves : single
  if (found === undefined) return undefined
  const before = text.slice(0, end - found.length)
  return { command: before.trimEnd(), code: found.replace(' ', ''), blanked: `${before}${MASK}${text.slice(end)}` }
}

/**
 * Whether a code is the right one.
 * @param moments ms since the epoch at which it may have been made: an SMS takes a while
 * @param usedStep the newest step of which a code was taken; none up to it is taken again (RFC 6238 section 5.2)
 */
export function checkCode(
  secret: RuleSecret,
  code: string,
  moments: readonly number[],
  usedStep: number | null,
): CodeFinding {
  if (secret.kind === 'pin') return isEqual(code, secret.pin) ? { is: 'right', step: null } : { is: 'wrong' }
  // What has as many characters and other bytes makes the library throw.
  if (!/^[0-9]+$/.test(code)) return { is: 'wrong' }
  const totp = new TOTP({
    secret: Secret.fromBase32(normalised(secret.key)),
    digits: TOTP_DIGITS,
    period: STEP_SECONDS,
  })
  const steps = moments.flatMap((timestamp) => {
    const delta = totp.validate({ token: code, timestamp, window: WINDOW })
    return delta === null ? [] : [Math.floor(timestamp / 1000 / STEP_SECONDS) + delta]
  })
  if (steps.length === 0) return { is: 'wrong' }
  const step = Math.max(...steps)
  return usedStep !== null && step <= usedStep ? { is: 'used' } : { is: 'right', step }
}

/** In the same time, whatever is wrong with it and however long it is. */
function isEqual(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(right))
}

function normalised(key: string): string {
  return key.replace(/[\s=]/g, '').toUpperCase()
}
