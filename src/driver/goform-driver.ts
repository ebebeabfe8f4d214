import type { PasswordTransform, TokenKind } from '../goform/login.ts'
import { joinRows } from '../goform/message.ts'
import { GOFORM_PATHS, REQPROC_PATHS } from '../goform/request.ts'
import { prepareSubmission } from '../goform/sms-form.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { Driver, Modem } from '../modem/modem.ts'
import type { HttpOptions } from '../transport/http.ts'
import type { Clock } from './clock.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { GoformCipher } from './goform-cipher.ts'
import type { EntranceOptions } from './goform-entrance.ts'
import { GoformEntrance } from './goform-entrance.ts'
import type { RouterMemory } from './goform-finding.ts'
import { GoformModem } from './goform-modem.ts'
import { GoformSession } from './goform-session.ts'
import type { PinOptions } from './goform-sim.ts'
import { readyRouterSim } from './goform-sim.ts'
import { readOpenState, readRouterIdentity } from './goform-state.ts'
import type { LIMIT_MS } from './goform-wire.ts'
import { GoformWire } from './goform-wire.ts'

/** One configured router, hotspot or stick with a web page. `null`: found out. */
export interface GoformOptions extends PinOptions {
  /** Scheme, host and port. */
  readonly url: string
  readonly password: string | null
  readonly username: string | null
  /** How the password is sent. */
  readonly login: PasswordTransform | null
  readonly writeToken: TokenKind | null
  /** Host name or address that the device has at home, where it is reached under another one. */
  readonly hostHeader: string | null
  /** Folder of its API. */
  readonly apiPath: 'goform' | 'reqproc' | null
  readonly tls: HttpOptions['tls']
  readonly memory: RouterMemory
  /** Where requests and answers are written down, without numbers, texts and secrets. */
  readonly exchanges?: Pick<ExchangeRing, 'note'>
  /** Default: that of this machine. */
  readonly clock?: Clock
  /** Time limits of requests; default `LIMIT_MS`. */
  readonly limits?: typeof LIMIT_MS
}

/** A modems entry with `transport: http` → its Driver. */
export function createGoformDriver(options: GoformOptions): Driver {
  return {
    transport: 'http',
    prepare: (sms) => [prepareSubmission(sms)],
    join: joinRows,
    open: (signal) => openRouter(options, signal),
    readOpenly: (groups, signal) =>
      atDoor(options, signal, async (door) => {
        const state = await readOpenState(door.wire, await GoformEntrance.find(door, signal), groups)
        await door.wire.close()
        return state
      }),
  }
}

/** Opens, or leaves nothing open. */
async function openRouter(options: GoformOptions, signal: AbortSignal): Promise<Modem> {
  return atDoor(options, signal, async (door) => {
    const session = await GoformSession.open(door, signal)
    try {
      return await equip(session, options, signal)
    } catch (error) {
      await session.close()
      throw error
    }
  })
}

async function equip(session: GoformSession, options: GoformOptions, signal: AbortSignal): Promise<Modem> {
  const cipher = new GoformCipher(session)
  await session.whenEntered((write) => cipher.register(write))
  const { sim, problem } = await readyRouterSim(session, options, signal)
  const identity = await readRouterIdentity(session, options.url)
  return new GoformModem({ session, cipher, identity, sim, problem })
}

/** With a line to the device, which stays when the work succeeds. An abort ends whatever request is under way. */
export async function atDoor<T>(
  options: GoformOptions,
  signal: AbortSignal,
  work: (door: EntranceOptions) => Promise<T>,
): Promise<T> {
  const { login, writeToken, apiPath, clock = SYSTEM_CLOCK } = options
  signal.throwIfAborted()
  const wire = new GoformWire({ ...options, clock }, apiPath === 'reqproc' ? REQPROC_PATHS : GOFORM_PATHS)
  const credentials = { ...options, transform: login, token: writeToken }
  const end = (): void => void wire.close()
  signal.addEventListener('abort', end, { once: true })
  try {
    return await work({ wire, credentials, memory: options.memory, clock, arePathsFixed: apiPath !== null })
  } catch (error) {
    await wire.close()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}
