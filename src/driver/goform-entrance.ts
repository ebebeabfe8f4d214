import type { RouterProfile } from '../devices/routers.ts'
import { findRouter } from '../devices/routers.ts'
import type { TokenKind } from '../goform/login.ts'
import { TOKEN_ITEMS, tokenKindsFor, writeToken } from '../goform/login.ts'
import type { Values } from '../goform/reply.ts'
import { hasSession, isRefused, readWriteOutcome, SESSION_ITEMS, textAt } from '../goform/reply.ts'
import { REQPROC_PATHS } from '../goform/request.ts'
import { markReadForm } from '../goform/sms-form.ts'
import { CAPACITY_TABLE, readCapacity } from '../goform/sms-store.ts'
import { ModemError } from '../modem/errors.ts'
import type { Clock } from './clock.ts'
import type { Finding, RouterMemory } from './goform-finding.ts'
import { recallFinding } from './goform-finding.ts'
import type { Credentials } from './goform-login.ts'
import { logIn } from './goform-login.ts'
import type { GoformWire } from './goform-wire.ts'

export interface EntranceOptions {
  readonly wire: GoformWire
  readonly credentials: Credentials
  readonly memory: RouterMemory
  readonly clock: Clock
  /** Whether the paths are configured, so that no others are tried. */
  readonly arePathsFixed: boolean
  /** Refused passwords that a login may cost at once; default: as many as there are ways to send it. */
  readonly mostAttempts?: number
}

const HEAD = ['wa_inner_version', 'model_name']

/** The way into a device, found out by how it behaves and kept in the memory. */
export class GoformEntrance {
  readonly profile: RouterProfile
  readonly #options: EntranceOptions
  #finding: Finding

  private constructor(options: EntranceOptions, profile: RouterProfile, finding: Finding) {
    this.profile = profile
    this.#options = options
    this.#finding = finding
    options.wire.isQuoted = finding.isCookieQuoted
  }

  /** Finds out which device this is. @throws ModemError `not_supported`, `protocol`: it is none that speaks goform */
  static async find(options: EntranceOptions, signal: AbortSignal): Promise<GoformEntrance> {
    const head = await meet(options, signal)
    const [model, firmware] = [textAt(head, 'model_name'), textAt(head, 'wa_inner_version')]
    const profile = findRouter(model, firmware)
    const known = recallFinding(options.memory.finding(), `${model} ${firmware}`)
    return new GoformEntrance(options, profile, {
      ...known,
      transform: known.transform ?? (profile.password === 'none' ? null : profile.password),
      userField: known.userField ?? profile.userField,
      token: options.credentials.token ?? known.token,
    })
  }

  get finding(): Finding {
    return this.#finding
  }

  keep(news: Partial<Finding>): void {
    this.#finding = { ...this.#finding, ...news }
    const { memory } = this.#options
    const note = JSON.stringify(this.#finding)
    if (note !== memory.finding()) memory.keepFinding(note)
  }

  /** Whether there is a session: asked in several ways, because an open device need not know the items that tell it. */
  async isLive(): Promise<boolean> {
    const { wire } = this.#options
    for (let turn = 1; turn <= 2; turn += 1) {
      if (hasSession((await wire.items(SESSION_ITEMS)) ?? {}) === true) return true
      if (hasSession((await wire.items(SESSION_ITEMS.slice(0, 1))) ?? {}) === true) return true
      const sizes = (await wire.table(CAPACITY_TABLE, [])) ?? {}
      if (readCapacity(sizes, 'device') !== null || readCapacity(sizes, 'sim') !== null) return true
    }
    return false
  }

  /**
   * Logs in.
   * @throws ModemError `not_allowed` for want of a password, or of the right one; `rejected_by_modem` while it is locked
   */
  async enter(signal?: AbortSignal): Promise<void> {
    const { credentials, wire } = this.#options
    const { password } = credentials
    if (password === null)
      throw new ModemError('not_allowed', 'The router asks for a password. Configure its password.')
    const task = {
      ...this.#options,
      credentials: { ...credentials, password },
      finding: this.#finding,
      keep: (news: Partial<Finding>) => this.keep(news),
      mostAttempts: this.#options.mostAttempts ?? Number.POSITIVE_INFINITY,
    }
    this.#finding = await logIn(task, signal)
    if (!(await this.isLive()) && !(await this.#isLiveOtherwise())) {
      throw new ModemError('protocol', 'The router took the password and does not let us in all the same.')
    }
    this.keep({ isCookieQuoted: wire.isQuoted, needsLogin: true })
    await this.settleToken()
  }

  /** Finds out which token the device takes, by a write that changes nothing. */
  async settleToken(): Promise<void> {
    if (this.#finding.token !== null) return
    const { wire } = this.#options
    const head = (await wire.items(TOKEN_ITEMS)) ?? {}
    const possible = tokenKindsFor(textAt(head, 'RD'))
    const kinds = [...new Set([...possible.filter((kind) => kind === this.profile.token), ...possible])]
    for (const kind of kinds) {
      const reply = await wire.write(markReadForm([]), await this.#freshToken(kind))
      if (readWriteOutcome('SET_MSG_READ', reply) !== 'accepted') continue
      this.keep({ token: kind })
      return
    }
    // No firmware is known to refuse this, but it proves nothing either: the likeliest is used, and not remembered.
    this.#finding = { ...this.#finding, token: kinds[0] ?? 'none' }
  }

  /** On some firmware `RD` is another one with each request. */
  async #freshToken(kind: TokenKind): Promise<string | null> {
    return writeToken(kind, (await this.#options.wire.items(TOKEN_ITEMS)) ?? {})
  }

  /** The same cookie, with quotes or without. */
  async #isLiveOtherwise(): Promise<boolean> {
    const { wire } = this.#options
    if (!wire.hasQuotedCookie) return false
    wire.isQuoted = !wire.isQuoted
    return this.isLive()
  }
}

/** Other makers' boards with the same vocabulary have it under other paths. */
async function meet({ wire, arePathsFixed }: EntranceOptions, signal: AbortSignal): Promise<Values> {
  let head: Values | null
  try {
    head = await wire.meet(HEAD, signal)
  } catch (error) {
    if (!(error instanceof ModemError) || error.code !== 'not_supported' || arePathsFixed) throw error
    const usual = wire.paths
    wire.paths = REQPROC_PATHS
    try {
      head = await wire.meet(HEAD, signal)
    } catch {
      wire.paths = usual
      throw error
    }
  }
  if (head !== null && !isRefused(head)) return head
  throw new ModemError(
    'protocol',
    'The device answers, but not as a modem does. Check the url, and set host_header to the address that it has at home.',
  )
}
