import { isResultCode } from './result-codes.ts'
import { findUnsolicited } from './unsolicited.ts'

/**
 * Names whose parameters hold no number of a person, no text, no place and no secret. Everything that is not here is masked, so that a
 * command nobody thought of tells too little, never too much.
 */
const SHOWN: ReadonlySet<string> = new Set([
  ...['+CSQ', '+CESQ', '+ZRSSI', '+COPS', '+ZPAS', '+ZPASR', '+BEARTYPE', '+ZDON', '+ZDONR'],
  ...['+ZSNT', '+ZOPRT', '+ZSEC', '+ZBANDI', '+ZCDRUN', '+ZUSIMR', '+ZPINPUK', '+CFUN', '+CGACT', '+CGATT'],
  ...['+CPMS', '+CNMI', '+CMTI', '+CDSI', '+CSMS', '+CSCS', '+CMEE', '+CMGF', '+GCAP'],
])

/** Answered with bare lines that tell what kind of device it is. */
const TELLS_MODEL = /^AT(?:I\d?|\+(?:CGMI|CGMM|CGMR|GMI|GMM|GMR))$/i

/** Whoever forgets the `=` writes a number into the name. */
const EXTENDED = /^AT(?!\D*\d{4})[+$^*%][A-Z0-9_]+(?:=\?|\?)?$/i
const SETTING = /^AT(?!\D*\d{4}\d*=)([+$^*%][A-Z0-9_]+)=(?!\?$)([\s\S]*)$/i
/** `AT`, `ATE0`, `AT&F` …, but no `ATD+44…`. */
const BASIC = /^AT(?:&?[A-Z]\d?)?$/i
const NAMED = /^([+$^*%][A-Z0-9_]+|HANGUP)(\s*[:=]\s*)([\s\S]*)$/i

/** IMEI, IMSI, ICCID, PDU; a cell identity, too. */
const LONG_NUMBER = /\d{7,}|\b(?=[A-F]*\d)[0-9A-F]{7,}\b/gi
const SMALL_NUMBER = /^[\s()]*-?\d{0,3}[\s()]*$/

/** A command line without what it carries: `AT+CPIN="<4>"`; numbers of up to three digits stay. */
export function maskCommand(command: string): string {
  if (EXTENDED.test(command) || BASIC.test(command)) return command
  const [, name, parameters] = SETTING.exec(command) ?? []
  if (name === undefined || parameters === undefined) return masked(command)
  return `AT${name}=${maskParameters(name, parameters)}`
}

/**
 * One line of a modem without numbers, texts and secrets, their lengths in their place: `+CLIP: "<13>",145`.
 * @param command which it answers; `null`: it came by itself
 */
export function maskLine(line: string, command: string | null): string {
  if (isResultCode(line)) return maskNumbers(line)
  const [, name, mark = '', parameters = ''] = NAMED.exec(line) ?? []
  if (name !== undefined) return `${name}${mark}${isState(line) ? parameters : maskParameters(name, parameters)}`
  if (command !== null && TELLS_MODEL.test(command)) return maskNumbers(line)
  const prefix = command === null ? (findUnsolicited(line)?.prefix ?? '') : ''
  return `${prefix}${masked(line.slice(prefix.length))}`
}

/** `+CPIN: SIM PIN`: one of the words of 3GPP TS 27.007 section 8.3. */
function isState(line: string): boolean {
  return /^\+CPIN\s*:\s*[A-Z][A-Z0-9 -]*$/.test(line)
}

function maskParameters(name: string, parameters: string): string {
  if (SHOWN.has(name.toUpperCase())) return maskNumbers(parameters)
  // From the first quote to the last one, because a text may hold quotes; without a second one, to the end.
  const [, before = '', quoted, after = ''] = /^([^"]*)(?:"([\s\S]*)"([^"]*)|"[\s\S]*)?$/.exec(parameters) ?? []
  const rest = parameters.length - before.length - 1
  const middle = quoted === undefined ? (rest < 0 ? '' : `"${masked(parameters.slice(-rest))}`) : `"${masked(quoted)}"`
  return `${maskFields(before)}${middle}${maskFields(after)}`
}

function maskFields(fields: string): string {
  return fields
    .split(/(?<=[,\n])|(?=[,\n])/)
    .map((field) => (SMALL_NUMBER.test(field) || /^[,\n]$/.test(field) ? field : masked(field)))
    .join('')
}

function maskNumbers(text: string): string {
  return text.replace(LONG_NUMBER, masked)
}

function masked(text: string): string {
  return text === '' ? '' : `<${text.length}>`
}
