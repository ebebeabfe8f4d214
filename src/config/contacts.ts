import type { Format, Refusal } from './formats.ts'
import { nearest, suggestion } from './nearest.ts'

/** Name → the numbers it stands for, groups resolved. Made without a prototype, so that every key is a configured name. */
export type Contacts = Readonly<Record<string, readonly string[]>>

type Entry = readonly unknown[]

const NAME = /^(?=.*\p{L})[^\p{Cc}]{1,64}$/u
const NUMBER = /^\+?\d{2,20}$/

/** The address book: each name stands for a number or another name, or for a list of these. */
export const contacts: Format<Contacts> = {
  allowed: 'a map from names to a number in quotes, a name of another contact, or a list of these',
  json: {
    type: 'object',
    additionalProperties: {
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
    },
  },
  structured: true,
  read: (raw) => {
    if (!(raw instanceof Map)) return { refused: [] }
    const book = new Map<string, Entry>()
    for (const [name, entry] of raw) book.set(String(name), Array.isArray(entry) ? entry : [entry])
    const refused = [...book].flatMap(([name, entry]) => refusalsOf(name, entry, book))
    if (refused.length > 0) return { refused }
    const resolved: Record<string, readonly string[]> = Object.create(null)
    for (const name of book.keys()) resolved[name] = [...numbersOf(name, book)]
    return { value: resolved }
  },
}

function refusalsOf(name: string, entry: Entry, book: ReadonlyMap<string, Entry>): readonly Refusal[] {
  const at = `.${name}`
  if (!NAME.test(name) || name.trim() !== name) {
    return [{ at, says: 'a name has 1 to 64 characters, at least one letter, and no space at its ends' }]
  }
  if (entry.length === 0) return [{ at, says: 'the list is empty' }]
  const refused = entry.flatMap((item, index) => {
    const says = refusalOf(item, book)
    return says === undefined ? [] : [{ at: entry.length === 1 ? at : `${at}[${index}]`, says }]
  })
  if (refused.length > 0) return refused
  return reaches(name, name, book, new Set()) ? [{ at, says: 'this contact leads back to itself' }] : []
}

function refusalOf(item: unknown, book: ReadonlyMap<string, Entry>): string | undefined {
  if (typeof item === 'number') return `found ${item}; a phone number must be in quotes, or its + or leading 0 is lost`
  if (typeof item !== 'string') return 'allowed is a phone number in quotes or the name of another contact'
  if (book.has(item) || isNumber(item)) return undefined
  return `found ${JSON.stringify(item)}, which is neither a phone number nor a contact${suggestion(nearest(item, book.keys()))}`
}

/** Whether following `from` leads to `goal`; `seen` ends the walk in cycles of which `goal` is no part. */
function reaches(from: string, goal: string, book: ReadonlyMap<string, Entry>, seen: Set<string>): boolean {
  return (book.get(from) ?? []).some((item) => {
    const name = String(item)
    if (name === goal) return true
    if (!book.has(name) || seen.has(name)) return false
    seen.add(name)
    return reaches(name, goal, book, seen)
  })
}

function numbersOf(name: string, book: ReadonlyMap<string, Entry>): Set<string> {
  const numbers = new Set<string>()
  for (const item of book.get(name) ?? []) {
    if (!book.has(String(item))) numbers.add(compact(String(item)))
    else for (const number of numbersOf(String(item), book)) numbers.add(number)
  }
  return numbers
}

/** Whether a text is a phone number; it may be written in readable groups: `+49 170 123-4567`. */
export function isNumber(text: string): boolean {
  return NUMBER.test(compact(text))
}

function compact(number: string): string {
  return number.replace(/[ -]/g, '')
}
