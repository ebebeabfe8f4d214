import type { Journal } from '../journal/journal.ts'
import type { UnheardMessage } from '../journal/unheard.ts'
import type { InboundSms } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Publishing } from '../mqtt/offers.ts'
import { formatReceivedEvent } from '../mqtt/payloads.ts'
import type { Topics } from '../mqtt/topics.ts'
import { pause, SETTLE_MS } from './settling.ts'

/** So many unacknowledged events are kept; a broker whose access rules refuse them never acknowledges any. */
const MOST_WAITING = 64

/** Up to which number of the journal's unheard messages a catch-up is due that has not ended. */
const OWED = 'homeassistant/owed'

/** There while Home Assistant has been born and has not gone, as far as this bridge has heard. */
const PRESENT = 'homeassistant/present'

/** What a catch-up is told when it is made. */
export interface CatchUpOptions {
  readonly connection: Publishing
  readonly topics: Topics
  readonly modems: ReadonlySet<ModemId>
  readonly journal: Pick<Journal, 'unheard' | 'note' | 'setNote' | 'together'>
  /** `homeassistant.catch_up` in ms; 0: nothing is told twice. */
  readonly maxAgeMs: number
  /** ms since the epoch */
  readonly now: () => number
  /** Makes the journal's faults somebody's business. @returns whether there was none */
  readonly tolerantly: (work: () => void) => boolean
}

/**
 * The event entity for received messages, and what it gets once more. Home Assistant forgets what is published while it is away, and
 * only its own words tell whether it is there: all that is told counts as unheard until its will proves that it was there, or its
 * birth that it may not have been.
 */
export class CatchUp {
  readonly #options: CatchUpOptions
  /** Told, and not acknowledged. */
  readonly #underWay = new Set<{ readonly id: string }>()
  /** After this number Home Assistant was there, if its will says that it was there at all. */
  #provenAfter = 0
  #isAway = false
  #isGiving = false
  #settling: AbortController | undefined

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** Tells Home Assistant of a message; noted before it is published. */
  received(modem: ModemId, sms: InboundSms): void {
    const { connection, topics } = this.#options
    this.#note(({ unheard }, oldest) => {
      unheard.add(sms.id)
      unheard.expire(oldest)
    })
    if (this.#underWay.size >= MOST_WAITING) return
    const telling = { id: sms.id }
    this.#underWay.add(telling)
    const over = (): boolean => this.#underWay.delete(telling)
    const topic = topics.modem(modem, 'homeassistant/sms_received')
    // Rejected only when the connection was ended for good.
    void connection.publish(topic, formatReceivedEvent(sms, false), { qos: 1 }).then(over, over)
  }

  connected(): void {
    this.#note((journal) => {
      const owed = journal.note(OWED)
      const latest = this.#movePending(journal)
      // It was there until the connection before this one broke: its will would have come.
      if (journal.note(PRESENT) !== null) journal.unheard.heard(Number(owed ?? 0), latest)
      journal.setNote(PRESENT, null)
      this.#provenAfter = latest
      if (owed !== null) this.#settle()
    })
  }

  born(): void {
    this.#isAway = false
    this.#note((journal) => {
      this.#provenAfter = journal.unheard.latest()
      journal.setNote(OWED, String(this.#provenAfter))
      journal.setNote(PRESENT, 'yes')
    })
    this.#settle()
  }

  gone(): void {
    this.#note((journal) => {
      const latest = this.#movePending(journal)
      // A second will without a birth between them tells of a start that came to nothing.
      if (!this.#isAway) journal.unheard.heard(this.#provenAfter, latest)
      journal.setNote(OWED, null)
      journal.setNote(PRESENT, null)
    })
    this.#isAway = true
    this.#settling?.abort()
  }

  end(): void {
    this.#settling?.abort()
  }

  /** What is still on its way counts as told only now. @returns the number of the newest of the others */
  #movePending({ unheard }: CatchUpOptions['journal']): number {
    const latest = unheard.latest()
    for (const { id } of this.#underWay) unheard.addAgain(id)
    return latest
  }

  #settle(): void {
    this.#settling?.abort()
    const settling = new AbortController()
    this.#settling = settling
    void this.#give(settling.signal)
  }

  /** Crossed off after PUBACK: after a kill in between, it is told once more rather than not at all. */
  async #give(signal: AbortSignal): Promise<void> {
    await pause(SETTLE_MS, signal)
    if (signal.aborted || this.#isGiving) return
    this.#isGiving = true
    let next = this.#next()
    while (next !== undefined && (await this.#tellAgain(next))) next = this.#next()
    this.#isGiving = false
  }

  /** @returns whether to go on */
  async #tellAgain({ seq, modem, sms }: UnheardMessage): Promise<boolean> {
    const { connection, topics, modems } = this.#options
    try {
      const topic = topics.modem(modem, 'homeassistant/sms_received')
      if (modems.has(modem)) await connection.publish(topic, formatReceivedEvent(sms, true), { qos: 1 })
    } catch {
      // The connection was ended for good: the next start goes on.
      return false
    }
    return this.#note(({ unheard }) => unheard.heard(seq - 1, seq))
  }

  #next(): UnheardMessage | undefined {
    let next: UnheardMessage | undefined
    this.#note((journal, oldest) => {
      const owed = journal.note(OWED)
      if (owed === null) return
      journal.unheard.expire(oldest)
      next = journal.unheard.next(Number(owed))
      if (next === undefined) journal.setNote(OWED, null)
    })
    return next
  }

  #note(work: (journal: CatchUpOptions['journal'], oldest: number) => void): boolean {
    const { journal, maxAgeMs, now, tolerantly } = this.#options
    return maxAgeMs > 0 && tolerantly(() => journal.together(() => work(journal, now() - maxAgeMs)))
  }
}
