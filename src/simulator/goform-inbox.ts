import type { Delivery } from './cellular-network.ts'
import { receivedDate } from './goform-dates.ts'
import type { RouterFaults } from './goform-faults.ts'
import type { RouterProfile } from './goform-firmware.ts'
import type { ConcatenatedParts, RouterStore, RouterStoreName } from './goform-store.ts'
import { decodeAddress, decodeServiceCentre, decodeTimestamp } from './network-side-fields.ts'
import { octetsOfHex } from './network-side-text.ts'
import type { ReadDeliver } from './network-side-tpdu.ts'
import { decodeDeliver } from './network-side-tpdu.ts'
import type { Content, InformationElement } from './network-side-user-data.ts'
import { messageClassOf } from './network-side-user-data.ts'

/** One row of `sms_status_rpt_data`. */
export interface ReportRow {
  readonly id: number
  readonly number: string
  /** `content` */
  readonly content: string
  readonly date: string
}

interface InboxOptions {
  readonly profile: RouterProfile
  readonly store: RouterStore
  readonly faults: RouterFaults
}

/** TP-PID of a message that is acknowledged and shown to nobody (3GPP TS 23.040 section 9.2.3.9). */
const TYPE_0 = 0x40
/** TP-ST up to which the message arrived, and up to which the centre still tries (section 9.2.3.15). */
const LAST_SUCCESS = 0x1f
const LAST_TRYING = 0x3f

/** What the network hands over: messages, joined as far as their parts are there, and delivery reports. */
export class RouterInbox {
  /** Something came since the flag was cleared: `sms_received_flag`, `sts_received_flag`. */
  hasNews = false
  hasReportNews = false
  /** `sms_para_mem_store` */
  place: RouterStoreName = 'nv'
  readonly reports: ReportRow[] = []
  readonly #options: InboxOptions

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** @returns whether it was taken */
  receive({ kind, pdu }: Delivery): boolean {
    if (kind === 'report') return this.#takeReport(pdu)
    const read = decodeDeliver(pdu)
    if (!read?.content || read.pid === TYPE_0) return true
    const isTaken = this.#takeMessage(read, read.content)
    if (isTaken) this.hasNews = true
    return isTaken
  }

  #takeMessage(read: ReadDeliver, content: Content): boolean {
    const { store } = this.#options
    const text = content.text ?? latin1Of(content.dataHex ?? '')
    const part = concatenationOf(content.elements)
    if (part === null) return this.#keep(read, text, null)
    const key = `${read.from.number}/${part.reference}/${part.total}`
    const row = store.unfinished(key)
    if (!row?.parts) return this.#keep(read, text, { key, total: part.total, texts: new Map([[part.sequence, text]]) })
    row.parts.texts.set(part.sequence, text)
    row.text = joined(row.parts)
    row.tag = 1
    return true
  }

  #keep(read: ReadDeliver, text: string, parts: ConcatenatedParts | null): boolean {
    const { store, profile, faults } = this.#options
    const messageClass = messageClassOf(read.dcs)
    const row = store.add({
      store: messageClass === 2 ? 'sim' : this.place,
      number: read.from.number,
      text,
      tag: 1,
      date: faults.hasNoDates ? '' : receivedDate(read.sentAt, profile.dates, faults.clockIsAt1970),
      parts,
      messageClass: messageClass ?? 4,
    })
    return row !== null
  }

  #takeReport(pdu: string): boolean {
    const { profile, faults } = this.#options
    const read = profile.reports === 'none' ? null : readReport(pdu)
    if (read === null) return true
    const id = (this.reports.at(-1)?.id ?? 0) + 1
    const date = receivedDate(read.dischargedAt, profile.dates, faults.clockIsAt1970)
    const content = profile.reports === 'outcome' ? outcomeOf(read.status) : read.to
    this.reports.push({ id, number: read.to, content, date })
    this.hasReportNews = true
    return true
  }
}

/** Delivered, given up, or still trying, as the web page shows it. */
function outcomeOf(status: number): '1' | '2' | '3' {
  if (status <= LAST_SUCCESS) return '1'
  return status <= LAST_TRYING ? '3' : '2'
}

/** The text as far as it is there, in order. */
function joined({ texts }: ConcatenatedParts): string {
  return [...texts]
    .sort(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join('')
}

function latin1Of(dataHex: string): string {
  return Buffer.from(dataHex, 'hex').toString('latin1')
}

/** Information elements 00 and 08 (3GPP TS 23.040 section 9.2.3.24.1); `null` for a message in one piece. */
function concatenationOf(
  elements: readonly InformationElement[],
): { reference: string; total: number; sequence: number } | null {
  const element = elements.find(({ identifier }) => identifier === 0x00 || identifier === 0x08)
  const [sequence, total, ...reference] = [...(element?.data ?? [])].reverse()
  if (sequence === undefined || total === undefined || total < 2) return null
  return { reference: reference.join('.'), total, sequence }
}

/** SMS-STATUS-REPORT as far as a router shows it (section 9.2.2.3). */
function readReport(pdu: string): { to: string; dischargedAt: string; status: number } | null {
  const octets = octetsOfHex(pdu)
  const centre = octets && decodeServiceCentre(octets)
  const recipient = octets && centre && decodeAddress(octets, centre.next + 2)
  if (!octets || !recipient) return null
  const status = octets[recipient.next + 14]
  if (status === undefined) return null
  const dischargedAt = decodeTimestamp(octets.subarray(recipient.next + 7, recipient.next + 14))
  return { to: recipient.address.number, dischargedAt, status }
}
