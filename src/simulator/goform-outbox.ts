import type { CellularNetwork } from './cellular-network.ts'
import type { SmsCipher } from './goform-cipher.ts'
import { echoedDate } from './goform-dates.ts'
import type { RouterFaults } from './goform-faults.ts'
import type { RouterProfile } from './goform-firmware.ts'
import type { RouterLatency, RouterRadio } from './goform-radio.ts'
import type { MessageRow, RouterStore } from './goform-store.ts'
import { encodeParts } from './goform-submission.ts'
import { decodeSubmit } from './network-side-tpdu.ts'
import type { Timers } from './timers.ts'

interface OutboxOptions {
  readonly profile: RouterProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly store: RouterStore
  readonly radio: RouterRadio
  readonly cipher: SmsCipher
  readonly faults: RouterFaults
  readonly timers: Timers
  readonly latency: RouterLatency
}

/** `sms_cmd` of `SET_MESSAGE_CENTER`: what a status is about, here and below. */
export const CENTRE_SET = '3'
const STARTED = '1'
const SENT = '4'
const DELETED = '6'

const IN_PROGRESS = '1'
const FAILED = '2'
const DONE = '3'

/** `sms_time`: at least the six numbers. */
const SMS_TIME = /^\d{1,2}(?:;\d{1,2}){5}(?:;|$)/

/** Messages of the user's own, and what became of the last operation of each kind. */
export class RouterOutbox {
  /** `sms_para_sca`, `sms_para_status_report`, `sms_para_validity_period`. */
  centre: string
  wantsReports = false
  validity = 255
  readonly #status = new Map<string, string>([[STARTED, DONE]])
  /** TP-MR of the last part, 0 … 255. */
  #reference = 0
  #messages = 0
  readonly #options: OutboxOptions

  constructor(options: OutboxOptions) {
    this.#options = options
    this.centre = options.network.smsc
  }

  /** `sms_cmd_status_result`: 1 in progress, 2 failed, 3 done, empty for nothing begun. */
  status(command: string): string {
    return this.#status.get(command) ?? ''
  }

  /** Statuses are forgotten; what is stored stays. */
  powerUp(): void {
    this.#status.clear()
    this.#status.set(STARTED, DONE)
  }

  /** Runs something that is acknowledged before it is done. */
  finishLater(command: string, delayMs: number, run: () => boolean): void {
    const { timers } = this.#options
    this.#status.set(command, IN_PROGRESS)
    timers.after(delayMs, () => this.#status.set(command, run() ? DONE : FAILED))
  }

  /** `SEND_SMS`. @returns whether it was accepted; the outcome is told by `status` */
  send(fields: URLSearchParams): boolean {
    const { faults, timers, latency } = this.#options
    const number = fields.get('Number') ?? ''
    const body = fields.get('MessageBody') ?? ''
    if (number === '' || body === '' || !SMS_TIME.test(fields.get('sms_time') ?? '')) return false
    const submit = (): void => this.finishLater(SENT, latency.submitMs, () => this.#submit(number, body, fields))
    if (faults.staleStatusMs === null) submit()
    else {
      this.#status.set(SENT, this.#status.get(SENT) || DONE)
      timers.after(faults.staleStatusMs, submit)
      faults.staleStatusMs = null
    }
    return true
  }

  /** `DELETE_SMS`: ids that are ended by `;` each. */
  remove(ids: readonly number[]): void {
    const { store, faults, latency, network, number } = this.#options
    const isIgnored = faults.deletionsToIgnore > 0
    if (isIgnored) faults.deletionsToIgnore--
    this.finishLater(DELETED, latency.storeMs, () => {
      const rows = isIgnored ? [] : ids.map((id) => store.find(id))
      for (const row of rows) if (row) store.remove(row)
      network.deliverWaiting(number)
      return true
    })
  }

  /** @returns whether the network has all of it */
  #submit(wrappedNumber: string, wrappedBody: string, fields: URLSearchParams): boolean {
    const { store, cipher, profile } = this.#options
    const numbers = cipher.unwrap(wrappedNumber)
    const body = cipher.unwrap(wrappedBody)
    const date = echoedDate(fields.get('sms_time') ?? '', profile.dates)
    if (!store.hasRoom('nv')) return false
    if (numbers === null || body === null) {
      // Who does not wrap what is to be wrapped gets garbage into the store.
      store.add({ store: 'nv', number: wrappedNumber, text: textOfBody(wrappedBody), tag: 3, date })
      return false
    }
    const draft = store.find(Number(fields.get('ID')))
    if (draft?.tag === 4) store.remove(draft)
    const alphabet = fields.get('encode_type') === 'UNICODE' ? 'ucs2' : 'gsm7'
    return numbers
      .split(';')
      .filter((number) => number !== '')
      .map((number) => {
        const outcome = this.#transmit(number, textOfBody(body), alphabet)
        const row = store.add({ store: 'nv', number, text: textOfBody(body), date, ...outcome })
        return row !== null && outcome.tag === 2
      })
      .every((isSent) => isSent)
  }

  /** Hands the parts to the network until one is refused. */
  #transmit(to: string, text: string, alphabet: 'gsm7' | 'ucs2'): Pick<MessageRow, 'tag' | 'reference'> {
    const { profile, radio, network, number } = this.#options
    if (!radio.isRegistered) return { tag: profile.unsubmittedTag, reference: null }
    this.#messages = (this.#messages + 1) & 0xff
    const wantsReport = this.wantsReports && profile.reports !== 'none'
    const parts = encodeParts({ to, text, alphabet, reference: this.#messages, validity: this.validity, wantsReport })
    if (parts.length > profile.maxParts) return { tag: 3, reference: null }
    for (const encode of parts) {
      this.#reference = (this.#reference + 1) & 0xff
      const pdu = encode(this.#reference)
      const submit = decodeSubmit(pdu)
      if (!submit || network.submit(number, this.#reference, pdu, submit) !== null) return { tag: 3, reference: null }
    }
    return { tag: 2, reference: this.#reference }
  }
}

/** UTF-16BE in hex, four digits a unit; what is no digit counts as 0, as careless firmware reads it. */
function textOfBody(body: string): string {
  const digits = body.replace(/[^0-9a-f]/gi, '0')
  const units = digits.match(/.{4}/g) ?? []
  return units.map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('')
}
