import type { Delivery, Subscriber } from './cellular-network.ts'
import { GoformDesk } from './goform-desk.ts'
import { GoformDoor } from './goform-door.ts'
import type { AnswerFault, ExchangeMoment, FaultAim, JsonDefect, RouterFaults } from './goform-faults.ts'
import type { Generation, RouterProfile } from './goform-firmware.ts'
import type { GoformRouterOptions } from './goform-hardware.ts'
import { GoformHardware } from './goform-hardware.ts'
import type { RouterBattery, RouterTraffic } from './goform-insides.ts'
import type { RouterLogin } from './goform-login.ts'
import type { RouterOutbox } from './goform-outbox.ts'
import type { RouterRadio, RouterSignal, Service } from './goform-radio.ts'
import type { GoformRequest } from './goform-request.ts'
import type { RouterStore, RouterStoreName } from './goform-store.ts'
import type { SimCard } from './sim-card.ts'
import { nodeSchedule, Timers } from './timers.ts'

/** A ZTE router or network stick: a web server that speaks goform, one SIM, one radio. Its methods are what may happen to it. */
export class GoformRouter implements Subscriber {
  readonly number: string
  readonly profile: RouterProfile
  readonly faults: RouterFaults
  readonly sim: SimCard
  readonly login: RouterLogin
  readonly radio: RouterRadio
  readonly store: RouterStore
  /** Its settings for sending. */
  readonly outbox: Pick<RouterOutbox, 'centre' | 'wantsReports' | 'validity'>
  /** The last 1000 requests, in order. */
  readonly requests: readonly GoformRequest[]
  readonly #hardware: GoformHardware
  readonly #door: GoformDoor
  /** The way back into the house. */
  readonly #houseTimers: Timers
  #departures = 0
  #returning: Promise<void> = Promise.resolve()

