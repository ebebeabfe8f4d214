import type { Identity, Modem } from '../modem/modem.ts'
import type { ModemCard } from './outlet.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

/** What is announced of a modem. @param identity as it was last, @param modem `undefined` while it is away */
export function modemCard(
  { id, name, driver }: Pick<SupervisorOptions, 'id' | 'name' | 'driver'>,
  identity: Identity | null,
  modem: Modem | undefined,
): ModemCard {
  const can = modem?.can
  return {
    id,
    name,
    transport: driver.transport,
    identity,
    canSend: can?.sms !== undefined,
    canReboot: can?.reboot !== undefined,
    networkModes: can?.networkMode?.modes ?? null,
  }
}
