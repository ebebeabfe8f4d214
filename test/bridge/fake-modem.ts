import { EventEmitter } from 'node:events'
import type { ModemCard, ModemStatus, Outlet } from '../../src/bridge/outlet.ts'
import type { UssdReport } from '../../src/bridge/ussd-report.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type {
  InboundSms,
  MessageBody,
  OutboundSms,
  OutboundStatus,
  SegmentContent,
  StoredSegment,
  Submission,
} from '../../src/modem/messages.ts'
import type { Capabilities, Driver, Modem, ModemEvents } from '../../src/modem/modem.ts'
import type { MessageStore, ModemState, StateGroup } from '../../src/modem/state.ts'

/** A segment whose raw form is its text. */
export function segment(
  text: string,
  content: Partial<Extract<SegmentContent, { kind: 'received' }>> = {},
  slot = 1,
): StoredSegment {
  return {
    store: 'SM',
    slot,
    raw: text,
    contentKey: `${content.from ?? ''}|${content.sentAt ?? ''}|${text}`,
    content: {
      kind: 'received',
      from: '+491700000001',
      sentAt: '2026-11-22T10:00:00+00:00',
      smsc: null,
      concatenation: null,
      messageClass: null,
      replaceType: null,
      ...content,
    },
  }
}

/** One of `total` parts. */
export function part(text: string, sequence: number, total: number, reference = 1, slot = sequence): StoredSegment {
  return segment(text, { concatenation: { reference, referenceBits: 8, total, sequence } }, slot)
}

export function report(reference: number, outcome: 'delivered' | 'pending' | 'failed', to = '+491711'): StoredSegment {
  return {
    store: 'SR',
    slot: 1,
    raw: `report ${reference} ${outcome}`,
    contentKey: `report ${reference} ${outcome} ${to}`,
    content: {
      kind: 'report',
      reference,
      to,
      sentAt: null,
      dischargedAt: null,
      status: outcome === 'delivered' ? 0 : 0x46,
      outcome,
    },
  }
}

export type Submit = (submission: Submission, handOver: () => void) => Promise<readonly number[]>

/** A modem made of an array. */
export class FakeModem extends EventEmitter<ModemEvents> implements Modem {
  readonly identity = {
    manufacturer: 'ZTE',
    model: 'MF190',
    firmware: '1',
    hardware: null,
    imei: '1',
    imsi: null,
    iccid: '89',
    msisdn: null,
    locks: null,
    port: 'fake',
  }
  problem: ModemError | null = null
  state: Partial<ModemState> = { registration: { state: 'home', accessTechnology: null } }
  readonly stored: StoredSegment[] = []
  readonly submitted: Submission[] = []
  capacity = 20
  others: MessageStore['others'] = []
  removeFails = false
  onSubmit: Submit = async (_, handOver) => {
    handOver()
    return [this.submitted.length]
  }
  /** What the radio and the restart were told. */
  readonly told: string[] = []
  onTold: (what: string) => void = () => {}
  readonly can: Capabilities = {
    reboot: async () => this.#tell('reboot'),
    hangUp: async () => this.#tell('hang up'),
    radio: { set: async (on) => this.#tell(`radio ${on ? 'on' : 'off'}`) },
    sms: {
      stores: ['SM'],
      list: async () => [...this.stored],
      remove: async (segments) => {
        if (this.removeFails) throw new ModemError('closed', 'gone')
        for (const { contentKey } of segments)
          this.stored.splice(
            this.stored.findIndex((s) => s.contentKey === contentKey),
            1,
          )
        return []
      },
      submit: async (submission, handOver) => {
        this.submitted.push(submission)
        return this.onSubmit(submission, handOver)
      },
    },
  }

  #tell(what: string): void {
    this.told.push(what)
    this.onTold(what)
  }

