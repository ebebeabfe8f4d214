import type { Address, Timestamp } from './network-side-fields.ts'
import { addressOf } from './network-side-fields.ts'
import type { Submit } from './network-side-tpdu.ts'
import { encodeDeliver, encodeReport } from './network-side-tpdu.ts'
import type { Composition, UserData } from './network-side-user-data.ts'
import { compose } from './network-side-user-data.ts'
import type { Schedule } from './timers.ts'
import { nodeSchedule, Timers } from './timers.ts'
import type { UssdAnswer } from './ussd-script.ts'
import { UssdScript } from './ussd-script.ts'

/** One TPDU on its way to a subscriber. */
export interface Delivery {
  readonly kind: 'deliver' | 'report'
  /** Number of the subscriber. */
  readonly to: string
  /** Hex, the service centre address in front. */
  readonly pdu: string
}

/** A device with a SIM of this network. */
export interface Subscriber {
  readonly number: string
  /** @returns whether it took it; otherwise the network keeps it until `deliverWaiting` */
  receive(delivery: Delivery): boolean
}

/** One submission as the network saw it, also a rejected one. */
export interface Taken {
  readonly from: string
  /** TP-MR the device put in, 0 … 255. */
  readonly reference: number
  readonly at: Date
  readonly pdu: string
  readonly submit: Submit
  /** Number of the `+CMS ERROR`, `null` when accepted. */
  readonly rejection: number | null
}

/** What becomes of reports on messages to one number. */
export interface ReportPlan {
  /** TP-ST octets in the order in which they are reported; empty for a network that never reports. */
  readonly statuses: readonly number[]
  /** Before each of them. */
  readonly delayMs?: number
}

export interface NetworkOptions {
  readonly now?: () => Date
  readonly schedule?: Schedule
  /** Address of the service centre. */
  readonly smsc?: string
  /** Offset in which the centre tells time; minutes east of UTC, a multiple of 15. */
  readonly zoneMinutes?: number
  readonly name?: string
  /** MCC and MNC. */
  readonly plmn?: string
  /** How long a message is under way. */
  readonly deliveryDelayMs?: number
  /** How long after delivery a report is sent, where no plan says otherwise. */
  readonly reportDelayMs?: number
  readonly ussd?: Readonly<Record<string, UssdAnswer>>
}

/** A message that somebody outside sends to a subscriber. */
export interface InjectedSms extends Composition {
  readonly to: string
  /** Number or alphanumeric sender; an address to choose its type. */
  readonly from?: string | Address
  readonly pid?: number
  /** TP-DCS octet instead of the one that follows from alphabet and class. */
  readonly dcs?: number
  readonly sentAt?: Date
  readonly zoneMinutes?: number
  /** Sequence numbers in the order of delivery, to reorder, repeat or leave out parts. */
  readonly order?: readonly number[]
  /** A whole TPDU as hex, service centre in front, delivered as it stands; everything else is then ignored. */
  readonly pdu?: string
}

interface Waiting {
  readonly delivery: Delivery
  readonly whenTaken: () => void
}

/** One imaginary operator: devices attach to it, and it delivers, accepts, reports and answers USSD. */
export class CellularNetwork {
  readonly name: string
  readonly plmn: string
  readonly smsc: string
  readonly zoneMinutes: number
  readonly now: () => Date
  readonly ussd: UssdScript
  /** Every submission, in order. */
  readonly taken: Taken[] = []
  /** Every TPDU that a subscriber took, in order. */
  readonly given: Delivery[] = []
  readonly #timers: Timers
  readonly #deliveryDelayMs: number
  readonly #reportDelayMs: number
  readonly #subscribers = new Map<string, Subscriber>()
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #delivering = new Set<string>()
  readonly #rejections = new Map<string, { cms: number; times: number }>()
  readonly #plans = new Map<string, ReportPlan>()
  #reference = 0

  constructor(options: NetworkOptions = {}) {
    this.name = options.name ?? 'Testnet'
    this.plmn = options.plmn ?? '24491'
    this.smsc = options.smsc ?? '+447700900999'
    this.zoneMinutes = options.zoneMinutes ?? 0
    this.now = options.now ?? (() => new Date())
    this.ussd = new UssdScript(options.ussd ?? {})
    this.#timers = new Timers(options.schedule ?? nodeSchedule)
    this.#deliveryDelayMs = options.deliveryDelayMs ?? 0
    this.#reportDelayMs = options.reportDelayMs ?? 0
  }

  /** @throws Error when another device has that number */
  attach(subscriber: Subscriber): void {
    const other = this.#subscribers.get(subscriber.number)
    if (other && other !== subscriber) throw new Error(`Two simulated devices have the number ${subscriber.number}`)
    this.#subscribers.set(subscriber.number, subscriber)
  }

