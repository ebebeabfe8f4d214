import type { Journal } from '../journal/journal.ts'
import type { Ruling } from '../journal/rulings.ts'
import { ANSWER_ID } from '../journal/rulings.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import { Bell } from './bell.ts'
import type { Answer } from './commands.ts'
import type { Outlet } from './outlet.ts'
import { fillTemplate, textAt } from './rule-text.ts'
import type { Rule, RuleAction } from './rules.ts'
import { untilAborted } from './until-aborted.ts'

export interface RuleDeskOptions {
  readonly rules: readonly Rule[]
  readonly modems: readonly ModemId[]
  readonly journal: Journal
  readonly outlet: Pick<Outlet, 'publish' | 'event' | 'isReachable'>
  /** ms since the epoch */
  readonly now: () => number
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  /** Asks a modem as if the command had come from outside. Never rejects. */
  readonly carryOut: (modem: ModemId, command: string, payload: string, identity: string) => Promise<Answer>
  /** The published state of a modem, for `{state.…}` in answers. */
  readonly stateOf: (modem: ModemId) => unknown
  readonly onProblem: (modem: ModemId, problem: string, cause: ModemError) => void
}

/**
 * First everybody else learns of the message, then the rules act. A broker that is away must not keep a rule from restarting the
 * router through which it is reached, so that is waited for no longer than this, in milliseconds.
 */
const PUBLISHING_MS = 5_000
/** How long the broker may take for what a rule publishes, in milliseconds. */
const CONFIRMATION_MS = 10_000
/** How soon a journal that refused is asked again, in milliseconds. */
const RETRY_MS = 5_000
/** An answer that could not be sent for so long helps nobody any more, in milliseconds. */
const ANSWER_VALID_MS = 3_600_000

type Failure = Extract<Answer, { status: 'error' }>['error']

/** Does what was decided, each at most once: before anything is done, the journal has that it is no longer to be done. */
export class RuleDesk {
  readonly #options: RuleDeskOptions
  readonly #bells: ReadonlyMap<ModemId, Bell>
  /** Messages whose publication is waited for, and until when on the clock that never jumps. */
  readonly #awaited = new Map<string, number>()

  constructor(options: RuleDeskOptions) {
    this.#options = options
    this.#bells = new Map(options.modems.map((modem) => [modem, new Bell()]))
  }

  /** A message is to be obeyed, once it has been published. */
  decided(modem: ModemId, message: string): void {
    this.#awaited.set(message, this.#options.elapsed() + PUBLISHING_MS)
    this.#bells.get(modem)?.ring()
  }

  /** The outside has a message. */
  published(modem: ModemId, message: string): void {
    if (this.#awaited.delete(message)) this.#bells.get(modem)?.ring()
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#bells].map(([modem, bell]) => this.#serve(modem, bell, signal)))
  }

  async #serve(modem: ModemId, bell: Bell, signal: AbortSignal): Promise<void> {
    const { onProblem } = this.#options
    let hasBegun = false
    while (!signal.aborted) {
      let wait: number | undefined
      try {
        if (!hasBegun) this.#begin(modem)
        hasBegun = true
        wait = await this.#actOnAll(modem, signal)
      } catch (error) {
        if (!(error instanceof ModemError)) throw error
        onProblem(modem, error.message, error)
        wait = RETRY_MS
      }
      await bell.wait(wait, signal)
    }
  }

