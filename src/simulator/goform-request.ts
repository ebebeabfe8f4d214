import type { IncomingHttpHeaders } from 'node:http'

/** One request as the web server of a router reads it. */
export interface GoformRequest {
  readonly method: string
  /** Path and query as they came. */
  readonly target: string
  readonly path: string
  /** Query and form in one. */
  readonly fields: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Address of the client. */
  readonly peer: string
  readonly isSecure: boolean
  /** `goformId`, or the names that are read. */
  readonly names: readonly string[]
}

/** What comes back. */
export interface GoformReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One exchange from the router's side; `null` ends the connection without a word. */
export interface GoformOutcome {
  readonly reply: GoformReply | null
  /** From the request to the reply. */
  readonly delayMs: number
  /** Once the reply is on its way. */
  readonly afterwards?: () => void
}

/** What came in, before it was understood. */
export interface RawRequest extends Pick<GoformRequest, 'method' | 'target' | 'headers' | 'peer' | 'isSecure'> {
  readonly body: string
}

/** @param limit a longer request line is cut there; octets */
export function readRequest(raw: RawRequest, limit: number | null): GoformRequest {
  const target = limit === null ? raw.target : raw.target.slice(0, Math.max(0, limit - raw.method.length - 1))
  const [path = '', query = ''] = target.split('?', 2)
  const fields = new URLSearchParams(`${query}&${raw.body}`)
  const id = fields.get('goformId')
  const names = id === null ? (fields.get('cmd') ?? '').split(',').filter((name) => name !== '') : [id]
  return { ...raw, target, path, fields, names }
}

/** An answer in JSON with names in this order. */
export function jsonReply(value: Readonly<Record<string, unknown>>): GoformReply {
  return { status: 200, headers: {}, body: JSON.stringify(value) }
}

/** `{"result":"…"}` */
export function resultReply(result: string): GoformReply {
  return jsonReply({ result })
}

export const LOGIN_PAGE_REPLY: GoformReply = {
  status: 200,
  headers: { 'Content-Type': 'text/html' },
  body: '<!DOCTYPE html><html><head><title>4G Hostless Modem</title></head><body></body></html>',
}

/** What the page of another device says. */
export const NOT_FOUND_REPLY: GoformReply = {
  status: 404,
  headers: { 'Content-Type': 'text/html' },
  body: '<h1>Not Found</h1>',
}

/** The right to do that is missing, or the request is not made as the firmware wants it. */
export const FAILURE_REPLY: GoformReply = resultReply('failure')
