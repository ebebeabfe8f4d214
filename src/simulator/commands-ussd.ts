import type { Call, Reply, Result } from './at-command.ts'
import { answer, ERROR, refusal } from './at-command.ts'
import { DONE, fromCharacterSet } from './commands-general.ts'
import type { DropMoment } from './faults.ts'
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

function drops(moment: DropMoment, { faults, reset }: StickInsides): boolean {
  if (faults.dropAt !== moment) return false
  faults.dropAt = null
  reset()
  return true
}

/** Says to the other end what the network said. */
export function tellUssd(step: UssdStep, stick: StickInsides): void {
  const line = cusdLine(step, stick)
  if (stick.profile.ussdEndsFirst && step.status === 0) stick.announce('+CUSD: 2')
  stick.announce(stick.faults.dropAt === 'mid-cusd' ? line.slice(0, line.length / 2) : line)
  if (!drops('mid-cusd', stick)) drops('after-cusd', stick)
}

/** What the network would say to this; a result where it hears nothing of it. */
function hear(input: string, { network, number, profile, radio }: StickInsides): UssdStep | Result | null {
  if (!radio.isRegistered) return { cme: 30 }
  if (radio.technology === 'LTE' && profile.ussdOnLte === '+CUSD: 4') return { status: 4, text: null }
  // Without CS fall-back there is no USSD on LTE alone.
  if (radio.zsnt[0] === 6 || (radio.technology === 'LTE' && profile.ussdOnLte !== 'works')) return { cme: 100 }
  return network.ussd.say(number, input)
}

/** Says something to the network; the answer comes behind `OK`, or ahead of it on sticks that do so. */
function say(input: string, stick: StickInsides, port: PortSettings): Reply {
  const { profile, settings, timers, latency } = stick
  const heard = hear(input, stick)
  if (heard !== null && !('status' in heard)) return refusal(heard)
  const isAudible = settings.characterSet === 'GSM' || !profile.ussdNeedsGsm
  const step = isAudible ? heard : null
  if (step !== null && profile.ussdAnswersBeforeOk) return answer(cusdLine(step, stick))
  return {
    ...DONE,
    afterwards: () => {
      stick.usedUssd(port)
      if (drops('before-cusd', stick) || step === null) return
      timers.after(latency.ussdMs, () => tellUssd(step, stick))
    },
  }
}

/** The code as it was meant; `null` where it is written in another way than this stick takes it. */
function readInput(text: string, { profile, settings }: StickInsides): string | null {
  if (profile.ussdTakes === 'packed') return settings.characterSet === 'UCS2' ? null : unpackHex(text)
  if (profile.ussdTakes === 'ucs2' && settings.characterSet !== 'UCS2') return null
  return fromCharacterSet(text, settings.characterSet)
}

/** Digits, `*` and `#` have the same numbers in the default alphabet (3GPP TS 23.038 section 6.2.1) and in ASCII. */
function unpackHex(text: string): string | null {
  if (!/^(?:[0-9A-F]{2})+$/.test(text)) return null
  const octets = Buffer.from(text, 'hex')
  const septets = Array.from({ length: Math.floor((octets.length * 8) / 7) }, (_, at) => {
    const bit = at * 7
    return (((octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8)) >> (bit & 7)) & 0x7f
  })
  return String.fromCharCode(...septets).replace(/\r$/, '')
}

function cancel(stick: StickInsides): Reply {
  if (!stick.network.ussd.end(stick.number)) return refusal({ cme: 3 })
  return stick.profile.ussdConfirmsCancel ? { ...DONE, afterwards: () => stick.announce('+CUSD: 2') } : DONE
}

function runCusd({ form, values }: Call, stick: StickInsides, port: PortSettings): Reply {
  if (form === 'test') return answer('+CUSD: (0,1,2)')
  if (form === 'read') return answer('+CUSD: 1')
  const [mode, text] = values
  if (mode === '2') return cancel(stick)
  if (mode !== '0' && mode !== '1') return refusal({ cme: 50 })
  if (text === undefined) return DONE
  const input = readInput(text, stick)
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
