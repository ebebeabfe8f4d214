import type { RouterProfile } from '../devices/routers.ts'
import { LOGOUT_FORM, TOKEN_ITEMS, writeToken } from '../goform/login.ts'
import type { Values } from '../goform/reply.ts'
import { hasSession, isRefused, notUnderstood, readWriteOutcome, SESSION_ITEMS } from '../goform/reply.ts'
import type { Fields } from '../goform/request.ts'
import { ModemError } from '../modem/errors.ts'
import type { Clock } from './clock.ts'
import type { EntranceOptions } from './goform-entrance.ts'
import { GoformEntrance } from './goform-entrance.ts'
import { ItemNames } from './goform-names.ts'
import type { Asking, GoformWire } from './goform-wire.ts'

/** How to write. */
export interface Writing extends Asking {
  /** Called at the last instant before the form leaves our hands; when it throws, the form stays. */
  readonly onHandOver?: () => void
  /**
   * When the form may go out a second time: `freely`, the default, also when nobody knows whether the first was taken;
   * `when_refused` for certain; `never`.
   */
  readonly repeats?: 'freely' | 'when_refused' | 'never'
}

/** Writes a form. @throws ModemError */
export type Write = (form: Fields) => Promise<void>

/** So soon after the last proof of a session its loss is no expiry: somebody else has logged in. */
const RECENT_MS = 30_000

/** A device that lets us in, and stays open: an expired login is renewed, a taken one is left to who took it. */
export class GoformSession {
  readonly profile: RouterProfile
  readonly clock: Clock
  readonly #wire: GoformWire
  readonly #entrance: GoformEntrance
  readonly #names: ItemNames
  /** It asked for no password so far. */
  #isOpen = false
  #isOver = false
  /** Whether its items tell of a session; those of some open devices do not. */
  #tellsSession = false
  #liveAt = Number.NEGATIVE_INFINITY
  #renewing: Promise<void> | undefined
  #writing: Promise<unknown> = Promise.resolve()
  #onEntered: (write: Write) => Promise<void> = async () => undefined

  private constructor(options: EntranceOptions, entrance: GoformEntrance) {
    this.profile = entrance.profile
    this.clock = options.clock
    this.#wire = options.wire
    this.#entrance = entrance
    this.#names = new ItemNames(options.wire, entrance.finding.unsupported)
  }

  /**
   * Finds out what the device wants, and logs in where it wants that.
   * @throws ModemError `not_supported` when it is no such device; `not_allowed` for want of a password, or of the right one
   */
  static async open(options: EntranceOptions, signal: AbortSignal): Promise<GoformSession> {
    const entrance = await GoformEntrance.find(options, signal)
    const session = new GoformSession(options, entrance)
    const isLive = await session.#isLive()
    // A session that belongs to our address outlives us: it is no proof that the device lets everybody in.
    session.#isOpen = isLive && !entrance.finding.needsLogin
    if (isLive) await entrance.settleToken()
    else await session.#enter(signal)
    return session
  }

  /** What is known about the device, and kept. */
  get notes(): Pick<GoformEntrance, 'finding' | 'keep'> {
    return this.#entrance
  }

  /** Does this now, and behind each further login, with a way to write that does not wait for the session. */
  async whenEntered(work: (write: Write) => Promise<void>): Promise<void> {
    this.#onEntered = work
    await work((form) => this.#writeOnce(form))
  }

  /** Reads items of the open session, those that this device has. @throws ModemError */
  items(names: readonly string[], switches: Fields = []): Promise<Values> {
    const wanted = [...new Set([...names, ...SESSION_ITEMS])]
    return this.#withSession(
      () => this.#learning(() => this.#names.read(wanted, switches, () => this.#isLive())),
      (values) => {
        const isProven = hasSession(values) === true
        this.#tellsSession ||= isProven
        return !isProven && (this.#tellsSession || !this.#isOpen)
      },
    )
  }

  /** Reads a table of the open session. @throws ModemError */
  table(name: string, parameters: Fields): Promise<Values> {
    return this.#withSession(
      () => this.#wire.table(name, parameters),
      (values) => values[name] === '' || isRefused(values),
    )
  }

  /** A table that not every firmware has; `null`: this one has not. @throws ModemError */
  tableIfThere(name: string): Promise<Values | null> {
    return this.#learning(() => this.#names.table(name))
  }

  /**
   * Writes, one form at a time. A refusal is answered with a fresh token, and a fresh login where the session is over. That
   * brings a fresh key too, so a form that has to be sealed is given as what makes it.
   * @throws ModemError `rejected_by_modem`: it was not taken, for certain; `protocol`, `closed`, `timeout`: nobody knows
   */
  write(form: Fields | (() => Fields), writing: Writing = {}): Promise<void> {
    const written = this.#writing.then(() => this.#write(form, writing))
    this.#writing = written.catch(() => undefined)
    return written
  }

