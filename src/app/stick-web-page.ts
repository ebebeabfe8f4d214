import { get } from 'node:http'

/**
 * What came of asking a web page: `silent` when the connection was made and no whole answer came, `unreachable` when it
 * was not made, with the code of the system.
 */
export type PageAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreachable'; readonly code: string }

/** One HTTP GET with a time limit. Never rejects. */
export type GetPage = (url: string, headers: Readonly<Record<string, string>>) => Promise<PageAnswer>

/** A web page says one short thing; whatever is longer is none of ours. */
const LONGEST_BODY = 64 * 1024

/** GetPage on the network. @param limitMs for the whole exchange, in milliseconds */
export function getPage(limitMs: number): GetPage {
  return (url, headers) =>
    new Promise((resolve) => {
      let isConnected = false
      const fail = (error: NodeJS.ErrnoException): void =>
        resolve(isConnected ? { kind: 'silent' } : { kind: 'unreachable', code: error.code ?? error.message })
      const tooLate = AbortSignal.timeout(limitMs)
      const request = get(url, { headers, agent: false, signal: tooLate }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          if (body.length < LONGEST_BODY) body += text
        })
        response.once('error', fail)
        response.once('end', () => resolve({ kind: 'answer', status: response.statusCode ?? 0, body }))
      })
      request.once('socket', (socket) => {
        socket.once('connect', () => {
          isConnected = true
        })
      })
      request.once('error', (error) => {
        const isTooLate = tooLate.aborted && !isConnected
        fail(isTooLate ? Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }) : error)
      })
    })
}
