/** What a message must say: a word as it stands, or any one word that is given a name. */
export type PatternWord = { readonly literal: string } | { readonly placeholder: string }

/** What stood in place of the placeholders, by their names. */
export type RuleValues = Readonly<Record<string, string>>

/** Longer texts are no commands: two segments of seven-bit text, in characters. */
const LONGEST_COMMAND = 306

const LONGEST_VALUE = 64

/** Harmless wherever it is put: no quote, bracket, slash, backslash, dollar or wildcard gets from a stranger into a payload. */
const VALUE = /^[\p{L}\p{M}\p{N}._:,+%-]+$/u

/** `reboot {what}` → its words. */
export function parsePattern(pattern: string): readonly PatternWord[] {
  return wordsOf(pattern).map((word) => {
    const placeholder = /^\{(.+)\}$/.exec(word)?.[1]
    return placeholder === undefined ? { literal: folded(word) } : { placeholder }
  })
}

/** All of the text against all of the pattern, word by word, small and large letters alike. @returns `undefined`: it does not say that */
export function matchText(pattern: readonly PatternWord[], text: string): RuleValues | undefined {
  if (text.length > LONGEST_COMMAND) return undefined
  const words = wordsOf(text)
  if (words.length !== pattern.length) return undefined
  const values: [string, string][] = []
  for (const [index, word] of words.entries()) {
    const expected = pattern[index]
    if (expected === undefined) return undefined
    if ('placeholder' in expected) {
      if (word.length > LONGEST_VALUE || !VALUE.test(word)) return undefined
      values.push([expected.placeholder, word])
    } else if (folded(word) !== expected.literal) return undefined
  }
  return Object.fromEntries(values)
}

/** Puts values in place of `{name}` and `{state.signal.percent}`; everything else in braces, such as JSON, stays. */
export function fillTemplate(template: string, lookUp: (path: string) => string): string {
  return template.replace(/\{([a-z][a-z0-9_.]*)\}/g, (_, path: string) => lookUp(path))
}

/** The value at `signal.percent` below what was parsed of JSON; `unknown` where there is none. */
export function textAt(root: unknown, path: string): string {
  let value: unknown = root
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : null
  }
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isPlain ? String(value) : 'unknown'
}

function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFC')
    .split(/\s+/u)
    .filter((word) => word !== '')
}

function folded(word: string): string {
  return word.toLowerCase()
}
