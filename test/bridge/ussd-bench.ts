import type { TestContext } from 'node:test'
import type { UssdSettings } from '../../src/bridge/ussd.ts'
import { UssdDesk } from '../../src/bridge/ussd.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { UssdReply } from '../../src/modem/messages.ts'
import type { Capabilities } from '../../src/modem/modem.ts'
import type { AccessTechnology, ModemState, NetworkModeName, StateGroup } from '../../src/modem/state.ts'
import { openJournal } from '../journal/open-journal.ts'
import { ArrayOutlet, FakeModem } from './fake-modem.ts'

/** What outlives every connection to a stick, and every bridge: the stick. */
export class Hardware {
  mode = 'auto'
  isDataConnected: boolean | null = false
  /** Technology by mode; none: no network is found in this mode. */
  readonly networks = new Map<string, AccessTechnology>([
    ['auto', 'lte'],
    ['lte_preferred', 'lte'],
    ['umts', 'umts'],
    ['gsm', 'gsm'],
  ])
  modes: readonly NetworkModeName[] = ['auto', 'umts', 'gsm', 'lte_preferred']
}

export const refusedOnLte = (): ModemError =>
  new ModemError('rejected_by_modem', 'unknown (CME error 100)', { cme: 100 })

/** A modem with USSD and network modes, made of arrays. */
export class UssdModem extends FakeModem {
  readonly hardware: Hardware
  /** Everything that the modem was told, in order. */
  readonly log: string[] = []
  /** Called before each thing that the modem is told or asked; throws when the bridge dies there. */
  onStep: (what: string) => void = () => {}
  /** What the network does on 3G and 2G; by default nothing. */
  onSaid: (text: string) => void = () => {}
  refusal: ModemError | null = refusedOnLte()
  override readonly can: Capabilities

  constructor(hardware = new Hardware()) {
    super()
    this.hardware = hardware
    const say = async (text: string): Promise<void> => {
      this.#step(`say ${text}`)
      if (this.#technology() === 'lte' && this.refusal !== null) throw this.refusal
      this.onSaid(text)
    }
    this.can = {
      ussd: { request: say, reply: say, cancel: async () => this.#step('cancel') },
      networkMode: {
        modes: hardware.modes,
        set: async (mode) => {
          const name = typeof mode === 'string' ? mode : mode.raw
          this.#step(`mode ${name}`)
          hardware.mode = name
          this.#step(`has ${name}`)
        },
      },
    }
  }

  override async readState(groups: readonly StateGroup[]): Promise<Partial<ModemState>> {
    this.#step(`read ${groups.join()}`)
    const { mode, isDataConnected } = this.hardware
    const technology = this.#technology()
    const data = { connected: isDataConnected } as ModemState['data']
    return {
      registration: { state: technology === undefined ? 'searching' : 'home', accessTechnology: technology ?? null },
      networkMode: { mode: mode as NetworkModeName, raw: mode },
      ...(isDataConnected === null ? {} : { data }),
    }
  }

  /** The network says something. */
  hear(text: string | null, status: UssdReply['status'] = 'done'): void {
    this.emit('ussd', { text, status, dcs: 15 })
  }

  #technology(): AccessTechnology | undefined {
    return this.hardware.networks.get(this.hardware.mode)
  }

  #step(what: string): void {
    this.onStep(what)
    if (!what.startsWith('read') && !what.startsWith('has')) this.log.push(what)
  }
}

export interface DeskBench {
  readonly desk: UssdDesk
  readonly modem: UssdModem
  readonly outlet: ArrayOutlet
  readonly journal: Journal
  readonly reopen: () => Journal
}

/** A desk with a modem of its own on 3G, on a clock that moves only when told. */
export function setUp(t: TestContext, settings: Partial<UssdSettings> = {}, mode = 'umts'): DeskBench {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-22T10:00:00Z') })
  const { journal, reopen } = openJournal(t)
  const modem = new UssdModem()
  modem.hardware.mode = mode
  const outlet = new ArrayOutlet()
  return { desk: createDesk(journal, outlet, settings), modem, outlet, journal, reopen }
}

let ids = 0

export function createDesk(journal: Journal, outlet: ArrayOutlet, settings: Partial<UssdSettings> = {}): UssdDesk {
  return new UssdDesk({
    modem: 'stick',
    journal,
    outlet,
    settings: { fallback: 'when_idle', timeoutMs: 60_000, queries: [], ...settings },
    now: () => Date.now(),
    elapsed: () => Date.now(),
    newId: () => `s${ids++}`,
    isRegistered: () => true,
    onReading: () => {},
  })
}

/** Lets promises settle; `setImmediate` is not mocked. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
