import type { CellularNetwork } from './cellular-network.ts'
import type { RouterProfile } from './goform-firmware.ts'
import type { RouterLatency, RouterRadio } from './goform-radio.ts'
import type { Timers } from './timers.ts'
import type { UssdStep } from './ussd-script.ts'

interface RouterUssdOptions {
  readonly profile: RouterProfile
  readonly network: CellularNetwork
  readonly number: string
  readonly radio: RouterRadio
  readonly timers: Timers
  readonly latency: RouterLatency
}

/** What the network said last: `ussd_action` 1 asks for an answer, 0 ends the session. */
export interface UssdData {
  readonly action: '' | '0' | '1'
  readonly text: string
}

/** Values of `ussd_write_flag`. */
const NO_SERVICE = '1'
const ENDED_BY_NETWORK = '2'
const TIMED_OUT = '4'
const BUSY = '10'
const CANCELLED = '13'
const IN_PROGRESS = '15'
const ANSWERED = '16'
const NOT_SUPPORTED_THERE = '41'
const NOT_SUPPORTED_HERE = '99'

/** Flag for the steps that have nothing to show, by `<m>` of `+CUSD` (3GPP TS 27.007 section 7.15). */
const FLAGS: Readonly<Record<number, string>> = { 2: ENDED_BY_NETWORK, 4: NOT_SUPPORTED_THERE, 5: TIMED_OUT }

/** `USSD_PROCESS` and the flag that is polled for its outcome. */
export class RouterUssd {
  /** `ussd_write_flag`; empty for nothing begun. */
  flag = ''
  data: UssdData = { action: '', text: '' }
  /** For how long the next request leaves the flag as it is. */
  staleMs = 0
  /** How long it is under way before it is found that there is no service for it. */
  serviceSearchMs = 0
  #attempt = 0
  readonly #options: RouterUssdOptions

  constructor(options: RouterUssdOptions) {
    this.#options = options
  }

  /** @param operator `USSD_operator`; @returns whether there is such an operation */
  run(operator: string, text: string): boolean {
    const { timers } = this.#options
    if (operator === 'ussd_send') timers.after(this.staleMs, () => this.#send(text))
    else if (operator === 'ussd_reply') this.#reply(text)
    else if (operator === 'ussd_cancel') this.#cancel()
    else return false
    if (operator !== 'ussd_cancel') this.staleMs = 0
    return true
  }

  /** The network ends an open session without being asked. */
  endByNetwork(): void {
    this.#options.network.ussd.end(this.#options.number)
  }

  powerDown(): void {
    this.#attempt++
    this.endByNetwork()
    this.flag = ''
    this.data = { action: '', text: '' }
  }

  #send(code: string): void {
    const { profile, radio } = this.#options
    const isTooNew = profile.ussd === 'below-lte' && (radio.generation === '4g' || radio.generation === '5g')
    if (this.flag === IN_PROGRESS) this.flag = BUSY
    else if (profile.ussd === 'no') this.flag = NOT_SUPPORTED_HERE
    else if (!radio.isRegistered || isTooNew) this.#findNoService()
    else {
      this.endByNetwork()
      this.#ask(code)
    }
  }

  #findNoService(): void {
    const attempt = ++this.#attempt
    this.flag = IN_PROGRESS
    this.#options.timers.after(this.serviceSearchMs, () => {
      if (attempt === this.#attempt) this.flag = NO_SERVICE
    })
  }

  #reply(text: string): void {
    const { network, number } = this.#options
    if (network.ussd.isOpen(number)) this.#ask(text)
    else this.flag = ENDED_BY_NETWORK
  }

  #ask(text: string): void {
    const { network, number, timers, latency } = this.#options
    const attempt = ++this.#attempt
    this.flag = IN_PROGRESS
    this.data = { action: '', text: '' }
    const step = network.ussd.say(number, text)
    timers.after(step === null ? latency.ussdLimitMs : latency.ussdMs, () => {
      if (attempt === this.#attempt) this.#show(step)
    })
  }

  #show(step: UssdStep | null): void {
    if (step === null || step.text === null) {
      this.flag = FLAGS[step?.status ?? 5] ?? ''
      return
    }
    this.flag = ANSWERED
    this.data = { action: step.status === 1 ? '1' : '0', text: step.text }
  }

  #cancel(): void {
    const { timers, latency } = this.#options
    const attempt = ++this.#attempt
    this.endByNetwork()
    this.flag = IN_PROGRESS
    timers.after(latency.ussdMs, () => {
      if (attempt === this.#attempt) this.flag = CANCELLED
    })
  }
}
