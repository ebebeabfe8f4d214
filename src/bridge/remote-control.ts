import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import { RuleBook } from './rule-book.ts'
import type { RuleDeskOptions } from './rule-desk.ts'
import { RuleDesk } from './rule-desk.ts'

/** What messages may cause, for all modems: the rules judge each one as it is journaled, and act once it has been published. */
export class RemoteControl {
  readonly #book: RuleBook
  readonly #desk: RuleDesk

  constructor(options: RuleDeskOptions) {
    this.#desk = new RuleDesk(options)
    this.#book = new RuleBook({
      ...options,
      onEvent: (modem, event) => void options.outlet.event(modem, event),
      onDecided: (modem, message) => this.#desk.decided(modem, message),
    })
  }

  /** See `RuleBook.receive`. @throws ModemError `internal` */
  receive(modem: ModemId, sms: InboundSms, isNew: boolean, write: (sms: InboundSms, hadCode: boolean) => void): void {
    this.#book.receive(modem, sms, isNew, write)
  }

  /** The outside has a message. */
  published(modem: ModemId, message: string): void {
    this.#desk.published(modem, message)
  }

  /** Until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#desk.run(signal)
  }
}
