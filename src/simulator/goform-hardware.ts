import type { CellularNetwork, Delivery } from './cellular-network.ts'
import { noFaults } from './faults.ts'
import { SmsCipher } from './goform-cipher.ts'
import { RouterFaults } from './goform-faults.ts'
import type { RouterProfile } from './goform-firmware.ts'
import { RouterInbox } from './goform-inbox.ts'
import type { RouterBattery, RouterInsides, RouterSettings, RouterTraffic } from './goform-insides.ts'
import { factoryRouterSettings, INSTANT_ROUTER } from './goform-insides.ts'
import { RouterLogin } from './goform-login.ts'
import { RouterOutbox } from './goform-outbox.ts'
import { MF823 } from './goform-profiles.ts'
import type { NeighbourOperator, RouterLatency } from './goform-radio.ts'
import { RouterRadio } from './goform-radio.ts'
import { RouterStore } from './goform-store.ts'
import { RouterUssd } from './goform-ussd.ts'
import type { SimOptions } from './sim-card.ts'
import { SimCard } from './sim-card.ts'
import type { Schedule } from './timers.ts'
import { nodeSchedule, Timers } from './timers.ts'

export interface GoformRouterOptions {
  readonly network: CellularNetwork
  /** The subscriber's number; two devices of one network must not share it. */
  readonly number: string
  readonly profile?: RouterProfile
  readonly user?: string
  readonly password?: string
  readonly imei?: string
  readonly sim?: SimOptions
  readonly neighbours?: readonly NeighbourOperator[]
  readonly latency?: Partial<RouterLatency>
  readonly schedule?: Schedule
}

/** How a router leaves the network of the house. */
export interface Departures {
  /** It returns by itself. */
  readonly reboot: () => void
  /** It does not. */
  readonly leave: () => void
}

/** What is inside the plastic: the parts of one router, and what its power does to them. */
export class GoformHardware implements RouterInsides {
  readonly profile: RouterProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly imei: string
  readonly latency: RouterLatency
  readonly faults = new RouterFaults()
  readonly sim: SimCard
  readonly login: RouterLogin
  readonly radio: RouterRadio
  readonly store: RouterStore
  readonly inbox: RouterInbox
  readonly outbox: RouterOutbox
  readonly ussd: RouterUssd
  readonly cipher: SmsCipher
  readonly settings: RouterSettings = factoryRouterSettings()
  readonly timers: Timers
  readonly now: () => Date
  readonly reboot: () => void
  readonly leave: () => void
  battery: RouterBattery = { percent: 87, isCharging: true }
  traffic: RouterTraffic = {
    sentPerSecond: 2048,
    receivedPerSecond: 125_000,
    sentBefore: 524_288_000,
    receivedBefore: 10_737_418_240,
  }
  isPowered = false

  constructor(options: GoformRouterOptions, departures: Departures) {
    const { network, number, profile = MF823, user = 'admin', password = 'admin', neighbours = [] } = options
    const { now } = network
    this.profile = profile
    this.network = network
    this.number = number
    this.imei = options.imei ?? '350000000000006'
    this.latency = { ...INSTANT_ROUTER, ...options.latency }
    this.now = now
    this.reboot = departures.reboot
    this.leave = departures.leave
    this.timers = new Timers(options.schedule ?? nodeSchedule)
    this.sim = new SimCard({ smsc: network.smsc, ...options.sim }, noFaults())
    this.login = new RouterLogin({ profile, user, password, now })
    this.store = new RouterStore(profile)
    this.cipher = new SmsCipher(profile.hasEncryption)
    const { sim, timers, latency, store, faults, cipher } = this
    const whenRegistered = (): void => network.deliverWaiting(number)
    this.radio = new RouterRadio({ profile, network, sim, timers, latency, neighbours, now, whenRegistered })
    this.inbox = new RouterInbox({ profile, store, faults })
    const { radio } = this
    this.outbox = new RouterOutbox({ profile, network, number, store, radio, cipher, faults, timers, latency })
    this.ussd = new RouterUssd({ profile, network, number, radio, timers, latency })
  }

  /** The network hands something over. */
  receive(delivery: Delivery): boolean {
    return this.isPowered && this.radio.isRegistered && this.sim.isReady && this.inbox.receive(delivery)
  }

  powerUp(): void {
    this.isPowered = true
    this.faults.isHung = false
    this.sim.powerUp()
    this.login.powerUp()
    this.outbox.powerUp()
    this.cipher.forgetKey()
    this.radio.powerUp()
  }

  powerDown(): void {
    this.isPowered = false
    this.timers.cancelAll()
    this.radio.powerDown()
    this.ussd.powerDown()
  }
}