  constructor(options: GoformRouterOptions) {
    this.#hardware = new GoformHardware(options, { reboot: () => this.reboot(), leave: () => this.unplug() })
    this.#houseTimers = new Timers(options.schedule ?? nodeSchedule)
    const desk = new GoformDesk(this.#hardware)
    this.requests = desk.requests
    this.#door = new GoformDoor((raw, order) => desk.serve(raw, order))
    const { number, profile, faults, sim, login, radio, store, outbox } = this.#hardware
    this.number = number
    this.profile = profile
    this.faults = faults
    this.sim = sim
    this.login = login
    this.radio = radio
    this.store = store
    this.outbox = outbox
    options.network.attach(this)
    this.#hardware.powerUp()
  }

  /** Serves HTTP. @returns the TCP port */
  listen(port = 0, host = '127.0.0.1'): Promise<number> {
    return this.#door.open(port, host, false)
  }

  /** Serves HTTPS with a certificate that nobody knows. @returns the TCP port */
  listenSecurely(port = 0, host = '127.0.0.1'): Promise<number> {
    return this.#door.open(port, host, true)
  }

  get isPowered(): boolean {
    return this.#hardware.isPowered
  }

  /** Resolves when a return that has begun is complete. */
  whenBack(): Promise<void> {
    return this.#returning
  }

  receive(delivery: Delivery): boolean {
    return this.#hardware.receive(delivery)
  }

  /** Ends it for good: connections, listeners, timers, subscription. */
  close(): void {
    this.unplug()
    this.#hardware.network.detach(this)
  }

  /** Away until `replug`: connections end, listeners refuse. */
  unplug(): void {
    this.#departures++
    this.#houseTimers.cancelAll()
    this.#hardware.powerDown()
    this.#door.close()
  }

  /** Back where it listened before; the modem still has to boot. */
  replug(): Promise<void> {
    this.#houseTimers.cancelAll()
    const departure = this.#departures
    const comeBack = (): Promise<void> => this.#comeBack(departure)
    if (!this.isPowered) this.#returning = this.#returning.then(comeBack, comeBack)
    return this.#returning
  }

  reboot(): void {
    this.unplug()
    this.#houseTimers.after(this.#hardware.latency.rebootMs, () => {
      void this.replug()
    })
  }

  answerHtml(aim?: FaultAim): void {
    this.#arm({ kind: 'html' }, aim)
  }

  /** Half of the body, with the length of that half. */
  truncateJson(aim?: FaultAim): void {
    this.#arm({ kind: 'truncated' }, aim)
  }

  answerEmpty(aim?: FaultAim): void {
    this.#arm({ kind: 'empty' }, aim)
  }

  answer500(aim?: FaultAim): void {
    this.#arm({ kind: 'status-500' }, aim)
  }

  /** Done, and told in this word. */
  answerResult(result: string, aim?: FaultAim): void {
    this.#arm({ kind: 'result', result }, aim)
  }

  resetConnection(moment: ExchangeMoment = 'before-acting', aim?: FaultAim): void {
    this.#arm({ kind: 'reset', moment }, aim)
  }

  /** The connection stays, the answer never comes. */
  swallowAnswer(moment: ExchangeMoment = 'before-acting', aim?: FaultAim): void {
    this.#arm({ kind: 'silence', moment }, aim)
  }

  answerLate(delayMs: number, aim?: FaultAim): void {
    this.#arm({ kind: 'late', delayMs }, aim)
  }

  /** `Content-Length` is off by so many octets; below 0 it is too short. */
  announceWrongLength(excess: number, aim?: FaultAim): void {
    this.#arm({ kind: 'length', excess }, aim)
  }

  spoilJson(defect: JsonDefect, aim?: FaultAim): void {
    this.#arm({ kind: 'defect', defect }, aim)
  }

  /** Takes everything and says nothing more, until the power was cut. */
  hang(): void {
    this.faults.isHung = true
  }

  /** The session is over; nobody else has it. */
  expireLogin(): void {
    this.login.logOut()
  }

  /** Somebody logs in with a browser: takes the session, and the key of wrapped messages with it. */
  personLogsIn(): void {
    this.login.personLogsIn()
    this.#hardware.cipher.replaceKey()
  }

  personLogsOut(): void {
    this.login.logOut()
  }

  /** Five wrong passwords came in. */
  lockOut(): void {
    this.login.lockOut()
  }

  rotateLd(): void {
    this.login.rotateLd()
  }

  rotateRd(): void {
    this.login.rotateRd()
  }

  /** From now on every page of a list is the first. */
  ignorePage(): void {
    this.faults.ignoresPage = true
  }

  /** The status of the next message begins as that of the one before, for so long. */
  staleStatus(delayMs: number): void {
    this.faults.staleStatusMs = delayMs
  }

  /** What is told of the next searches and choices of a network begins as that of the one before, for so long. */
  staleSelection(delayMs: number): void {
    this.radio.staleMs = delayMs
  }

  /** The device never learnt the time. */
  clockAt1970(): void {
    this.faults.clockIsAt1970 = true
  }

  /** What lies in the device now is sealed with a key that nobody has; with `false` no more. */
  loseKeys(areLost = true): void {
    const rows = areLost ? [...this.store.rows('nv'), ...this.store.rows('sim')] : []
    this.faults.lostKeys.clear()
    for (const row of rows) this.faults.lostKeys.add(row)
  }

  /** From now on the firmware offers to wrap messages. */
  encryptSms(): void {
    this.#hardware.cipher.isOffered = true
  }

  /** The next list lacks the older half of its messages. */
  shorterListOnce(): void {
    this.faults.listsToShorten++
  }

  /** The next list has its newest message twice, first with half of its text. */
  doubleRowOnce(): void {
    this.faults.rowsToDouble++
  }

  /** The next deletions are acknowledged and not done. */
  ignoreDeletions(times = 1): void {
    this.faults.deletionsToIgnore += times
  }

  /** Fills every free slot with old messages, already read. */
  fillStore(store: RouterStoreName = 'nv'): void {
    const message = { store, number: '+447700900123', text: 'Old', tag: 0, date: '20,01,01,00,00,00,+0' } as const
    while (this.store.add(message) !== null);
  }

  simAbsent(): void {
    this.sim.isAbsent = true
    this.radio.search()
  }

  /** The SIM asks for this PIN, now and after every power-up. */
  needPin(pin: string): void {
    this.sim.lock(pin)
    this.radio.search()
  }

  setSignal(signal: Partial<RouterSignal>): void {
    this.radio.signal = { ...this.radio.signal, ...signal }
  }

  setService(service: Service): void {
    this.radio.moveTo(service)
  }

  /** What the operator offers at this place from now on. */
  setCoverage(coverage: readonly Generation[]): void {
    this.radio.coverage = coverage
    this.radio.search()
  }

  setBattery(battery: Partial<RouterBattery>): void {
    this.#hardware.battery = { ...this.#hardware.battery, ...battery }
  }

  setTraffic(traffic: Partial<RouterTraffic>): void {
    this.#hardware.traffic = { ...this.#hardware.traffic, ...traffic }
  }

  /** The network ends an open USSD session, which nobody is told. */
  endUssdSession(): void {
    this.#hardware.ussd.endByNetwork()
  }

  /** The flag of the next USSD request begins as that of the one before, for so long. */
  staleUssdFlag(delayMs: number): void {
    this.#hardware.ussd.staleMs = delayMs
  }

  /** A USSD request without service is under way for so long before it fails. */
  seekUssdService(delayMs: number): void {
    this.#hardware.ussd.serviceSearchMs = delayMs
  }

  #arm(fault: AnswerFault, aim: FaultAim = {}): void {
    this.faults.arm(fault, aim)
  }

  /** Returns from this departure, unless the router left once more meanwhile. */
  async #comeBack(departure: number): Promise<void> {
    if (this.isPowered || departure !== this.#departures) return
    await this.#door.reopen()
    if (departure === this.#departures) this.#hardware.powerUp()
    else this.#door.close()
  }
}
