import type { Document } from 'yaml'
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

/** A parsed YAML text; maps are `Map`, because an option or a contact may have any name. */
export interface YamlText {
  /** `undefined` when there are faults. */
  readonly value: unknown
  readonly faults: readonly { readonly line: number; readonly says: string }[]
  /** Follows keys and indexes from the top and gives the line, from 1, of the last that is there; `undefined`: none is. */
  lineOf(steps: readonly string[]): number | undefined
}

const QUOTES_HINT = '; text that begins with one of * & ! @ ` % | > [ { or holds ": " or " #" must be in quotes'

/** Parses YAML 1.2, of which JSON is a part. A syntax error is a fault with its line, never a throw. */
export function parseYaml(source: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    line: lineAt(pos[0]),
    says: code === 'DUPLICATE_KEY' ? `${keyAt(source, pos[0])} is given twice` : withoutSource(message),
  }))
  const lineOf: YamlText['lineOf'] = (steps) => {
    const offset = offsetOf(document, steps)
    return offset === undefined ? undefined : lineAt(offset)
  }
  if (faults.length > 0) return { value: undefined, faults, lineOf }
  try {
    return { value: document.toJS({ mapAsMap: true }), faults, lineOf }
  } catch (error) {
    // An alias without an anchor is found out only here, and so is one that is used to grow the text beyond measure.
    const says = withoutSource(error instanceof Error ? error.message : String(error))
    return { value: undefined, faults: [{ line: 1, says }], lineOf }
  }
}

/** The parser quotes what it stumbled over, which may be a password; it stands behind the colon. */
function withoutSource(message: string): string {
  const [says = message] = message.split(': ')
  return `YAML: ${says}${/alias|tag|reserved|Nested mappings|Implicit|Block collections/.test(says) ? QUOTES_HINT : ''}`
}

function keyAt(source: string, offset: number): string {
  return /^["']?[\w.-]+/.exec(source.slice(offset))?.[0].replace(/^["']/, '') ?? 'a key'
}

function offsetOf(document: Document, steps: readonly string[]): number | undefined {
  let node: unknown = document.contents
  let offset: number | undefined
  for (const step of steps) {
    let place: unknown
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)
      place = pair?.key
      node = pair?.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      place = node
    }
    if (!isNode(place)) break
    offset = place.range?.[0] ?? offset
  }
  return offset
}
