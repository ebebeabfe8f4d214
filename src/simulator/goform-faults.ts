import type { GoformReply } from './goform-request.ts'
import { LOGIN_PAGE_REPLY } from './goform-request.ts'
import type { MessageRow } from './goform-store.ts'

/** A moment of an exchange: the request is read and nothing was done yet, or everything is done and nothing was answered. */
export type ExchangeMoment = 'before-acting' | 'after-acting'

/** How JSON can be broken and still be meant as JSON. */
export type JsonDefect =
  /** A byte 0x01 within a string. */
  | 'control-byte'
  /** A comma behind the last member. */
  | 'trailing-comma'
  /** The first name twice: empty at its place, and as it is at the end. */
  | 'name-twice'

/** What becomes of one answer. */
export type AnswerFault =
  | { readonly kind: 'html' }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'status-500' }
  /** What was done, in a word of its own. */
  | { readonly kind: 'result'; readonly result: string }
  | { readonly kind: 'reset'; readonly moment: ExchangeMoment }
  | { readonly kind: 'silence'; readonly moment: ExchangeMoment }
  | { readonly kind: 'late'; readonly delayMs: number }
  | { readonly kind: 'length'; readonly excess: number }
  | { readonly kind: 'defect'; readonly defect: JsonDefect }

/** To which exchanges a fault happens. */
export interface FaultAim {
  /** How many of them; 1 when left out. */
  readonly times?: number
  /** A `goformId`, or one of the names that are read; any exchange when left out. */
  readonly to?: string
}

/** What a router does that hangs. */
export const HANGING: AnswerFault = { kind: 'silence', moment: 'before-acting' }

interface ArmedFault {
  readonly fault: AnswerFault
  readonly to: string | null
  times: number
}

/** What is armed to go wrong. */
export class RouterFaults {
  /** Takes every request and answers none, until the power was cut. */
  isHung = false
  ignoresPage = false
  clockIsAt1970 = false
  /** Received messages are listed without a date. */
  hasNoDates = false
  /** Rows that are sealed with a key nobody has. */
  readonly lostKeys = new Set<MessageRow>()
  /** Lists that still will be too short. */
  listsToShorten = 0
  /** So many messages that no list shows count as received ones of the device. */
  ghosts = 0
  /** Lists in which the newest message still will stand twice. */
  rowsToDouble = 0
  /** Deletions that still will be acknowledged and not done. */
  deletionsToIgnore = 0
  /** For how long the status of the next send still is that of the one before. */
  staleStatusMs: number | null = null
  #armed: ArmedFault[] = []

  arm(fault: AnswerFault, { times = 1, to }: FaultAim = {}): void {
    this.#armed.push({ fault, to: to ?? null, times })
  }

  /** What happens to an exchange about these names; each asking uses one up. */
  take(names: readonly string[]): AnswerFault | null {
    const next = this.#armed.find(({ to }) => to === null || names.includes(to))
    if (!next) return null
    next.times--
    if (next.times <= 0) this.#armed = this.#armed.filter((other) => other !== next)
    return next.fault
  }
}

/** The answer as this fault leaves it. */
export function spoil(reply: GoformReply, fault: AnswerFault | null): GoformReply {
  const { body } = reply
  switch (fault?.kind) {
    case 'html':
      return { ...reply, headers: { ...reply.headers, ...LOGIN_PAGE_REPLY.headers }, body: LOGIN_PAGE_REPLY.body }
    case 'truncated':
      return { ...reply, body: body.slice(0, Math.floor(body.length / 2)) }
    case 'empty':
      return { ...reply, body: '' }
    case 'status-500':
      return { ...reply, status: 500, body: 'Internal Server Error' }
    case 'result':
      return { ...reply, body: JSON.stringify({ result: fault.result }) }
    case 'defect':
      return { ...reply, body: breakJson(body, fault.defect) }
    default:
      return reply
  }
}

function breakJson(json: string, defect: JsonDefect): string {
  if (defect === 'control-byte') return json.replace(/:"/, ':"\x01')
  if (defect === 'trailing-comma') return json.replace(/\}$/, ',}')
  const first = /^\{("[^"]*"):("[^"]*"),?/.exec(json)
  return first === null ? json : `{${first[1]}:"",${json.slice(first[0].length, -1)},${first[1]}:${first[2]}}`
}
