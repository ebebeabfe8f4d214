import type { Journal } from '../journal/journal.ts'
import type { NewOutbound } from '../journal/outbound-entry.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Exhaustion, SendingLimits } from './limits.ts'
import { exhaustionOf, spendingsSince } from './limits.ts'

/** What keeps sending from costing more than its owner wants. */
export interface CostRules {
  readonly modem: ModemId
  readonly journal: Journal
  readonly limits: SendingLimits
  /** In whatever currency the owner thinks; `null`: not told. */
  readonly pricePerPart: number | null
  readonly now: () => number
  /** A limit was met; not called again for it until something could be sent again. */
  readonly onExhausted: (exhaustion: Exhaustion) => void
}

/** Two machines that answer one another are recognised by so many messages in both directions within so many milliseconds. */
const LOOP = { messages: 20, withinMs: 10 * 60_000 }

/** Refuses what would go beyond a limit: all of a request or nothing. @throws ModemError `quota_exceeded` */
export function checkCost(rules: CostRules, entries: readonly NewOutbound[]): void {
  const { modem, journal, limits, now, onExhausted } = rules
  const isHigh = entries.every(({ highPriority }) => highPriority)
  const parts = entries.reduce((total, { submissions }) => total + partsOf(submissions), 0)
  const spent = journal.traffic.spendings(modem, spendingsSince(limits, now()))
  const exhaustion = exhaustionOf(limits, spent, { parts, isHigh }, now())
  if (exhaustion !== undefined) {
    onExhausted(exhaustion)
    throw new ModemError('quota_exceeded', describe(exhaustion, parts, isHigh, now()))
  }
  if (!isHigh) for (const { request } of entries) refuseLoop(rules, request.to)
}

function refuseLoop({ modem, journal, now }: CostRules, number: string): void {
  const since = now() - LOOP.withinMs
  const turns = Math.min(
    journal.traffic.sentTo(modem, number, since),
    journal.traffic.receivedFrom(modem, number, since),
  )
  if (turns < LOOP.messages) return
  throw new ModemError(
    'quota_exceeded',
    `to: in the last ${LOOP.withinMs / 60_000} minutes ${turns} messages went to ${number} and as many came from there: it looks like two machines ` +
      'answering one another. Wait until it is quiet, or send with "priority": "high".',
  )
}

function describe({ limit, allowed, freesAt }: Exhaustion, parts: number, isHigh: boolean, now: number): string {
  const option = `sms.limits.${limit}`
  if (freesAt === null) {
    return `The request needs ${parts} parts, and ${option} allows ${allowed}. Shorten it, send to fewer at once, or raise the limit.`
  }
  const wait = Math.ceil((freesAt - now) / 1000)
  const reserve = isHigh ? '' : ' "priority": "high" may use what sms.limits.reserve_for_high keeps back.'
  return (
    `${option} allows ${allowed} parts, and ${parts} more would be too many. ` +
    `There is room for them from ${new Date(freesAt).toISOString()} (in ${wait} s).${reserve}`
  )
}

/** What the network counts and charges for. */
export function partsOf(submissions: readonly { readonly segments: number }[]): number {
  return submissions.reduce((total, { segments }) => total + segments, 0)
}

/** Without the noise of binary fractions: 3 × 0.09 is 0.27. */
export function roundedPrice(price: number): number {
  return Math.round(price * 1e6) / 1e6
}
