import type { Journal } from '../journal/journal.ts'
import type { Outbound, OutboundPart, PartOutcome } from '../journal/outbound-entry.ts'
import type { OpenSegment } from '../journal/received.ts'
import type { StatusReport } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'
import { awaitingReport, sameNumber, settleDelivery } from './delivery.ts'

/** After so long without a report none is expected, and the next message to that number has its reports for itself. */
const WINDOW_MS = 24 * 3_600_000

/** By so much the time of a report may be wrong where nobody knows its zone. */
const ZONES_MS = 14 * 3_600_000

/** A report that tells to whom and how it ended, but no reference. */
interface Unnamed {
  readonly segment: OpenSegment
  readonly report: StatusReport
}

/** A part that was handed over and has no report yet. */
interface Candidate {
  readonly outbound: Outbound
  readonly part: OutboundPart
  /** ms since the epoch */
  readonly at: number
}

/**
 * Reports of routers say to which number, and not of which message. They settle only what leaves no doubt, because an alarm that
 * is called delivered and is not is worse than one of which nothing is known: as many reports have to be there as segments
 * to that number wait for one, and all of them have to say the same. A report counts for what was handed over before it came, unless its own
 * time is that of an older message: some are listed late.
 */
export function matchUnnamedReports(journal: Journal, modem: ModemId, open: readonly OpenSegment[], now: number): void {
  const reports = open.flatMap((segment) =>
    segment.content.kind === 'report' && segment.content.reference === null
      ? [{ segment, report: segment.content }]
      : [],
  )
  if (reports.length === 0) return
  // Half of it would leave reports that are taken for those of a later message.
  journal.together(() => {
    const telling = reports.filter(({ report }) => report.outcome !== 'pending')
    const old = telling.filter(({ segment }) => segment.at < now - WINDOW_MS)
    settle(journal, [...reports.filter((each) => !telling.includes(each)), ...old])
    let rest = telling.filter((each) => !old.includes(each))
    while (rest[0] !== undefined) {
      const { to } = rest[0].report
      const group = rest.filter(({ report }) => sameNumber(report.to, to))
      rest = rest.filter((each) => !group.includes(each))
      matchGroup(journal, modem, group, candidates(journal, modem, to, now - WINDOW_MS))
    }
  })
}

function matchGroup(journal: Journal, modem: ModemId, all: readonly Unnamed[], waiting: readonly Candidate[]): void {
  const oldest = Math.min(...waiting.map(({ at }) => at))
  const reports = all.filter(({ segment, report }) => segment.at >= oldest && !isBefore(oldest, report))
  const wanted = waiting.reduce((sum, { part }) => sum + part.segments, 0)
  const outcome = outcomeOf(reports, waiting.length, wanted)
  if (outcome === undefined) return
  for (const { outbound, part } of waiting) {
    journal.outbound.reported(outbound.seq, part.part, outcome)
    settleDelivery(journal, modem, outbound.id, null)
  }
  settle(journal, reports)
}

function isBefore(handedOverAt: number, { dischargedAt }: StatusReport): boolean {
  return dischargedAt !== null && Date.parse(dischargedAt) < handedOverAt - ZONES_MS
}

/** @returns `undefined`: not yet to be said */
function outcomeOf(reports: readonly Unnamed[], candidates: number, wanted: number): PartOutcome | undefined {
  const failed = reports.filter(({ report }) => report.outcome === 'failed').length
  if (candidates === 1 && failed > 0) return 'failed'
  if (candidates === 0 || reports.length < wanted) return undefined
  if (failed === 0) return 'delivered'
  return failed === reports.length ? 'failed' : 'unclear'
}

function candidates(journal: Journal, modem: ModemId, to: string, since: number): readonly Candidate[] {
  return awaitingReport(journal, modem, to, since)
    .filter(({ request }) => request.deliveryReport)
    .flatMap((outbound) =>
      outbound.parts.flatMap((part) =>
        (part.state === 'submitted' || part.state === 'unknown') &&
        part.outcome === null &&
        part.at !== null &&
        part.at >= since
          ? [{ outbound, part, at: part.at }]
          : [],
      ),
    )
}

function settle(journal: Journal, reports: readonly Unnamed[]): void {
  for (const { segment } of reports) journal.received.settled(segment.seq)
}
