import { constants } from 'node:crypto'
import type { Client, Dispatcher } from 'undici'
import { ModemError } from '../modem/errors.ts'
import { exchangeLeniently, LARGEST_BODY } from './http-lenient.ts'

export interface HttpOptions {
  /** Scheme, host and port: what is connected to, whatever the headers name. */
  readonly origin: string
  readonly tls: {
    /** Routers sign their certificates themselves, so only one of the user's own can be verified. */
    readonly rejectUnauthorized: boolean
    /** Takes TLS 1.0 and weak keys: some routers have nothing better. */
    readonly legacy: boolean
  }
}

/** One request. The length is added. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly target: string
  /** `Host` too. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** More octets of an answer are too many; a mebibyte when left out. */
  readonly largestBody?: number
}

/** What came back. */
export interface HttpAnswer {
  /** 100 … 599 */
  readonly status: number
  /** `Location` header, `null` without one. */
  readonly location: string | null
  /** `Set-Cookie` headers. */
  readonly setCookie: readonly string[]
  readonly body: Uint8Array
}

const CONNECT_LIMIT_MS = 5_000

const CERTIFICATE =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_\w+)$/

const HANDSHAKE = /^(?:ERR_SSL_\w+|EPROTO)$/

/**
 * HTTP to one device: one connection, one request in flight, a new connection for each. Many devices close after an answer
 * without a word, and of two requests at a time they drop one.
 */
export class HttpLine {
  readonly #options: HttpOptions
  #client: Client | undefined
  #turn: Promise<unknown> = Promise.resolve()
  /** Its HTTP is broken, so all of it is read with Node's own client. */
  #isLenient = false
  readonly #closing = new AbortController()

  constructor(options: HttpOptions) {
    this.#options = options
  }

  /**
   * Waits its turn, then sends. A redirect is an answer like any other.
   * @param limitMs from the sending to the last octet of the answer
   * @throws ModemError `modem_offline`: nothing was sent; `closed`, `timeout`: the device may have acted; `protocol`: it
   *   has, and its answer is no HTTP; `not_allowed`: its certificate cannot be verified
   */
  exchange(request: HttpRequest, limitMs: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const answer = this.#turn.then(() => this.#exchange(request, limitMs, signal))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  /** Whoever waits for an answer gets `closed`. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#client?.destroy()
  }

  async #exchange(request: HttpRequest, limitMs: number, given?: AbortSignal): Promise<HttpAnswer> {
    given?.throwIfAborted()
    const client = await this.#open()
    let isLate = false
    // A signal made of others stays known to those that live long, and on Node 20 one made of a time limit may lose it.
    const ending = new AbortController()
    const end = (): void => ending.abort()
    const causes = [this.#closing.signal, ...(given === undefined ? [] : [given])]
    for (const cause of causes) cause.addEventListener('abort', end)
    if (causes.some(({ aborted }) => aborted)) end()
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, limitMs)
    try {
      if (this.#isLenient) return await this.#leniently(request, ending.signal)
      return await exchangeStrictly(client, request, ending.signal)
    } catch (error) {
      given?.throwIfAborted()
      if (isLate && !(error instanceof ModemError)) throw timedOut(limitMs)
      if (!isNoHttp(error)) throw translated(error, this.#options.origin)
      // A write has been carried out already.
      const isWorthIt = !this.#isLenient && request.method === 'GET'
      this.#isLenient = true
      if (!isWorthIt) throw translated(error, this.#options.origin)
      return await this.#exchange(request, limitMs, given)
    } finally {
      clearTimeout(timer)
      for (const cause of causes) cause.removeEventListener('abort', end)
    }
  }

  async #open(): Promise<Client> {
    if (this.#closing.signal.aborted) throw closed(undefined)
    const client = this.#client ?? (await createClient(this.#options))
    this.#client = client
    if (!this.#closing.signal.aborted) return client
    // Closed while it was loaded.
    await client.destroy()
    throw closed(undefined)
  }

  #leniently(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { origin, tls } = this.#options
    return exchangeLeniently(request, { origin, tls: tlsOptions(tls), signal })
  }
}

async function exchangeStrictly(
  client: Client,
  { target, largestBody, ...request }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const answer = await client.request({ path: target, ...request, signal })
  const { location, 'set-cookie': cookies } = answer.headers
  return {
    status: answer.statusCode,
    location: typeof location === 'string' ? location : null,
    setCookie: cookies === undefined ? [] : [cookies].flat(),
    body: await bounded(answer.body, largestBody),
  }
}

/** Loaded only by who has a router. */
async function createClient({ origin, tls }: HttpOptions): Promise<Client> {
  const undici = await import('undici')
  return new undici.Client(origin, {
    // Says "connection: close": with kept connections a third of the requests to some devices ended in a reset.
    pipelining: 0,
    connect: {
      timeout: CONNECT_LIMIT_MS,
      ...tlsOptions(tls),
    },
  })
}

function tlsOptions({ rejectUnauthorized, legacy }: HttpOptions['tls']) {
  if (!legacy) return { rejectUnauthorized }
  return {
    rejectUnauthorized,
    minVersion: 'TLSv1' as const,
    ciphers: 'DEFAULT@SECLEVEL=0',
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  }
}

async function bounded(body: Dispatcher.ResponseData['body'], largest = LARGEST_BODY): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > largest) throw tooMuch()
  }
  return Buffer.concat(chunks)
}

function translated(error: unknown, origin: string): unknown {
  if (!(error instanceof Error) || error instanceof ModemError) return error
  const code = 'code' in error ? String(error.code) : ''
  const details = { cause: error, detail: `${code} ${error.message}` }
  if (isBeforeSending(error, code)) {
    return new ModemError(
      'modem_offline',
      `Nothing answers at ${origin}. Is the modem on, and this its address?`,
      details,
    )
  }
  if (CERTIFICATE.test(code)) {
    return new ModemError(
      'not_allowed',
      'The certificate of the router cannot be verified. Set tls.reject_unauthorized to false for this modem.',
      details,
    )
  }
  if (HANDSHAKE.test(code)) {
    return new ModemError(
      'not_allowed',
      'No encrypted connection to the router comes about. Set tls.legacy to true for this modem, or use http:// if it allows that.',
      details,
    )
  }
  if (code === 'ERR_BODY_TOO_LARGE') return tooMuch()
  if (isNoHttp(error)) {
    return new ModemError('protocol', 'The router sent an answer that is no HTTP.', { ...details, retry: 'now' })
  }
  return closed(error)
}

function isNoHttp(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return error.name === 'HTTPParserError' || /^(?:HPE_|UND_ERR_(?:RES_|HEADERS_OVERFLOW))/.test(code)
}

function tooMuch(): ModemError {
  return new ModemError('protocol', 'The router sent more than any answer should hold. Is this address a modem?')
}

/** A host may also become unreachable, or time out, in the middle of an exchange. */
function isBeforeSending(error: Error, code: string): boolean {
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ECONNREFUSED') return true
  return 'syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')
}

function timedOut(limitMs: number): ModemError {
  return new ModemError('timeout', `The router gave no answer within ${limitMs / 1000} s.`)
}

function closed(cause: Error | undefined): ModemError {
  return new ModemError('closed', 'The router ended the connection without an answer.', { cause })
}
