import type { Cookies } from '../goform/cookies.ts'
import { formatCookies, takeCookies } from '../goform/cookies.ts'
import { maskAnswer, maskRequest } from '../goform/masking.ts'
import type { Reply, Values } from '../goform/reply.ts'
import { isRefused, parseReply } from '../goform/reply.ts'
import type { ApiPaths, Fields, Site } from '../goform/request.ts'
import { readItems, readTable, write } from '../goform/request.ts'
import { ModemError } from '../modem/errors.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { HttpAnswer, HttpOptions, HttpRequest } from '../transport/http.ts'
import { HttpLine } from '../transport/http.ts'
import type { Clock } from './clock.ts'

export interface WireOptions {
  /** Scheme, host and port of the device. */
  readonly url: string
  /** Host that the device believes to be, where that is not the one in the address; `null`: found out. */
  readonly hostHeader: string | null
  readonly tls: HttpOptions['tls']
  readonly clock: Clock
  /** Where requests and answers are written down, without numbers, texts and secrets. */
  readonly exchanges?: Pick<ExchangeRing, 'note'> | undefined
  /** Default `LIMIT_MS`. */
  readonly limits?: typeof LIMIT_MS | undefined
}

/** From a request to the end of its answer, in milliseconds. Handlers of the SIM block for up to 21 s. */
export const LIMIT_MS: { readonly usual: number; readonly learning: number; readonly slow: number } = {
  usual: 10_000,
  learning: 3_000,
  slow: 30_000,
}

/** 500 messages of ten parts each, in hex and encrypted, with room for as many more. */
const LARGEST_TABLE = 8 * 1024 * 1024

/** How to ask. */
export interface Asking {
  readonly limitMs?: number
  readonly tries?: 1 | 2
  readonly signal?: AbortSignal | undefined
}

/** Requests and replies of one device, with its cookies; it knows no sessions. */
export class GoformWire {
  paths: ApiPaths
  /** Whether cookies go back as they came; one MC7010 silently ignored its own quotes. */
  isQuoted = true
  readonly limits: typeof LIMIT_MS
  readonly #options: WireOptions
  #line: HttpLine
  #origin: string
  #cookies: Cookies = new Map()

  constructor(options: WireOptions, paths: ApiPaths) {
    const { protocol, origin } = new URL(options.url)
    this.#options = options
    this.limits = options.limits ?? LIMIT_MS
    this.paths = paths
    this.#line = new HttpLine({ ...options, origin })
    this.#origin = options.hostHeader === null ? origin : `${protocol}//${options.hostHeader}`
  }

  /** Whether the device has given a cookie whose value is in quotes. */
  get hasQuotedCookie(): boolean {
    return [...this.#cookies.values()].some((value) => value.startsWith('"'))
  }

  /**
   * The first words with a device: follows it to https, and takes the host name to which it redirects for its own.
   * @returns `null` when all it says is a web page
   */
  async meet(items: readonly string[], signal: AbortSignal): Promise<Values | null> {
    for (let turns = 1; ; turns += 1) {
      const [request] = readItems(this.#site(), items, this.#options.clock.now())
      if (request === undefined) return {}
      const answer = await this.#exchange(request, this.limits.usual, signal)
      const isLast = turns === 3
      if (!isLast && (await this.#follows(answer))) continue
      const reply = parseReply(answer)
      if (reply.kind === 'values') return reply.values
      if (isLast || reply.kind === 'wants_https') return null
    }
  }

  /** Reads items together. @returns `null` when a web page or nothing came in their place, twice @throws ModemError */
  async items(names: readonly string[], switches: Fields = [], asking: Asking = {}): Promise<Values | null> {
    const all: Record<string, unknown> = {}
    for (const request of readItems(this.#site(), names, this.#options.clock.now(), switches)) {
      const values = await this.#read(request, asking)
      if (values === null || isRefused(values)) return values
      Object.assign(all, values)
    }
    return all
  }

  /** Reads a table. @returns `null` when a web page or nothing came in its place, twice @throws ModemError */
  table(name: string, parameters: Fields, asking: Asking = {}): Promise<Values | null> {
    const request = readTable(this.#site(), name, parameters, this.#options.clock.now())
    return this.#read({ ...request, largestBody: LARGEST_TABLE }, asking)
  }

  /** Writes once. @param token `AD`, `null` without one @throws ModemError */
  async write(
    form: Fields,
    token: string | null,
    { limitMs = this.limits.usual, signal }: Asking = {},
  ): Promise<Reply> {
    return parseReply(await this.#exchange(write(this.#site(), form, token), limitMs, signal))
  }

  /** A request that is neither readout nor write. @throws ModemError */
  async get(path: string, { limitMs = this.limits.usual, signal }: Asking = {}): Promise<Reply> {
    const { headers } = readTable(this.#site(), '', [], 0)
    return parseReply(await this.#exchange({ method: 'GET', target: path, headers, body: null }, limitMs, signal))
  }

  forgetCookies(): void {
    this.#cookies = new Map()
  }

  close(): Promise<void> {
    return this.#line.close()
  }

  /** Reading again does no harm: once more after an answer that was none. */
  async #read(request: HttpRequest, asking: Asking): Promise<Values | null> {
    const { limitMs = this.limits.usual, tries = 2, signal } = asking
    for (let turn = 1; ; turn += 1) {
      try {
        const reply = parseReply(await this.#exchange(request, limitMs, signal))
        if (reply.kind === 'values') return reply.values
        if (turn === tries) return null
      } catch (error) {
        if (turn === tries || !isPassing(error)) throw error
      }
    }
  }

  async #exchange(request: HttpRequest, limitMs: number, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const { elapsed, now } = this.#options.clock
    const [at, since] = [now(), elapsed()]
    const note = (received: string): void =>
      this.#options.exchanges?.note({ at, tookMs: elapsed() - since, sent: maskRequest(request), received: [received] })
    let answer: HttpAnswer
    try {
      answer = await this.#line.exchange(request, limitMs, signal)
    } catch (error) {
      note(error instanceof ModemError ? `(${error.message})` : '(given up)')
      throw error
    }
    note(maskAnswer(answer.status, answer.body))
    this.#cookies = takeCookies(this.#cookies, answer.setCookie)
    return answer
  }

  async #follows(answer: HttpAnswer): Promise<boolean> {
    const { url, hostHeader } = this.#options
    const { protocol, hostname, port } = new URL(url)
    if (parseReply(answer).kind === 'wants_https' && protocol === 'http:' && this.#origin.startsWith('http:')) {
      if (port !== '') {
        throw new ModemError(
          'not_allowed',
          'The router talks over https only. Write https:// and its port into the url.',
        )
      }
      await this.#line.close()
      this.#line = new HttpLine({ ...this.#options, origin: `https://${hostname}` })
      this.#origin = this.#origin.replace(/^http:/, 'https:')
      return true
    }
    const elsewhere = answer.location !== null && URL.canParse(answer.location) ? new URL(answer.location) : null
    if (hostHeader !== null || elsewhere === null || elsewhere.origin === this.#origin) return false
    this.#origin = elsewhere.origin
    return true
  }

  #site(): Site {
    return { origin: this.#origin, paths: this.paths, cookie: formatCookies(this.#cookies, this.isQuoted) }
  }
}

/** Whether the same reading may well succeed. */
function isPassing(error: unknown): boolean {
  return error instanceof ModemError && ['closed', 'protocol', 'timeout'].includes(error.code)
}
