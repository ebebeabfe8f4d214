import type { DoorOrder } from './goform-door.ts'
import { answerRequest } from './goform-endpoints.ts'
import type { AnswerFault } from './goform-faults.ts'
import { HANGING, spoil } from './goform-faults.ts'
import type { GoformHardware } from './goform-hardware.ts'
import type { GoformReply, GoformRequest, RawRequest } from './goform-request.ts'
import { readRequest } from './goform-request.ts'

/** So many of the last requests are remembered. */
const REMEMBERED = 1000

/** Between the door and what answers: reads requests, takes its time, and does what is armed to go wrong. */
export class GoformDesk {
  /** The last requests, in order. */
  readonly requests: GoformRequest[] = []
  readonly #hardware: GoformHardware

  constructor(hardware: GoformHardware) {
    this.#hardware = hardware
  }

  /** Understands a request and says through `order` what comes back, at once or later. */
  serve(raw: RawRequest, order: (order: DoorOrder) => void): void {
    const { profile, latency, timers, faults } = this.#hardware
    const request = readRequest(raw, profile.requestLineLimit)
    this.#remember(request)
    const fault = faults.isHung ? HANGING : faults.take(request.names)
    if (fault && 'moment' in fault && fault.moment === 'before-acting') {
      order({ kind: fault.kind })
      return
    }
    const outcome = answerRequest(request, this.#hardware)
    if (outcome === 'silence') {
      order({ kind: 'silence' })
      return
    }
    const delayMs = latency.answerMs + outcome.delayMs + (fault?.kind === 'late' ? fault.delayMs : 0)
    timers.after(delayMs, () => {
      order(this.#order(outcome.reply, fault))
      if (outcome.afterwards) this.#soon(outcome.afterwards)
    })
  }

  /** The last words still leave the house. */
  #soon(run: () => void): void {
    setImmediate(() => {
      if (this.#hardware.isPowered) run()
    })
  }

  #remember(request: GoformRequest): void {
    this.requests.push(request)
    if (this.requests.length > REMEMBERED) this.requests.shift()
  }

  #order(reply: GoformReply | null, fault: AnswerFault | null): DoorOrder {
    if (fault && 'moment' in fault) return { kind: fault.kind }
    if (reply === null) return { kind: 'close' }
    const { framing, server, contentType } = this.#hardware.profile
    const headers = { Server: server, Pragma: 'no-cache', 'Cache-Control': 'no-store', 'Content-Type': contentType }
    const spoilt = spoil({ ...reply, headers: { ...headers, ...reply.headers } }, fault)
    return { kind: 'reply', reply: spoilt, framing, excess: fault?.kind === 'length' ? fault.excess : 0 }
  }
}
