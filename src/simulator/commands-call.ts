import { answer } from './at-command.ts'
import { DONE } from './commands-general.ts'
import type { CommandRow } from './stick-insides.ts'

const hangUp: CommandRow = {
  run: ({ form }, { call }) => {
    if (form !== 'test') call.hangUp()
    return DONE
  },
}

/** Calls (3GPP TS 27.007 sections 6.5 and 7.6, ITU-T V.250 section 6.3.6). */
export const CALL_COMMANDS: Readonly<Record<string, CommandRow>> = {
  H: hangUp,
  '+CHUP': hangUp,
  '+CLIP': {
    run: ({ form, values }, { settings }) => {
      if (form === 'read') return answer(`+CLIP: ${settings.showsCaller ? 1 : 0},1`)
      if (form === 'set') settings.showsCaller = values[0] === '1'
      return DONE
    },
  },
}
