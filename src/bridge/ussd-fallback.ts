import type { ErrorCode } from '../modem/errors.ts'
import { ModemError } from '../modem/errors.ts'
import type { UssdReply } from '../modem/messages.ts'
import type { Modem } from '../modem/modem.ts'
import type { AccessTechnology, NetworkMode, NetworkModeName } from '../modem/state.ts'
import { Bell } from './bell.ts'
import type { BorrowedMode, ModeHolder } from './borrowed-mode.ts'
import { isRegistered } from './well-being.ts'

/** When a request that was refused on LTE may be repeated on 3G or 2G, which cuts the data connection. */
export type FallbackPolicy = 'never' | 'when_idle' | 'always'

export interface FallbackOptions {
  readonly policy: FallbackPolicy
  readonly borrowed: BorrowedMode
  /** ms on a clock that never jumps */
  readonly elapsed: () => number
  /** Whether this modem is still the open one. */
  readonly isOpen: (modem: Modem) => boolean
}

/** Technologies without circuit-switched service, which is what USSD goes over. */
const PACKET_ONLY: ReadonlySet<AccessTechnology> = new Set(['lte', 'lte_ca', 'nr_nsa', 'nr_sa'])

/** The best first. */
const CIRCUIT_SWITCHED: readonly NetworkModeName[] = ['umts', 'gsm_umts', 'gsm']

/** How long a modem may take to find the other network, and between two looks, in milliseconds. */
const REGISTER_LIMIT_MS = 60_000
const REGISTER_LOOK_MS = 2_000

/** Refusals of a modem or network. Everything else leaves open whether the request had an effect. */
const REFUSED: ReadonlySet<ErrorCode> = new Set([
  'rejected_by_modem',
  'rejected_by_network',
  'not_supported',
  'not_registered',
  'not_allowed',
])

/** "Network timeout" (3GPP TS 27.007 section 9.2): nobody knows what the network did. */
const NETWORK_TIMEOUT_CME = 31

/** Whether the request certainly had no effect. */
export function isRefusal(outcome: UssdReply | ModemError): boolean {
  if (!(outcome instanceof ModemError)) return outcome.status === 'not_supported' && outcome.text === null
  return REFUSED.has(outcome.code) && outcome.cme !== NETWORK_TIMEOUT_CME
}

/** Repeats on 3G or 2G what was refused on LTE. The mode is only borrowed; giving it back is for whoever ends the session. */
export class UssdFallback {
  readonly #options: FallbackOptions

  constructor(options: FallbackOptions) {
    this.#options = options
  }

  /**
   * @param ask says it once more
   * @returns `null` where LTE was not the reason, or no other network was found; the refusal then stands
   * @throws ModemError what `ask` throws; `not_allowed` where only the configuration is in the way
   */
  async repeat(modem: Modem, ask: () => Promise<UssdReply>): Promise<UssdReply | null> {
    const { policy, borrowed } = this.#options
    const state = await modem.readState(['registration', 'networkMode', 'data'])
    const technology = state.registration?.accessTechnology ?? null
    const modes = CIRCUIT_SWITCHED.filter((mode) => modem.can.networkMode?.modes.includes(mode))
    const users: NetworkMode | undefined = state.networkMode
    if (technology === null || !PACKET_ONLY.has(technology) || modes.length === 0 || users === undefined) return null
    if (policy === 'never' || (policy === 'when_idle' && state.data?.connected !== false)) throw forbidden(policy)
    for (const mode of modes) {
      await borrowed.borrow(modem, users, mode)
      if (await this.#isServed(modem)) return ask()
    }
    return null
  }

  async #isServed(modem: Modem): Promise<boolean> {
    const { elapsed } = this.#options
    const deadline = elapsed() + REGISTER_LIMIT_MS
    for (;;) {
      if (await hasCircuits(modem)) return true
      if (elapsed() >= deadline) return false
      await new Bell().wait(REGISTER_LOOK_MS)
      if (!this.#options.isOpen(modem)) throw new ModemError('modem_offline', 'The modem was lost on its way to 3G.')
    }
  }
}

async function hasCircuits(modem: ModeHolder): Promise<boolean> {
  const state = await modem.readState(['registration'])
  const technology = state.registration?.accessTechnology ?? null
  return isRegistered(state) && (technology === null || !PACKET_ONLY.has(technology))
}

function forbidden(policy: FallbackPolicy): ModemError {
  const why =
    policy === 'never'
      ? 'ussd.fallback: never forbids going to 3G or 2G for it'
      : 'mobile data is connected, or may be, so it is not moved to 3G or 2G (ussd.fallback: when_idle)'
  return new ModemError(
    'not_allowed',
    `USSD was refused on LTE, and ${why}. Disconnect data, or set ussd.fallback: always.`,
    {
      retry: 'later',
    },
  )
}