  async readState(groups: readonly StateGroup[]): Promise<Partial<ModemState>> {
    const all: Partial<ModemState> = {
      sim: 'ready',
      ...this.state,
      store: { storage: 'SM', used: this.stored.length, capacity: this.capacity, others: this.others ?? [] },
    }
    return Object.fromEntries(groups.filter((group) => group in all).map((group) => [group, all[group]]))
  }

  /** Unplugged, restarted, or closed by us. */
  async close(): Promise<void> {}
}

/** Hands out the given modem; text is cut every ten characters. */
export class FakeDriver implements Driver {
  readonly transport = 'serial'
  opened = 0
  restarted = 0
  modem: () => Promise<Modem>

  constructor(modem: () => Promise<Modem>) {
    this.modem = modem
  }

  prepare({ text }: OutboundSms): readonly Submission[] {
    const pieces = text.match(/.{1,10}/gsu) ?? ['']
    return pieces.map((wire, index) => ({ part: index + 1, of: pieces.length, segments: 1, encoding: 'gsm7', wire }))
  }

  join(raws: readonly (string | null)[]): MessageBody {
    return { text: raws.join(''), encoding: 'gsm7', dataHex: null, ports: null }
  }

  open(): Promise<Modem> {
    this.opened++
    return this.modem()
  }

  async restart(): Promise<void> {
    this.restarted++
  }
}

/** An outside that takes everything, and remembers. */
export class ArrayOutlet implements Outlet {
  readonly received: InboundSms[] = []
  readonly statuses: OutboundStatus[] = []
  readonly events: string[] = []
  readonly ussd: UssdReport[] = []
  readonly published: string[] = []
  isReachable = true
  readonly availabilities: boolean[] = []
  phases: string[] = []
  problem: string | null = null
  /** What was told of the modem last, and how often anything was. */
  told: Partial<ModemState> = {}
  status: ModemStatus | undefined
  states = 0
  readonly #changed = new EventEmitter<{ change: [] }>()

  readonly cards: ModemCard[] = []

  async announce(card: ModemCard): Promise<void> {
    this.cards.push(card)
  }
  async availability(_: string, online: boolean): Promise<void> {
    this.availabilities.push(online)
    this.#changed.emit('change')
  }
  async state(_: string, status: Parameters<Outlet['state']>[1]): Promise<void> {
    this.told = status.modem
    this.status = status
    this.states++
    if (this.phases.at(-1) !== status.phase) this.phases.push(status.phase)
    this.problem = status.problem
    this.#changed.emit('change')
  }
  async smsReceived(_: string, sms: InboundSms): Promise<void> {
    this.received.push(sms)
    this.#changed.emit('change')
  }
  async smsStatus(_: string, status: OutboundStatus): Promise<void> {
    this.statuses.push(status)
    this.#changed.emit('change')
  }
  async ussdReply(_: string, report: UssdReport): Promise<void> {
    this.ussd.push(report)
    this.#changed.emit('change')
  }
  async publish(topic: string, payload: string): Promise<void> {
    this.published.push(`${topic} ${payload}`)
    this.#changed.emit('change')
  }
  readonly calls: Parameters<Outlet['call']>[1][] = []
  async call(_: string, call: Parameters<Outlet['call']>[1]): Promise<void> {
    this.calls.push(call)
    this.#changed.emit('change')
  }
  async event(_: string, event: Parameters<Outlet['event']>[1]): Promise<void> {
    this.events.push(event.detail?.['remedy'] === undefined ? event.type : `${event.type} ${event.detail['remedy']}`)
    this.#changed.emit('change')
  }

  /** Resolves as soon as `condition` holds. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = AbortSignal.timeout(5000)
      const look = (): void => {
        if (!condition()) return
        this.#changed.off('change', look)
        resolve()
      }
      deadline.addEventListener('abort', () =>
        reject(new Error(`not within 5 s; phases ${this.phases}, events ${this.events}`)),
      )
      this.#changed.on('change', look)
      look()
    })
  }
}
