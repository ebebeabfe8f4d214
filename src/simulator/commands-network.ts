import type { Call, Reply } from './at-command.ts'
import { answer, ERROR, refusal } from './at-command.ts'
import { DONE, inCharacterSet } from './commands-general.ts'
import type { CommandRow, StickInsides } from './stick-insides.ts'
import { scanLine } from './visible-networks.ts'

const clamp = (value: number, highest: number): number => Math.min(highest, Math.max(0, Math.round(value)))

/** `+CSQ` (3GPP TS 27.007 section 8.5): −113 dBm and 2 dB a step. */
function csq({ radio }: StickInsides): string {
  if (!radio.isRegistered) return '+CSQ: 99,99'
  return `+CSQ: ${clamp((radio.signal.rssiDbm + 113) / 2, 31)},${radio.signal.ber}`
}

/** `+CESQ` (section 8.69): 99 and 255 for what the technology does not have. */
function cesq({ radio }: StickInsides): string {
  const { rssiDbm, ber, rscpDbm, ecioDb, rsrpDbm, rsrqDb } = radio.signal
  if (!radio.isRegistered) return '+CESQ: 99,99,255,255,255,255'
  if (radio.technology === 'LTE') {
    return `+CESQ: 99,99,255,255,${clamp((rsrqDb + 20) * 2, 34)},${clamp(rsrpDbm + 141, 97)}`
  }
  if (radio.technology === 'GSM' || radio.technology === 'EDGE') {
    return `+CESQ: ${clamp(rssiDbm + 111, 63)},${ber},255,255,255,255`
  }
  return `+CESQ: 99,99,${clamp(rscpDbm + 121, 96)},${clamp((ecioDb + 24.5) * 2, 49)},255,255`
}

/** ZTE's own: one number on 2G, three without signs on 3G, four with signs on LTE. */
function zrssi({ radio }: StickInsides): string {
  const { rssiDbm, rscpDbm, ecioDb, rsrpDbm, rsrqDb, sinrDb } = radio.signal
  if (!radio.isRegistered) return '+ZRSSI: 1000,1000,1000'
  if (radio.technology === 'LTE') return `+ZRSSI: ${rsrpDbm},${rsrqDb},${rssiDbm},${sinrDb}`
  if (radio.technology === 'GSM' || radio.technology === 'EDGE') return `+ZRSSI: ${-rssiDbm}`
  return `+ZRSSI: ${-rssiDbm},${-ecioDb * 2},${-rscpDbm}`
}

function runZrssi({ form }: Call, stick: StickInsides): Reply {
  const { zrssi: forms } = stick.profile
  const isKnown = (form === 'execute' && forms !== 'error') || (form === 'read' && forms === 'both')
  return isKnown ? answer(zrssi(stick)) : refusal(ERROR)
}

function registration(name: '+CREG' | '+CGREG' | '+CEREG'): CommandRow {
  return {
    run: ({ form, values }, { radio, profile }) => {
      if (name === '+CEREG' && profile.technology !== 'LTE') return refusal({ final: profile.unknownCommand })
      if (form === 'test') return answer(`${name}: (0-2)`)
      if (form === 'read') return answer(radio.readReport(name))
      const n = Number(values[0])
      if (![0, 1, 2].includes(n)) return refusal({ cme: 50 })
      radio.reports[name] = n
      return DONE
    },
  }
}

function readCops({ radio, settings, network }: StickInsides): string {
  if (!radio.isRegistered) return `+COPS: ${radio.copsMode}`
  const name = settings.copsFormat === 2 ? network.plmn : inCharacterSet(network.name, settings.characterSet)
  return `+COPS: ${radio.copsMode},${settings.copsFormat},"${name}",${radio.accessTechnology}`
}

function scan({ radio, settings, network, profile }: StickInsides): string {
  return scanLine({
    profile,
    serving: radio.isRegistered ? radio.technology : null,
    own: network,
    neighbours: radio.neighbours,
    inSet: (text) => inCharacterSet(text, settings.characterSet),
  })
}

