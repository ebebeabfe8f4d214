/** What the network says to a USSD code or to a choice from a menu. */
export interface UssdAnswer {
  readonly text?: string
  /** Choices that the subscriber may answer with; makes the answer a menu. */
  readonly menu?: Readonly<Record<string, UssdAnswer>>
  /** `<m>` of `+CUSD` for an answer without a menu (3GPP TS 27.007 section 7.15): 0 done (default), 2 ended, 4 not supported, 5 no answer in time. */
  readonly status?: 0 | 2 | 4 | 5
  /** The network never answers. */
  readonly isSilent?: boolean
}

/** One step of a USSD conversation as a modem tells it. */
export interface UssdStep {
  /** `<m>` of `+CUSD`: 1 asks for an answer, the others end the session. */
  readonly status: 0 | 1 | 2 | 4 | 5
  readonly text: string | null
}

/** The USSD applications of the simulated operator, and who is where in which menu. */
export class UssdScript {
  /** Everything that anybody said, in order. */
  readonly said: string[] = []
  readonly #codes: Map<string, UssdAnswer>
  readonly #sessions = new Map<string, Readonly<Record<string, UssdAnswer>>>()

  constructor(codes: Readonly<Record<string, UssdAnswer>>) {
    this.#codes = new Map(Object.entries(codes))
  }

  /** Sets or replaces the answer to one code. */
  set(code: string, answer: UssdAnswer): void {
    this.#codes.set(code, answer)
  }

  /** A code, or the answer within an open session. Unknown ones end as networks end them. `null`: no answer ever comes. */
  say(number: string, input: string): UssdStep | null {
    const menu = this.#sessions.get(number)
    this.#sessions.delete(number)
    this.said.push(input)
    const answer = menu ? menu[input] : this.#codes.get(input)
    if (answer === undefined) return { status: menu ? 2 : 4, text: null }
    return this.begin(number, answer)
  }

  /** The network speaks first. */
  begin(number: string, answer: UssdAnswer): UssdStep | null {
    if (answer.isSilent) return null
    if (answer.menu) this.#sessions.set(number, answer.menu)
    return { status: answer.menu ? 1 : (answer.status ?? 0), text: answer.text ?? null }
  }

  isOpen(number: string): boolean {
    return this.#sessions.has(number)
  }

  /** @returns whether there was a session to end */
  end(number: string): boolean {
    return this.#sessions.delete(number)
  }
}
