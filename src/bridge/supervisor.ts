import type { Publication } from '../journal/publications.ts'
import { ModemError } from '../modem/errors.ts'
import type { Modem } from '../modem/modem.ts'
import type { ModemState } from '../modem/state.ts'
import { Bell } from './bell.ts'
import { Bulletin } from './bulletin.ts'
import type { ModemCounters } from './counters.ts'
import { countPublication } from './counters.ts'
import { Faults } from './faults.ts'
import { Inbox } from './inbox.ts'
import type { Trouble } from './ladder.ts'
import type { Happening, Life } from './lifecycle.ts'
import { BORN, backOffMs, live, newsOfLoss, rootOf, troubleOf } from './lifecycle.ts'
import { Introduction } from './modem-card.ts'
import type { ModemService } from './modem-service.ts'
import { enforceNetworkMode } from './network-wish.ts'
import { Outbox } from './outbox.ts'
import type { ModemHappening, ModemStatus } from './outlet.ts'
import { Pause } from './pause.ts'
import { publishInOrder } from './publishing.ts'
import { RadioWish } from './radio-wish.ts'
import { Recovery } from './recovery.ts'
import { ServiceDesk } from './service-desk.ts'
import type { Bells } from './session.ts'
import { ALL_GROUPS, createBells, Session } from './session.ts'
import { settleInTime } from './settling.ts'
import { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import { usbPowerOf } from './usb-power.ts'
import { complaintOf, isOffNetwork, RADIO_IS_OFF } from './well-being.ts'
import { Yielding } from './yielding.ts'

/** One modem's life: open, serve, lose, open again. */
export class Supervisor {
  readonly service: ModemService
  readonly #options: SupervisorOptions
  readonly #inbox: Inbox
  readonly #outbox: Outbox
  readonly #board: StateBoard
  readonly #bulletin: Bulletin
  readonly #introduction: Introduction
  readonly #radioWish: RadioWish
  readonly #recovery: Recovery
  readonly #session: Session
  readonly #pause: Pause
  readonly #yielding: Yielding
  readonly #bells = createBells()
  #life: Life = BORN
  #modem: Modem | undefined
  readonly #faults: Faults
  readonly #counts = { openings: 0, losses: 0, received: 0, sent: 0, failed: 0 }

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { id, journal } = options
    const onEvent = (event: ModemHappening): void => this.#tell(event)
    const shared = { ...options, modem: id, onPublication: () => this.#bells.publish.ring(), onEvent }
    this.#board = new StateBoard(onEvent)
    this.#bulletin = new Bulletin(options)
    this.#introduction = new Introduction(options, this.#board)
    this.#inbox = new Inbox(shared)
    this.#outbox = new Outbox(shared)
    this.#pause = new Pause(options)
    this.#yielding = new Yielding(options)
    this.#faults = new Faults({ ...options, onChange: () => this.#publishState() })
    this.#radioWish = new RadioWish(journal, id)
    const isRadioOff = (): boolean => this.#radioWish.seemsOff
    this.#recovery = new Recovery({ ...options, isRadioOff, usbPower: usbPowerOf(options), onEvent })
    this.#session = new Session({
      options,
      inbox: this.#inbox,
      outbox: this.#outbox,
      board: this.#board,
      bells: this.#bells,
      tolerantly: (name, work) => this.#faults.tolerantly(name, work),
      onServed: () => this.#happen({ kind: 'served' }),
      onState: () => this.#publishState(),
      aid: (modem, until) => this.#lookAfter(modem, until),
    })
    this.service = new ServiceDesk({
      options,
      board: this.#board,
      radioWish: this.#radioWish,
      inbox: this.#inbox,
      pause: this.#pause,
      session: this.#session,
      recovery: this.#recovery,
      present: () => this.#present(),
      refresh: () => this.#refresh(),
      look: () => this.#ring('poll'),
      onAccepted: () => this.#queued('send', 'publish', 'settle'),
      onSettled: () => this.#queued('publish'),
      onRebooting: () => {
        this.#happen({ kind: 'rebooting' })
        this.#tell({ type: 'rebooting' })
      },
    })
  }

  get counters(): ModemCounters {
    return { ...this.#counts, remedies: this.#recovery.taken }
  }

  /** What is told of the modem; `undefined` before the first opening. */
  get status(): ModemStatus | undefined {
    return this.#bulletin.latest
  }

  /** What is nobody else's: the port that is open or lent to somebody, `null` without one, and the IMEI once it is known. */
  get hold(): { readonly port: string | null; readonly imei: string | null } {
    const { port = null, imei = null } = this.#board.identity ?? {}
    return { port: this.#modem !== undefined || this.#pause.isOn ? port : null, imei }
  }

  /** Closes the modem and opens it again; resolves when it is closed. @throws ModemError `modem_offline` during a pause */
  async restart(): Promise<void> {
    if (this.#pause.isOn) throw new ModemError('modem_offline', this.#pause.sentence)
    await this.#pause.interrupt()
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#introduction.announce(undefined)
    // An earlier process may have left another one in the broker.
    this.#publishState()
    await this.#faults.tolerantly('recover', async () => {
      this.#recovery.begin(signal)
      this.#yielding.recall()
    })
    const { publish, settle } = this.#bells
    const publishing = { ...this.#options, onPublished: (news: Publication) => countPublication(this.#counts, news) }
    const settling = { ...this.#options, inbox: this.#inbox, outbox: this.#outbox }
    await Promise.all([
      this.#live(signal),
      publishInOrder(publishing, publish, (work) => this.#faults.tolerantly('publish', work), signal),
      settleInTime(settling, settle, (work) => this.#faults.tolerantly('settle', work), signal),
    ])
  }

  #present(): Modem {
    if (this.#modem === undefined) {
      throw new ModemError('modem_offline', this.#life.problem ?? 'The modem is not connected at the moment.')
    }
    return this.#modem
  }

  async #refresh(): Promise<void> {
    await this.#board.read(this.#present(), ALL_GROUPS)
    this.#ring('look')
    this.#publishState()
  }

  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#liveOnce(signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  async #liveOnce(signal: AbortSignal): Promise<void> {
    await this.#pause.over(signal, (problem) => this.#paused(problem))
    const turn = this.#pause.turn(signal)
    await this.#yielding.over(turn, (problem, news) => this.#overheard(problem, news))
    if (turn.aborted) return
    this.#happen({ kind: 'opening' })
    const { phase, failures } = this.#life
    const isBack = phase === 'rebooting' || phase === 'recovering' || failures > 0
    try {
      const modem = await this.#options.driver.open(turn)
      await this.#session.serve(modem, () => this.#ready(modem, isBack), turn)
    } catch (error) {
      if (!turn.aborted) await this.#failed(error, turn, signal)
    }
    if (turn.aborted && !signal.aborted) this.#left()
  }

  async #failed(error: unknown, turn: AbortSignal, signal: AbortSignal): Promise<void> {
    if (!(error instanceof ModemError)) throw error
    const cause = rootOf(error)
    if (cause.code === 'session_taken') {
      await this.#faults.tolerantly('recover', async () => this.#yielding.begin())
    }
    this.#lost(cause)
    await this.#aid(troubleOf(cause, this.#counts.openings > 0), undefined, signal)
    await new Bell().wait(backOffMs(this.#life), turn)
  }

  async #ready(modem: Modem, isBack: boolean): Promise<void> {
    this.#counts.openings++
    if (modem.problem !== null) this.#options.onProblem(modem.problem.message, modem.problem)
    this.#board.opened(modem.identity)
    await this.#board.read(modem, ALL_GROUPS)
    this.#modem = modem
    this.#introduction.announce(modem)
    this.#happen({ kind: 'opened', sim: this.#board.state.sim ?? 'unknown' })
    void this.#options.outlet.availability(this.#options.id, true)
    this.#tell({ type: 'connected', detail: { port: modem.identity.port } })
    if (isBack) this.#tell({ type: 'recovered' })
    this.#publishState()
    await enforceNetworkMode(modem, this.#board, this.#options.networkMode, this.#options.onProblem)
  }

  #lost(cause: ModemError): void {
    const { id, outlet, onProblem } = this.#options
    const wasUp = this.#modem !== undefined
    const before = this.#life
    if (wasUp) this.#counts.losses++
    this.#modem = undefined
    if (this.#life.problem !== cause.message) onProblem(cause.message, cause)
    this.#happen({ kind: 'lost', cause })
    // It answered a moment ago, and whether it goes on to is looked at next.
    if (cause.code !== 'session_taken') void outlet.availability(id, false)
    for (const event of newsOfLoss([before, this.#life], cause, wasUp, this.#yielding.until)) this.#tell(event)
    this.#publishState()
  }

  /** On purpose: no failure, and nothing to recover from. */
  #left(): void {
    this.#recovery.rest()
    if (this.#modem === undefined) return
    this.#modem = undefined
    this.#happen({ kind: 'left' })
    void this.#options.outlet.availability(this.#options.id, false)
    const reason = this.#pause.isOn ? this.#pause.sentence : 'The modem was closed by command and is opened again.'
    this.#tell({ type: 'disconnected', detail: { reason } })
  }

  #paused(problem: string): void {
    this.#happen({ kind: 'paused', problem })
    this.#publishState()
  }

  /** What a router tells everybody while somebody else is logged in. */
  #overheard(problem: string, news: Partial<ModemState> | null): void {
    if (news !== null) this.#board.take(news)
    void this.#options.outlet.availability(this.#options.id, news !== null)
    this.#paused(problem)
  }

  async #lookAfter(modem: Modem, signal: AbortSignal): Promise<void> {
    // One that opens well and fails at its first task, again and again, is still the same trouble.
    if (this.#life.failures > 0) return
    const isOff = isOffNetwork(this.#board.state) && !this.#radioWish.seemsOff
    await this.#aid(isOff ? 'off_network' : null, modem, signal)
  }

  /** @throws ModemError `closed` where the modem was made to leave */
  async #aid(trouble: Trouble | null, modem: Modem | undefined, signal: AbortSignal): Promise<void> {
    let isLeaving = false
    await this.#faults.tolerantly('recover', async () => {
      const remedy = await this.#recovery.aid(trouble, modem, signal)
      isLeaving = remedy === 'reset' || remedy === 'usb_power'
    })
    if (!isLeaving) return
    this.#happen({ kind: 'recovering' })
    if (modem !== undefined) throw new ModemError('closed', 'The modem was restarted because it had lost its network.')
  }

  #happen(happening: Happening): void {
    const before = this.#life
    this.#life = live(before, happening)
    if (this.#life.phase !== before.phase) this.#publishState()
  }

  #tell(event: ModemHappening): void {
    void this.#options.outlet.event(this.#options.id, event)
  }

  #publishState(): void {
    this.#introduction.renew(this.#modem)
    this.#bulletin.publish({
      link: this.#modem === undefined ? 'down' : 'up',
      phase: this.#life.phase,
      modem: this.#board.state,
      ussd: this.#session.ussd.readings,
      problem: this.#problem(),
    })
  }

  /** The gravest first: without the journal nothing else counts. */
  #problem(): string | null {
    const ownProblem = this.#faults.ownProblem(this.#modem !== undefined)
    if (ownProblem !== undefined) return ownProblem
    if (this.#modem === undefined) return this.#life.problem
    const { state } = this.#board
    if (state.sim !== 'ready' && this.#modem.problem !== null) return this.#modem.problem.message
    return this.#radioWish.seemsOff ? RADIO_IS_OFF : complaintOf(state, this.#recovery.isWorried)
  }

  /** The number of waiting messages is told at once: with the modem away nothing else would tell it. */
  #queued(...bells: (keyof Bells)[]): void {
    this.#ring(...bells)
    this.#publishState()
  }

  #ring(...bells: (keyof Bells)[]): void {
    for (const bell of bells) this.#bells[bell].ring()
  }
}
