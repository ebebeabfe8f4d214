import type { NewOutbound, Outbound } from '../journal/outbound-entry.ts'
import { ModemError } from '../modem/errors.ts'
import type { OutboundSms, RequestedEncoding } from '../modem/messages.ts'
import type { Driver } from '../modem/modem.ts'
import type { CostRules } from './cost-guard.ts'
import { checkCost, partsOf, roundedPrice } from './cost-guard.ts'
import type { RecipientRules } from './recipients.ts'
import { checkRecipient, resolveRecipients } from './recipients.ts'

export interface SendRequest {
  readonly to: readonly string[]
  readonly text: string
  readonly id?: string | undefined
  readonly flash: boolean
  readonly delivery_report?: boolean | undefined
  readonly validity_minutes?: number | undefined
  readonly expires_at?: string | undefined
  readonly priority: 'normal' | 'high'
  readonly encoding: RequestedEncoding
  readonly transaction?: string | undefined
}

export interface AcceptanceOptions extends CostRules {
  readonly recipients: RecipientRules
  readonly driver: Pick<Driver, 'prepare'>
  /** Name → numbers. */
  readonly contacts: ReadonlyMap<string, readonly string[]>
  readonly deliveryReport: boolean
  readonly maxParts: number
  readonly repeatWindowMs: number
  readonly newId: () => string
}

/** A message accepted into the journal, as the answer tells it. */
export interface Accepted {
  readonly id: string
  readonly to: string
  readonly parts: number
  readonly encoding: string
  readonly cost: number | null
  readonly status?: string
}

/** So many messages may wait for a modem; who sends more has a runaway automation. */
const MAX_WAITING = 1000

/** Checks a request to send and puts it into the journal: all recipients or none. @throws ModemError */
export function acceptSms(
  options: AcceptanceOptions,
  request: SendRequest,
  context: { readonly identity: string; readonly messageExpiresAt: number | null },
): readonly Accepted[] {
  const { modem, journal, newId, now } = options
  const recipients = resolveRecipients(request.to, options.contacts)
  const base = request.id ?? newId()
  const ids = recipients.map((_, index) => (recipients.length === 1 ? base : `${base}/${index + 1}`))
  const entries = recipients.map((to, index) => prepare(options, request, to, ids[index] ?? base, context, index))
  const known = ids.map((id) => journal.outbound.byId(modem, id))
  if (known.some((outbound) => outbound !== undefined)) return sameAgain(options, known, entries, base)
  for (const to of recipients) checkRecipient(to, options.recipients)
  const earliest = Math.min(...entries.map(({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY))
  if (earliest <= now()) {
    throw new ModemError('expired', 'expires_at has passed, so the message was not sent.')
  }
  refuseRepeats(options, entries)
  if (journal.outbound.waiting(modem) + entries.length > MAX_WAITING) {
    throw new ModemError(
      'queue_full',
      `${MAX_WAITING} messages wait for this modem already. Wait, or cancel some with sms/cancel.`,
    )
  }
  checkCost(options, entries)
  return journal.outbound.accepted(modem, entries).map((outbound) => acceptedOf(outbound, options.pricePerPart))
}

function prepare(
  { driver, deliveryReport, maxParts, journal }: AcceptanceOptions,
  request: SendRequest,
  to: string,
  id: string,
  context: { readonly identity: string; readonly messageExpiresAt: number | null },
  index: number,
): NewOutbound {
  const sms: OutboundSms = {
    to,
    text: request.text,
    flash: request.flash,
    deliveryReport: request.delivery_report ?? deliveryReport,
    validityMinutes: request.validity_minutes ?? null,
    encoding: request.encoding,
  }
  const submissions = driver.prepare(sms, journal.outbound.nextReference() + index)
  const parts = partsOf(submissions)
  if (parts > maxParts) {
    throw new ModemError(
      'invalid_request',
      `text: it needs ${parts} parts, and sms.max_parts allows ${maxParts}. Shorten it or raise sms.max_parts.`,
    )
  }
  const limits = [request.expires_at === undefined ? null : Date.parse(request.expires_at), context.messageExpiresAt]
  const known = limits.filter((limit) => limit !== null)
  return {
    id,
    request: sms,
    submissions,
    highPriority: request.priority === 'high',
    transaction: request.transaction ?? null,
    command: context.identity,
    expiresAt: known.length === 0 ? null : Math.min(...known),
  }
}

/** The id was used before: with the same content that is no mistake, and nothing is sent again. */
function sameAgain(
  { pricePerPart }: AcceptanceOptions,
  known: readonly (Outbound | undefined)[],
  entries: readonly NewOutbound[],
  id: string,
): readonly Accepted[] {
  return known.map((outbound, index) => {
    const { request } = entries[index] ?? {}
    if (outbound === undefined || request?.to !== outbound.request.to || request.text !== outbound.request.text) {
      throw new ModemError(
        'duplicate',
        `id ${JSON.stringify(id)} was already used for another message. Give every message an id of its own.`,
      )
    }
    return { ...acceptedOf(outbound, pricePerPart), status: outbound.status }
  })
}

function refuseRepeats(
  { modem, journal, repeatWindowMs, now }: AcceptanceOptions,
  entries: readonly NewOutbound[],
): void {
  if (repeatWindowMs === 0) return
  for (const { request } of entries) {
    const at = journal.outbound.lastSame(modem, request.to, request.text, now() - repeatWindowMs)
    if (at !== undefined) {
      const seconds = Math.ceil((at + repeatWindowMs - now()) / 1000)
      throw new ModemError(
        'duplicate',
        `The same text was sent to the same number a moment ago; sms.repeat_window allows it again in ${seconds} s.`,
      )
    }
  }
}

/** As the answer tells it. @param pricePerPart `null`: not configured, and then neither is there a cost */
export function acceptedOf(outbound: Outbound, pricePerPart: number | null): Accepted {
  const parts = partsOf(outbound.parts)
  const cost = pricePerPart === null ? null : roundedPrice(parts * pricePerPart)
  return { id: outbound.id, to: outbound.request.to, parts, encoding: outbound.encoding, cost }
}
