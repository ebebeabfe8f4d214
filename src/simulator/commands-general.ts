import type { Call, Reply } from './at-command.ts'
import { answer, ERROR, refusal } from './at-command.ts'
import { octetsOfHex, textOfUtf16be, utf16be } from './network-side-text.ts'
import type { CharacterSet } from './profiles.ts'
import type { CommandRow, PortSettings, StickInsides } from './stick-insides.ts'

/** A plain `OK`. */
export const DONE: Reply = answer()

/** The text as this character set shows it (3GPP TS 27.005 and 27.007 `+CSCS`). */
export function inCharacterSet(text: string, set: CharacterSet): string {
  return set === 'UCS2' ? utf16be(text).toString('hex').toUpperCase() : text
}

/** The inverse; `null` when a UCS2 string is no hex. */
export function fromCharacterSet(text: string, set: CharacterSet): string | null {
  if (set !== 'UCS2') return text
  const octets = octetsOfHex(text)
  return octets && textOfUtf16be(octets)
}

/** Answers the execute form only. */
function telling(tell: (stick: StickInsides) => string): CommandRow {
  return {
    run: ({ form }, stick) => (form === 'execute' ? answer(tell(stick)) : form === 'test' ? DONE : refusal(ERROR)),
  }
}

/** Taken and without effect here. */
const ACCEPTED: CommandRow = { run: () => DONE }

function identify({ profile, imei }: StickInsides): Reply {
  const lines = [
    `Manufacturer: ${profile.manufacturer}`,
    `Model: ${profile.model}`,
    `Revision: ${profile.revision}`,
    `IMEI: ${imei}`,
    '+GCAP: +CGSM,+DS,+ES',
  ]
  return profile.atiIsBlock ? answer(lines.join('\r\n')) : answer(...lines)
}

function runCfun({ form, values }: Call, stick: StickInsides, port: PortSettings): Reply {
  if (form === 'test' || (form === 'read' && stick.profile.cfunReadsOddly)) return answer('+CFUN: (0-1,4-7),(0-1)')
  if (form === 'read') return answer(`+CFUN: ${stick.settings.cfun}`)
  const [level, reset] = values.map(Number)
  if (level === undefined || ![0, 1, 4, 5, 6, 7].includes(level)) return refusal({ cme: 4 })
  if (level === 6 || reset === 1) return { ...DONE, afterwards: () => stick.reset() }
  stick.settings.cfun = level
  if (level !== 1) stick.radio.deregister()
  if (stick.faults.echoReturnsAfterCfun) port.echoes = true
  return { ...DONE, afterwards: () => level === 1 && stick.start() }
}

function runCscs({ form, values }: Call, { profile, settings }: StickInsides): Reply {
  if (form === 'test') return answer(`+CSCS: (${profile.characterSets.map((set) => `"${set}"`).join(',')})`)
  if (form === 'read') return answer(`+CSCS: "${settings.characterSet}"`)
  const set = profile.characterSets.find((known) => known === values[0])
  if (!set) return refusal({ cme: 50 })
  settings.characterSet = set
  return DONE
}

function runCmee({ form, values }: Call, { settings }: StickInsides): Reply {
  if (form === 'test') return answer('+CMEE: (0-2)')
  if (form === 'read') return answer(`+CMEE: ${settings.cmee}`)
  const level = ([0, 1, 2] as const).find((known) => String(known) === values[0])
  if (level === undefined) return refusal(ERROR)
  settings.cmee = level
  return DONE
}

/** The network's clock (3GPP TS 27.007 section 8.15); the zone counts quarters of an hour. */
function clock({ network }: StickInsides): string {
  const local = new Date(network.now().getTime() + network.zoneMinutes * 60_000).toISOString()
  const quarters = network.zoneMinutes / 15
  const zone = `${quarters < 0 ? '-' : '+'}${String(Math.abs(quarters)).padStart(2, '0')}`
  return `${local.slice(2, 10).replaceAll('-', '/')},${local.slice(11, 19)}${zone}`
}

/** Product id of the composition that `+ZCDRUN=E` leads to and `+ZCDRUN=F` out of. */
const DOWNLOAD_MODE = '0016'

/** `+ZCDRUN`: the digit behind the last colon is the result. */
const ZCDRUN: Readonly<Record<string, string>> = {
  '4': 'Inquiry autorun open state result(0:NO 1:YES):1',
  '8': 'Close autorun state result(0:FAIL 1:SUCCESS):1',
  '9': 'Open autorun state result(0:FAIL 1:SUCCESS):1',
  E: 'enter download mode result(0:FAIL 1:SUCCESS):1',
  F: 'exit download mode result(0:FAIL 1:SUCCESS):1',
}

const restore: CommandRow = {
  run: (_, stick, port) => {
    stick.restoreSettings()
    port.echoes = true
    port.isVerbose = true
    return DONE
  },
}

/** V.250, identity, and what belongs to no other group. */
export const GENERAL_COMMANDS: Readonly<Record<string, CommandRow>> = {
  E: {
    run: ({ text }, _, port) => {
      port.echoes = text === '1'
      return DONE
    },
  },
  V: {
    run: ({ text }, _, port) => {
      port.isVerbose = text !== '0'
      return DONE
    },
  },
  Z: restore,
  '&F': restore,
  I: { run: (_, stick) => identify(stick) },
  X: ACCEPTED,
  '&C': ACCEPTED,
  '&D': ACCEPTED,
  S0: ACCEPTED,
  A: { run: () => refusal({ final: 'NO CARRIER' }) },
  '+CGMI': telling(({ profile }) => profile.manufacturer),
  '+GMI': telling(({ profile }) => profile.manufacturer),
  '+CGMM': telling(({ profile }) => profile.model),
  '+GMM': telling(({ profile }) => profile.model),
  '+CGMR': telling(({ profile }) => profile.revision),
  '+GMR': telling(({ profile }) => profile.revision),
  '+CGSN': telling(({ imei }) => imei),
  '+GSN': telling(({ imei }) => imei),
  '+GCAP': telling(() => '+GCAP: +CGSM,+DS,+ES'),
  '+CMEE': { run: runCmee },
  '+CSCS': { run: runCscs },
  '+CFUN': { run: runCfun },
  '+CCLK': { run: ({ form }, stick) => (form === 'read' ? answer(`+CCLK: "${clock(stick)}"`) : refusal(ERROR)) },
  '+ZCDRUN': {
    run: ({ text }, stick) => {
      const line = ZCDRUN[text.toUpperCase()]
      // Only the sticks in the download composition are anything else beyond it.
      if (stick.profile.productId === DOWNLOAD_MODE && /^[ef]$/i.test(text)) stick.becomesNetworkCard = /f/i.test(text)
      return line === undefined ? refusal(ERROR) : answer(line)
    },
  },
  '+ZRST': {
    run: (_, stick) => (stick.profile.hasZrst ? { ...DONE, afterwards: () => stick.reset() } : refusal(ERROR)),
  },
}
