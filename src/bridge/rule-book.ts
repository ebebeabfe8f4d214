import type { Journal } from '../journal/journal.ts'
import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { ModemHappening } from './outlet.ts'
import type { RuleSecret } from './rule-secret.ts'
import { identityOf } from './rule-secret.ts'
import type { Rule, RuleFacts, Verdict } from './rules.ts'
import { blankCodes, judge, lockedUntil } from './rules.ts'

export interface RuleBookOptions {
  readonly rules: readonly Rule[]
  readonly journal: Journal
  /** ms since the epoch */
  readonly now: () => number
  readonly onEvent: (modem: ModemId, event: ModemHappening) => void
  /** A rule is to obey a message, once that has been published. */
  readonly onDecided: (modem: ModemId, message: string) => void
}

const DAY_MS = 24 * 3_600_000

/**
 * What the rules make of each message, written in the same transaction as the message itself: whatever happens afterwards, nobody
 * asks them a second time, and a code that was taken is used up.
 */
export class RuleBook {
  readonly #options: RuleBookOptions

  constructor(options: RuleBookOptions) {
    this.#options = options
  }

  /**
   * Journals a message without the codes in it.
   * @param isNew whether it may be obeyed at all: it is told outside, and for the first time
   * @param write puts it into the journal, and forgets the raw form of what `hadCode`
   * @throws ModemError `internal`; nothing was written then
   */
  receive(modem: ModemId, sms: InboundSms, isNew: boolean, write: (sms: InboundSms, hadCode: boolean) => void): void {
    const { rules, journal } = this.#options
    const shown = { ...sms, text: blankCodes(rules, sms) }
    const verdict = isNew ? judge(rules, sms, this.#facts()) : undefined
    journal.together(() => {
      write(shown, shown.text !== sms.text)
      if (verdict !== undefined) this.#record(modem, sms.id, verdict)
    })
    if (verdict !== undefined) this.#tell(modem, sms.id, verdict)
  }

  #record(modem: ModemId, message: string, verdict: Verdict): void {
    const { journal } = this.#options
    const { rule } = verdict
    if (verdict.refusal !== null) {
      journal.rulings.refused(modem, message, rule.name, verdict.refusal)
      return
    }
    journal.rulings.decided(modem, { message, rule: rule.name, inputs: verdict.values, actBefore: verdict.actBefore })
    if (verdict.step !== null && rule.secret !== null) journal.setNote(noteOf(rule.secret), String(verdict.step))
  }

  #tell(modem: ModemId, message: string, { rule, refusal }: Verdict): void {
    const { onEvent, onDecided } = this.#options
    if (refusal === null) {
      onDecided(modem, message)
      return
    }
    onEvent(modem, { type: 'rule_refused', detail: { rule: rule.name, message, reason: refusal } })
    const until = refusal === 'wrong_code' ? lockedUntil(this.#wrongCodes(rule)) : null
    if (until === null) return
    onEvent(modem, { type: 'rule_locked', detail: { rule: rule.name, until: new Date(until).toISOString() } })
  }

  #facts(): RuleFacts {
    const { journal, now } = this.#options
    return {
      now: now(),
      usedStep: (secret) => {
        const note = journal.note(noteOf(secret))
        return note === null ? null : Number(note)
      },
      wrongCodes: (rule) => this.#wrongCodes(rule),
      obeyed: ({ name }, since) => journal.rulings.obeyed(name, since),
      isOwnReply: (text) => journal.rulings.answeredWith(text, now() - DAY_MS),
    }
  }

  /** Rules with the same secret share their wrong codes: several doors with one key are not several tries. */
  #wrongCodes({ secret }: Rule): ReturnType<Journal['rulings']['wrongCodes']> {
    const { rules, journal, now } = this.#options
    if (secret === null) return { count: 0, lastAt: null }
    const alike = rules.filter((other) => other.secret !== null && identityOf(other.secret) === identityOf(secret))
    const names = alike.map(({ name }) => name)
    return journal.rulings.wrongCodes(names, now() - DAY_MS)
  }
}

/** Only used of keys with time steps, of which a digest tells nothing. */
function noteOf(secret: RuleSecret): string {
  return `rule_code/${identityOf(secret)}`
}
