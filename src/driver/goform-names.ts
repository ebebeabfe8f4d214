import type { Values } from '../goform/reply.ts'
import { isRefused } from '../goform/reply.ts'
import type { Fields } from '../goform/request.ts'
import { ModemError } from '../modem/errors.ts'
import type { GoformWire } from './goform-wire.ts'

/** An item that every firmware has. */
const SURE_ITEM = 'wa_inner_version'

/**
 * Which items a device has. Most firmware gives an empty text for one that it does not know; an MC889 refuses the whole
 * request, and an MC7010 gave no answer at all. Halving the request finds out which items are to blame.
 */
export class ItemNames {
  readonly #wire: GoformWire
  readonly #unsupported: Set<string>

  constructor(wire: GoformWire, unsupported: readonly string[]) {
    this.#wire = wire
    this.#unsupported = new Set(unsupported)
  }

  get unsupported(): readonly string[] {
    return [...this.#unsupported]
  }

  /**
   * Reads those of the items that the device has, or may have. @param isLive tells a refusal for want of a session
   * @returns `null`: there is no session, or a web page came
   */
  async read(names: readonly string[], switches: Fields, isLive: () => Promise<boolean>): Promise<Values | null> {
    const wanted = names.filter((name) => !this.#unsupported.has(name))
    const values = await this.#ask(wanted, switches, this.#wire.limits.usual)
    if (values !== 'refused') return values
    return (await isLive()) ? this.#learn(wanted, switches) : null
  }

  /** A table that not every firmware has. @returns `null`: this one has not */
  async table(name: string): Promise<Values | null> {
    if (this.#unsupported.has(name)) return null
    try {
      return await this.#wire.table(name, [])
    } catch (error) {
      if (!isSilence(error) || !(await this.#answers())) throw error
      this.#unsupported.add(name)
      return null
    }
  }

  async #learn(names: readonly string[], switches: Fields): Promise<Values> {
    const half = Math.ceil(names.length / 2)
    const all: Record<string, unknown> = {}
    for (const part of [names.slice(0, half), names.slice(half)]) {
      const values = part.length === 0 ? {} : await this.#ask(part, switches, this.#wire.limits.learning)
      if (values !== 'refused') Object.assign(all, values)
      else if (part.length > 1) Object.assign(all, await this.#learn(part, switches))
      else for (const name of part) this.#unsupported.add(name)
    }
    return all
  }

  async #ask(names: readonly string[], switches: Fields, limitMs: number): Promise<Values | null | 'refused'> {
    try {
      const values = await this.#wire.items(names, switches, { limitMs })
      return values !== null && isRefused(values) ? 'refused' : values
    } catch (error) {
      // Silence for want of an item is told from a device that hangs by what it says of an item that it has.
      if (isSilence(error) && (await this.#answers())) return 'refused'
      throw error
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await this.#wire.items([SURE_ITEM], [], { limitMs: this.#wire.limits.learning, tries: 1 })) !== null
    } catch (error) {
      if (error instanceof ModemError) return false
      throw error
    }
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof ModemError && error.code === 'timeout'
}
