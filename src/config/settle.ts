import convict from 'convict'
import type { Format, Refusal } from './formats.ts'
import type { Fault, Given, Group, Leaf, ValueOf } from './options.ts'
import { isLeaf, kindOf, leavesOf, spread } from './options.ts'

// convict's own formats convert text by guessing (any text but "false" is true), so every option has this one format,
// which hands the value to the schema's own.
const CHECKED = 'checked'
convict.addFormat({ name: CHECKED, validate: (raw, leaf) => leaf.check(raw) })

type Check = (path: string, leaf: Leaf, raw: unknown) => void

/**
 * Fills in the defaults and reads every option. All faults are gathered; an option with a fault is missing from `value`,
 * which therefore keeps the promise of its type only when there are none.
 */
export function settle<G extends Group>(group: G, given: Given): { value: ValueOf<G>; faults: readonly Fault[] } {
  const values = new Map<string, unknown>()
  const faults = new Map<string, readonly Fault[]>()
  const check: Check = (path, leaf, raw) => {
    if (raw === null && !leaf.required) {
      values.set(path, null)
      return
    }
    const reading = leaf.format.read(raw)
    if ('value' in reading) values.set(path, reading.value)
    else faults.set(path, faultsOf(path, leaf, raw, reading.refused))
  }
  // Left to itself, convict would read the arguments and the environment of the process by its own rules.
  const settings = convict<Record<string, unknown>>(declare(group, '', check), { env: {}, args: [] })
  for (const [path, raw] of given) settings.set(path, raw)
  settings.validate({ allowed: 'strict' })
  // convict goes through the options by their depth; people look for them in the order of the schema.
  const ordered = leavesOf(group).flatMap(([path]) => faults.get(path) ?? [])
  return { value: assemble(group, '', values) as ValueOf<G>, faults: ordered }
}

function declare(group: Group, prefix: string, check: Check): convict.Schema<Record<string, unknown>> {
  const entries = Object.entries(group).map(([key, node]) => {
    const path = `${prefix}${key}`
    if (!isLeaf(node)) return [key, declare(node, `${path}.`, check)]
    return [key, { default: node.default, format: CHECKED, check: (raw: unknown) => check(path, node, raw) }]
  })
  return Object.fromEntries(entries)
}

function assemble(group: Group, prefix: string, values: Given): Record<string, unknown> {
  const entries = Object.entries(group).map(([key, node]) => {
    const path = `${prefix}${key}`
    return [key, isLeaf(node) ? values.get(path) : assemble(node, `${path}.`, values)]
  })
  return Object.fromEntries(entries)
}

function faultsOf(path: string, leaf: Leaf, raw: unknown, refused: readonly Refusal[]): readonly Fault[] {
  if (refused.length > 0) return refused.map(({ at, says }) => ({ path: `${path}${at}`, says }))
  return [{ path, says: `${found(leaf, raw)}, allowed is ${leaf.format.allowed}` }]
}

/** Shows what was found: short, no secrets, and no credentials that somebody wrote into a URL. */
function found(leaf: Leaf, raw: unknown): string {
  if (raw === null) return 'is missing'
  if (leaf.sensitive) return `found *** (${kindOf(raw)})`
  if (leaf.format.structured || raw instanceof Map || Array.isArray(raw)) return `found ${kindOf(raw)}`
  const shown = typeof raw === 'string' ? JSON.stringify(raw) : String(raw)
  const safe = shown.replace(/\/\/.*@/, '//***@')
  return `found ${safe.length > 60 ? `${safe.slice(0, 60)}…` : safe}`
}

/** A list whose elements have a schema of their own; a fault in one is reported as `[1].port`. */
export function listOf<const G extends Group>(items: G): Format<readonly ValueOf<G>[]> {
  const allowed = `a map with ${Object.keys(items).join(', ')}`
  return {
    allowed: `a list, each element ${allowed}`,
    json: { type: 'array' },
    structured: true,
    items,
    read: (raw) => {
      if (!Array.isArray(raw)) return { refused: [] }
      const readings = raw.map((element: unknown, index) => readElement(items, element, `[${index}]`, allowed))
      const refused = readings.flatMap((reading) => reading.refused)
      return refused.length > 0 ? { refused } : { value: readings.map((reading) => reading.value) }
    },
  }
}

function readElement<G extends Group>(items: G, element: unknown, at: string, allowed: string) {
  const isMap = element instanceof Map
  const { given, faults } = spread(items, isMap ? element : new Map())
  const settled = settle(items, given)
  const refused = isMap
    ? [...faults, ...settled.faults].map(({ path, says }) => ({ at: `${at}.${path}`, says }))
    : [{ at, says: `found ${kindOf(element)}, allowed is ${allowed}` }]
  return { value: settled.value, refused }
}