  #begin(modem: ModemId): void {
    const { journal } = this.#options
    for (const { rule, message } of journal.rulings.interrupted(modem)) {
      this.#tell(modem, { rule, message, outcome: 'unknown', error: null, reply: null })
    }
    for (const { message } of journal.rulings.waiting(modem)) this.decided(modem, message)
  }

  /** @returns ms until the next one has waited long enough for its publication; `undefined`: none waits */
  async #actOnAll(modem: ModemId, signal: AbortSignal): Promise<number | undefined> {
    const { journal, elapsed } = this.#options
    for (const ruling of journal.rulings.waiting(modem)) {
      const wait = (this.#awaited.get(ruling.message) ?? 0) - elapsed()
      if (wait > 0) return wait
      this.#awaited.delete(ruling.message)
      await this.#obey(modem, ruling, signal)
      if (signal.aborted) return undefined
    }
    return undefined
  }

  async #obey(modem: ModemId, ruling: Ruling, signal: AbortSignal): Promise<void> {
    const { journal, rules, now } = this.#options
    const rule = rules.find(({ name }) => name === ruling.rule)
    journal.rulings.taken(ruling.seq)
    if (rule === undefined || now() > ruling.actBefore) {
      this.#close(modem, ruling, 'expired', null, null)
      return
    }
    const failure = await untilAborted(this.#act(modem, rule, ruling, signal), signal)
    // The journal may be closed by now; the next start says that nobody knows.
    if (signal.aborted) return
    const reply = await untilAborted(this.#reply(modem, rule, ruling, failure), signal)
    if (!signal.aborted) this.#close(modem, ruling, failure === undefined ? 'done' : 'failed', failure, reply ?? null)
  }

  #close(
    modem: ModemId,
    { seq, rule, message }: Ruling,
    outcome: 'done' | 'failed' | 'expired',
    failure: Failure | null | undefined,
    reply: string | null,
  ): void {
    const error = failure?.code ?? null
    this.#options.journal.rulings.closed(seq, outcome, error)
    this.#tell(modem, { rule, message, outcome, error, reply })
  }

  #tell(modem: ModemId, detail: Readonly<Record<string, string | null>>): void {
    void this.#options.outlet.event(modem, { type: 'rule_matched', detail })
  }

  /** One action after the other. @returns why one failed; those behind it are left out then */
  async #act(modem: ModemId, rule: Rule, ruling: Ruling, signal: AbortSignal): Promise<Failure | undefined> {
    for (const [index, action] of rule.actions.entries()) {
      const failure = await this.#actOnce(modem, action, ruling, index, signal)
      if (failure !== undefined || signal.aborted) return failure
    }
    return undefined
  }

  async #actOnce(
    modem: ModemId,
    action: RuleAction,
    { inputs, message }: Ruling,
    index: number,
    signal: AbortSignal,
  ): Promise<Failure | undefined> {
    if (action.kind === 'publish') {
      return this.#publish(
        action.topic,
        fillTemplate(action.payload, (name) => inputs[name] ?? ''),
        signal,
      )
    }
    const identity = `${ANSWER_ID}${message}/${index}`
    const answer = await this.#options.carryOut(action.modem ?? modem, action.command, action.payload, identity)
    return answer.status === 'error' ? answer.error : undefined
  }

  /** Not kept for a broker that is away: what a stranger's phone wants now may be wrong in an hour. */
  async #publish(topic: string, payload: string, signal: AbortSignal): Promise<Failure | undefined> {
    const { outlet } = this.#options
    if (!outlet.isReachable) return { code: 'timeout', message: 'The MQTT broker is away.' }
    const over = new AbortController()
    const confirmed = outlet.publish(topic, payload).then(
      () => true,
      () => false,
    )
    const late = new Bell().wait(CONFIRMATION_MS, over.signal).then(() => false)
    const isDone = await untilAborted(Promise.race([confirmed, late]), signal)
    over.abort()
    return isDone === true ? undefined : { code: 'timeout', message: 'The MQTT broker did not confirm it in time.' }
  }

  /** @returns `accepted`, the code of an error, or `null` where none is to be sent */
  async #reply(modem: ModemId, rule: Rule, ruling: Ruling, failure: Failure | undefined): Promise<string | null> {
    const { carryOut, stateOf, now } = this.#options
    if (rule.reply === null) return null
    const lookUp = (path: string): string =>
      path.startsWith('state.') ? textAt(stateOf(modem), path.slice('state.'.length)) : (ruling.inputs[path] ?? '')
    const text = failure === undefined ? fillTemplate(rule.reply, lookUp) : `${rule.name}: ${failure.message}`
    const id = `${ANSWER_ID}${ruling.message}`
    const expires = new Date(now() + ANSWER_VALID_MS).toISOString()
    const request = JSON.stringify({ to: ruling.sender, text, id, expires_at: expires })
    const answer = await carryOut(modem, 'sms/send', request, id)
    return answer.status === 'ok' ? 'accepted' : answer.error.code
  }
}
