import type { Format } from './formats.ts'
import { nearest, suggestion } from './nearest.ts'

/** One option. */
export interface Leaf {
  readonly doc: string
  readonly format: Format<unknown>
  /** As it would be written in YAML; `null`: there is none, and the option may stay empty unless it is `required`. */
  readonly default: unknown
  readonly required?: true
  /** A secret: masked in every output. */
  readonly sensitive?: true
  /** A phone number or identity: masked in what leaves the machine, but shown to whoever reads a fault about it. */
  readonly personal?: true
}

/** Options under a common name. What has a `format` is a leaf, so no option may be called `format`. */
export interface Group {
  readonly [key: string]: Leaf | Group
}

/** The type of the values that a schema describes. */
export type ValueOf<Node> = Node extends { readonly format: Format<infer T>; readonly default: infer Default }
  ? Default extends null
    ? Node extends { readonly required: true }
      ? T
      : T | null
    : T
  : { readonly [Key in keyof Node]: ValueOf<Node[Key]> }

/** Something wrong with the configuration; `path` is `modems[1].port`. */
export interface Fault {
  readonly path: string
  readonly says: string
}

/** None, or one. */
export function fault(isWrong: boolean, path: string, says: string): readonly Fault[] {
  return isWrong ? [{ path, says }] : []
}

/** Raw values by the dotted path of their option. */
export type Given = ReadonlyMap<string, unknown>

/** Whether a node of the schema is an option, not a group of them. */
export function isLeaf(node: Leaf | Group): node is Leaf {
  return 'format' in node
}

/** Every option below a group, in the order of the schema, with its dotted path. */
export function leavesOf(group: Group, prefix = ''): readonly (readonly [path: string, leaf: Leaf])[] {
  return Object.entries(group).flatMap(([key, node]) =>
    isLeaf(node) ? [[`${prefix}${key}`, node] as const] : leavesOf(node, `${prefix}${key}.`),
  )
}

/** Whether a path is this option or goes on below it: `modems[1].port` is within `modems`. */
export function isWithin(path: string, option: string): boolean {
  return path === option || path.startsWith(`${option}.`) || path.startsWith(`${option}[`)
}

/** Sorts a map as read from YAML into options by path. An empty value (`null`) counts as not given. */
export function spread(group: Group, raw: ReadonlyMap<unknown, unknown>): { given: Given; faults: readonly Fault[] } {
  const given = new Map<string, unknown>()
  const faults: Fault[] = []
  const walk = (into: Group, from: ReadonlyMap<unknown, unknown>, prefix: string): void => {
    for (const [rawKey, value] of from) {
      const key = String(rawKey)
      const path = `${prefix}${key}`
      const node = Object.hasOwn(into, key) ? into[key] : undefined
      if (node === undefined) {
        faults.push({ path, says: `there is no such option${suggestion(meantBy(group, into, key, prefix))}` })
      } else if (value !== null) {
        if (isLeaf(node)) given.set(path, value)
        else if (value instanceof Map) walk(node, value, `${path}.`)
        else
          faults.push({ path, says: `found ${kindOf(value)}, allowed is a map with ${Object.keys(node).join(', ')}` })
      }
    }
  }
  walk(group, raw, '')
  return { given, faults }
}

/** A neighbour with nearly that name, else an option of exactly that name somewhere else. */
function meantBy(root: Group, into: Group, key: string, prefix: string): string | undefined {
  const neighbour = nearest(key, Object.keys(into))
  if (neighbour !== undefined) return `${prefix}${neighbour}`
  return leavesOf(root).find(([path]) => path.endsWith(`.${key}`))?.[0]
}

/** What a raw value is, without showing it. */
export function kindOf(raw: unknown): string {
  if (raw instanceof Map) return 'a map'
  if (Array.isArray(raw)) return 'a list'
  if (raw === null) return 'nothing'
  return typeof raw === 'string' ? 'text' : `a ${typeof raw}`
}
