import type { Call, Reply } from './at-command.ts'
import { answer, ERROR, refusal } from './at-command.ts'
import { DONE, fromCharacterSet } from './commands-general.ts'
import { gsm7Groups, hex, packSeptets, utf16be } from './network-side-text.ts'
import type { CommandRow, PortSettings, StickInsides } from './stick-insides.ts'
import type { UssdStep } from './ussd-script.ts'

const CARRIAGE_RETURN = 0x0d
/** CBS data coding of UCS2 without a language (3GPP TS 23.038 section 5). */
const UCS2_DCS = 72

/** The line in the dialect of this stick; what GSM 7 bit cannot say is told as UCS2 by all of them. */
function cusdLine({ status, text }: UssdStep, { profile, settings }: StickInsides): string {
  if (text === null) return `+CUSD: ${status}`
  const septets = profile.ussdCoding === 'ucs2' ? undefined : gsm7Groups(text)?.flat()
  if (septets === undefined) {
    const dcs = profile.ussdCoding === 'ucs2' ? profile.ussdDcs : UCS2_DCS
    return `+CUSD: ${status},"${hex(utf16be(text))}",${dcs}`
  }
  if (profile.ussdCoding === 'packed') {
    // A spare septet at the end would read as `@`: TS 23.038 section 6.1.2.3.1 fills it with CR.
    const padded = septets.length % 8 === 7 ? [...septets, CARRIAGE_RETURN] : septets
    return `+CUSD: ${status},"${hex(packSeptets(padded))}",${profile.ussdDcs}`
  }
  const plain = settings.characterSet === 'GSM' ? String.fromCharCode(...septets) : text.replace(/[^\x00-\x7f]/g, '?')
  return `+CUSD: ${status},"${plain}",${profile.ussdDcs}`
}

/** Says something to the network; the answer comes behind `OK`, or ahead of it on sticks that do so. */
function say(input: string, stick: StickInsides, port: PortSettings): Reply {
  const { network, number, profile, radio, settings, timers, latency } = stick
  // Without CS fall-back there is no USSD on LTE alone.
  if (!radio.isRegistered) return refusal({ cme: 30 })
  if (radio.zsnt[0] === 6) return refusal({ cme: 100 })
  const step = network.ussd.say(number, input)
  const isAudible = step !== null && (settings.characterSet === 'GSM' || !profile.ussdNeedsGsm)
  if (isAudible && profile.ussdAnswersBeforeOk) return answer(cusdLine(step, stick))
  return {
    ...DONE,
    afterwards: () => {
      stick.usedUssd(port)
      if (isAudible) timers.after(latency.ussdMs, () => stick.announce(cusdLine(step, stick)))
    },
  }
}

function runCusd({ form, values }: Call, stick: StickInsides, port: PortSettings): Reply {
  if (form === 'test') return answer('+CUSD: (0,1,2)')
  if (form === 'read') return answer('+CUSD: 1')
  const [mode, text] = values
  if (mode === '2') return stick.network.ussd.end(stick.number) ? DONE : refusal({ cme: 3 })
  if (mode !== '0' && mode !== '1') return refusal({ cme: 50 })
  if (text === undefined) return DONE
  const input = fromCharacterSet(text, stick.settings.characterSet)
  return input === null ? refusal({ cme: 25 }) : say(input, stick, port)
}

/** USSD through the dial command; calls find nobody. */
function runDial({ text }: Call, stick: StickInsides, port: PortSettings): Reply {
  const code = /^[TP]?([*#][\d*#]*#);?$/i.exec(text)?.[1]
  return code === undefined
    ? refusal(stick.radio.isRegistered ? { final: 'NO CARRIER' } : ERROR)
    : say(code, stick, port)
}

/** USSD (3GPP TS 27.007 section 7.15). */
export const USSD_COMMANDS: Readonly<Record<string, CommandRow>> = {
  '+CUSD': { needsSim: 'cme', run: runCusd },
  D: { needsSim: 'cme', run: runDial },
}
