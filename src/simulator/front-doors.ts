import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'

interface Door {
  server: Server
  readonly port: number
  readonly host: string
  readonly enter: (socket: Socket) => boolean
}

/** The TCP ports of a stick. Off the bus they refuse connections; back on it they are where they were. */
export class FrontDoors {
  readonly #doors: Door[] = []

  /** @param enter says whether the client may stay; @returns the TCP port */
  async open(port: number, host: string, enter: (socket: Socket) => boolean): Promise<number> {
    const server = await serve(port, host, enter)
    const address = server.address()
    const actual = typeof address === 'object' && address ? address.port : port
    this.#doors.push({ server, port: actual, host, enter })
    return actual
  }

  /** At once; connections that stand are not touched. */
  close(): void {
    for (const { server } of this.#doors) server.close()
  }

  /** @throws Error when somebody else took a port meanwhile */
  async reopen(): Promise<void> {
    for (const door of this.#doors) door.server = await serve(door.port, door.host, door.enter)
  }
}

function serve(port: number, host: string, enter: (socket: Socket) => boolean): Promise<Server> {
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    if (!enter(socket)) socket.destroy()
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}
