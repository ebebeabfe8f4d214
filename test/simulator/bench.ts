import type { TestContext } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import type { NetworkOptions } from '../../src/simulator/cellular-network.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { ORDINARY } from '../../src/simulator/profiles.ts'
import type { AtStickOptions } from '../../src/simulator/stick-hardware.ts'
import { ManualSchedule } from './manual-schedule.ts'
import { Terminal } from './terminal.ts'

export const OWN_NUMBER = '+447700900001'
export const FRIEND = '+447700900123'

export interface Bench {
  readonly network: CellularNetwork
  readonly stick: AtStick
  readonly clock: ManualSchedule
  /** At the status port. */
  readonly terminal: Terminal
}

interface BenchOptions extends Partial<Omit<AtStickOptions, 'profile' | 'network'>> {
  readonly profile?: Partial<StickProfile>
  readonly network?: NetworkOptions
  /** Commands that are got out of the way first. */
  readonly prepare?: readonly string[]
}

/** Without echo, in PDU mode, with numbers for errors, and with the storage looked at. */
export const PREPARED = ['ATE0', 'AT+CMEE=1', 'AT+CMGF=0', 'AT+CPMS?']

/** A stick of its own in a network of its own, in a time that stands still. */
export async function setUp(t: TestContext, options: BenchOptions = {}): Promise<Bench> {
  const { profile, network: networkOptions, prepare = PREPARED, ...rest } = options
  const clock = new ManualSchedule()
  const { schedule } = clock
  const now = () => new Date('2024-03-15T12:07:09Z')
  const network = new CellularNetwork({ now, schedule, zoneMinutes: 120, ...networkOptions })
  const stick = new AtStick({ network, number: OWN_NUMBER, schedule, profile: { ...ORDINARY, ...profile }, ...rest })
  t.after(() => {
    stick.close()
    network.close()
  })
  const terminal = new Terminal(stick.connect())
  for (const command of prepare) await terminal.ask(`${command}\r`)
  return { network, stick, clock, terminal }
}
