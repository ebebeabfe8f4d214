import { findResponse } from '../at/responses.ts'
import type { ListedPdu, StorePlace } from '../at/responses-sms.ts'
import { parseCmgl, parseCmgs } from '../at/responses-sms.ts'
import type { StoredSegment, Submission } from '../modem/messages.ts'
import type { SmsStore } from '../modem/modem.ts'
import type { AtChannel } from './at-channel.ts'
import { attempt, endsConnection } from './at-question.ts'
import { isWhole, parseWire, toStoredSegment } from './stored-pdu.ts'

/** The stores of a modem as the start sequence found and set them. */
export interface StoreSetup {
  /** The store for receiving: `SM`, `ME` or `MT`. */
  readonly used: string
  /** Makes the used store the one that is read and deleted from. */
  readonly select: string
  /** Other stores in which messages can lie. */
  readonly others: readonly string[]
  /** The one among them in which status reports may arrive. */
  readonly reportStore: string | null
}

/** `<stat>` of messages of our own, unsent and sent (3GPP TS 27.005 section 3.1): they are nobody's news. */
const OWN = new Set<number | null>([2, 3])

const INVALID_INDEX = 321

/**
 * The message store over AT commands (3GPP TS 27.005). Other programs may change on another port of the stick which
 * store is read and deleted from, so it is chosen anew each time: deleting from a wrong store loses messages.
 */
export class AtSmsStore implements SmsStore {
  readonly stores: readonly string[]
  readonly #channel: AtChannel
  readonly #setup: StoreSetup
  /** Stores in which the modem said that something arrived, besides the used one. */
  readonly #announced = new Set<string>()
  /** Contents of the used store at the last listing. */
  #known: ReadonlySet<string> = new Set()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(channel: AtChannel, setup: StoreSetup) {
    this.#channel = channel
    this.#setup = setup
    this.stores = [setup.used, ...setup.others]
  }

  /** Class 2 messages go to the SIM whatever store is set: the next listing looks there too. */
  announced({ store }: StorePlace): void {
    if (this.#setup.others.includes(store)) this.#announced.add(store)
  }

  list(everywhere: boolean): Promise<readonly StoredSegment[]> {
    return this.#inTurn(async () => {
      const { used, select, others, reportStore } = this.#setup
      await this.#channel.send(select)
      const found = [...(await this.#read(used))]
      // A message that has just come shall not wait for a look at where reports may lie unannounced: the next one looks there.
      const isNews = found.some(({ contentKey }) => !this.#known.has(contentKey))
      this.#known = new Set(found.map(({ contentKey }) => contentKey))
      const unannounced = (store: string): boolean => store === reportStore && !isNews
      const wanted = others.filter((store) => everywhere || unannounced(store) || this.#announced.has(store))
      if (wanted.length === 0) return found
      // Only the end of the connection comes through here, and then there is nobody left to choose the used one again.
      for (const store of wanted) found.push(...(await this.#readOther(store)))
      await this.#channel.send(select)
      return found
    })
  }

  remove(segments: readonly StoredSegment[]): Promise<readonly StoredSegment[]> {
    return this.#inTurn(async () => {
      const { used, select } = this.#setup
      const stores = new Set(segments.filter(({ slot }) => slot !== null).map(({ store }) => store))
      const faults: unknown[] = []
      for (const store of stores) {
        if (!(await this.#choose(store === used ? select : selectOther(store), faults))) continue
        for (const { slot, store: place } of segments) if (place === store) await this.#delete(slot, faults)
      }
      if ([...stores].some((store) => store !== used)) await this.#channel.send(select)
      // What could be removed is; the rest will be found again.
      if (faults.length > 0) throw faults[0]
      return []
    })
  }

  async submit(submission: Submission, onHandOver: () => void): Promise<readonly number[]> {
    const { length, pdu } = parseWire(submission.wire)
    const lines = await this.#channel.send(`AT+CMGS=${length}`, { payload: pdu, onPayloadWritten: onHandOver })
    return [findResponse(lines, parseCmgs)]
  }

  /** One listing or removal at a time: in between, another store may be chosen. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Some sticks name stores that they cannot list; that must not keep the others from being read. */
  async #readOther(store: string): Promise<readonly StoredSegment[]> {
    try {
      if (!(await attempt(this.#channel, selectOther(store)))) return []
      const found = await this.#read(store)
      this.#announced.delete(store)
      return found
    } catch (error) {
      if (endsConnection(error)) throw error
      return []
    }
  }

  /** A PDU that is shorter than the modem said counts only when a second listing shows it alike. */
  async #read(store: string): Promise<readonly StoredSegment[]> {
    const listed = await this.#listOnce()
    const isDoubtful = listed.some((entry) => !isWhole(entry))
    const again = isDoubtful ? await this.#listOnce() : []
    const isSure = (entry: ListedPdu): boolean =>
      isWhole(entry) || again.some(({ slot, pdu }) => slot === entry.slot && pdu === entry.pdu)
    return listed.filter(isSure).map((entry) => toStoredSegment(entry, store, entry.slot))
  }

  async #listOnce(): Promise<readonly ListedPdu[]> {
    return parseCmgl(await this.#channel.send('AT+CMGL=4')).filter(({ stat }) => !OWN.has(stat))
  }

  async #choose(select: string, faults: unknown[]): Promise<boolean> {
    try {
      await this.#channel.send(select)
      return true
    } catch (error) {
      if (endsConnection(error)) throw error
      faults.push(error)
      return false
    }
  }

  async #delete(slot: number | null, faults: unknown[]): Promise<void> {
    try {
      await this.#channel.send(`AT+CMGD=${slot}`)
    } catch (error) {
      if (endsConnection(error)) throw error
      if (!isGone(error)) faults.push(error)
    }
  }
}

/** Only the first of the three stores: where messages are received stays as it is. */
function selectOther(store: string): string {
  return `AT+CPMS="${store}"`
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'cms' in error && error.cms === INVALID_INDEX
}
