import type { Publication } from '../journal/publications.ts'
import type { Remedy } from './ladder.ts'

/** What happened to one modem since the start of the bridge. */
export interface ModemCounters {
  readonly openings: number
  readonly losses: number
  /** Messages published. */
  readonly received: number
  /** Messages of which the network has every part. */
  readonly sent: number
  /** Messages that ended as `failed`, `undelivered`, `expired` or `unknown`. */
  readonly failed: number
  readonly remedies: ReadonlyMap<Remedy, number>
}

type Outcome = 'received' | 'sent' | 'failed'

/** Counts a publication where it belongs to a counter. */
export function countPublication(counts: Record<Outcome, number>, publication: Publication): void {
  const counter = counterOf(publication)
  if (counter !== undefined) counts[counter]++
}

function counterOf(publication: Publication): Outcome | undefined {
  if (publication.kind === 'received') return 'received'
  switch (publication.body.status) {
    case 'sent':
      return 'sent'
    case 'failed':
    case 'undelivered':
    case 'expired':
    case 'unknown':
      return 'failed'
    default:
      return undefined
  }
}
