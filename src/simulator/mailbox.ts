import type { Result } from './at-command.ts'
import type { CellularNetwork, Delivery } from './cellular-network.ts'
import type { Faults } from './faults.ts'
import type { MessageStatus } from './message-store.ts'
import { MessageStore } from './message-store.ts'
import { decodeDeliver, decodeSubmit, tpduLength } from './network-side-tpdu.ts'
import { messageClassOf } from './network-side-user-data.ts'
import type { StickProfile, StoreName } from './profiles.ts'
import type { Radio } from './radio.ts'
import type { SimCard } from './sim-card.ts'

interface MailboxOptions {
  readonly profile: StickProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly sim: SimCard
  readonly radio: Radio
  readonly faults: Faults
  readonly announce: (line: string) => void
  /** A message came in; some sticks leave the bus then. */
  readonly whenReceived: () => void
}

/** TP-PID of a message that is acknowledged and shown to nobody (3GPP TS 23.040 section 9.2.3.9). */
const TYPE_0 = 0x40

/** Everything about messages: stores, notification and the way to the network (3GPP TS 27.005). */
export class Mailbox {
  readonly stores = new Map<StoreName, MessageStore>()
  /** The three places of `+CPMS`: read and delete, write and send, receive. */
  places: readonly [StoreName, StoreName, StoreName]
  cnmi: readonly number[]
  /** TP-MR of the last submission, 0 … 255. */
  reference = 0
  readonly #options: MailboxOptions

  constructor(options: MailboxOptions) {
    this.#options = options
    const { stores, factoryStore, factoryCnmi } = options.profile
    for (const name of ['ME', 'SM', 'SR'] as const) {
      const store = stores[name]
      if (store) this.stores.set(name, new MessageStore(store.capacity, store.firstIndex))
    }
    this.places = [factoryStore, factoryStore, factoryStore]
    this.cnmi = factoryCnmi.split(',').map(Number)
  }

  /** Settings as after power-up; what is stored stays. */
  restoreSettings(): void {
    const { factoryStore, factoryCnmi } = this.#options.profile
    this.places = [factoryStore, factoryStore, factoryStore]
    this.cnmi = factoryCnmi.split(',').map(Number)
  }

  store(name: StoreName): MessageStore {
    return this.stores.get(name) ?? new MessageStore(0, 0)
  }

  /** The store that is read and deleted from. */
  get readStore(): MessageStore {
    return this.store(this.places[0])
  }

  /** Stores a message of the user's own. @returns its index, `null` when there is no room */
  write(pdu: string, status: MessageStatus): number | null {
    return this.store(this.places[1]).add({ pdu, status })
  }

  /** The network hands something over. @returns whether the stick took it */
  receive({ kind, pdu }: Delivery): boolean {
    const { radio, sim } = this.#options
    if (!radio.isRegistered || !sim.isReady) return false
    const isTaken = kind === 'report' ? this.#receiveReport(pdu) : this.#receiveMessage(pdu)
    if (isTaken) this.#options.whenReceived()
    return isTaken
  }

  /** Submits a PDU. @returns its TP-MR, or why not */
  submit(pdu: string): number | Result {
    const { radio, sim, network, number } = this.#options
    const submit = decodeSubmit(pdu)
    if (submit === null) return { cms: 304 }
    if (!radio.isRegistered) return { cms: 331 }
    if ((submit.smsc ?? sim.smsc) === '') return { cms: 330 }
    this.reference = (this.reference + 1) & 0xff
    const rejection = network.submit(number, this.reference, pdu, submit)
    return rejection === null ? this.reference : { cms: rejection }
  }

  /** Room was made: the network may deliver what waits. */
  roomWasMade(): void {
    this.#options.network.deliverWaiting(this.#options.number)
  }

  #receiveMessage(pdu: string): boolean {
    const { profile } = this.#options
    const read = decodeDeliver(pdu)
    if (read?.pid === TYPE_0) return true
    const messageClass = read ? messageClassOf(read.dcs) : null
    const mt = this.#notifies(1)
    if (messageClass === 0 && profile.flash !== 'stored') {
      if (profile.flash === 'direct' && mt > 0) this.#notify(`+CMT: ${profile.cmtForm}${tpduLength(pdu)}\r\n${pdu}`)
      return true
    }
    if ((mt === 2 && messageClass !== 2) || (mt === 3 && messageClass === 3)) {
      this.#notify(`+CMT: ${profile.cmtForm}${tpduLength(pdu)}\r\n${pdu}`)
      return true
    }
    const place = messageClass === 2 ? 'SM' : this.places[2]
    return this.#keep(place, pdu, 0, mt > 0 ? '+CMTI' : null)
  }

  #receiveReport(pdu: string): boolean {
    const ds = this.#notifies(3)
    if (ds === 1) {
      this.#notify(`+CDS: ${this.#options.profile.cdsForm}${tpduLength(pdu)}\r\n${pdu}`)
      return true
    }
    const place = this.stores.has('SR') ? 'SR' : this.places[2]
    const isKept = this.#keep(place, pdu, null, ds === 2 ? '+CDSI' : null)
    // Nobody asked for reports: one that finds no room is gone.
    return isKept || ds === 0
  }

  #keep(place: StoreName, pdu: string, status: MessageStatus, notification: string | null): boolean {
    const index = this.store(place).add({ pdu, status })
    if (index !== null && notification) this.#notify(`${notification}: "${place}",${index}`)
    return index !== null
  }

  /** `<mt>` or `<ds>` of `+CNMI`, 0 while its mode keeps everything back. */
  #notifies(field: 1 | 3): number {
    return this.cnmi[0] === 0 ? 0 : (this.cnmi[field] ?? 0)
  }

  #notify(line: string): void {
    const { faults, announce } = this.#options
    if (faults.notificationsToLose > 0) {
      faults.notificationsToLose--
      return
    }
    announce(line)
    if (faults.notificationsToDouble <= 0) return
    faults.notificationsToDouble--
    announce(line)
  }
}
