import { duration, filledText, pattern } from './formats.ts'
import type { Fault, Group } from './options.ts'

/** What a USSD code is made of (3GPP TS 22.090), as far as one can be asked by itself. */
const ussdCode = pattern('digits, * and #, in quotes, such as "*100#"', /^[0-9*#]{1,160}$/)

const regularExpression = pattern('a regular expression (JavaScript), in quotes', /^.{1,500}$/s, (raw) => {
  try {
    new RegExp(raw, 'isu')
    return true
  } catch {
    return false
  }
})

/** One query in `ussd.queries`. */
export const USSD_QUERY = {
  name: {
    doc: 'Name to show to people; in the state it is the key, in small letters, digits and _.',
    format: pattern('text with a letter or digit in it, at most 64 characters', /^(?=.*[\p{L}\p{N}])[^\p{Cc}]{1,64}$/u),
    default: null,
    required: true,
  },
  code: { doc: 'What to ask, for example `"*100#"`.', format: ussdCode, default: null, required: true },
  every: {
    doc: 'How often. A query is not asked earlier because of a restart; what was refused is tried again after 15 minutes.',
    format: duration('1m', '365d'),
    default: '24h',
  },
  regex: {
    doc:
      'Finds the number in the answer: the first group, or the whole match. Large and small letters are the same. `12,34`, `12.34` and `1.234,56` are ' +
      'understood. Empty: only the text counts.',
    format: regularExpression,
    default: null,
  },
  unit: { doc: 'Unit of the number, such as EUR or MB.', format: filledText, default: null },
} as const satisfies Group

/** Key of a query in the state: `Prepaid Guthaben` → `prepaid_guthaben`. Of a name without Latin letters it keeps its own. */
export function querySlug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

/** Two names that would share one key. @param path of the list */
export function repeatedSlugs(path: string, rows: readonly { readonly name: string }[]): readonly Fault[] {
  const slugs = rows.map(({ name }) => querySlug(name))
  return slugs.flatMap((slug, index) => {
    const first = slugs.indexOf(slug)
    if (first === index) return []
    return [{ path: `${path}[${index}].name`, says: `makes the same key (${slug}) as that of ${path}[${first}]` }]
  })
}
