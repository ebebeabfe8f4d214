import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './house.ts'

const DEADLINE_MS = 30_000

/** A pseudo-terminal under one name, which can be gone and come back like the tty of a stick. */
export class VanishingPty {
  readonly path: string
  readonly #folder: string
  readonly #server: Server
  #process: ChildProcess | undefined
  #otherEnd: Socket | undefined

  private constructor(folder: string, server: Server) {
    this.path = join(folder, 'tty')
    this.#folder = folder
    this.#server = server
  }

  /** @param meet is given the other end, each time it is back */
  static async start(t: TestContext, meet: (otherEnd: Socket) => void): Promise<VanishingPty> {
    const server = createServer({ noDelay: true }, (otherEnd) => {
      // Socat may be gone before everything is read.
      otherEnd.on('error', () => otherEnd.destroy())
      meet(otherEnd)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const pty = new VanishingPty(temporaryFolder(t), server)
    t.after(async () => {
      await pty.vanish()
      server.close()
    })
    await pty.comeBack()
    return pty
  }

  async comeBack(): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const watching = new AbortController()
    const watcher = watch(this.#folder, { signal: watching.signal })
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const met = once(this.#server, 'connection', { signal })
    this.#process = spawn('socat', [`pty,raw,echo=0,link=${this.path}`, `tcp:127.0.0.1:${port}`], { stdio: 'ignore' })
    while (!existsSync(this.path)) await once(watcher, 'change', { signal })
    watching.abort()
    await once(watcher, 'close')
    const [otherEnd] = (await met) as [Socket]
    this.#otherEnd = otherEnd
  }

  /** Whoever has it open is hung up. */
  async vanish(): Promise<void> {
    const process = this.#process
    const otherEnd = this.#otherEnd
    this.#process = undefined
    if (process === undefined) return
    const isGone = process.exitCode !== null || process.signalCode !== null
    const gone = isGone ? undefined : once(process, 'close')
    process.kill('SIGTERM')
    await gone
    otherEnd?.resume()
    if (otherEnd?.closed === false) await once(otherEnd, 'close')
  }

  /** The same before this returns: nothing else happens in this process meanwhile. */
  vanishWithin(): void {
    const pid = this.#process?.pid
    if (pid === undefined) return
    // It stays a zombie, without files, until this process can take notice.
    execFileSync('sh', ['-c', `kill ${pid}; while [ -n "$(ls /proc/${pid}/fd 2>/dev/null)" ]; do sleep 0.01; done`])
  }
}
