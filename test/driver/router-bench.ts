import type { TestContext } from 'node:test'
import type { Clock } from '../../src/driver/clock.ts'
import type { GoformOptions } from '../../src/driver/goform-driver.ts'
import { createGoformDriver } from '../../src/driver/goform-driver.ts'
import type { Refusals, RouterMemory } from '../../src/driver/goform-finding.ts'
import { NO_REFUSALS } from '../../src/driver/goform-finding.ts'
import type { Driver, Modem } from '../../src/modem/modem.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import type { GoformRouterOptions } from '../../src/simulator/goform-hardware.ts'
import { MF79U } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { ManualSchedule } from '../simulator/manual-schedule.ts'
import { PinNotes } from './stick-bench.ts'

export const OWN_NUMBER = '+447700900001'
export const FRIEND = '+447700900123'

/** Pauses at least as long are waited for, the shorter ones pass by themselves. */
const LONG_MS = 5_000

/** One time for the router and its driver. */
export class SharedClock implements Clock {
  readonly #schedule: ManualSchedule
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()
  #elapsed = 0

  constructor(schedule: ManualSchedule) {
    this.#schedule = schedule
  }

  now = (): number => Date.parse('2024-07-08T07:06:00Z') + this.#elapsed
  elapsed = (): number => this.#elapsed

  pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted()
    if (ms >= LONG_MS) return this.#sleep(ms, signal)
    this.advance(ms)
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }

  advance(ms: number): void {
    this.#elapsed += ms
    this.#schedule.advance(ms)
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#elapsed) sleeper.wake()
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#elapsed + ms, wake: () => end(resolve) }
      const end = (then: () => void): void => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', abort)
        then()
      }
      const abort = (): void => end(() => reject(signal?.reason))
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', abort)
    })
  }
}

/** What is kept beyond the process, as the journal would. */
export class RouterNotes implements RouterMemory {
  note: string | null = null
  counted: Refusals = NO_REFUSALS
  finding = (): string | null => this.note
  keepFinding = (note: string): void => {
    this.note = note
  }
  refusals = (): Refusals => this.counted
  keepRefusals = (refusals: Refusals): void => {
    this.counted = refusals
  }
}

export interface RouterBench {
  readonly network: CellularNetwork
  readonly router: GoformRouter
  readonly clock: SharedClock
  readonly memory: RouterNotes
  readonly pinNotes: PinNotes
  readonly url: string
  readonly driver: (options?: Partial<GoformOptions>) => Driver
  /** Opens; closed with the test. */
  readonly open: (options?: Partial<GoformOptions>) => Promise<Modem>
  /** `goformId`s that were written, in order, without those of the login. */
  readonly written: () => readonly string[]
}

type BenchOptions = Partial<Omit<GoformRouterOptions, 'profile' | 'network'>> & {
  readonly like?: RouterProfile
  readonly profile?: Partial<RouterProfile>
  readonly secure?: boolean
}

/** A simulated router in a network of its own, and the driver for it. */
export async function setUp(t: TestContext, options: BenchOptions = {}): Promise<RouterBench> {
  const { like = MF79U, profile, secure = false, ...rest } = options
  const schedule = new ManualSchedule()
  const clock = new SharedClock(schedule)
  const network = new CellularNetwork({
    now: () => new Date(clock.now()),
    schedule: schedule.schedule,
    zoneMinutes: 120,
    name: 'SimNet',
    plmn: '21901',
    ussd: {
      '*100#': { text: 'Balance: 12,34 EUR' },
      '*123#': { text: '1 Data\n2 Calls', menu: { 1: { text: '3 GB left' } } },
      '*111#': { isSilent: true },
    },
  })
  const router = new GoformRouter({
    network,
    number: OWN_NUMBER,
    schedule: schedule.schedule,
    ...rest,
    profile: { ...like, ...profile },
  })
  const port = secure ? await router.listenSecurely() : await router.listen()
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`
  const memory = new RouterNotes()
  const pinNotes = new PinNotes()
  const modems: Modem[] = []
  t.after(async () => {
    for (const modem of modems) await modem.close()
    router.close()
    network.close()
  })
  const driver = (given: Partial<GoformOptions> = {}): Driver =>
    createGoformDriver({
      url,
      password: 'admin',
      username: null,
      login: null,
      writeToken: null,
      hostHeader: null,
      apiPath: null,
      tls: { rejectUnauthorized: false, legacy: false },
      pin: null,
      pinMemory: pinNotes,
      memory,
      clock,
      limits: { usual: 400, learning: 200, slow: 600 },
      ...given,
    })
  const open = async (given: Partial<GoformOptions> = {}): Promise<Modem> => {
    const modem = await driver(given).open(new AbortController().signal)
    modems.push(modem)
    return modem
  }
  const written = (): readonly string[] =>
    router.requests.flatMap(({ fields }) => fields.get('goformId') ?? []).filter((id) => !id.startsWith('LOGIN'))
  return { network, router, clock, memory, pinNotes, url, driver, open, written }
}
