import type { Group, Leaf } from './options.ts'
import { isLeaf, isWithin, leavesOf } from './options.ts'
import type { Config } from './schema.ts'
import { SCHEMA } from './schema.ts'

const MASK = '***'

const PERSONAL = leavesOf(SCHEMA)
  .flatMap(([path, leaf]) => [[path, leaf] as const, ...leavesOf(leaf.format.items ?? {}, `${path}[].`)])
  .flatMap(([path, { personal }]) => (personal ? [path] : []))

/** The configuration for showing and publishing: secrets, phone numbers and IMEIs masked, also inside lists. */
export function redacted(config: Config): Readonly<Record<string, unknown>> {
  return redactGroup(SCHEMA, config)
}

/** The option with numbers or names of people that a path is, or lies in: `contacts.anna` is in `contacts`; `undefined`: none. */
export function personalOptionOf(path: string): string | undefined {
  const general = path.replace(/\[\d+\]/g, '[]')
  return PERSONAL.find((option) => isWithin(general, option))
}

/** Each text that `redacted` masks, and the names of maps that it leaves: what must not be found in what is passed on. */
export function hiddenTexts(config: Config): string[] {
  const found = new Set<string>()
  collect(SCHEMA, config, found)
  return [...found]
}

function collect(group: Group, values: object, found: Set<string>): void {
  for (const [key, value] of Object.entries(values) as [string, unknown][]) {
    const node = group[key]
    if (node === undefined || !isLeaf(node)) {
      if (node !== undefined && isObject(value)) collect(node, value, found)
    } else if (node.sensitive || node.personal) addTexts(value, found)
    else if (node.format.items !== undefined && Array.isArray(value)) {
      for (const element of value as unknown[]) if (isObject(element)) collect(node.format.items, element, found)
    }
  }
}

function addTexts(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') found.add(value)
  else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) found.add(name)
      addTexts(inner, found)
    }
  }
}

function redactGroup(group: Group, values: object): Record<string, unknown> {
  const entries = Object.entries(values).map(([key, value]: [string, unknown]) => {
    const node = group[key]
    if (node === undefined) return [key, MASK]
    if (isLeaf(node)) return [key, redactLeaf(node, value)]
    return [key, isObject(value) ? redactGroup(node, value) : MASK]
  })
  return Object.fromEntries(entries)
}

function redactLeaf({ format, sensitive, personal }: Leaf, value: unknown): unknown {
  if (sensitive || personal) return masked(value)
  const { items } = format
  if (items === undefined || !Array.isArray(value)) return value
  return value.map((element: unknown) => (isObject(element) ? redactGroup(items, element) : MASK))
}

/** Of a map the names stay, of a list the length; that an option is not set may be seen. */
function masked(value: unknown): unknown {
  if (value === null || value === '') return value
  if (Array.isArray(value)) return value.map(() => MASK)
  if (!isObject(value)) return MASK
  return Object.fromEntries(Object.keys(value).map((name) => [name, MASK]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
