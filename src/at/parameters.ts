import { ModemError } from '../modem/errors.ts'

/** One place in the list behind a response prefix (ITU-T V.250 section 5.4 and 5.7). */
export type Parameter =
  | { readonly kind: 'empty' }
  /** Without quotes: a number, a hex string, a word. */
  | { readonly kind: 'word'; readonly value: string }
  /** In quotes, which are removed. */
  | { readonly kind: 'text'; readonly value: string }
  /** In brackets: a range or the fields of one operator. */
  | { readonly kind: 'list'; readonly items: readonly Parameter[] }

const EMPTY: Parameter = { kind: 'empty' }

/** Where a quoted text ends: the quote in front of a comma, a bracket or the end. Quotes inside operator names stay text. */
const CLOSING_QUOTE = /"\s*(?=[,)]|$)/g

/**
 * The text behind `name` and its colon; one model writes `=` instead. `undefined` when the line starts otherwise.
 * Reads `+CSQ: 17,99`, `+CSQ:12,3`, `+ZSNT=0,0,0`.
 */
export function afterPrefix(line: string, name: string): string | undefined {
  if (!line.startsWith(name)) return undefined
  const rest = /^\s*[:=]\s*(.*?)\s*$/s.exec(line.slice(name.length))
  return rest?.[1]
}

/** The error for a line that is ours but cannot be read; the line itself goes to `detail`. */
export function brokenLine(line: string): ModemError {
  return new ModemError(
    'protocol',
    'The modem sent a reply that could not be understood. If it happens again, report it with a debug log.',
    { detail: line },
  )
}

/**
 * Reads `"SM",3,50`, `,36`, `(0-1,3),(0,2)`, `(2,"Other, Inc","","24405",0),`.
 * @throws ModemError `protocol` for quotes or brackets that do not close
 */
export function parseParameters(text: string): readonly Parameter[] {
  const { items, end } = readItems(text, 0, false)
  if (end !== text.length) throw brokenLine(text)
  return items
}

function readItems(text: string, start: number, isNested: boolean): { items: readonly Parameter[]; end: number } {
  const items: Parameter[] = []
  let at = start
  for (;;) {
    const { item, end } = readItem(text, at, isNested)
    items.push(item)
    if (text[end] !== ',') return { items, end }
    at = end + 1
  }
}

function readItem(text: string, start: number, isNested: boolean): { item: Parameter; end: number } {
  let at = start
  while (text[at] === ' ') at += 1
  if (text[at] === '"') return readText(text, at)
  if (text[at] === '(') return readList(text, at, isNested)
  let end = at
  while (end < text.length && text[end] !== ',' && !(isNested && text[end] === ')')) end += 1
  const value = text.slice(at, end).trim()
  if (/["()]/.test(value)) throw brokenLine(text)
  return { item: value === '' ? EMPTY : { kind: 'word', value }, end }
}

function readText(text: string, openingQuote: number): { item: Parameter; end: number } {
  CLOSING_QUOTE.lastIndex = openingQuote + 1
  const closing = CLOSING_QUOTE.exec(text)
  if (closing === null) throw brokenLine(text)
  const value = text.slice(openingQuote + 1, closing.index)
  return { item: { kind: 'text', value }, end: closing.index + closing[0].length }
}

/** Brackets in brackets do not occur; refusing them bounds the recursion. */
function readList(text: string, openingBracket: number, isNested: boolean): { item: Parameter; end: number } {
  if (isNested) throw brokenLine(text)
  const { items, end } = readItems(text, openingBracket + 1, true)
  if (text[end] !== ')') throw brokenLine(text)
  let after = end + 1
  while (text[after] === ' ') after += 1
  return { item: { kind: 'list', items }, end: after }
}

/** The value of a word or a quoted text; `null` when it is absent, empty or a list. */
export function textOf(parameter: Parameter | undefined): string | null {
  if (parameter?.kind !== 'word' && parameter?.kind !== 'text') return null
  return parameter.value === '' ? null : parameter.value
}

/** A decimal number, in quotes or not; `null` when it is absent or something else. */
export function numberOf(parameter: Parameter | undefined): number | null {
  const text = textOf(parameter)
  return text !== null && /^[+-]?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : null
}

/** The numbers behind a bare prefix line. @throws ModemError `protocol` when one of the first `count` is none */
export function requireNumbers(line: string, parameters: readonly Parameter[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => {
    const value = numberOf(parameters[at])
    if (value === null) throw brokenLine(line)
    return value
  })
}

/** Reads `(0-1,3)` as 0, 1, 3; a bare number counts as a list of one. Ranges are cut at 256 values. */
export function expandNumbers(parameter: Parameter | undefined): readonly number[] {
  const items = parameter?.kind === 'list' ? parameter.items : parameter === undefined ? [] : [parameter]
  return items.flatMap((item) => {
    const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(textOf(item) ?? '')
    if (range === null) return []
    const first = Number(range[1])
    const last = range[2] === undefined ? first : Number(range[2])
    return Array.from({ length: Math.min(256, Math.max(0, last - first + 1)) }, (_, at) => first + at)
  })
}

/**
 * Text that a modem with `+CSCS="UCS2"` writes as hex (3GPP TS 27.007 section 5.5): `0422043504410442` → `Тест`.
 * Anything that is not plainly such hex is given back as it is.
 */
export function decodeUcs2Hex(text: string): string {
  if (!/^(?:[0-9A-F]{4}){2,}$/i.test(text)) return text
  const units = text.match(/.{4}/g) ?? []
  const codes = units.map((unit) => Number.parseInt(unit, 16))
  // Digits alone could be a number; they count as hex only when every unit lies in the European and Asian alphabets.
  const isAlphabetic = codes.every((code) => code >= 0x20 && code < 0x0700)
  const isMixed = /[A-F]/i.test(text) && /\d/.test(text) && codes.every((code) => code >= 0x20 && code < 0xd800)
  return isAlphabetic || isMixed ? String.fromCharCode(...codes) : text
}
