import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, STATUS_CODES } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { FrontDoors } from './front-doors.ts'
import { createCertificate } from './goform-certificate.ts'
import type { Framing } from './goform-firmware.ts'
import type { GoformReply, RawRequest } from './goform-request.ts'

/** What is to be done with one connection. */
export type DoorOrder =
  /** `excess`: how far the announced length is off. */
  | { readonly kind: 'reply'; readonly reply: GoformReply; readonly framing: Framing; readonly excess?: number }
  /** Nothing is said, and the connection ends, orderly or not. */
  | { readonly kind: 'close' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' }

/** Understands a request and says through `order` what comes back, at once or later. */
export type DoorKeeper = (request: RawRequest, order: (order: DoorOrder) => void) => void

/** The web server of a router: it knows octets and connections and no meaning. Away, it refuses and ends connections. */
export class GoformDoor {
  readonly #doors = new FrontDoors()
  readonly #sockets = new Set<Socket>()
  readonly #keeper: DoorKeeper
  #isOpen = true

  constructor(keeper: DoorKeeper) {
    this.#keeper = keeper
  }

  /** @param isSecure HTTPS with a certificate of its own making; @returns the TCP port */
  async open(port: number, host: string, isSecure: boolean): Promise<number> {
    const server = isSecure ? createSecureServer(createCertificate()) : createServer()
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response, isSecure)
    })
    return this.#doors.open(port, host, (socket) => this.#isOpen && this.#enter(socket, server))
  }

  close(): void {
    this.#isOpen = false
    this.#doors.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** @throws Error when somebody else took a port meanwhile */
  async reopen(): Promise<void> {
    await this.#doors.reopen()
    this.#isOpen = true
  }

  #enter(socket: Socket, server: HttpServer | ReturnType<typeof createSecureServer>): boolean {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // Who resets a connection is no fault of the router's.
    socket.on('error', () => socket.destroy())
    server.emit('connection', socket)
    return true
  }

  async #serve(request: IncomingMessage, response: ServerResponse, isSecure: boolean): Promise<void> {
    const { method = 'GET', url: target = '/', headers, socket } = request
    const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    const body = await bodyOf(request)
    if (body === null) return
    this.#keeper({ method, target, headers, peer, isSecure, body }, (order) => carryOut(order, response))
  }
}

/** `null` when the client went away in the middle of it. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString('utf8')
}

function carryOut(order: DoorOrder, response: ServerResponse): void {
  const { socket } = response
  if (!socket || socket.destroyed || order.kind === 'silence') return
  if (order.kind === 'reset') resetOf(socket)
  else if (order.kind === 'close') socket.end()
  else tell(order.reply, order.framing, order.excess ?? 0, response)
}

/** RST where there is TCP below; TLS has no such thing and just ends. */
function resetOf(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

function tell(reply: GoformReply, framing: Framing, excess: number, response: ServerResponse): void {
  const { socket } = response
  const { status, headers, body } = reply
  const octets = Buffer.from(body, 'utf8')
  if (framing === 'keep-alive' && excess === 0) {
    response.writeHead(status, { ...headers, 'Content-Length': octets.length })
    response.end(octets)
    return
  }
  const length = framing === 'http-1.0' ? {} : { 'Content-Length': String(octets.length + excess) }
  const connection = framing === 'close' ? { Connection: 'close' } : {}
  const lines = Object.entries({ ...headers, ...length, ...connection }).map(([name, value]) => `${name}: ${value}\r\n`)
  const version = framing === 'http-1.0' ? 'HTTP/1.0' : 'HTTP/1.1'
  const head = `${version} ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`
  socket?.end(Buffer.concat([Buffer.from(head, 'latin1'), octets]))
}
