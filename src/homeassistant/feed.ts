import type { Answer } from '../bridge/commands.ts'
import type { IncomingCall, ModemCard, ModemHappening, ModemStatus, Outlet } from '../bridge/outlet.ts'
import type { UssdReport } from '../bridge/ussd-report.ts'
import type { InboundSms, OutboundStatus } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import {
  formatFailedUssd,
  formatLastSend,
  formatLastUssd,
  formatRefusedSend,
  formatSummary,
} from '../mqtt/private-payloads.ts'
import type { Topics } from '../mqtt/topics.ts'

/** What a feed is told when it is made. */
export interface FeedOptions {
  /** Gets everything, too. */
  readonly outlet: Outlet
  readonly topics: Topics
  /** All configured modems. */
  readonly modems: readonly ModemId[]
  /** Publishes retained, now and on every connection. */
  readonly retain: (topic: string, payload: string) => void
  /** `privacy.retain_messages` */
  readonly retainMessages: boolean
  readonly logLevel: string
  /** ms since the epoch */
  readonly now: () => number
}

/** Adds to what an Outlet publishes what Home Assistant's entities want in a shape of their own. */
export class Feed implements Outlet {
  readonly #options: FeedOptions
  readonly #statuses = new Map<ModemId, ModemStatus>()
  #logLevel: string
  #summary = ''

  constructor(options: FeedOptions) {
    this.#options = options
    this.#logLevel = options.logLevel
    this.#summarize()
    // An earlier configuration may have left a reply in the broker.
    if (options.retainMessages) return
    for (const modem of options.modems) options.retain(options.topics.homeAssistant(modem, 'last_ussd'), '')
  }

  /** How a command ended: one that was refused shows where people look for what became of it. */
  answered(modem: ModemId, command: string, answer: Answer): void {
    const { topics, modems, retain, retainMessages, now } = this.#options
    if (answer.status === 'ok' || !modems.includes(modem)) return
    const at = new Date(now()).toISOString()
    if (command === 'sms/send') {
      retain(topics.homeAssistant(modem, 'last_send'), formatRefusedSend(answer.error, at))
    } else if ((command === 'ussd/send' || command === 'ussd/reply') && retainMessages) {
      retain(topics.homeAssistant(modem, 'last_ussd'), formatFailedUssd(answer.error, at))
    }
  }

  /** The level of the log is another one now. */
  logLevelChanged(level: string): void {
    this.#logLevel = level
    this.#summarize()
  }

  announce(card: ModemCard): Promise<void> {
    return this.#options.outlet.announce(card)
  }

  availability(modem: ModemId, online: boolean): Promise<void> {
    return this.#options.outlet.availability(modem, online)
  }

  state(modem: ModemId, status: ModemStatus): Promise<void> {
    this.#statuses.set(modem, status)
    this.#summarize()
    return this.#options.outlet.state(modem, status)
  }

  smsReceived(modem: ModemId, sms: InboundSms): Promise<void> {
    return this.#options.outlet.smsReceived(modem, sms)
  }

  smsStatus(modem: ModemId, status: OutboundStatus): Promise<void> {
    const { outlet, topics, retain, retainMessages } = this.#options
    retain(topics.homeAssistant(modem, 'last_send'), formatLastSend(status, retainMessages))
    return outlet.smsStatus(modem, status)
  }

  ussdReply(modem: ModemId, report: UssdReport): Promise<void> {
    const { outlet, topics, retain, retainMessages } = this.#options
    if (retainMessages) retain(topics.homeAssistant(modem, 'last_ussd'), formatLastUssd(report))
    return outlet.ussdReply(modem, report)
  }

  event(modem: ModemId, event: ModemHappening): Promise<void> {
    return this.#options.outlet.event(modem, event)
  }

  call(modem: ModemId, call: IncomingCall): Promise<void> {
    return this.#options.outlet.call(modem, call)
  }

  publish(topic: string, payload: string): Promise<void> {
    return this.#options.outlet.publish(topic, payload)
  }

  get isReachable(): boolean {
    return this.#options.outlet.isReachable
  }

  #summarize(): void {
    const { topics, retain } = this.#options
    const summary = formatSummary(this.#statuses, this.#logLevel)
    if (summary === this.#summary) return
    this.#summary = summary
    retain(topics.homeAssistant('bridge', 'summary'), summary)
  }
}
