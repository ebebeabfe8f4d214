import type { Journal } from '../journal/journal.ts'
import type { ModemId } from '../modem/modem.ts'
import type { UssdQuery, UssdReading } from './ussd-report.ts'

export interface UssdQueriesOptions {
  readonly modem: ModemId
  readonly journal: Journal
  readonly queries: readonly UssdQuery[]
  /** ms since the epoch */
  readonly now: () => number
}

/** What the journal keeps of a query. */
interface Kept {
  /** Another code is another query, and due at once. */
  readonly code: string
  /** ms since the epoch; when it was asked last. */
  readonly askedAt: number
  readonly text: string | null
  readonly at: string | null
}

/** A refusal cost nothing, so a refused query need not wait for its whole interval. */
const REFUSED_RETRY_MS = 15 * 60_000

/** The configured queries of one modem: when they are due, and what they brought; kept over restarts. */
export class UssdQueries {
  readonly #options: UssdQueriesOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: UssdQueriesOptions) {
    this.#options = options
    for (const query of options.queries) {
      const note = options.journal.note(this.#noteOf(query))
      const kept = note === null ? undefined : (JSON.parse(note) as Kept)
      if (kept?.code === query.code) this.#kept.set(query.slug, kept)
    }
  }

  /** By slug, every configured query. */
  get readings(): Readonly<Record<string, UssdReading>> {
    return Object.fromEntries(this.#options.queries.map((query) => [query.slug, this.#readingOf(query)]))
  }

  /** The one that is due first, and in how many milliseconds. */
  next(): { readonly query: UssdQuery; readonly inMs: number } | undefined {
    const now = this.#options.now()
    const waits = this.#options.queries.map((query) => {
      const askedAt = this.#kept.get(query.slug)?.askedAt
      // The clock may have been ahead when it was asked.
      return { query, inMs: askedAt === undefined ? 0 : Math.min(askedAt, now) + query.everyMs - now }
    })
    return waits.sort((a, b) => a.inMs - b.inMs)[0]
  }

  /** Before it is asked, so that a bridge that dies of it does not ask at every start. @throws ModemError `internal` */
  asked(query: UssdQuery): void {
    this.#keep(query, { askedAt: this.#options.now() })
  }

  /** The network certainly did not answer it. @throws ModemError `internal` */
  refused(query: UssdQuery): void {
    this.#keep(query, { askedAt: this.#options.now() - Math.max(0, query.everyMs - REFUSED_RETRY_MS) })
  }

  /** @throws ModemError `internal` */
  answered(query: UssdQuery, text: string | null, at: string): void {
    this.#keep(query, { text, at })
  }

  #keep(query: UssdQuery, change: Partial<Kept>): void {
    const before = this.#kept.get(query.slug) ?? {
      code: query.code,
      askedAt: this.#options.now(),
      text: null,
      at: null,
    }
    const kept = { ...before, ...change }
    this.#options.journal.setNote(this.#noteOf(query), JSON.stringify(kept))
    this.#kept.set(query.slug, kept)
  }

  #noteOf({ slug }: UssdQuery): string {
    return `ussd_query/${this.#options.modem}/${slug}`
  }

  /** Read anew from the text each time: a corrected regular expression needs no new, perhaps paid, answer. */
  #readingOf({ slug, regex, unit }: UssdQuery): UssdReading {
    const { text = null, at = null } = this.#kept.get(slug) ?? {}
    return { value: text === null || regex === null ? null : findValue(text, regex), unit, text, at }
  }
}

/** The number that the expression finds: in its first group, or in all of the match. */
function findValue(text: string, regex: string): number | null {
  const match = new RegExp(regex, 'isu').exec(text)
  return match === null ? null : parseAmount(match[1] ?? match[0])
}

/**
 * `12,34`, `12.34`, `1.234,56`, `1,234.56`, `1 234,5`, `-3`: of two kinds of separator the last one is the decimal one, one
 * that repeats is none, and a single one is. `null`: no number.
 */
export function parseAmount(given: string): number | null {
  const text = given.replace(/[\s'’]/g, '').replace(/[.,]+$/, '')
  if (!/^[+-]?(?:\d+[.,])*[.,]?\d+$/.test(text)) return null
  const separators = text.match(/[.,]/g) ?? []
  const last = separators.at(-1)
  const isDecimal = last !== undefined && separators.filter((each) => each === last).length === 1
  const [whole, fraction] = isDecimal ? splitAt(text, text.lastIndexOf(last)) : [text, '']
  return Number(`${whole.replace(/[.,]/g, '')}.${fraction || '0'}`)
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)]
}
