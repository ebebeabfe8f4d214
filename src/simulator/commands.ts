import { answer } from './at-command.ts'
import { CALL_COMMANDS } from './commands-call.ts'
import { GENERAL_COMMANDS } from './commands-general.ts'
import { NETWORK_COMMANDS } from './commands-network.ts'
import { SIM_COMMANDS } from './commands-sim.ts'
import { SMS_COMMANDS } from './commands-sms.ts'
import { USSD_COMMANDS } from './commands-ussd.ts'
import type { CommandRow } from './stick-insides.ts'

const ROWS: Readonly<Record<string, CommandRow>> = {
  ...GENERAL_COMMANDS,
  ...CALL_COMMANDS,
  ...SIM_COMMANDS,
  ...NETWORK_COMMANDS,
  ...SMS_COMMANDS,
  ...USSD_COMMANDS,
}

/** Every command a stick knows, by its upper-case name. */
export const AT_COMMANDS: Readonly<Record<string, CommandRow>> = {
  ...ROWS,
  // ZTE lists basic and extended names alike, each on a line of its own and without a prefix.
  '+CLAC': { run: () => answer(...Object.keys(ROWS)) },
}
