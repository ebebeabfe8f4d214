import type { Call, Reply, Result } from './at-command.ts'
import { answer, ERROR, refusal } from './at-command.ts'
import { DONE, fromCharacterSet, inCharacterSet } from './commands-general.ts'
import type { StoredMessage } from './message-store.ts'
import { octetsOfHex } from './network-side-text.ts'
import { tpduLength } from './network-side-tpdu.ts'
import type { StoreName } from './profiles.ts'
import type { CommandRow, StickInsides } from './stick-insides.ts'
import { STATUS_WORDS, showMessage, submitOfText } from './text-mode.ts'

function runCpms({ form, values }: Call, { mailbox, settings }: StickInsides): Reply {
  const { places, stores } = mailbox
  if (form === 'test') {
    const names = `(${[...stores.keys()].map((name) => `"${name}"`).join(',')})`
    return answer(`+CPMS: ${names},${names},${names}`)
  }
  const counts = (name: StoreName): string => `${mailbox.store(name).used},${mailbox.store(name).capacity}`
  if (form === 'read') {
    settings.isStorageSet = true
    return answer(`+CPMS: ${places.map((name) => `"${name}",${counts(name)}`).join(',')}`)
  }
  const chosen = values.map((value) => [...stores.keys()].find((name) => name === value))
  const [read, write = places[1], receive = places[2]] = chosen
  if (!read || chosen.includes(undefined)) return refusal({ cms: 302 })
  mailbox.places = [read, write, receive]
  settings.isStorageSet = true
  return answer(`+CPMS: ${mailbox.places.map(counts).join(',')}`)
}

function runCnmi({ form, values }: Call, { mailbox, profile }: StickInsides): Reply {
  // Sticks list every value and refuse some of them all the same: that is the trap.
  if (form === 'test') return answer('+CNMI: (0,1,2,3),(0,1,2,3),(0,2,3),(0,1,2),(0,1)')
  if (form === 'read') return answer(`+CNMI: ${mailbox.cnmi.join(',')}`)
  const wanted = mailbox.cnmi.map((current, field) => (values[field] ? Number(values[field]) : current))
  const isAccepted = profile.cnmi.some((pattern) =>
    pattern.split(',').every((field, i) => field === '*' || Number(field) === wanted[i]),
  )
  if (!isAccepted) return refusal({ final: profile.cnmiRefusal })
  mailbox.cnmi = wanted
  return DONE
}

function runCmgf({ form, values }: Call, { settings }: StickInsides): Reply {
  if (form === 'test') return answer('+CMGF: (0,1)')
  if (form === 'read') return answer(`+CMGF: ${settings.isTextMode ? 1 : 0}`)
  if (values[0] !== '0' && values[0] !== '1') return refusal(ERROR)
  settings.isTextMode = values[0] === '1'
  return DONE
}

/** One message as `+CMGL` and `+CMGR` show it; `index` only in lists. */
function show(stick: StickInsides, message: StoredMessage, index: number | null): string {
  const { isTextMode, characterSet } = stick.settings
  const head = index === null ? '+CMGR: ' : `+CMGL: ${index},`
  if (!isTextMode) return `${head}${message.status ?? ''},,${tpduLength(message.pdu)}\r\n${message.pdu}`
  const { fields, text } = showMessage(message)
  return `${head}"${STATUS_WORDS[message.status ?? 1]}",${fields}\r\n${inCharacterSet(text, characterSet)}`
}

function markRead(message: StoredMessage): void {
  if (message.status === 0) message.status = 1
}

function runCmgl({ form, values }: Call, stick: StickInsides): Reply {
  const { isTextMode } = stick.settings
  if (form === 'test') return answer(`+CMGL: (${isTextMode ? STATUS_WORDS.map((w) => `"${w}"`).join(',') : '0-4'})`)
  const wanted = isTextMode
    ? STATUS_WORDS.findIndex((word) => word === (values[0] ?? 'REC UNREAD'))
    : Number(values[0] ?? 0)
  if (wanted < 0 || !(wanted <= 4)) return refusal({ cms: isTextMode ? 305 : 304 })
  const found = stick.mailbox.readStore.list().filter(([, { status }]) => wanted === 4 || status === wanted)
  const blocks = found.map(([index, message]) => show(stick, message, index))
  for (const [, message] of found) markRead(message)
  return answer(...blocks)
}

function runCmgr({ form, values }: Call, stick: StickInsides): Reply {
  if (form === 'test') return DONE
  const message = stick.mailbox.readStore.get(Number(values[0]))
  if (!message) return refusal({ final: stick.profile.emptySlot })
  const block = show(stick, message, null)
  markRead(message)
  return answer(block)
}

/** Statuses that `+CMGD=<index>,<flag>` deletes besides: read, sent, unsent, everything. */
const DELETED_BY_FLAG: Readonly<Record<string, readonly (number | null)[]>> = {
  '1': [1],
  '2': [1, 3],
  '3': [1, 3, 2],
  '4': [0, 1, 2, 3, null],
}

