import type { FoundOperator } from '../modem/modem.ts'
import type { NetworkModeName } from '../modem/state.ts'

/** What may be asked about network, data, SIM and USB of one modem. Every method rejects with ModemError. */
export interface NetworkService {
  /** Resolves when the modem has confirmed it and is registered with a network again. @param mode or in the modem's own words */
  setMode(mode: NetworkModeName | { readonly raw: string }): Promise<void>
  /** Takes minutes; those who ask meanwhile get the same answer. */
  scan(): Promise<readonly FoundOperator[]>
  /** @param code MCC and MNC, or `auto` */
  setOperator(code: string): Promise<void>
  setData(connected: boolean): Promise<void>
  /** Entered once, also with the last try. */
  unlock(pin: string): Promise<void>
  unlockWithPuk(puk: string, newPin: string): Promise<void>
  /** Resolves when the device took it; it then leaves. */
  setUsbMode(mode: 'modem' | 'network'): Promise<void>
  /** @param timeoutMs `null`: the usual time of that command */
  askRaw(
    command: string,
    timeoutMs: number | null,
  ): Promise<{ readonly lines: readonly string[]; readonly result: string }>
}
