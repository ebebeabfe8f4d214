import { AtPort } from './at-port.ts'
import type { CellularNetwork } from './cellular-network.ts'
import { DataContext } from './data-context.ts'
import type { Faults } from './faults.ts'
import { noFaults } from './faults.ts'
import { IncomingCall } from './incoming-call.ts'
import { Mailbox } from './mailbox.ts'
import { OperatorLock } from './operator-lock.ts'
import type { DropHabit, StickProfile } from './profiles.ts'
import { ORDINARY } from './profiles.ts'
import { Radio } from './radio.ts'
import type { SimOptions } from './sim-card.ts'
import { SimCard } from './sim-card.ts'
import type { Latency, PortSettings, StickInsides, StickSettings } from './stick-insides.ts'
import { factorySettings, INSTANT } from './stick-insides.ts'
import type { Schedule } from './timers.ts'
import { nodeSchedule, Timers } from './timers.ts'

export interface AtStickOptions {
  readonly network: CellularNetwork
  /** The subscriber's number; two sticks of one network must not share it. */
  readonly number: string
  readonly profile?: StickProfile
  readonly imei?: string
  readonly sim?: SimOptions
  readonly latency?: Partial<Latency>
  readonly schedule?: Schedule
}

const FLOOD_EVERY_MS = 1000

/** What is inside the plastic: the parts of one stick, and what its power does to them. */
export class StickHardware implements StickInsides {
  readonly profile: StickProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly imei: string
  readonly latency: Latency
  readonly settings: StickSettings
  readonly faults: Faults = noFaults()
  readonly sim: SimCard
  readonly radio: Radio
  readonly mailbox: Mailbox
  readonly data = new DataContext(() => this.radio.isRegistered)
  readonly lock = new OperatorLock()
  becomesNetworkCard = false
  readonly call: IncomingCall
  readonly timers: Timers
  readonly ports = new Map<number, AtPort>()
  readonly reset: () => void
  isPowered = false
  #isFlooding = false

  /** @param reset what happens when the stick restarts by itself */
  constructor(options: AtStickOptions, reset: () => void) {
    const { network, number, profile = ORDINARY, imei = '863071010123456', schedule = nodeSchedule } = options
    this.profile = profile
    this.network = network
    this.number = number
    this.imei = imei
    this.reset = reset
    this.latency = { ...INSTANT, ...options.latency }
    this.settings = factorySettings(profile)
    this.timers = new Timers(schedule)
    const announce = (line: string): void => this.announce(line)
    this.sim = new SimCard({ smsc: network.smsc, ...options.sim }, this.faults)
    this.radio = new Radio({
      profile,
      network,
      timers: this.timers,
      settleMs: this.latency.settleMs,
      announce,
      whenRegistered: () => network.deliverWaiting(number),
    })
    this.call = new IncomingCall({ timers: this.timers, announce, showsCaller: () => this.settings.showsCaller })
    const { sim, radio, faults } = this
    const whenReceived = (): void => this.#dropIf(profile.dropOnSms, this.#isModemPortOpen())
    this.mailbox = new Mailbox({ profile, network, number, sim, radio, faults, announce, whenReceived })
    for (const [interfaceNumber, role] of Object.entries(profile.interfaces)) {
      this.ports.set(Number(interfaceNumber), new AtPort(this, role))
    }
  }

  announce(line: string, isUrgent = false): void {
    for (const port of this.ports.values()) {
      if (this.profile.unsolicitedOn.includes(port.settings.role)) port.announce(line, isUrgent)
    }
  }

  start(): void {
    this.#flood()
    if (this.settings.cfun === 1 && this.sim.isReady && !this.lock.isLocked && !this.radio.isRegistered)
      this.radio.register()
  }

  restoreSettings(): void {
    const { cfun, isStorageSet } = this.settings
    Object.assign(this.settings, factorySettings(this.profile), { cfun, isStorageSet })
    this.mailbox.restoreSettings()
  }

  usedUssd(port: PortSettings): void {
    this.#dropIf(this.profile.dropOnUssd, port.role === 'modem')
  }

  powerUp(): void {
    this.isPowered = true
    this.faults.isHung = false
    Object.assign(this.settings, factorySettings(this.profile))
    this.mailbox.restoreSettings()
    this.sim.powerUp()
    this.start()
  }

  powerDown(): void {
    this.isPowered = false
    this.#isFlooding = false
    this.timers.cancelAll()
    this.call.hangUp()
    this.radio.powerDown()
    this.network.ussd.end(this.number)
    for (const port of this.ports.values()) port.disconnect()
  }

  /** `+ZUSIMR:2` again and again, even within answers, until somebody looks at the message storage. */
  #flood(): void {
    if (!this.profile.floodsUntilCpms || this.#isFlooding) return
    this.#isFlooding = true
    this.timers.after(FLOOD_EVERY_MS, () => {
      this.#isFlooding = false
      if (this.settings.isStorageSet) return
      this.announce('+ZUSIMR:2', true)
      this.#flood()
    })
  }

  #isModemPortOpen(): boolean {
    return [...this.ports.values()].some((port) => port.settings.role === 'modem' && port.isOpen)
  }

  #dropIf(habit: DropHabit, isModemPort: boolean): void {
    if (habit === 'always' || (habit === 'modem-port' && isModemPort)) this.reset()
  }
}
