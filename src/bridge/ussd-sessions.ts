import { ModemError } from '../modem/errors.ts'
import type { UssdReply } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Outlet } from './outlet.ts'
import { NO_REPLY, UssdExchange } from './ussd-exchange.ts'
import type { UssdReport } from './ussd-report.ts'

export interface UssdSessionsOptions {
  readonly modem: ModemId
  readonly outlet: Pick<Outlet, 'ussdReply'>
  /** How long the network may take for a reply. */
  readonly timeoutMs: number
  readonly now: () => number
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  readonly newId: () => string
  /** Something ended or began. */
  readonly onChange: () => void
}

/** What a reply belongs to. */
export interface Step {
  readonly sessionId: string
  readonly request: string | null
}

type Heard = Step & {
  /** When it was last heard of, on the clock that never jumps. */
  readonly since: number
}

/** Says one thing to the network, and waits for its reply. */
export type Say = (say: () => Promise<void>) => Promise<UssdReply>

/** What stands for the reply to a request that was cancelled. */
const ENDED: UssdReply = { status: 'terminated', text: null, dcs: null }

/** So late a reply may still be that to the last request. */
const LATE_LIMIT_MS = 10 * 60_000

/** Which reply belongs to which session of one modem, and what is told of it. One session at a time. */
export class UssdSessions {
  readonly #options: UssdSessionsOptions
  #isBusy = false
  #isCancelled = false
  #exchange: UssdExchange | undefined
  /** The network waits for an answer in this session. */
  #menu: Heard | undefined
  /** The network has not answered this in time. */
  #unanswered: Heard | undefined
  /** What came while something else was under way. */
  readonly #held: UssdReply[] = []

  constructor(options: UssdSessionsOptions) {
    this.#options = options
  }

  /** Something waits for its reply. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** The session that waits for an answer of ours. */
  get menu(): Heard | undefined {
    return this.#menu
  }

  /** Whether the modem may have a session open although nothing is under way. */
  get mayBeOpen(): boolean {
    return this.#menu !== undefined || this.#unanswered !== undefined
  }

  /** Something is said and its reply told. @throws ModemError where `exchange` throws, or the reply says that there was none */
  async talk(step: Step, exchange: (say: Say) => Promise<UssdReply>): Promise<UssdReport> {
    this.#isBusy = true
    this.#isCancelled = false
    this.#menu = undefined
    this.#unanswered = undefined
    try {
      const reply = await exchange((say) => this.#say(say))
      const report = this.#publish(step, reply)
      if (reply === NO_REPLY) this.#unanswered = { ...step, since: this.#options.elapsed() }
      demandReply(reply, this.#options.timeoutMs)
      return report
    } finally {
      this.#isBusy = false
      for (const reply of this.#held.splice(0)) this.heard(reply)
      this.#options.onChange()
    }
  }

  /** The modem ended whatever session there was, because somebody wanted it. */
  cancelled(): void {
    const menu = this.#menu
    this.#menu = undefined
    this.#unanswered = undefined
    this.#isCancelled = true
    if (this.#exchange?.settle(ENDED) !== true && menu !== undefined) this.#publish(menu, ENDED)
    this.#options.onChange()
  }

  /** The modem is gone, and its session with it. */
  closed(): void {
    this.#menu = undefined
    this.#unanswered = undefined
    this.#exchange?.settle(
      new ModemError(
        'modem_offline',
        'The modem was lost before the network answered, and the USSD session with it. The code may have had its effect.',
      ),
    )
  }

  /** To be given every reply of the modem. */
  heard(reply: UssdReply): void {
    if (this.#exchange?.settle(reply) === true) return
    if (this.#isBusy) {
      this.#held.push(reply)
      return
    }
    const { elapsed, newId } = this.#options
    const late = this.#unanswered
    this.#unanswered = undefined
    if (this.#menu !== undefined) this.#publish(this.#menu, reply)
    else if (reply.text === null) return
    else if (late !== undefined && elapsed() - late.since < LATE_LIMIT_MS) this.#publish(late, reply)
    else this.#publish({ sessionId: newId(), request: null }, reply, 'network_initiated')
    this.#options.onChange()
  }

  async #say(say: () => Promise<void>): Promise<UssdReply> {
    if (this.#isCancelled) return ENDED
    const exchange = new UssdExchange()
    this.#exchange = exchange
    try {
      return await exchange.run(say, this.#options.timeoutMs)
    } finally {
      this.#exchange = undefined
    }
  }

  /** Tells a reply, and keeps in mind whether it asks for an answer. */
  #publish({ sessionId, request }: Step, reply: UssdReply, status: UssdReport['status'] = reply.status): UssdReport {
    const { modem, outlet, now, elapsed } = this.#options
    this.#menu = reply.status === 'reply_needed' ? { sessionId, request, since: elapsed() } : undefined
    const report = { sessionId, request, text: reply.text, status, dcs: reply.dcs, at: new Date(now()).toISOString() }
    void outlet.ussdReply(modem, report)
    return report
  }
}

/** @throws ModemError where the reply says that there was none. A new modem would not change that, so this one is kept. */
function demandReply(reply: UssdReply, timeoutMs: number): void {
  if (reply.text !== null) return
  if (reply.status === 'not_supported') {
    throw new ModemError(
      'rejected_by_network',
      'The network does not know this code, or does not take it from this SIM.',
    )
  }
  if (reply.status !== 'timeout') return
  throw new ModemError(
    'timeout',
    reply === NO_REPLY
      ? `The network gave no answer within ${Math.round(timeoutMs / 1000)} s (ussd.timeout). It is not asked again by itself, because a code may cost money.`
      : 'The network ended the USSD session, because an answer took too long.',
    { retry: 'later' },
  )
}
