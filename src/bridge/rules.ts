import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import { matches } from './recipients.ts'
import type { CodedText, RuleSecret } from './rule-secret.ts'
import { checkCode, digitsOf, splitCode } from './rule-secret.ts'
import type { PatternWord, RuleValues } from './rule-text.ts'
import { matchText } from './rule-text.ts'

/** Something a rule does. */
export type RuleAction =
  /** `payload` may have placeholders, the topic none. */
  | { readonly kind: 'publish'; readonly topic: string; readonly payload: string }
  /** `modem` `null`: the one that received the message. */
  | { readonly kind: 'command'; readonly modem: ModemId | null; readonly command: string; readonly payload: string }

/** Who may cause what by which message. */
export interface Rule {
  readonly name: string
  /** Numbers in which `*` stands for any further characters. */
  readonly senders: readonly string[]
  readonly pattern: readonly PatternWord[]
  readonly secret: RuleSecret | null
  readonly actions: readonly RuleAction[]
  /** Template of the answer; `null`: none is sent. */
  readonly reply: string | null
  readonly maxAgeMs: number
  /** How often within an hour. */
  readonly perHour: number
}

/** Why a message that says what a rule waits for is not obeyed. */
export const REFUSALS = [
  'stranger',
  'backlog',
  'incomplete',
  'too_old',
  'wrong_time',
  'own_reply',
  'locked',
  'rate_limit',
  'code_missing',
  'wrong_code',
  'code_used',
] as const

export type Refusal = (typeof REFUSALS)[number]

export type Verdict =
  | {
      readonly rule: Rule
      readonly refusal: null
      readonly values: RuleValues
      /** Time step of the code, which is used up now; `null`: there is none. */
      readonly step: number | null
      /** ms since the epoch; later it must not be acted on. */
      readonly actBefore: number
    }
  | { readonly rule: Rule; readonly refusal: Refusal }

/** What is known of earlier messages. */
export interface RuleFacts {
  /** ms since the epoch */
  readonly now: number
  /** Newest time step of which a code was taken; `null`: none was. */
  readonly usedStep: (secret: RuleSecret) => number | null
  /** Wrong codes since the last right one, as far as they count: how many, and when the last one came. */
  readonly wrongCodes: (rule: Rule) => WrongCodes
  /** How often the rule was obeyed since then (ms since the epoch). */
  readonly obeyed: (rule: Rule, since: number) => number
  /** Whether we have sent that ourselves in answer to a message. */
  readonly isOwnReply: (text: string) => boolean
}

export interface WrongCodes {
  readonly count: number
  /** ms since the epoch; `null`: there was none. */
  readonly lastAt: number | null
}

const HOUR_MS = 3_600_000
/** From so many wrong codes on, each locks for so long. Nobody guesses a code of six digits at one an hour. */
const LOCK = { after: 3, forMs: HOUR_MS }
/** Clocks of service centres are ahead by no more. */
const AHEAD_MS = 5 * 60_000

/** What becomes of a message: the verdict of the first rule that it is for, `undefined` when it is for none. Pure. */
export function judge(rules: readonly Rule[], sms: InboundSms, facts: RuleFacts): Verdict | undefined {
  const { text } = sms
  if (text === null || sms.ports !== null) return undefined
  const meant = rules.flatMap((rule) => {
    const reading = readText(rule, text)
    return reading === undefined ? [] : [{ rule, ...reading }]
  })
  const own = meant.find(({ rule }) => isFrom(rule, sms.from))
  if (own === undefined) return meant[0] && { rule: meant[0].rule, refusal: 'stranger' }
  const { rule, values, coded } = own
  const refusal = refuseMessage(rule, sms, text, facts) ?? refuseForNow(rule, facts)
  if (refusal !== undefined) return { rule, refusal }
  const code = takeCode(rule, sms, coded, facts)
  if (typeof code === 'string') return { rule, refusal: code }
  const actBefore = Math.min(sentAtMs(sms), Date.parse(sms.receivedAt)) + rule.maxAgeMs
  return { rule, refusal: null, values, step: code.step, actBefore }
}

/**
 * The text without the codes in it: behind what a rule waits for, whoever says it and however long they are; from those who may
 * command also behind anything else. Whether a code is right makes no difference, so nobody can try one by looking.
 */
export function blankCodes(rules: readonly Rule[], { from, text }: Pick<InboundSms, 'from' | 'text'>): string | null {
  if (text === null) return null
  for (const rule of rules) {
    if (rule.secret === null) continue
    const digits = digitsOf(rule.secret)
    const coded = splitCode(text, digits)
    if (coded === undefined) continue
    const isCode = isFrom(rule, from) && coded.code.length === digits
    if (isCode || matchText(rule.pattern, coded.command) !== undefined) return coded.blanked
  }
  return text
}

/** Until when wrong codes lock a rule; `null`: they do not. ms since the epoch */
export function lockedUntil({ count, lastAt }: WrongCodes): number | null {
  return count >= LOCK.after && lastAt !== null ? lastAt + LOCK.forMs : null
}

function readText(
  { pattern, secret }: Rule,
  text: string,
): { values: RuleValues; coded: CodedText | undefined } | undefined {
  const coded = secret === null ? undefined : splitCode(text, digitsOf(secret))
  const before = coded && matchText(pattern, coded.command)
  if (before !== undefined) return { values: before, coded }
  const values = matchText(pattern, text)
  return values && { values, coded: undefined }
}

function isFrom({ senders }: Rule, from: string | null): boolean {
  return from !== null && /^\+?\d+$/.test(from) && senders.some((pattern) => matches(pattern, from))
}

/** What is wrong with the message itself. */
function refuseMessage(rule: Rule, sms: InboundSms, text: string, facts: RuleFacts): Refusal | undefined {
  if (sms.backlog) return 'backlog'
  if (sms.missingParts > 0) return 'incomplete'
  const sentAt = sentAtMs(sms)
  if (Number.isNaN(sentAt) || sentAt > facts.now + AHEAD_MS) return 'wrong_time'
  if (facts.now - Math.min(sentAt, Date.parse(sms.receivedAt)) > rule.maxAgeMs) return 'too_old'
  return facts.isOwnReply(text) ? 'own_reply' : undefined
}

function refuseForNow(rule: Rule, facts: RuleFacts): Refusal | undefined {
  const until = rule.secret === null ? null : lockedUntil(facts.wrongCodes(rule))
  if (until !== null && until > facts.now) return 'locked'
  return facts.obeyed(rule, facts.now - HOUR_MS) >= rule.perHour ? 'rate_limit' : undefined
}

function takeCode(
  { secret }: Rule,
  sms: InboundSms,
  coded: CodedText | undefined,
  facts: RuleFacts,
): { readonly step: number | null } | Refusal {
  if (secret === null) return { step: null }
  if (coded === undefined) return 'code_missing'
  // When it was sent counts too: a code does not get old on its way.
  const finding = checkCode(secret, coded.code, [sentAtMs(sms), facts.now], facts.usedStep(secret))
  if (finding.is === 'right') return finding
  return finding.is === 'used' ? 'code_used' : 'wrong_code'
}

function sentAtMs({ sentAt }: InboundSms): number {
  return sentAt === null ? Number.NaN : Date.parse(sentAt)
}