function runCmgd({ form, values }: Call, { mailbox }: StickInsides): Reply {
  const store = mailbox.readStore
  if (form === 'test') return answer(`+CMGD: (${store.list().map(([index]) => index)}),(0-4)`)
  const statuses = DELETED_BY_FLAG[values[1] ?? '0']
  if (statuses) {
    for (const [index, { status }] of store.list()) if (statuses.includes(status)) store.remove(index)
  } else if (!store.remove(Number(values[0]))) return refusal({ cms: 321 })
  return { ...DONE, afterwards: () => mailbox.roomWasMade() }
}

/** The PDU that came behind the prompt: by PDU and length, or by number and text. */
function pduOf({ values }: Call, { settings }: StickInsides, payload: string): string | Result {
  if (settings.isTextMode) {
    const to = fromCharacterSet(values[0] ?? '', settings.characterSet)
    const text = fromCharacterSet(payload, settings.characterSet)
    return to && text !== null ? textPdu(to, text) : { cms: 305 }
  }
  const pdu = payload.trim().toUpperCase()
  const fits = octetsOfHex(pdu) !== null && tpduLength(pdu) === Number(values[0])
  return fits ? pdu : { cms: 304 }
}

function textPdu(to: string, text: string): string | Result {
  try {
    return submitOfText(to, text)
  } catch {
    return { cms: 305 }
  }
}

/** Something that takes a PDU behind a prompt. */
function withPdu(take: (pdu: string, stick: StickInsides) => Reply): CommandRow {
  return {
    needsSim: 'cms',
    run: (call, stick) => {
      if (call.form === 'test') return DONE
      const isPossible = stick.settings.isTextMode ? call.values[0] : /^\d+$/.test(call.values[0] ?? '')
      if (!isPossible) return refusal({ cms: stick.settings.isTextMode ? 305 : 304 })
      return {
        ...DONE,
        withPayload: (payload) => {
          const pdu = pduOf(call, stick, payload)
          return typeof pdu === 'string' ? take(pdu, stick) : refusal(pdu)
        },
      }
    },
  }
}

function submit(name: '+CMGS' | '+CMSS', pdu: string, { mailbox, latency }: StickInsides): Reply {
  const outcome = mailbox.submit(pdu)
  const delayMs = latency.submitMs
  return typeof outcome === 'number' ? { ...answer(`${name}: ${outcome}`), delayMs } : { result: outcome, delayMs }
}

function write(pdu: string, { mailbox }: StickInsides): Reply {
  const index = mailbox.write(pdu, 2)
  return index === null ? refusal({ cms: 322 }) : answer(`+CMGW: ${index}`)
}

function runCmss({ values }: Call, stick: StickInsides): Reply {
  const message = stick.mailbox.store(stick.mailbox.places[1]).get(Number(values[0]))
  if (!message) return refusal({ cms: 321 })
  const reply = submit('+CMSS', message.pdu, stick)
  if (reply.information) message.status = 3
  return reply
}

function runCsca({ form, values }: Call, { sim, settings }: StickInsides): Reply {
  if (form === 'test') return DONE
  if (form === 'read') {
    const type = sim.smsc.startsWith('+') ? 145 : 129
    return answer(`+CSCA: "${inCharacterSet(sim.smsc, settings.characterSet)}",${type}`)
  }
  const smsc = fromCharacterSet(values[0] ?? '', settings.characterSet)
  if (smsc === null) return refusal({ cms: 305 })
  sim.smsc = values[1] === '145' && !smsc.startsWith('+') ? `+${smsc}` : smsc
  return DONE
}

function runCsms({ form, values }: Call, { settings }: StickInsides): Reply {
  if (form === 'test') return answer('+CSMS: (0,1)')
  if (form === 'read') return answer(`+CSMS: ${settings.service},1,1,1`)
  if (values[0] !== '0' && values[0] !== '1') return refusal({ cms: 302 })
  settings.service = Number(values[0])
  return answer('+CSMS: 1,1,1')
}

function runCsmp({ form }: Call, { profile, sim }: StickInsides): Reply {
  if (form === 'read') return answer('+CSMP: 17,167,0,0')
  if (form === 'set' && profile.csmpClearsSmsc) sim.smsc = ''
  return DONE
}

/** Messages (3GPP TS 27.005). */
export const SMS_COMMANDS: Readonly<Record<string, CommandRow>> = {
  '+CSMS': { run: runCsms },
  '+CPMS': { needsSim: 'cms', run: runCpms },
  '+CNMI': { run: runCnmi },
  '+CMGF': { run: runCmgf },
  '+CMGL': { needsSim: 'cms', run: runCmgl },
  '+CMGR': { needsSim: 'cms', run: runCmgr },
  '+CMGD': { needsSim: 'cms', run: runCmgd },
  '+CMGS': withPdu((pdu, stick) => submit('+CMGS', pdu, stick)),
  '+CMGW': withPdu(write),
  '+CMSS': { needsSim: 'cms', run: runCmss },
  '+CMMS': { run: () => DONE },
  '+CNMA': { run: (_, { settings }) => (settings.service === 1 ? DONE : refusal({ cms: 340 })) },
  '+CSCA': { needsSim: 'cms', run: runCsca },
  '+CSMP': { run: runCsmp },
}
