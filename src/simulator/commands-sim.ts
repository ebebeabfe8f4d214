import type { Call, Reply } from './at-command.ts'
import { answer, ERROR, refusal } from './at-command.ts'
import { DONE, inCharacterSet } from './commands-general.ts'
import type { CommandRow, StickInsides } from './stick-insides.ts'

function runCpin({ form, values }: Call, stick: StickInsides): Reply {
  const { sim } = stick
  if (form === 'test') return DONE
  const disturbance = sim.disturbance()
  if (disturbance !== null) return refusal({ cme: disturbance })
  if (form === 'read') return answer(`+CPIN: ${sim.isReady && stick.lock.isLocked ? 'PH-NET PIN' : sim.demand}`)
  const [secret = '', newPin] = values
  if (sim.isReady) return refusal({ cme: 3 })
  if (!sim.enter(secret, newPin)) return refusal({ cme: 16 })
  // The card wakes up: the storage counts as unset again, and the flood begins anew.
  stick.settings.isStorageSet = false
  return { ...DONE, afterwards: () => stick.start() }
}

/** After the right code the stick stands in its factory test mode, until `+CFUN=1`. */
function runZnck({ form, values }: Call, { lock, settings }: StickInsides): Reply {
  if (form === 'read') return answer(`+ZNCK: ${lock.triesLeft}`)
  if (form !== 'set' || !lock.isLocked) return refusal({ cme: 3 })
  if (!lock.unlock(values[0] ?? '')) return refusal({ cme: 16 })
  settings.cfun = 5
  return DONE
}

/** EF-ICCID as `+CRSM=176,12258,0,0,10` reads it: nibbles swapped (3GPP TS 27.007 section 8.18). */
function swapNibbles(iccid: string): string {
  return iccid.padEnd(20, 'F').replace(/(.)(.)/g, '$2$1')
}

function runIccid({ name }: Call, { profile, sim }: StickInsides): Reply {
  if (!profile.iccidCommands.some((known) => known === name)) return refusal({ final: profile.unknownCommand })
  return answer(name === '+ICCID' ? `ICCID: ${sim.iccid}` : `${name}: ${sim.iccid}`)
}

const ICCID: CommandRow = { needsSim: 'cme', run: runIccid }

/** The card: PIN, identity, locks. */
export const SIM_COMMANDS: Readonly<Record<string, CommandRow>> = {
  '+CPIN': { run: runCpin },
  '+ZPINPUK': {
    run: ({ form }, { sim }) =>
      form === 'test' ? answer(`+ZPINPUK: ${sim.pinTries},${sim.pukTries}`) : refusal(ERROR),
  },
  '+CLCK': {
    run: ({ values }, { sim }) =>
      values[0] === 'SC' && values[1] === '2' ? answer(`+CLCK: ${sim.asksForPin ? 1 : 0}`) : refusal({ cme: 3 }),
  },
  '+CIMI': { needsSim: 'cme', run: ({ form }, { sim }) => (form === 'test' ? DONE : answer(sim.imsi)) },
  '+ZGETICCID': ICCID,
  '+ICCID': ICCID,
  '+CCID': ICCID,
  '+CRSM': {
    needsSim: 'cme',
    run: ({ text }, { sim }) =>
      /^176,12258,/.test(text) ? answer(`+CRSM: 144,0,"${swapNibbles(sim.iccid)}"`) : answer('+CRSM: 106,130'),
  },
  '+CNUM': {
    needsSim: 'cme',
    run: ({ form }, { number, settings }) => {
      if (form === 'test') return DONE
      const type = number.startsWith('+') ? 145 : 129
      return answer(`+CNUM: "","${inCharacterSet(number, settings.characterSet)}",${type}`)
    },
  },
  '+ZSEC': { run: ({ form }, { lock }) => (form === 'read' ? answer(`+ZSEC: ${lock.security}`) : refusal(ERROR)) },
  '+ZNCK': { run: runZnck },
}
