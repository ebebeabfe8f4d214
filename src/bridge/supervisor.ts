import type { Publication } from '../journal/publications.ts'
import { ModemError } from '../modem/errors.ts'
import type { Modem } from '../modem/modem.ts'
import { Bell } from './bell.ts'
import { Bulletin } from './bulletin.ts'
import type { ModemCounters } from './counters.ts'
import { counterOf } from './counters.ts'
import { Inbox } from './inbox.ts'
import type { Trouble } from './ladder.ts'
import type { Happening, Life } from './lifecycle.ts'
import { BORN, backOffMs, live, troubleOf } from './lifecycle.ts'
import type { ModemService } from './modem-service.ts'
import { Outbox } from './outbox.ts'
import type { ModemHappening } from './outlet.ts'
import { publishInOrder } from './publishing.ts'
import { RadioWish } from './radio-wish.ts'
import { Recovery } from './recovery.ts'
import { ServiceDesk } from './service-desk.ts'
import type { Bells, Work } from './session.ts'
import { ALL_GROUPS, RETRY_MS, Session } from './session.ts'
import { StateBoard } from './state-board.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import { UsbPower } from './usb-power.ts'
import { complaintOf, isOffNetwork, RADIO_IS_OFF } from './well-being.ts'

/** One modem's life: open, serve, lose, open again. */
export class Supervisor {
  readonly service: ModemService
  readonly #options: SupervisorOptions
  readonly #inbox: Inbox
  readonly #outbox: Outbox
  readonly #board: StateBoard
  readonly #bulletin: Bulletin
  readonly #radioWish: RadioWish
  readonly #usbPower: UsbPower | null
  readonly #recovery: Recovery
  readonly #session: Session
  readonly #bells: Bells = {
    publish: new Bell(),
    look: new Bell(),
    send: new Bell(),
    settle: new Bell(),
    poll: new Bell(),
    reopen: new Bell(),
  }
  #life: Life = BORN
  #modem: Modem | undefined
  readonly #faults = new Map<Work, ModemError>()
  readonly #counts = { openings: 0, losses: 0, received: 0, sent: 0, failed: 0 }

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { id, journal, outlet, driver, recovery } = options
    const onEvent = (event: ModemHappening): void => this.#tell(event)
    const shared = { ...options, modem: id, onPublication: () => this.#bells.publish.ring(), onEvent }
    this.#board = new StateBoard(onEvent)
    this.#bulletin = new Bulletin(options)
    this.#inbox = new Inbox(shared)
    this.#outbox = new Outbox(shared)
    this.#radioWish = new RadioWish(journal, id)
    const topic = recovery.usbPowerTopic
    this.#usbPower = topic === null ? null : new UsbPower({ id, topic, journal, outlet })
    this.#recovery = new Recovery({
      ...options,
      driver,
      isEnabled: recovery.isEnabled,
      usbPower: this.#usbPower,
      onEvent,
    })
    this.#session = new Session({
      options,
      inbox: this.#inbox,
      outbox: this.#outbox,
      board: this.#board,
      bells: this.#bells,
      tolerantly: (name, work) => this.#tolerantly(name, work),
      onServed: () => this.#happen({ kind: 'served' }),
      onState: () => this.#publishState(),
      aid: (modem, until) => this.#lookAfter(modem, until),
    })
    this.service = new ServiceDesk({
      options,
      board: this.#board,
      radioWish: this.#radioWish,
      present: () => this.#present(),
      refresh: () => this.#refresh(),
      onAccepted: () => this.#ring('send', 'publish', 'settle'),
      onSettled: () => this.#ring('publish'),
      onRebooting: () => {
        this.#happen({ kind: 'rebooting' })
        this.#tell({ type: 'rebooting' })
      },
    })
  }

  get counters(): ModemCounters {
    return { ...this.#counts, remedies: this.#recovery.taken }
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#announce()
    await this.#tolerantly('recover', async () => this.#usbPower?.restore())
    await Promise.all([
      this.#live(signal),
      publishInOrder(this.#publishing(), this.#bells.publish, (work) => this.#tolerantly('publish', work), signal),
      this.#settling(signal),
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
      try {
        await this.#liveOnce(signal)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
    }
  }

  async #liveOnce(signal: AbortSignal): Promise<void> {
    this.#happen({ kind: 'opening' })
    try {
      const modem = await this.#options.driver.open(signal)
      await this.#session.serve(modem, () => this.#opened(modem), signal)
    } catch (error) {
      if (signal.aborted || !(error instanceof ModemError)) throw error
      this.#lost(error)
      await this.#aid(troubleOf(error, this.#counts.openings > 0), undefined, signal)
      await this.#bells.reopen.wait(backOffMs(this.#life), signal)
    }
  }

  async #opened(modem: Modem): Promise<void> {
    const { phase, failures } = this.#life
    this.#modem = modem
    this.#counts.openings++
    if (modem.problem !== null) this.#options.onProblem(modem.problem.message, modem.problem)
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
    if (this.#modem !== undefined) this.#counts.losses++
    this.#modem = undefined
    const wasUp = this.#life.phase === 'ready' || this.#life.phase === 'unlocking' || this.#life.phase === 'rebooting'
    if (this.#life.problem !== cause.message) onProblem(cause.message, cause)
    this.#happen({ kind: 'lost', cause })
    void outlet.availability(id, false)
    if (cause.code === 'session_taken') this.#tell({ type: 'session_taken' })
    else if (wasUp) this.#tell({ type: 'disconnected', detail: { reason: cause.message } })
    this.#publishState()
  }

  async #lookAfter(modem: Modem, signal: AbortSignal): Promise<void> {
    // One that opens well and fails at its first task, again and again, is still the same trouble.
    if (this.#life.failures > 0) return
    const isOff = isOffNetwork(this.#board.state) && !this.#isRadioOff()
    await this.#aid(isOff ? 'off_network' : null, modem, signal)
  }

  /** @throws ModemError `closed` where the modem was made to leave */
  async #aid(trouble: Trouble | null, modem: Modem | undefined, signal: AbortSignal): Promise<void> {
    let isLeaving = false
    await this.#tolerantly('recover', async () => {
      const remedy = await this.#recovery.aid(trouble, modem, signal)
      isLeaving = remedy === 'reset' || remedy === 'usb_power'
    })
    if (!isLeaving) return
    this.#happen({ kind: 'recovering' })
    if (modem !== undefined) throw new ModemError('closed', 'The modem was restarted because it had lost its network.')
  }

  /**
   * What a new modem would cure ends the session; anything else is said and tried again at the next turn.
   * @returns whether it succeeded
   */
  async #tolerantly(name: Work, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.#faults.delete(name)
      return true
    } catch (error) {
      if (!(error instanceof ModemError) || error.retry === 'after_reopen') throw error
      if (this.#faults.get(name)?.message !== error.message) this.#options.onProblem(error.message, error)
      this.#faults.set(name, error)
      this.#publishState()
      return false
    }
  }

  /** Incomplete messages and waiting ones come of age whether the modem is there or not. */
  async #settling(signal: AbortSignal): Promise<void> {
    const { journal, id, now } = this.#options
    while (!signal.aborted) {
      let wait: number | undefined
      const isDone = await this.#tolerantly('settle', async () => {
        wait = this.#inbox.settle()
        this.#outbox.expire()
        const due = journal.outbound.nextDue(id)
        if (due !== undefined) wait = Math.min(wait ?? Number.POSITIVE_INFINITY, Math.max(1000, due - now()))
      })
      await this.#bells.settle.wait(isDone ? wait : RETRY_MS, signal)
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
    this.#bulletin.publish({
      link: this.#modem === undefined ? 'down' : 'up',
      phase: this.#life.phase,
      modem: this.#board.state,
      problem: this.#problem(),
    })
  }

  /** The gravest first: without the journal nothing else counts. */
  #problem(): string | null {
    const unusable = [...this.#faults.values()].find(({ code }) => code === 'internal')
    if (unusable !== undefined) return unusable.message
    if (this.#modem === undefined) return this.#life.problem
    const { state } = this.#board
    if (state.sim !== 'ready' && this.#modem.problem !== null) return this.#modem.problem.message
    return this.#isRadioOff() ? RADIO_IS_OFF : complaintOf(state, this.#recovery.isWorried)
  }

  #isRadioOff(): boolean {
    try {
      return this.#radioWish.isOff
    } catch (error) {
      // With a journal that cannot be read, switching the radio on would be a guess; so is nothing else.
      if (error instanceof ModemError) return true
      throw error
    }
  }

  #publishing(): Parameters<typeof publishInOrder>[0] {
    const onPublished = (publication: Publication): void => {
      const counter = counterOf(publication)
      if (counter !== undefined) this.#counts[counter]++
    }
    return { ...this.#options, onPublished }
  }

  #ring(...bells: (keyof Bells)[]): void {
    for (const bell of bells) this.#bells[bell].ring()
  }
}
