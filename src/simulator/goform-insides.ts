import type { CellularNetwork } from './cellular-network.ts'
import type { SmsCipher } from './goform-cipher.ts'
import type { RouterFaults } from './goform-faults.ts'
import type { RouterProfile } from './goform-firmware.ts'
import type { RouterInbox } from './goform-inbox.ts'
import type { RouterLogin } from './goform-login.ts'
import type { RouterOutbox } from './goform-outbox.ts'
import type { RouterLatency, RouterRadio } from './goform-radio.ts'
import type { GoformRequest } from './goform-request.ts'
import type { RouterStore } from './goform-store.ts'
import type { RouterUssd } from './goform-ussd.ts'
import type { SimCard } from './sim-card.ts'

/** Everything at once, for tests. */
export const INSTANT_ROUTER: RouterLatency = {
  answerMs: 0,
  submitMs: 0,
  storeMs: 0,
  ussdMs: 0,
  ussdLimitMs: 28_000,
  pinMs: 0,
  settleMs: 0,
  connectMs: 0,
  scanMs: 0,
  rebootMs: 0,
  bootMs: 0,
}

/** What people see with routers and sticks of the LTE years. */
export const REALISTIC_ROUTER: RouterLatency = {
  answerMs: 25,
  submitMs: 2500,
  storeMs: 700,
  ussdMs: 3000,
  ussdLimitMs: 28_000,
  pinMs: 4000,
  settleMs: 8000,
  connectMs: 3000,
  scanMs: 60_000,
  rebootMs: 40_000,
  bootMs: 20_000,
}

/** Battery of a device that has one. */
export interface RouterBattery {
  /** 0 … 100 */
  readonly percent: number
  readonly isCharging: boolean
}

/** Speed of the data connection and what it has moved in this month before; bytes. */
export interface RouterTraffic {
  readonly sentPerSecond: number
  readonly receivedPerSecond: number
  readonly sentBefore: number
  readonly receivedBefore: number
}

/** What people set on the web page and read back as it was, by the name of the item. */
export type RouterSettings = Map<string, string>

/** What the commands and items of a router work with. */
export interface RouterInsides {
  readonly profile: RouterProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly imei: string
  readonly latency: RouterLatency
  readonly faults: RouterFaults
  readonly sim: SimCard
  readonly login: RouterLogin
  readonly radio: RouterRadio
  readonly store: RouterStore
  readonly inbox: RouterInbox
  readonly outbox: RouterOutbox
  readonly ussd: RouterUssd
  readonly cipher: SmsCipher
  readonly settings: RouterSettings
  readonly battery: RouterBattery
  readonly traffic: RouterTraffic
  readonly now: () => Date
  /** Leaves the network of the house and returns by itself. */
  reboot(): void
  /** Leaves it for good. */
  leave(): void
}

/** Who asks, and whether the session is theirs. */
export interface Asking {
  readonly request: GoformRequest
  readonly hasSession: boolean
}

/** Settings after the first power-up. */
export function factoryRouterSettings(): RouterSettings {
  return new Map([
    ['Language', 'en'],
    ['data_volume_limit_switch', '0'],
    ['data_volume_limit_unit', 'data'],
    ['data_volume_limit_size', '0_1'],
    ['data_volume_alert_percent', '90'],
    ['wan_auto_clear_flow_data_switch', 'on'],
    ['traffic_clear_date', '1'],
    ['lte_band_lock', '0xA3E2AB0908DF'],
  ])
}
