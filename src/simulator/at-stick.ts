import type { Duplex } from 'node:stream'
import type { AtPort } from './at-port.ts'
import type { Delivery, Subscriber } from './cellular-network.ts'
import { tellUssd } from './commands-ussd.ts'
import type { DataContext } from './data-context.ts'
import type { DropMoment, Faults } from './faults.ts'
import { FrontDoors } from './front-doors.ts'
import type { IncomingCall } from './incoming-call.ts'
import { createLine } from './line.ts'
import type { Mailbox } from './mailbox.ts'
import type { PortRole, StickProfile, StoreName } from './profiles.ts'
import type { Radio, RegistrationStatus, SimulatedSignal } from './radio.ts'
import type { SimCard } from './sim-card.ts'
import type { AtStickOptions } from './stick-hardware.ts'
import { StickHardware } from './stick-hardware.ts'
import { nodeSchedule, Timers } from './timers.ts'
import type { UssdAnswer } from './ussd-script.ts'

/** A ZTE stick on the bus: several serial interfaces, one SIM, one radio. Its methods are what may happen to it. */
export class AtStick implements Subscriber {
  readonly number: string
  readonly profile: StickProfile
  readonly radio: Radio
  readonly mailbox: Mailbox
  readonly sim: SimCard
  readonly data: DataContext
  readonly faults: Faults
  readonly #hardware: StickHardware
  readonly #doors = new FrontDoors()
  /** The way back to the bus. */
  readonly #busTimers: Timers
  #comesBackAsCdRom = false
  #departures = 0
  #returning: Promise<void> = Promise.resolve()

  constructor(options: AtStickOptions) {
    this.#hardware = new StickHardware(options, () => this.#reset())
    this.#busTimers = new Timers(options.schedule ?? nodeSchedule)
    const { number, profile, radio, mailbox, sim, data, faults } = this.#hardware
    this.number = number
    this.profile = profile
    this.radio = radio
    this.mailbox = mailbox
    this.sim = sim
    this.data = data
    this.faults = faults
    options.network.attach(this)
    this.#hardware.powerUp()
  }

  /** Opens an interface to one client at a time. @returns the TCP port */
  async listen(port = 0, host = '127.0.0.1', interfaceNumber = this.interfaceOf('status')): Promise<number> {
    const atPort = this.#port(interfaceNumber)
    return this.#doors.open(port, host, (socket) => this.isOnBus && atPort.attach(socket))
  }

  /** Connects a client inside the process. @throws Error while the stick is off the bus or the port is taken */
  connect(interfaceNumber = this.interfaceOf('status')): Duplex {
    const { device, host } = createLine()
    this.attach(device, interfaceNumber)
    return host
  }

