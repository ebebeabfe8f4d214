import type { Identity, Modem } from '../modem/modem.ts'
import type { ModemState, StateGroup } from '../modem/state.ts'
import type { ModemHappening } from './outlet.ts'
import { fullStores } from './store-room.ts'

/** Changes of the signal below this many dB are noise: one step of `+CSQ` has 2 dB, and a signal flickers between two steps. */
const SIGNAL_DEAD_BAND_DB = 3

/** What the modem last said of itself, kept while it is away. */
export class StateBoard {
  #state: Partial<ModemState> = {}
  #identity: Identity | null = null
  /** The last that was known of each. */
  #known: Pick<Identity, 'port' | 'firmware' | 'iccid' | 'imsi'> | null = null
  readonly #onEvent: (event: ModemHappening) => void

  constructor(onEvent: (event: ModemHappening) => void) {
    this.#onEvent = onEvent
  }

  get state(): Partial<ModemState> {
    return this.#state
  }

  get identity(): Identity | null {
    return this.#identity
  }

  /** A newly opened modem; what differs from the one before is told. */
  opened(identity: Identity): void {
    const before = this.#known
    this.#identity = identity
    // A locked or slow SIM, or a question that failed, says nothing of what was known: a card may be taken out and another put in.
    const { firmware, iccid, imsi, port } = identity
    this.#known = {
      port,
      firmware: firmware ?? before?.firmware ?? null,
      iccid: iccid ?? before?.iccid ?? null,
      imsi: imsi ?? before?.imsi ?? null,
    }
    if (before === null) return
    if (before.port !== port) this.#tell('port_changed', before.port, port)
    if (differ(before.firmware, firmware)) this.#tell('firmware_changed', before.firmware, firmware)
    // The card's number itself is personal; that it is another one is all that is told.
    const isTold = before.iccid !== null && iccid !== null
    if (isTold ? before.iccid !== iccid : differ(before.imsi, imsi)) this.#onEvent({ type: 'sim_changed' })
  }

  async read(modem: Modem, groups: readonly StateGroup[]): Promise<void> {
    this.take(await modem.readState(groups))
  }

  /** What the modem says now; groups of which it says nothing stay as they were. */
  take(news: Partial<ModemState>): void {
    const before = this.#state
    this.#state = { ...before, ...news, ...steadied(before, news) }
    const { registration } = this.#state
    if (before.registration !== undefined && registration?.state !== before.registration.state) {
      this.#tell('registration_changed', before.registration.state, registration?.state ?? 'unknown')
    }
    const wereFull = new Set(fullStores(before).map(({ storage }) => storage))
    for (const { storage, capacity } of fullStores(this.#state)) {
      if (!wereFull.has(storage)) this.#onEvent({ type: 'storage_full', detail: { storage, capacity } })
    }
  }

  #tell(type: ModemHappening['type'], from: string | null, to: string | null): void {
    this.#onEvent({ type, detail: { from, to } })
  }
}

function differ(before: string | null, now: string | null): boolean {
  return before !== null && now !== null && before !== now
}

/** The signal as it was, unless it moved by more than the dead band or became known or unknown. */
function steadied(before: Partial<ModemState>, news: Partial<ModemState>): Partial<ModemState> {
  const [old, now] = [before.signal, news.signal]
  if (old === undefined || now === undefined) return {}
  const moved = (['rssiDbm', 'rscpDbm', 'rsrpDbm', 'rsrqDb', 'sinrDb', 'ecioDb', 'ber'] as const).some((key) => {
    const [a, b] = [old[key], now[key]]
    return a === null || b === null ? a !== b : Math.abs(a - b) >= SIGNAL_DEAD_BAND_DB
  })
  return moved ? {} : { signal: old }
}
