import { ModemError } from '../modem/errors.ts'
import type { Work } from './session.ts'

interface FaultsOptions {
  /** Said once for the same words of the same piece of work. */
  readonly onProblem: (problem: string, cause: ModemError) => void
  readonly onChange: () => void
}

const OF_A_SESSION: readonly Work[] = ['receive', 'send', 'poll', 'ussd']

/** What each piece of work fails at, until it succeeds. */
export class Faults {
  readonly #options: FaultsOptions
  readonly #byWork = new Map<Work, ModemError>()

  constructor(options: FaultsOptions) {
    this.#options = options
  }

  /**
   * Why the bridge itself cannot do its work; nothing else counts then.
   * @param isOpen whether there is a modem: without one, nothing would show that a fault of its work is over
   */
  ownProblem(isOpen: boolean): string | undefined {
    const counts = ([work, { code }]: readonly [Work, ModemError]): boolean =>
      code === 'internal' && (isOpen || !OF_A_SESSION.includes(work))
    return [...this.#byWork].find(counts)?.[1].message
  }

  /**
   * What a new modem would cure ends the session; anything else is said and tried again at the next turn.
   * @returns whether it succeeded
   */
  async tolerantly(name: Work, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.#byWork.delete(name)
      return true
    } catch (error) {
      if (!(error instanceof ModemError) || error.retry === 'after_reopen') throw error
      const isNews = this.#byWork.get(name)?.message !== error.message
      this.#byWork.set(name, error)
      if (isNews) this.#options.onProblem(error.message, error)
      this.#options.onChange()
      return false
    }
  }
}
