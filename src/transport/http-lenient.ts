import { request as requestOverTcp } from 'node:http'
import { request as requestOverTls } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import type { HttpAnswer, HttpRequest } from './http.ts'

/** Octets of an answer where nothing else is said. */
export const LARGEST_BODY = 1024 * 1024

/** How to do it. */
export interface LenientOptions {
  readonly origin: string
  readonly tls: ConnectionOptions
  readonly signal: AbortSignal
}

/**
 * One exchange with a device whose HTTP is broken: lines that end without a carriage return, control characters in
 * headers, a length beside chunks. Node's own client reads these when told to; undici does not.
 * @throws Error as Node tells it, `ERR_BODY_TOO_LARGE` among them
 */
export function exchangeLeniently(request: HttpRequest, options: LenientOptions): Promise<HttpAnswer> {
  const { method, target: path, headers, body, largestBody = LARGEST_BODY } = request
  const { origin, tls, signal } = options
  const { protocol, hostname, port } = new URL(origin)
  const length = body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const settings = {
    ...tls,
    method,
    path,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? undefined : Number(port),
    headers: { ...headers, ...length, Connection: 'close' },
    agent: false as const,
    insecureHTTPParser: true,
    signal,
  }
  return new Promise((resolve, reject) => {
    const sent = (protocol === 'https:' ? requestOverTls : requestOverTcp)(settings, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > largestBody) sent.destroy(Object.assign(new Error('too large'), { code: 'ERR_BODY_TOO_LARGE' }))
      })
      response.on('end', () => {
        const { location = null, 'set-cookie': setCookie = [] } = response.headers
        resolve({ status: response.statusCode ?? 0, location, setCookie, body: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}
