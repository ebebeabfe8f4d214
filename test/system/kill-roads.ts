import { AtStick } from '../../src/simulator/at-stick.ts'
import type { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MF79RU } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { MF181 } from '../../src/simulator/profiles.ts'

/** A simulated modem. It outlives the bridge that is killed. */
interface RoadDevice {
  readonly port: number
  /** Its entry in `modems`, without the id. */
  readonly entry: Readonly<Record<string, unknown>>
  /** How many messages lie in its stores that somebody sent to it. */
  received(): number
  close(): void
}

/** The way between bridge and modem. */
export interface Road {
  readonly name: string
  /** The device puts long messages together by itself, takes and gives them whole, and lists none that lacks parts. */
  readonly joins: boolean
  /** The network's report on a message finds its way to the bridge. */
  readonly reports: boolean
  /** Killed within transactions of the journal too, and not only before and after: one road is enough for that. */
  readonly splitsTransactions: boolean
  /** Options of the bridge besides those that all have. */
  readonly options: readonly string[]
  /** What moves messages, of all that is said to the modem. */
  readonly matters: RegExp
  /** Of the rest, which can lose none, every so manieth step is enough. */
  readonly sample: number
  readonly plugIn: (network: CellularNetwork, number: string) => Promise<RoadDevice>
}

export const SERIAL: Road = {
  name: 'serial',
  joins: false,
  reports: true,
  splitsTransactions: true,
  options: [],
  matters: /\+CMG[LDS]=|\x1a|\+CMTI|\+CDSI/,
  sample: 5,
  plugIn: async (network, number) => {
    const stick = new AtStick({ network, number, profile: MF181 })
    const port = await stick.listen()
    return {
      port,
      entry: { port: `tcp://127.0.0.1:${port}` },
      received: () => [...stick.mailbox.stores.values()].reduce((sum, { used }) => sum + used, 0),
      close: () => stick.close(),
    }
  },
}

/** Pages that are all alike, a token that changes with each write, and ids that are given out again at once. */
const TRICKY: RouterProfile = { ...MF79RU, newIds: 'lowest-free' }

const PASSWORD = 'Sécr3t!'

/** A router still does what it was asked for when the bridge that asked is gone. */
const LATENCY = { submitMs: 300, storeMs: 100 } as const

export const HTTP: Road = {
  name: 'http',
  joins: true,
  reports: false,
  splitsTransactions: false,
  options: ['--poll.sms=1s'],
  matters: /goformId=(?:SEND|DELETE)_SMS/,
  sample: 10,
  plugIn: async (network, number) => {
    const router = new GoformRouter({ network, number, profile: TRICKY, password: PASSWORD, latency: LATENCY })
    const port = await router.listen()
    return {
      port,
      entry: { transport: 'http', url: `http://127.0.0.1:${port}`, password: PASSWORD },
      received: () => router.store.count('nv', [0, 1]) + router.store.count('sim', [0, 1]),
      close: () => router.close(),
    }
  },
}
