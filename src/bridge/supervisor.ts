import { setTimeout as pause } from 'node:timers/promises'
import type { HistoryEntry, HistoryQuestion } from '../journal/history.ts'
import { ModemError } from '../modem/errors.ts'
import type { Modem, SmsStore } from '../modem/modem.ts'
import type { StateGroup } from '../modem/state.ts'
import type { Accepted, SendRequest } from './acceptance.ts'
import { acceptSms } from './acceptance.ts'
import { Bell } from './bell.ts'
import type { CommandContext } from './commands.ts'
import { Inbox } from './inbox.ts'
import type { Happening, Life } from './lifecycle.ts'
import { BORN, backOffMs, live } from './lifecycle.ts'
import type { ModemService } from './modem-service.ts'
import { Outbox } from './outbox.ts'
import type { ModemHappening, ModemStatus } from './outlet.ts'
import { publishInOrder } from './publishing.ts'
import { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

const ALL_GROUPS: readonly StateGroup[] = ['signal', 'registration', 'operator', 'sim', 'store']

/** One modem's life: open, serve, lose, open again. */
export class Supervisor implements ModemService {
  readonly #options: SupervisorOptions
  readonly #inbox: Inbox
  readonly #outbox: Outbox
  readonly #board: StateBoard
  readonly #bells = { publish: new Bell(), look: new Bell(), send: new Bell(), settle: new Bell(), poll: new Bell() }
  readonly #hinted = new Set<StateGroup>()
  #life: Life = BORN
  #modem: Modem | undefined
  #journalFault: string | null = null
  #lastState = ''
  #lastStateAt = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
    const onEvent = (event: ModemHappening): void => void options.outlet.event(options.id, event)
    const shared = { ...options, modem: options.id, onPublication: () => this.#bells.publish.ring(), onEvent }
    this.#board = new StateBoard(onEvent)
    this.#inbox = new Inbox(shared)
    this.#outbox = new Outbox(shared)
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#announce()
    await Promise.all([
      this.#live(signal),
      publishInOrder(this.#options, this.#bells.publish, (work) => this.#tolerantly(work), signal),
      this.#settling(signal),
    ])
  }

  accept(request: SendRequest, context: CommandContext): readonly Accepted[] {
    const accepted = acceptSms({ ...this.#options, modem: this.#options.id }, request, context)
    this.#bells.send.ring()
    this.#bells.publish.ring()
    this.#bells.settle.ring()
    return accepted
  }

  cancel(id: string): { readonly id: string; readonly status: string } {
    const { journal, id: modem } = this.#options
    const outbound = journal.outbound.byId(modem, id)
    if (outbound === undefined)
      throw new ModemError('invalid_request', `id: no message ${JSON.stringify(id)} is known.`)
    if (outbound.status !== 'queued') {
      throw new ModemError(
        'not_allowed',
        `The message ${JSON.stringify(id)} is ${outbound.status}: only a queued one can be cancelled.`,
      )
    }
    journal.outbound.settled(outbound.seq, 'cancelled', null)
    this.#bells.publish.ring()
    return { id, status: 'cancelled' }
  }

  history(question: HistoryQuestion): readonly HistoryEntry[] {
    return this.#options.journal.history(this.#options.id, question)
  }

  async reboot(): Promise<void> {
    const modem = this.#present()
    if (modem.can.reboot === undefined)
      throw new ModemError('not_supported', 'This modem cannot be rebooted by command.')
    await modem.can.reboot()
    this.#happen({ kind: 'rebooting' })
    this.#tell({ type: 'rebooting' })
  }

  async refresh(): Promise<void> {
    await this.#board.read(this.#present(), ALL_GROUPS)
    this.#bells.look.ring()
    this.#publishState()
  }

  #present(): Modem {
    if (this.#modem === undefined) {
      throw new ModemError('modem_offline', this.#life.problem ?? 'The modem is not connected at the moment.')
    }
    return this.#modem
  }

  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#happen({ kind: 'opening' })
      try {
        const modem = await this.#options.driver.open(signal)
        await this.#serve(modem, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof ModemError)) throw error
        this.#lost(error)
        await pause(backOffMs(this.#life), undefined, { signal }).catch(() => undefined)
      }
    }
  }

  /** Returns never by itself: rejects with the cause when the modem is lost, and resolves at the end of the bridge. */
  async #serve(modem: Modem, signal: AbortSignal): Promise<void> {
    const session = new AbortController()
    const within = AbortSignal.any([signal, session.signal])
    const lost = new Promise<never>((_, reject) => modem.once('lost', reject))
    modem.on('changed', (group) => this.#hint(group))
    modem.on('arrived', (direct) => this.#arrived(direct))
    const work = [this.#opened(modem).then(() => this.#polling(modem, within))]
    if (modem.can.sms !== undefined)
      work.push(this.#receiving(modem, modem.can.sms, within), this.#sending(modem.can.sms, within))
    const ended = new Promise<void>((resolve) => within.addEventListener('abort', () => resolve(), { once: true }))
    try {
      await Promise.race([lost, ended, ...work])
    } finally {
      session.abort()
      this.#modem = undefined
      await modem.close()
      await Promise.allSettled(work)
      lost.catch(() => undefined)
    }
  }

  async #opened(modem: Modem): Promise<void> {
    const { phase, failures } = this.#life
    this.#modem = modem
    this.#board.opened(modem.identity)
    await this.#board.read(modem, ALL_GROUPS)
    this.#happen({ kind: 'opened', sim: this.#board.state.sim ?? 'unknown' })
    this.#announce()
    void this.#options.outlet.availability(this.#options.id, true)
    this.#tell({ type: 'connected', detail: { port: modem.identity.port } })
    if (phase === 'rebooting' || phase === 'recovering' || failures > 0) this.#tell({ type: 'recovered' })
    this.#publishState()
  }

  #lost(cause: ModemError): void {
    const { id, outlet, onProblem } = this.#options
    const wasUp = this.#life.phase === 'ready' || this.#life.phase === 'unlocking' || this.#life.phase === 'rebooting'
    if (this.#life.problem !== cause.message) onProblem(cause.message, cause)
    this.#happen({ kind: 'lost', cause })
    void outlet.availability(id, false)
    if (wasUp) this.#tell({ type: 'disconnected', detail: { reason: cause.message } })
    this.#publishState()
  }

  async #receiving(modem: Modem, store: SmsStore, signal: AbortSignal): Promise<void> {
    this.#inbox.opened()
    while (!signal.aborted) {
      await this.#tolerantly(async () => {
        await this.#inbox.look(modem, store)
        this.#bells.settle.ring()
        this.#happen({ kind: 'served' })
      })
      await this.#bells.look.wait(this.#options.poll.smsMs, signal)
    }
  }

  async #sending(store: SmsStore, signal: AbortSignal): Promise<void> {
    const { journal, id, now } = this.#options
    await this.#tolerantly(async () => this.#outbox.settleInterrupted())
    while (!signal.aborted) {
      let goesOn = false
      await this.#tolerantly(async () => {
        goesOn = await this.#outbox.advance(store)
      })
      if (goesOn) {
        this.#publishState()
        continue
      }
      const due = journal.outbound.nextDue(id)
      await this.#bells.send.wait(due === undefined ? undefined : due - now(), signal)
    }
  }

  async #polling(modem: Modem, signal: AbortSignal): Promise<void> {
    const { signalMs, statusMs } = this.#options.poll
    let statusAt = performance.now() + statusMs
    while (!signal.aborted) {
      await this.#bells.poll.wait(signalMs, signal)
      if (signal.aborted) return
      const groups = new Set<StateGroup>(['signal', ...this.#hinted])
      this.#hinted.clear()
      if (performance.now() >= statusAt) {
        for (const group of ALL_GROUPS) groups.add(group)
        statusAt = performance.now() + statusMs
      }
      await this.#tolerantly(() => this.#board.read(modem, [...groups]))
      if (modem.can.sms === undefined && this.#board.state.sim === 'ready') {
        throw new ModemError('closed', 'The SIM has become ready: the modem is opened again.')
      }
      this.#publishState()
    }
  }

  /** What a new modem would cure ends the session; anything else is said and tried again at the next turn. */
  async #tolerantly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#journalFault = null
    } catch (error) {
      if (!(error instanceof ModemError) || error.retry === 'after_reopen') throw error
      if (error.code === 'internal') this.#journalFault = error.message
      this.#options.onProblem(error.message, error)
      this.#publishState()
    }
  }

  #arrived(direct: Parameters<Inbox['take']>[0] | undefined): void {
    if (direct === undefined) {
      this.#bells.look.ring()
      return
    }
    void this.#tolerantly(async () => this.#inbox.take(direct))
    this.#bells.settle.ring()
  }

  #hint(group: StateGroup): void {
    this.#hinted.add(group)
    this.#bells.poll.ring()
  }

  /** Incomplete messages and waiting ones come of age whether the modem is there or not. */
  async #settling(signal: AbortSignal): Promise<void> {
    const { journal, id, now } = this.#options
    while (!signal.aborted) {
      let wait: number | undefined
      await this.#tolerantly(async () => {
        wait = this.#inbox.settle()
        this.#outbox.expire()
        const due = journal.outbound.nextDue(id)
        if (due !== undefined) wait = Math.min(wait ?? Number.POSITIVE_INFINITY, Math.max(1000, due - now()))
      })
      await this.#bells.settle.wait(wait, signal)
    }
  }

  #happen(happening: Happening): void {
    const before = this.#life
    this.#life = live(before, happening)
    if (this.#life.phase !== before.phase) this.#publishState()
  }

  #tell(event: ModemHappening): void {
    void this.#options.outlet.event(this.#options.id, event)
  }

  #announce(): void {
    const { id, name, driver, outlet } = this.#options
    const can = this.#modem?.can
    void outlet.announce({
      id,
      name,
      transport: driver.transport,
      identity: this.#board.identity,
      canSend: can?.sms !== undefined,
      canReboot: can?.reboot !== undefined,
    })
  }

  #publishState(): void {
    const { id, journal, outlet, now, poll } = this.#options
    const midnight = new Date(now()).setHours(0, 0, 0, 0)
    const status: Omit<ModemStatus, 'updatedAt'> = {
      link: this.#modem === undefined ? 'down' : 'up',
      phase: this.#life.phase,
      modem: this.#board.state,
      waiting: journal.outbound.waiting(id),
      sentToday: journal.outbound.segmentsSentSince(id, midnight),
      problem: this.#journalFault ?? this.#life.problem,
    }
    const text = JSON.stringify(status)
    if (text === this.#lastState && now() - this.#lastStateAt < poll.republishMs) return
    this.#lastState = text
    this.#lastStateAt = now()
    void outlet.state(id, { ...status, updatedAt: new Date(now()).toISOString() })
  }
}
