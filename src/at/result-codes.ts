import type { ErrorCode } from '../modem/errors.ts'
import { ModemError } from '../modem/errors.ts'
import type { ErrorNumber } from './error-numbers.ts'
import { CME_ERRORS, CMS_ERRORS } from './error-numbers.ts'

/** What has to be known of a command to tell its answer from everything else on the line. */
export interface CommandShape {
  /** `+CREG`, `$QCRMCALL`; empty for basic commands. Upper case. */
  readonly name: string
  readonly form: 'execute' | 'read' | 'test' | 'set'
  /** `ATD…`: only these end with `NO CARRIER` and the like (ITU-T V.250 section 6.3.1). */
  readonly isDial: boolean
  /** `AT`, `ATE0`, `ATV1` …: answered with a result code and nothing else, perhaps a digit (V.250 section 5.7.1). */
  readonly isSilent: boolean
}

/** Takes `AT+CREG?`, `AT+CMGS=23`, `ATE0`, `AT` apart. */
export function shapeOf(command: string): CommandShape {
  const [, name = '', mark] = /^AT([+$^*%][A-Z0-9_]+)?(=\?|\?|=)?/i.exec(command) ?? []
  const form = mark === '=?' ? 'test' : mark === '?' ? 'read' : mark === '=' ? 'set' : 'execute'
  return {
    name: name.toUpperCase(),
    form,
    isDial: /^ATD/i.test(command),
    isSilent: /^AT(?:[EVQXZ]\d?|&[A-Z]\d?)*$/i.test(command),
  }
}

const REPORTED_ERROR = /^\+CM([ES]) ERROR\s*:\s*(.*?)\s*$/

/** `COMMAND NOT SUPPORT` and `MODEM ERROR: 3` occur in place of ERROR on several ZTE firmwares. */
const PLAIN_RESULT = /^(?:OK|ERROR|COMMAND NOT SUPPORT(?:ED)?|MODEM ERROR(?:\s*:.*)?)\s*$/

/** Only behind a dial command; for anybody else they tell of a call on another port. */
const DIAL_RESULT = /^(?:CONNECT\b.*|NO CARRIER|BUSY|NO ANSWER|NO DIALTONE)\s*$/

/** `unknown` (MF710) and `NA` stand alone in place of ERROR; behind other lines they are text. */
const BARE_WORD = /^(?:unknown|NA)$/

/** After ATV0 the codes are digits: 0 for OK, 4 for ERROR (ITU-T V.250 section 6.2.6). */
const DIGIT = /^[04]$/

/** Whether a line is a final result code whatever command runs. */
export function isResultCode(line: string): boolean {
  return PLAIN_RESULT.test(line) || REPORTED_ERROR.test(line)
}

/** Whether a line ends the answer to this command. `isFirst`: no line of the answer came before. */
export function isFinal(line: string, command: CommandShape, isFirst: boolean): boolean {
  if (isResultCode(line)) return true
  if (command.isDial && DIAL_RESULT.test(line)) return true
  if (command.isSilent && DIGIT.test(line)) return true
  return isFirst && BARE_WORD.test(line)
}

/** The error a final result code stands for; `undefined` for success (`OK`, `CONNECT`, `0`). */
export function toError(final: string): ModemError | undefined {
  const code = final.trim()
  if (code === 'OK' || code === '0' || code.startsWith('CONNECT')) return undefined
  const [, letter, value] = REPORTED_ERROR.exec(code) ?? []
  if (letter !== undefined && value !== undefined) return reportedError(letter === 'S' ? 'cms' : 'cme', value, code)
  if (code.startsWith('COMMAND NOT SUPPORT')) {
    return new ModemError('not_supported', 'The modem does not know this command.', { detail: code })
  }
  return new ModemError('rejected_by_modem', 'The modem refused the request and gave no reason.', { detail: code })
}

function reportedError(family: 'cms' | 'cme', value: string, detail: string): ModemError {
  const rows: readonly ErrorNumber[] = family === 'cms' ? CMS_ERRORS : CME_ERRORS
  const given = /^\d{1,5}$/.test(value) ? Number(value) : undefined
  const wording = value.toLowerCase()
  const row = rows.find((each) => each.number === given || each.wording.toLowerCase() === wording)
  if (row !== undefined) {
    const number = `${family.toUpperCase()} error ${row.number}`
    const message = `${OPENING[row.code] ?? OPENING.rejected_by_modem}: ${row.wording} (${number}).${remedyFor(family, row)}`
    return new ModemError(row.code, message, { [family]: row.number, retry: row.retry, detail })
  }
  if (given === undefined) {
    const message = 'The modem refused the request with a reason of its own, which the debug log shows.'
    return new ModemError('rejected_by_modem', message, { detail })
  }
  const isFromNetwork = family === 'cms' && given < 256
  const message = `${isFromNetwork ? OPENING.rejected_by_network : OPENING.rejected_by_modem} with the unlisted ${family.toUpperCase()} error ${given}.`
  return new ModemError(isFromNetwork ? 'rejected_by_network' : 'rejected_by_modem', message, {
    [family]: given,
    detail,
  })
}

const OPENING: Partial<Record<ErrorCode, string>> = {
  rejected_by_network: 'The network refused the request',
  rejected_by_modem: 'The modem refused the request',
  not_supported: 'The modem cannot do that',
  not_registered: 'The modem has no network',
  sim_not_ready: 'The SIM is not ready',
}

/** What a user can do, where the number leaves no doubt. */
function remedyFor(family: 'cms' | 'cme', row: ErrorNumber): string {
  if (row.wording === 'SIM PIN required') return ' Configure the PIN, or switch the PIN off in a phone.'
  if (row.wording === 'SIM PUK required') return ' Unlock the SIM with its PUK in a phone.'
  if (row.wording.includes('personalization')) return ' The modem is locked to another operator.'
  if (row.wording === 'SIM not inserted') return ' Insert a SIM and restart the modem.'
  if (row.code === 'not_registered') return ' Check antenna, contract and operator.'
  if (family === 'cms' && row.number === 330) return ' Store the service centre number of the operator on the SIM.'
  if (family === 'cms' && row.number === 332) return ' Whether the message was sent is not known.'
  if (row.wording === 'memory full') return ' Delete messages.'
  return ''
}
