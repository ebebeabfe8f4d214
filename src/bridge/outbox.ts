import type { Journal } from '../journal/journal.ts'
import type { Outbound, OutboundPart } from '../journal/outbound-entry.ts'
import type { ErrorCode } from '../modem/errors.ts'
import { ModemError } from '../modem/errors.ts'
import type { Failure, Submission } from '../modem/messages.ts'
import type { ModemId, SmsStore } from '../modem/modem.ts'

export interface OutboxOptions {
  readonly modem: ModemId
  readonly journal: Journal
  readonly onUnknown: 'report' | 'resend'
  readonly retry: { readonly attempts: number; readonly backoffMs: number }
  readonly now: () => number
  readonly onPublication: () => void
}

/** CMS numbers with which the modem says that it does not know what became of a message it had handed over. */
const OUTCOME_UNKNOWN_CMS = new Set([332])

/** Journal → modem, one hand-over at a time. */
export class Outbox {
  readonly #options: OutboxOptions
  /** What waits for a SIM or a network, by its seq. */
  readonly #waiting = new Set<number>()

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** What was being handed over when the process or the modem ended has an unknown fate. */
  settleInterrupted(): void {
    const { journal, modem } = this.#options
    for (const outbound of journal.outbound.interrupted(modem)) {
      for (const part of outbound.parts) {
        if (part.state === 'submitting') journal.together(() => this.#uncertain(outbound, part))
      }
    }
    this.#options.onPublication()
  }

  expire(): void {
    const { journal, modem, onPublication } = this.#options
    for (const outbound of journal.outbound.overdue(modem)) {
      journal.outbound.settled(outbound.seq, 'expired', {
        code: 'expired',
        message: 'The message could not be handed over before its expires_at.',
      })
    }
    onPublication()
  }

  /** The modem is registered with a network again: what waits for that is due now. */
  networkReturned(): void {
    const { journal, now } = this.#options
    for (const seq of this.#waiting) journal.outbound.waitUntil(seq, now())
    this.#waiting.clear()
  }

  /**
   * Hands over the next part that is due. @returns false when there is none.
   * @throws ModemError when the modem can no longer be used; what was under way is settled by then
   */
  async advance(store: SmsStore): Promise<boolean> {
    // One hand-over at a time: a part that is still being handed over is one whose result the journal could not take.
    this.settleInterrupted()
    this.expire()
    const { journal, modem, onPublication } = this.#options
    const outbound = journal.outbound.next(modem)
    if (outbound === undefined) return false
    const part = outbound.parts.find(({ state }) => state === 'waiting')
    try {
      if (part === undefined) this.#finish(outbound)
      else await this.#submit(store, outbound, part)
    } finally {
      onPublication()
    }
    return true
  }

  async #submit(store: SmsStore, outbound: Outbound, part: OutboundPart): Promise<void> {
    const { journal } = this.#options
    this.#waiting.delete(outbound.seq)
    const submission: Submission = {
      part: part.part,
      of: outbound.parts.length,
      segments: part.segments,
      encoding: outbound.encoding,
      wire: part.wire,
    }
    let handedOver = false
    try {
      const references = await store.submit(submission, () => {
        // It may have waited behind other commands for so long that somebody cancelled it, and was told so.
        if (!this.#isOpen(outbound)) throw new ModemError('not_allowed', 'The message was cancelled meanwhile.')
        journal.outbound.submitting(outbound.seq, part.part)
        handedOver = true
      })
      journal.outbound.partSettled(outbound.seq, part.part, 'submitted', references)
    } catch (error) {
      if (!(error instanceof ModemError)) throw error
      if (!handedOver && !this.#isOpen(outbound)) return
      // Half of it would make a part that certainly failed one of which nobody knows.
      journal.together(() => this.#refused(outbound, part, error, handedOver))
      if (error.retry === 'after_reopen') throw error
      return
    }
    this.#finish(journal.outbound.byId(outbound.modem, outbound.id) ?? outbound)
  }

  #isOpen({ modem, id }: Outbound): boolean {
    const status = this.#options.journal.outbound.byId(modem, id)?.status
    return status === 'queued' || status === 'sending'
  }

  #refused(outbound: Outbound, part: OutboundPart, error: ModemError, handedOver: boolean): void {
    const { journal, retry, now } = this.#options
    const answered = error.cms !== undefined || error.cme !== undefined || error.code.startsWith('rejected')
    if (handedOver && (!answered || OUTCOME_UNKNOWN_CMS.has(error.cms ?? 0))) {
      this.#uncertain(outbound, part, error)
      return
    }
    journal.outbound.partSettled(outbound.seq, part.part, 'waiting')
    // The modem going away before it had the message is no attempt: nobody refused anything.
    if (error.retry === 'after_reopen') return
    // Nor is a SIM that was taken out, or a network that is not there: a message waits for them as it waits for its modem.
    if (error.code === 'sim_not_ready' || error.code === 'not_registered') {
      journal.outbound.waitUntil(outbound.seq, now() + retry.backoffMs)
      this.#waiting.add(outbound.seq)
      return
    }
    if (error.retry !== 'never' && outbound.attempts + 1 < retry.attempts) {
      journal.outbound.putOff(outbound.seq, now() + retry.backoffMs * 2 ** outbound.attempts)
      return
    }
    journal.outbound.partSettled(outbound.seq, part.part, 'failed')
    journal.outbound.settled(outbound.seq, 'failed', failureOf(error))
  }

  /** A second copy costs money, so the remaining parts go on and this one is not handed over again unless configured. */
  #uncertain(outbound: Outbound, part: OutboundPart, error?: ModemError): void {
    const { journal, onUnknown, retry, now } = this.#options
    if (onUnknown === 'resend' && outbound.attempts + 1 < retry.attempts) {
      journal.outbound.partSettled(outbound.seq, part.part, 'waiting')
      journal.outbound.putOff(outbound.seq, now() + retry.backoffMs)
      return
    }
    journal.outbound.partSettled(outbound.seq, part.part, 'unknown')
    this.#finish(journal.outbound.byId(outbound.modem, outbound.id) ?? outbound, error)
  }

  #finish(outbound: Outbound, error?: ModemError): void {
    if (outbound.parts.some(({ state }) => state === 'waiting' || state === 'submitting')) return
    const { journal } = this.#options
    if (outbound.parts.every(({ state }) => state === 'submitted')) {
      journal.outbound.settled(outbound.seq, 'sent', null)
      return
    }
    journal.outbound.settled(outbound.seq, 'unknown', {
      ...(error === undefined ? { code: 'modem_offline' as const } : failureOf(error)),
      message:
        'The connection ended between handing the message over and hearing the result. It may or may not have been sent; it is not sent again.',
    })
  }
}

/** Codes that stay inside, and what stands for them in the contract. */
const INNER: ReadonlyMap<ErrorCode, ErrorCode> = new Map([
  ['closed', 'modem_offline'],
  ['session_taken', 'modem_offline'],
  ['protocol', 'internal'],
])

/** How an error is told outside. */
export function failureOf(error: ModemError): Failure {
  return {
    code: INNER.get(error.code) ?? error.code,
    message: error.message,
    ...(error.cms === undefined ? {} : { cms: error.cms }),
    ...(error.cme === undefined ? {} : { cme: error.cme }),
  }
}
