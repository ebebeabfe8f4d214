import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { AtChannel } from '../../src/driver/at-channel.ts'
import { AtModem } from '../../src/driver/at-modem.ts'
import { AtRecorder } from '../../src/driver/at-recorder.ts'
import type { StartOptions } from '../../src/driver/at-start.ts'
import { startUp } from '../../src/driver/at-start.ts'
import type { ModemError } from '../../src/modem/errors.ts'
import { ExchangeRing } from '../../src/modem/exchange-ring.ts'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { ORDINARY } from '../../src/simulator/profiles.ts'
import type { AtStickOptions } from '../../src/simulator/stick-hardware.ts'

export const OWN_NUMBER = '+447700900001'
export const FRIEND = '+447700900123'

/** The memory for a refused PIN, as the journal would be it. */
export class PinNotes {
  isRefused = false
  refused = (): boolean => this.isRefused
  remember = (refused: boolean): void => {
    this.isRefused = refused
  }
}

export interface Bench {
  readonly network: CellularNetwork
  readonly stick: AtStick
  /** Every command line and payload that the stick was sent. */
  readonly said: string[]
  readonly problems: ModemError[]
  /** What was written down of it. */
  readonly exchanges: ExchangeRing
  readonly pinNotes: PinNotes
  /** Opens the port and starts the modem up, without the pauses of a wake-up. */
  readonly open: (options?: Partial<StartOptions>, signal?: AbortSignal) => Promise<AtModem>
}

type BenchOptions = Partial<Omit<AtStickOptions, 'profile' | 'network'>> & { readonly profile?: Partial<StickProfile> }

/** A simulated stick in a network of its own. */
export function setUp(t: TestContext, { profile, ...options }: BenchOptions = {}): Bench {
  const network = new CellularNetwork({ now: () => new Date('2024-03-15T12:07:09Z'), zoneMinutes: 120 })
  const stick = new AtStick({ network, number: OWN_NUMBER, profile: { ...ORDINARY, ...profile }, ...options })
  const said: string[] = []
  const problems: ModemError[] = []
  const exchanges = new ExchangeRing()
  const pinNotes = new PinNotes()
  const channels: AtChannel[] = []
  t.after(async () => {
    for (const channel of channels) await channel.close()
    stick.close()
    network.close()
  })
  const open = async (given: Partial<StartOptions> = {}, signal = new AbortController().signal): Promise<AtModem> => {
    const channel = new AtChannel(listening(stick.connect(), said), {
      pauseMs: 0,
      recorder: new AtRecorder(exchanges),
    })
    channels.push(channel)
    const start: StartOptions = {
      port: '/dev/ttyUSB1',
      imei: null,
      pin: null,
      pinMemory: pinNotes,
      pollMs: 0,
      storage: 'SM',
      isRadioOff: () => false,
      ...given,
    }
    const modem = new AtModem(channel, await startUp(channel, start, signal))
    if (modem.problem !== null) problems.push(modem.problem)
    return modem
  }
  return { network, stick, said, problems, exchanges, pinNotes, open }
}

/** Notes what is written to a stream. */
export function listening(stream: Duplex, said: string[]): Duplex {
  const write = stream.write.bind(stream)
  stream.write = (chunk: unknown, ...rest: unknown[]): boolean => {
    said.push(String(chunk).replace(/[\r\x1a]$/, ''))
    return Reflect.apply(write, stream, [chunk, ...rest])
  }
  return stream
}

/** Lets streams and promises settle. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
