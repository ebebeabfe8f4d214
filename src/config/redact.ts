import type { Group, Leaf } from './options.ts'
import { isLeaf } from './options.ts'
import type { Config } from './schema.ts'
import { SCHEMA } from './schema.ts'

const MASK = '***'

/** The configuration for showing and publishing: secrets, phone numbers and IMEIs masked, also inside lists. */
export function redacted(config: Config): Readonly<Record<string, unknown>> {
  return redactGroup(SCHEMA, config)
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
