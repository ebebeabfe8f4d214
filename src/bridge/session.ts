import { ModemError } from '../modem/errors.ts'
import type { Modem, SmsStore } from '../modem/modem.ts'
import type { ModemState, StateGroup } from '../modem/state.ts'
import { Bell } from './bell.ts'
import { Calls } from './calls.ts'
import type { Inbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import type { StateBoard } from './state-board.ts'
import { fullStores } from './store-room.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import { UssdDesk } from './ussd.ts'
import { isRegistered } from './well-being.ts'

/** Everything that is read of a modem. */
export const ALL_GROUPS: readonly StateGroup[] = [
  'signal',
  'registration',
  'cell',
  'operator',
  'networkMode',
  'data',
  'battery',
  'sim',
  'store',
]

/** How soon work that failed is tried anew where nobody asks for it, in milliseconds. */
export const RETRY_MS = 5_000

/** A modem that was told to go does so within this, in milliseconds. */
const DEPARTURE_MS = 10_000

/** A message that is being handed over when the modem shall be left may take so long, or nobody knows what became of it, in milliseconds. */
const HAND_OVER_LIMIT_MS = 6_000

/** How soon a network mode that could not be put back is tried again, in milliseconds. */
const USSD_RETRY_MS = 30_000

/** What wakes the pieces of work. */
export type Bells = Readonly<Record<'publish' | 'look' | 'send' | 'settle' | 'poll', Bell>>

/** One for each; nobody has rung. */
export function createBells(): Bells {
  return { publish: new Bell(), look: new Bell(), send: new Bell(), settle: new Bell(), poll: new Bell() }
}

/** What goes on side by side; each piece keeps its own fault until it succeeds. */
export type Work = 'publish' | 'receive' | 'send' | 'poll' | 'settle' | 'recover' | 'ussd'

/** What a session needs of the supervisor. */
export interface SessionLinks {
  readonly options: SupervisorOptions
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly board: StateBoard
  readonly bells: Bells
  /** Runs work; what a new modem would cure is thrown on, anything else is said. @returns whether it succeeded */
  readonly tolerantly: (name: Work, work: () => Promise<void>) => Promise<boolean>
  /** The modem was of use. */
  readonly onServed: () => void
  readonly onState: () => void
  /** Looks after the health of the modem. @throws ModemError where it was made to leave */
  readonly aid: (modem: Modem, signal: AbortSignal) => Promise<void>
}

/** What goes on while a modem is open: receiving, sending, polling. */
export class Session {
  readonly ussd: UssdDesk
  readonly #links: SessionLinks
  readonly #hinted = new Set<StateGroup>()
  readonly #calls: Calls
  #handOver: Promise<unknown> = Promise.resolve()
  #aiding: Promise<unknown> = Promise.resolve()
  #depart: () => void = () => {}
  #wasRegistered = false

  constructor(links: SessionLinks) {
    this.#links = links
    const { board, onState } = links
    const { id, outlet, rejectsCalls, ...options } = links.options
    this.#calls = new Calls({
      ...options,
      isRejecting: rejectsCalls,
      onCall: (call) => void outlet.call(id, call),
    })
    this.ussd = new UssdDesk({
      ...links.options,
      modem: id,
      settings: options.ussd,
      isRegistered: () => isRegistered(board.state),
      onReading: onState,
    })
  }

  /** The modem was told to go. Where it stays, it is opened again all the same: it may have forgotten what it was set to. */
  departs(): void {
    this.#depart()
  }

  /**
   * Returns never by itself: rejects with the cause when the modem is lost, and resolves at the abort.
   * @param ready called when the modem was looked through for the first time
   */
  async serve(modem: Modem, ready: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const session = new AbortController()
    const within = session.signal
    // Not AbortSignal.any: on Node 20 the long-lived signal keeps an entry for each one that was ever made of it.
    const end = (): void => session.abort()
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    const lost = new Promise<never>((_, reject) => modem.once('lost', reject))
    modem.on('changed', (group, news) => this.#hint(group, news))
    modem.on('call', (sign) => this.#calls.heard(sign, modem))
    modem.on('arrived', (direct) => this.#arrived(direct))
    let clock: NodeJS.Timeout | undefined
    const departed = new Promise<never>((_, reject) => {
      const cause = new ModemError('closed', 'The modem was told to restart, and is opened again.')
      this.#depart = () => {
        clock = setTimeout(() => reject(cause), DEPARTURE_MS)
      }
    })
    const work = this.#work(modem, ready, within)
    const ended = new Promise<void>((resolve) => {
      if (within.aborted) resolve()
      else within.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await Promise.race([lost, departed, ended, work])
      await this.#handedOver()
    } finally {
      this.#depart = () => {}
      clearTimeout(clock)
      this.#calls.end(this.#links.options.now())
      end()
      signal.removeEventListener('abort', end)
      this.ussd.closed()
      await modem.close()
      await Promise.allSettled([work])
      lost.catch(() => undefined)
    }
  }

  /**
   * The first look comes before anything else. Some sticks leave the bus with every message they send, and would never be looked
   * into; and what comes in once the modem is called ready is never taken for what had been lying there.
   */
  async #work(modem: Modem, ready: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { sms } = modem.can
    await this.#withUsersMode(modem)
    if (sms !== undefined) {
      // Before the look makes room in it: that it was full is worth telling.
      await this.#links.board.read(modem, ['store'])
      // And before it: a report that lies there may be of a part that was being handed over when all ended.
      await this.#links.tolerantly('send', async () => this.#links.outbox.settleInterrupted())
      this.#links.inbox.opened()
      await this.#look(modem, sms)
    }
    await ready()
    const messages = sms === undefined ? [] : [this.#receiving(modem, sms, signal), this.#sending(sms, signal)]
    await Promise.all([this.#polling(modem, signal), this.#tendingUssd(signal), ...messages])
  }

  /** Whatever else the modem is to do, it does in the network that its user chose. */
  async #withUsersMode(modem: Modem): Promise<void> {
    await this.#links.tolerantly('ussd', () => this.ussd.opened(modem))
  }

  async #tendingUssd(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let wait: number | undefined
      const isDone = await this.#links.tolerantly('ussd', async () => {
        wait = await this.ussd.tend()
      })
      await this.ussd.rest(isDone ? wait : USSD_RETRY_MS, signal)
    }
  }

  async #receiving(modem: Modem, store: SmsStore, signal: AbortSignal): Promise<void> {
    const { bells, options } = this.#links
    while (!signal.aborted) {
      await bells.look.wait(options.poll.smsMs, signal)
      if (!signal.aborted) await this.#look(modem, store)
    }
  }

  async #look(modem: Modem, store: SmsStore): Promise<void> {
    const { inbox, bells, board, tolerantly, onServed, onState } = this.#links
    await tolerantly('receive', async () => {
      await inbox.look(modem, store)
      bells.settle.ring()
      onServed()
      if (fullStores(board.state).length === 0) return
      // The look has made room, as a rule.
      await board.read(modem, ['store'])
      onState()
    })
  }

  async #sending(store: SmsStore, signal: AbortSignal): Promise<void> {
    const { options, outbox, bells, tolerantly, onState } = this.#links
    const { journal, id, now } = options
    while (!signal.aborted) {
      let goesOn = false
      let wait: number | undefined
      const isDone = await tolerantly('send', async () => {
        const advance = outbox.advance(store)
        this.#handOver = advance.catch(() => undefined)
        goesOn = await advance
        const due = journal.outbound.nextDue(id)
        wait = due === undefined ? undefined : due - now()
      })
      if (goesOn) {
        onState()
        // A report may have come before the answer that tells what it is about.
        bells.settle.ring()
      } else await bells.send.wait(isDone ? wait : RETRY_MS, signal)
    }
  }

  async #handedOver(): Promise<void> {
    const limit = new AbortController()
    await Promise.race([Promise.all([this.#handOver, this.#aiding]), new Bell().wait(HAND_OVER_LIMIT_MS, limit.signal)])
    limit.abort()
  }

  async #polling(modem: Modem, signal: AbortSignal): Promise<void> {
    const { options, bells, board, tolerantly, onServed, onState, aid } = this.#links
    const { poll, elapsed } = options
    this.#wasRegistered = false
    await this.#noteNetwork()
    let statusAt = elapsed() + poll.statusMs
    // Without a store it was not when the modem was started up, whatever it has become since.
    let wasReady = board.state.sim === 'ready' && modem.can.sms !== undefined
    while (!signal.aborted) {
      await bells.poll.wait(poll.signalMs, signal)
      if (signal.aborted) return
      const groups = new Set<StateGroup>(['signal', ...this.#hinted])
      // What unlocks it says nothing when the SIM has started.
      if (board.state.sim !== 'ready') groups.add('sim')
      this.#hinted.clear()
      if (elapsed() >= statusAt) {
        for (const group of ALL_GROUPS) groups.add(group)
        statusAt = elapsed() + poll.statusMs
      }
      const isRead = await tolerantly('poll', () => board.read(modem, [...groups]))
      if (isRead && modem.can.sms === undefined) onServed()
      const isReady = board.state.sim === 'ready'
      // It may be another SIM, and the store behind it is to be set up anew.
      if (isReady && !wasReady) throw new ModemError('closed', 'The SIM has become ready: the modem is opened again.')
      wasReady = isReady
      await this.#noteNetwork()
      const aiding = aid(modem, signal)
      this.#aiding = aiding.catch(() => undefined)
      await aiding
      onState()
    }
  }

  /** What waits for the network is due whenever it is back, however short it was away. */
  async #noteNetwork(): Promise<void> {
    const { bells, board, outbox, tolerantly } = this.#links
    const wasRegistered = this.#wasRegistered
    this.#wasRegistered = isRegistered(board.state)
    if (!this.#wasRegistered || wasRegistered) return
    await tolerantly('send', async () => outbox.networkReturned())
    bells.send.ring()
  }

  #arrived(direct: Parameters<Inbox['take']>[0] | undefined): void {
    const { bells, inbox, tolerantly } = this.#links
    if (direct === undefined) {
      bells.look.ring()
      return
    }
    void tolerantly('receive', async () => inbox.take(direct))
    bells.settle.ring()
  }

  #hint(group: StateGroup, news: Partial<ModemState> | undefined): void {
    const { board, bells, onState } = this.#links
    if (news !== undefined) {
      board.take(news)
      void this.#noteNetwork()
      onState()
    }
    this.#hinted.add(group)
    bells.poll.ring()
  }
}
