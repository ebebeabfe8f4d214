import type { Journal } from '../journal/journal.ts'
import type { Outbound, OutboundPart } from '../journal/outbound-entry.ts'
import type { StatusReport } from '../modem/messages.ts'
import type { ModemId } from '../modem/modem.ts'

/** TP-MR repeats after 256 messages, so a report counts only for what was sent not longer ago than this. */
const REPORT_WINDOW_MS = 7 * 24 * 3_600_000
/** Clocks of service centre and bridge may differ by this much. */
const CLOCK_SKEW_MS = 3_600_000

/**
 * Finds the message a SMS-STATUS-REPORT speaks of and settles it: `delivered` when all its parts are, `undelivered`
 * when one is not. @returns whether it was ours
 */
export function matchReport(journal: Journal, modem: ModemId, report: StatusReport): boolean {
  const since = report.sentAt === null ? 0 : Date.parse(report.sentAt) - REPORT_WINDOW_MS
  const candidates = awaitingReport(journal, modem, report.to, since)
  const found =
    find(
      candidates,
      report,
      (part) => part.state === 'submitted' && report.reference !== null && part.references.includes(report.reference),
    ) ?? uncertain(candidates, report)
  if (found === undefined) return false
  if (report.outcome === 'pending') return true
  const outcome = report.outcome === 'delivered' ? 'delivered' : 'failed'
  journal.outbound.reported(found.outbound.seq, found.part.part, outcome)
  settleDelivery(journal, modem, found.outbound.id, report.status)
  return true
}

/**
 * Nobody heard the reference of a part whose hand-over was cut off: the oldest such part to that number it is. Not while another
 * part to it is being handed over, whose reference is about to be heard: a report may overtake the answer.
 */
function uncertain(candidates: readonly Outbound[], report: StatusReport): ReturnType<typeof find> {
  if (find(candidates, report, (part) => part.state === 'submitting') !== undefined) return undefined
  return find([...candidates].reverse(), report, (part) => part.state === 'unknown')
}

function find(
  candidates: readonly Outbound[],
  report: StatusReport,
  fits: (part: OutboundPart) => boolean,
): { outbound: Outbound; part: OutboundPart } | undefined {
  for (const outbound of candidates) {
    const part = outbound.parts.find((p) => p.outcome === null && fits(p) && timely(p, report))
    if (part !== undefined) return { outbound, part }
  }
  return undefined
}

function timely(part: OutboundPart, { sentAt }: StatusReport): boolean {
  if (sentAt === null || part.at === null) return true
  const age = Date.parse(sentAt) - part.at
  return age > -CLOCK_SKEW_MS && age < REPORT_WINDOW_MS
}

/**
 * The status of the whole follows from what is known of its parts.
 * @param status TP-ST of the last report, `null`: it was not told
 */
export function settleDelivery(journal: Journal, modem: ModemId, id: string, status: number | null): void {
  const outbound = journal.outbound.byId(modem, id)
  if (outbound === undefined) return
  const outcomes = outbound.parts.map((part) => part.outcome)
  if (outcomes.every((outcome) => outcome === 'delivered')) {
    journal.outbound.settled(outbound.seq, 'delivered', null)
  } else if (outcomes.includes('failed') && outcomes.every((outcome) => outcome !== null)) {
    journal.outbound.settled(outbound.seq, 'undelivered', {
      code: 'rejected_by_network',
      message: `The network could not deliver it${status === null ? '' : ` (status ${status.toString(16).padStart(2, '0')} hex, 3GPP TS 23.040 section 9.2.3.15)`}.`,
    })
  }
}

/** Messages to a number, however it is spelled, of which parts handed over since then (ms since the epoch) wait for a report, newest first. */
export function awaitingReport(journal: Journal, modem: ModemId, number: string, since: number): readonly Outbound[] {
  return journal.outbound
    .awaitingReport(modem, digitsOf(number).slice(-4), since)
    .filter(({ request }) => sameNumber(request.to, number))
}

/** National and international spelling of one number end alike. */
export function sameNumber(a: string, b: string): boolean {
  const [x, y] = [digitsOf(a), digitsOf(b)]
  return x === y || (Math.min(x.length, y.length) >= 7 && x.slice(-7) === y.slice(-7))
}

function digitsOf(number: string): string {
  return number.replace(/[^0-9*#a-c]/gi, '')
}
