import type { Call, Reply } from './at-command.ts'
import type { CellularNetwork } from './cellular-network.ts'
import type { DataContext } from './data-context.ts'
import type { Faults } from './faults.ts'
import type { IncomingCall } from './incoming-call.ts'
import type { Mailbox } from './mailbox.ts'
import type { OperatorLock } from './operator-lock.ts'
import type { CharacterSet, PortRole, StickProfile } from './profiles.ts'
import type { Radio } from './radio.ts'
import type { SimCard } from './sim-card.ts'
import type { Timers } from './timers.ts'

/** How long things take, in milliseconds. */
export interface Latency {
  /** From a command to its answer. */
  readonly commandMs: number
  /** From a PDU to its `+CMGS`. */
  readonly submitMs: number
  /** From a USSD code to its answer. */
  readonly ussdMs: number
  /** From searching to registered. */
  readonly settleMs: number
  /** From a scan for networks to its answer. */
  readonly scanMs: number
  /** Away from the bus after a reset or a drop. */
  readonly returnMs: number
}

/** Everything at once, for tests. */
export const INSTANT: Latency = { commandMs: 0, submitMs: 0, ussdMs: 0, settleMs: 0, scanMs: 0, returnMs: 0 }

/** What people see with a stick of the 3G years. */
export const REALISTIC: Latency = {
  commandMs: 20,
  submitMs: 2500,
  ussdMs: 3000,
  settleMs: 4000,
  scanMs: 45_000,
  returnMs: 8000,
}

/** Settings of the whole stick that a power-up takes back. */
export interface StickSettings {
  cfun: number
  cmee: 0 | 1 | 2
  /** `+CMGF`: 1 is text mode, the factory setting of 3GPP TS 27.005 section 3.2.3. */
  isTextMode: boolean
  characterSet: CharacterSet
  copsFormat: number
  showsCaller: boolean
  /** `+CSMS` service. */
  service: number
  /** The message storage has been read or set, which ends the flood of `+ZUSIMR:2`. */
  isStorageSet: boolean
}

/** Settings of one port. */
export interface PortSettings {
  readonly role: PortRole
  echoes: boolean
  isVerbose: boolean
}

/** What the commands of a stick work with. */
export interface StickInsides {
  readonly profile: StickProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly imei: string
  readonly latency: Latency
  readonly settings: StickSettings
  readonly faults: Faults
  readonly sim: SimCard
  readonly radio: Radio
  readonly mailbox: Mailbox
  readonly data: DataContext
  readonly lock: OperatorLock
  /** Behind its next start it is a network card without serial ports. */
  becomesNetworkCard: boolean
  readonly call: IncomingCall
  readonly timers: Timers
  /** An unsolicited line; `isUrgent`: even in the middle of an answer. */
  announce(line: string, isUrgent?: boolean): void
  /** Leaves the bus and returns by itself. */
  reset(): void
  /** After the PIN or a change of `+CFUN`: starts the radio when everything is there. */
  start(): void
  /** All settings that `ATZ` takes back. */
  restoreSettings(): void
  /** Traffic on this port went out; some sticks leave the bus then. */
  usedUssd(port: PortSettings): void
}

/** One command: how it answers, and whether it needs an unlocked SIM (and in which words it misses one). */
export interface CommandRow {
  readonly needsSim?: 'cme' | 'cms'
  readonly run: (call: Call, stick: StickInsides, port: PortSettings) => Reply
}

/** Settings after power-up. */
export function factorySettings(profile: StickProfile): StickSettings {
  return {
    cfun: 1,
    cmee: profile.factoryCmee,
    isTextMode: true,
    characterSet: profile.factoryCharacterSet,
    copsFormat: 0,
    showsCaller: false,
    service: 0,
    isStorageSet: false,
  }
}