function runCops({ form, values }: Call, stick: StickInsides): Reply {
  const { radio, settings, network } = stick
  if (form === 'read') return answer(readCops(stick))
  if (form === 'test') return { ...answer(scan(stick)), delayMs: stick.latency.scanMs }
  const [mode, format] = values.map(Number)
  if (mode === 3 && format !== undefined && format <= 2) {
    settings.copsFormat = format
    return DONE
  }
  if (mode === undefined || mode > 2) return refusal({ cme: 50 })
  radio.copsMode = mode
  if (mode === 1 && values[2] !== network.plmn && values[2] !== network.name) {
    // No other network is chosen in its place (section 7.3): the stick then has none.
    radio.deregister()
    return refusal({ cme: radio.neighbours.some(({ plmn, status }) => plmn === values[2] && status === 3) ? 32 : 30 })
  }
  if (mode === 2) radio.deregister()
  else if (!radio.isRegistered) return { ...DONE, afterwards: () => stick.start() }
  return DONE
}

function runZsnt({ form, values }: Call, { radio, profile }: StickInsides): Reply {
  if (form === 'read') return answer(`+ZSNT${profile.zsntSeparator}${radio.zsnt.join(',')}`)
  const [mode = Number.NaN, selection = Number.NaN, preference = Number.NaN] = values.map(Number)
  if (form !== 'set' || !radio.selectMode(mode, selection, preference)) return refusal(ERROR)
  return DONE
}

function runZoprt({ form, text }: Call, stick: StickInsides): Reply {
  const { radio } = stick
  if (form === 'read') return answer(`+ZOPRT: ${radio.zoprt}`)
  if (form !== 'set' || (text !== '5' && text !== '6')) return refusal(ERROR)
  radio.zoprt = Number(text)
  if (text === '6') radio.deregister()
  return { ...DONE, afterwards: () => text === '5' && !radio.isRegistered && stick.start() }
}

/** Only the execute form. */
const executes = (tell: (stick: StickInsides) => string): CommandRow => ({
  run: ({ form }, stick) => (form === 'execute' ? answer(tell(stick)) : refusal(ERROR)),
})

/** Only the read form. */
const reads = (tell: (stick: StickInsides) => string): CommandRow => ({
  run: ({ form }, stick) => (form === 'read' ? answer(tell(stick)) : refusal(ERROR)),
})

/** Signal, registration, operator and mode. */
export const NETWORK_COMMANDS: Readonly<Record<string, CommandRow>> = {
  '+CSQ': executes(csq),
  '+CESQ': {
    run: ({ form }, stick) =>
      form === 'execute' && stick.profile.hasCesq
        ? answer(cesq(stick))
        : refusal({ final: stick.profile.unknownCommand }),
  },
  '+ZRSSI': { run: runZrssi },
  '+CREG': registration('+CREG'),
  '+CGREG': registration('+CGREG'),
  '+CEREG': registration('+CEREG'),
  '+COPS': { needsSim: 'cme', run: runCops },
  '+ZPAS': reads(({ profile, radio }) => `${profile.bearer}: "${radio.bearer}","CS_PS"`),
  '+ZDON': reads(({ network, radio }) => {
    const roaming = radio.status === 5 ? 'ROAM_ON' : 'ROAM_OFF'
    return `+ZDON: "${network.name}",${network.plmn.slice(0, 3)},${Number(network.plmn.slice(3))},"${roaming}"`
  }),
  '+ZSNT': { run: runZsnt },
  '+ZOPRT': { run: runZoprt },
  '+ZBANDI': reads(() => '+ZBANDI: 0'),
  '+CGATT': reads(({ radio }) => `+CGATT: ${radio.isRegistered ? 1 : 0}`),
  '+CGDCONT': reads(() => '+CGDCONT: 1,"IP","internet.example","0.0.0.0",0,0'),
  '+CGACT': {
    run: ({ form, values }, { data }) => {
      if (form === 'read') return answer(`+CGACT: 1,${data.isActive ? 1 : 0}`)
      const [state, cid = '1'] = values
      if (form !== 'set' || (state !== '0' && state !== '1') || cid !== '1') return refusal({ cme: 50 })
      // 148: unspecified GPRS error, what sticks say without a network.
      return data.set(state === '1') ? DONE : refusal({ cme: 148 })
    },
  },
  '+CGPADDR': {
    run: ({ form, values }, { data, profile }) => {
      if (form !== 'set' && form !== 'execute') return answer('+CGPADDR: (1)')
      if (!['1', undefined].includes(values[0])) return refusal({ cme: 50 })
      const quote = profile.addressIsQuoted ? '"' : ''
      const addresses = data.isActive ? [data.ip, ...(data.ipv6 === null ? [] : [data.ipv6])] : ['']
      return answer(`+CGPADDR: 1,${addresses.map((address) => quote + address + quote).join(',')}`)
    },
  },
}