  detach(subscriber: Subscriber): void {
    if (this.#subscribers.get(subscriber.number) === subscriber) this.#subscribers.delete(subscriber.number)
  }

  /** Submissions to this number fail with `+CMS ERROR: <cms>`, the next `times` ones or all. */
  rejectTo(number: string, cms: number, times = Number.POSITIVE_INFINITY): void {
    this.#rejections.set(number, { cms, times })
  }

  reportFor(number: string, plan: ReportPlan): void {
    this.#plans.set(number, plan)
  }

  /** A device submits one part. @returns the number of the `+CMS ERROR`, `null` when the centre accepted it */
  submit(from: string, reference: number, pdu: string, submit: Submit): number | null {
    const rejection = this.#nextRejection(submit.to.number)
    const at = this.now()
    const taken: Taken = { from, reference, at, pdu, submit, rejection }
    this.taken.push(taken)
    if (rejection === null) this.#forward(taken)
    return rejection
  }

  /** Somebody outside sends a message. @returns its parts in the order of delivery; `waiting` tells which were not taken yet */
  inject(sms: InjectedSms): readonly Delivery[] {
    const deliveries = sms.pdu === undefined ? this.#compose(sms) : [sms.pdu]
    return deliveries.map((pdu) => this.#send({ kind: 'deliver', to: sms.to, pdu }))
  }

  /** What this subscriber could not take yet. */
  waiting(number: string): readonly Delivery[] {
    return (this.#waiting.get(number) ?? []).map(({ delivery }) => delivery)
  }

  /** Tries again what waits for this number: after room was made, or when it is back in the network. */
  deliverWaiting(number: string): void {
    const queue = this.#waiting.get(number) ?? []
    // A device may leave and return while it takes a message; the pass that is under way then sees to the rest.
    if (this.#delivering.has(number)) return
    this.#delivering.add(number)
    for (let first = queue[0]; first && this.#give(first); first = queue[0]) queue.shift()
    this.#delivering.delete(number)
  }

  /** Forgets everything that was to happen later. */
  close(): void {
    this.#timers.cancelAll()
  }

  #compose(sms: InjectedSms): string[] {
    this.#reference = (this.#reference + 1) & 0xff
    const { dcs, parts } = compose({ reference: this.#reference, ...sms })
    const from = typeof sms.from === 'object' ? sms.from : addressOf(sms.from ?? '+447700900123')
    const sentAt = { at: sms.sentAt ?? this.now(), zoneMinutes: sms.zoneMinutes ?? this.zoneMinutes }
    const order = sms.order ?? parts.map((_, i) => i + 1)
    return order.flatMap((sequence) => {
      const userData = parts[sequence - 1]
      return userData ? [this.#deliver(from, sms.pid ?? 0, sms.dcs ?? dcs, sentAt, userData)] : []
    })
  }

  #deliver(from: Address, pid: number, dcs: number, sentAt: Timestamp, userData: UserData): string {
    return encodeDeliver({ smsc: this.smsc, from, pid, dcs, sentAt, userData })
  }

  #nextRejection(number: string): number | null {
    const rejection = this.#rejections.get(number)
    if (!rejection || rejection.times <= 0) return null
    rejection.times--
    return rejection.cms
  }

  /** Passes a submission on unchanged; who is no subscriber lives in another network and gets everything. */
  #forward(taken: Taken): void {
    const { submit, at } = taken
    const to = submit.to.number
    const report = () => this.#report(taken)
    if (!this.#subscribers.has(to)) {
      report()
      return
    }
    const sentAt = { at, zoneMinutes: this.zoneMinutes }
    const pdu = this.#deliver(addressOf(taken.from), submit.pid, submit.dcs, sentAt, submit.userData)
    this.#timers.after(this.#deliveryDelayMs, () => this.#send({ kind: 'deliver', to, pdu }, report))
  }

  #report(taken: Taken): void {
    if (!taken.submit.wantsReport) return
    const plan = this.#plans.get(taken.submit.to.number)
    const delayMs = plan?.delayMs ?? this.#reportDelayMs
    const next = ([status, ...rest]: readonly number[]): void => {
      if (status === undefined) return
      this.#timers.after(delayMs, () => {
        const dischargedAt = { at: this.now(), zoneMinutes: this.zoneMinutes }
        const sentAt = { at: taken.at, zoneMinutes: this.zoneMinutes }
        const { reference, submit } = taken
        const pdu = encodeReport({ smsc: this.smsc, reference, to: submit.to, sentAt, dischargedAt, status })
        this.#send({ kind: 'report', to: taken.from, pdu })
        next(rest)
      })
    }
    next(plan?.statuses ?? [0x00])
  }

  /** In order: nothing overtakes what already waits. */
  #send(delivery: Delivery, whenTaken = (): void => {}): Delivery {
    const queue = this.#waiting.get(delivery.to) ?? []
    this.#waiting.set(delivery.to, queue)
    queue.push({ delivery, whenTaken })
    this.deliverWaiting(delivery.to)
    return delivery
  }

  #give({ delivery, whenTaken }: Waiting): boolean {
    if (!this.#subscribers.get(delivery.to)?.receive(delivery)) return false
    this.given.push(delivery)
    whenTaken()
    return true
  }
}