  /** Puts the stick at the other end of this stream. @throws Error while it is off the bus or the port is taken */
  attach(client: Duplex, interfaceNumber = this.interfaceOf('status')): void {
    if (!this.isOnBus) throw new Error('The simulated stick is not on the bus')
    if (!this.#port(interfaceNumber).attach(client))
      throw new Error('Somebody else has this port of the simulated stick')
  }

  /** `bInterfaceNumber` of the first interface with this role. @throws Error when the profile has none */
  interfaceOf(role: PortRole): number {
    for (const [number, is] of Object.entries(this.profile.interfaces)) if (is === role) return Number(number)
    throw new Error(`The simulated ${this.profile.model} has no ${role} port`)
  }

  get isOnBus(): boolean {
    return this.#hardware.isPowered
  }

  /** Resolves when a return that has begun is complete. */
  whenBack(): Promise<void> {
    return this.#returning
  }

  /** The network hands something over. */
  receive(delivery: Delivery): boolean {
    return this.isOnBus && this.mailbox.receive(delivery)
  }

  /** Ends it for good: connections, listeners, timers, subscription. */
  close(): void {
    this.#loseBus()
    this.#hardware.network.detach(this)
  }

  /** Pulled out: connections end, listeners refuse. Stays away until `replug`. */
  dropOffBus(): void {
    this.#loseBus()
  }

  /** Back on the bus with the settings of a power-up, listening where it did before. */
  replug(): Promise<void> {
    this.#busTimers.cancelAll()
    const departure = this.#departures
    const comeBack = (): Promise<void> => this.#comeBack(departure)
    if (!this.isOnBus && !this.#comesBackAsCdRom && !this.#hardware.becomesNetworkCard)
      this.#returning = this.#returning.then(comeBack, comeBack)
    return this.#returning
  }

  /** From now on it returns as a CD-ROM, which has no serial ports, until `switchToModem`. */
  comeBackAsCdRom(): void {
    this.#comesBackAsCdRom = true
  }

  /** What usb_modeswitch does to the CD-ROM. */
  switchToModem(): Promise<void> {
    this.#comesBackAsCdRom = false
    this.#hardware.becomesNetworkCard = false
    return this.replug()
  }

  /** Once, at this moment; the stick then returns by itself. */
  dropAt(moment: DropMoment): void {
    this.faults.dropAt = moment
  }

  /** Takes everything and says nothing more, until it was off the bus. */
  hang(): void {
    this.faults.isHung = true
  }

  /** The next answer, or the next to this command (`+CSQ`), comes so much later. */
  answerLate(delayMs: number, command: string | null = null): void {
    this.faults.late = { delayMs, command }
  }

  /** Octets that nobody asked for, ahead of each of the next outputs. */
  garble(octets: Uint8Array, times = 1): void {
    this.faults.junk = { octets, times }
  }

  /** Output in pieces of so many octets; `null` ends it. */
  splitReplies(octets: number | null): void {
    this.faults.pieceSize = octets
  }

  /** Within the next answer of more than one line. */
  insertBetweenLines(line: string, afterLine = 1): void {
    this.faults.between = { line, afterLine }
  }

  /** One of these lines, in turn, between any two lines of the next answers of more than one line. */
  interleave(lines: readonly string[], answers = 1): void {
    this.faults.interleaved = { lines, answers, next: 0 }
  }

  /** The next prompts do not come; the stick waits for data all the same. */
  noPrompt(times = 1): void {
    this.faults.promptsToSwallow = times
  }

  /** The next prompts are a bare `>`. */
  promptWithoutBlank(times = 1): void {
    this.faults.promptsWithoutBlank = times
  }

  /** Fills every free slot with old messages, already read. */
  fillStore(name: StoreName = this.mailbox.places[2]): void {
    const pdu = '0791447700099099040C9144770009103200004230514170908013C8329BFD0699E5EF36484F2FCBDA713A1D'
    while (this.mailbox.store(name).add({ pdu, status: 1 }) !== null);
  }

  /** The next messages come without a word. */
  loseNotification(times = 1): void {
    this.faults.notificationsToLose = times
  }

  duplicateNotification(times = 1): void {
    this.faults.notificationsToDouble = times
  }

  /** The next commands that need the SIM find it busy. */
  simBusy(times: number): void {
    this.faults.simBusyFor = times
  }

  simAbsent(): void {
    this.sim.isAbsent = true
    this.radio.deregister()
  }

  /** Somebody puts the card in while the stick is on. */
  insertSim(): void {
    this.sim.isAbsent = false
    this.sim.powerUp()
    if (this.isOnBus) this.#hardware.start()
  }

  /** The SIM asks for this PIN, now and after every power-up. */
  needPin(pin: string): void {
    this.sim.lock(pin)
    this.radio.deregister()
  }

  /** Every `+CFUN=1` turns the echo on again. */
  echoReturnsAfterCfun(): void {
    this.faults.echoReturnsAfterCfun = true
  }

  /** So many unsolicited lines at once, whatever the ports are doing. */
  urcStorm(lines: number): void {
    const kinds = ['+ZPASR: "UMTS"', '+ZDONR: "Testnet",244,91,"CS_PS","ROAM_OFF"', '+ZUSIMR:2', '+CSQ: 14,99']
    for (let i = 0; i < lines; i++) this.#hardware.announce(kinds[i % kinds.length] ?? '', true)
  }

  /** A command, or one form of it (`+CNMI=2,1,0,2,0`, `+CPMS?`), gets this final result code instead of an answer. */
  refuse(command: string, result = 'ERROR', times = Number.POSITIVE_INFINITY): void {
    this.faults.refusals.set(command.toUpperCase(), { result, times })
  }

  /** The LED turns red: off line as NetworkManager leaves it, until `+ZOPRT=5`. */
  goRedLight(): void {
    this.radio.zoprt = 6
    this.radio.deregister()
  }

  setRegistration(status: RegistrationStatus): void {
    this.radio.moveTo(status)
  }

  setSignal(signal: Partial<SimulatedSignal>): void {
    this.radio.signal = { ...this.radio.signal, ...signal }
  }

  /** It comes into the lock of an operator that is not the SIM's. */
  lockToOperator(code: string): void {
    this.#hardware.lock.lock(code)
    this.radio.deregister()
  }

  /** One ring of a call; `null`: the number is withheld. */
  ring(from: string | null): void {
    this.#hardware.call.ring(from)
  }

  /** The phone inside, to be rung more than once. */
  get call(): IncomingCall {
    return this.#hardware.call
  }

  /** The network sends a USSD of its own, or asks something. */
  networkUssd(answer: UssdAnswer): void {
    const step = this.#hardware.network.ussd.begin(this.number, answer)
    if (step !== null) tellUssd(step, this.#hardware)
  }

  #port(interfaceNumber: number): AtPort {
    const port = this.#hardware.ports.get(interfaceNumber)
    if (!port) throw new Error(`The simulated ${this.profile.model} has no interface ${interfaceNumber}`)
    return port
  }

  /** Returns from this departure, unless the stick left once more meanwhile. */
  async #comeBack(departure: number): Promise<void> {
    if (this.isOnBus || departure !== this.#departures) return
    await this.#doors.reopen()
    if (departure === this.#departures) this.#hardware.powerUp()
    else this.#doors.close()
  }

  #loseBus(): void {
    this.#departures++
    this.#busTimers.cancelAll()
    this.#hardware.powerDown()
    this.#doors.close()
  }

  #reset(): void {
    this.#loseBus()
    this.#busTimers.after(this.#hardware.latency.returnMs, () => {
      void this.replug()
    })
  }
}