  /** Does what makes the device leave. A broken connection behind it is no failure. */
  async depart(step: Fields | { readonly path: string }): Promise<void> {
    try {
      if ('path' in step) await this.#wire.get(step.path)
      else await this.write(step, { repeats: 'when_refused' })
    } catch (error) {
      if (!(error instanceof ModemError) || (error.code !== 'closed' && error.code !== 'timeout')) throw error
    }
    this.#isOver = true
  }

  /** Logs out, as far as that is up to us, and closes. */
  async close(): Promise<void> {
    const isOurs = !this.#isOver && !this.#isOpen && this.#isRecent()
    this.#isOver = true
    try {
      if (isOurs) await this.#logOut()
    } catch (error) {
      if (!(error instanceof ModemError)) throw error
    } finally {
      await this.#wire.close()
    }
  }

  async #logOut(): Promise<void> {
    const brief = { limitMs: this.#wire.limits.learning, tries: 1 } as const
    const values = (await this.#wire.items([...TOKEN_ITEMS, ...SESSION_ITEMS], [], brief)) ?? {}
    // Where it belongs to an address, anybody's request would end the session of whoever has it now.
    if (hasSession(values) === true) await this.#wire.write(LOGOUT_FORM, this.#token(values), brief)
  }

  async #write(given: Fields | (() => Fields), { onHandOver, repeats = 'freely', ...asking }: Writing): Promise<void> {
    for (let turn = 1; ; turn += 1) {
      const token = this.#token(await this.items(TOKEN_ITEMS))
      if (turn === 1) onHandOver?.()
      const form = typeof given === 'function' ? given() : given
      try {
        const reply = await this.#wire.write(form, token, asking)
        const outcome = readWriteOutcome(idOf(form), reply)
        if (outcome === 'accepted') return
        // Only a refusal in words is one for certain: a page may stand in the place of any answer.
        if (reply.kind !== 'values') throw notUnderstood(`${idOf(form)}: ${reply.kind}`)
        if (outcome !== 'refused') throw notUnderstood(`${idOf(form)}: ${JSON.stringify(reply.values)}`)
        if (turn === 2 || repeats === 'never') throw refusal(form)
      } catch (error) {
        if (turn === 2 || repeats !== 'freely' || !isUnclear(error)) throw error
      }
    }
  }

  async #writeOnce(form: Fields): Promise<void> {
    const token = this.#token((await this.#wire.items(TOKEN_ITEMS)) ?? {})
    const outcome = readWriteOutcome(idOf(form), await this.#wire.write(form, token))
    if (outcome !== 'accepted') throw refusal(form)
  }

  #token(values: Values): string | null {
    return writeToken(this.#entrance.finding.token ?? 'none', values)
  }

  /**
   * What `read` gives. What looks like a lost session is read again: behind a fresh login where it was lost, and else because
   * somebody else here may have renewed it meanwhile.
   */
  async #withSession(read: () => Promise<Values | null>, isSuspect: (values: Values) => boolean): Promise<Values> {
    for (let turn = 1; ; turn += 1) {
      const values = await read()
      if (values !== null && !isSuspect(values)) {
        this.#liveAt = this.clock.elapsed()
        return values
      }
      if (await this.#isLive()) {
        if (turn > 1 && values !== null) return values
        if (turn > 2) throw notUnderstood('A web page in place of data.')
      } else {
        if (turn > 2) throw new ModemError('protocol', 'The router lets us in, and forgets it at once.')
        await this.#renew()
      }
    }
  }

  /** Keeps what reading taught about the device. */
  async #learning<T>(read: () => Promise<T>): Promise<T> {
    const before = this.#names.unsupported.length
    const result = await read()
    if (this.#names.unsupported.length > before) this.#entrance.keep({ unsupported: this.#names.unsupported })
    return result
  }

  async #isLive(): Promise<boolean> {
    const isLive = await this.#entrance.isLive()
    if (isLive) this.#liveAt = this.clock.elapsed()
    return isLive
  }

  #isRecent(): boolean {
    return this.clock.elapsed() - this.#liveAt < RECENT_MS
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renewOnce(): Promise<void> {
    if (this.#isOver) throw new ModemError('closed', 'The session at the router is over.')
    if (!this.#isOpen && this.#isRecent()) {
      this.#isOver = true
      throw new ModemError(
        'session_taken',
        "Somebody has logged in to the router's own web page, which lets in one at a time. The bridge makes room.",
      )
    }
    await this.#enter()
    await this.#onEntered((form) => this.#writeOnce(form))
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    await this.#entrance.enter(signal)
    this.#isOpen = false
    this.#liveAt = this.clock.elapsed()
  }
}

function idOf(form: Fields): string {
  return form.find(([name]) => name === 'goformId')?.[1] ?? ''
}

function refusal(form: Fields): ModemError {
  return new ModemError('rejected_by_modem', 'The router refused the request.', { detail: idOf(form) })
}

/** Whether an error leaves open if the device took what was written. */
export function isUnclear(error: unknown): error is ModemError {
  return error instanceof ModemError && ['closed', 'protocol', 'timeout'].includes(error.code)
}
