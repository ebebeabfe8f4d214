import { ModemError } from '../modem/errors.ts'
import { premiumPrefixOf } from './premium-prefixes.ts'

/** Who may be sent to. Patterns are numbers in which `*` stands for any further characters. */
export interface RecipientRules {
  /** Empty: everybody but short codes and premium numbers. */
  readonly allowed: readonly string[]
  readonly blocked: readonly string[]
}

/** Numbers with so few digits are services of the operator or of those who charge for them (3GPP TS 22.105 leaves them to the operator). */
const SHORT_CODE = /^[0-9]{1,6}$/

/** Contact and group names become their numbers; what people write between digits is dropped. @throws ModemError */
export function resolveRecipients(
  to: readonly string[],
  contacts: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const numbers = to.flatMap((entry) => {
    const contact = contacts.get(entry.trim())
    if (contact !== undefined) return contact
    const number = dialled(entry)
    if (!/^\+?[0-9*#]{1,20}$/.test(number)) {
      throw new ModemError(
        'invalid_request',
        `to: ${JSON.stringify(entry)} is neither a phone number nor a configured contact.`,
      )
    }
    return [number]
  })
  return [...new Set(numbers)]
}

/** A number as it is dialled: `+49 (170) 123-4567` and `0049 170 1234567` are `+491701234567`. */
function dialled(text: string): string {
  return text.replace(/[\s()./-]/g, '').replace(/^00(?=[1-9])/, '+')
}

/** @throws ModemError `not_allowed` with what to do */
export function checkRecipient(number: string, { allowed, blocked }: RecipientRules): void {
  const blocking = blocked.find((pattern) => matches(pattern, number))
  if (blocking !== undefined) throw refused(number, `sms.blocked_recipients has ${JSON.stringify(blocking)}`)
  const matching = allowed.filter((pattern) => matches(pattern, number))
  const premium = premiumPrefixOf(number)
  if (SHORT_CODE.test(number) && !matching.some((pattern) => literalOf(pattern) !== '')) {
    throw refused(number, 'short codes may cost a lot; to allow this one, name it in sms.allowed_recipients')
  }
  if (premium !== undefined && !matching.some((pattern) => literalOf(pattern).startsWith(premium))) {
    throw refused(number, `premium numbers (${premium}…) cost a lot; to allow it, name it in sms.allowed_recipients`)
  }
  if (allowed.length > 0 && matching.length === 0) {
    throw refused(
      number,
      'sms.allowed_recipients has no pattern for it (numbers are compared as they are written, best with +)',
    )
  }
}

/** Whether a number is what a pattern describes, in which `*` stands for any further characters. */
export function matches(pattern: string, number: string): boolean {
  const [first = '', ...rest] = dialled(pattern).split('*')
  const last = rest.pop()
  if (last === undefined) return number === first
  if (!number.startsWith(first) || !number.endsWith(last) || number.length < first.length + last.length) return false
  let from = first.length
  for (const piece of rest) {
    const at = number.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return from <= number.length - last.length
}

/** What a pattern says before it leaves anything open. */
function literalOf(pattern: string): string {
  return dialled(pattern).split('*')[0] ?? ''
}

function refused(number: string, why: string): ModemError {
  return new ModemError('not_allowed', `to: ${number} may not be sent to: ${why}.`)
}
