import { timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import type { Server } from 'node:net'
import { createServer, isIP } from 'node:net'
import { dirname } from 'node:path'
import type { Aedes as Broker, Connection } from 'aedes'
import { ModemError } from '../modem/errors.ts'

export interface BrokerOptions {
  /** Anything but this machine itself requires `users`. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Empty: everybody. */
  readonly users: readonly { readonly username: string; readonly password: string }[]
  /** Folder for retained messages and sessions; `null`: they end with the broker. */
  readonly path: string | null
  readonly onProblem: (problem: string) => void
}

export interface RunningBroker {
  readonly port: number
  /** For clients inside the process. */
  handle(stream: Connection): void
  close(): Promise<void>
}

/** Messages kept for one client that does not read; what is more ends its connection. */
const QUEUE_LIMIT = 1000
/** Return code "bad user name or password" (MQTT 3.1.1 section 3.2.2.3). */
const BAD_CREDENTIALS = 4

/**
 * The embedded broker: MQTT 3.1.1 on TCP. Retained messages and persistent sessions outlive it when it has a folder.
 * @throws ModemError `not_allowed` for a door without a lock, `internal` when it cannot listen
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { host, users, path, onProblem } = options
  if (users.length === 0 && !isLoopback(host)) {
    throw new ModemError('not_allowed', `broker.host ${host} lets other machines in: configure broker.users first.`)
  }
  const { Aedes } = await import('aedes')
  const store = path === null ? undefined : await openStore(path, onProblem)
  const broker: Broker = await Aedes.createBroker({
    ...(store === undefined ? {} : { persistence: store.persistence }),
    queueLimit: QUEUE_LIMIT,
    authenticate: (_client, username, password, done) => {
      if (users.length === 0 || isKnown(users, username, password)) done(null, true)
      else done(Object.assign(new Error('unknown user or wrong password'), { returnCode: BAD_CREDENTIALS }), false)
    },
  })
  const server = createServer((socket) => broker.handle(socket))
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => broker.close(resolve))
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
    await store?.close()
  }
  try {
    return { port: await listen(server, options), handle: (stream) => void broker.handle(stream), close }
  } catch (error) {
    await close()
    throw error
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isKnown(users: BrokerOptions['users'], username: string | undefined, password: Buffer | undefined): boolean {
  const user = users.find((candidate) => candidate.username === username)
  const given = password ?? Buffer.alloc(0)
  const expected = Buffer.from(user?.password ?? '')
  // Compared in full even when the length differs, so that the time taken tells nothing.
  const isSame = timingSafeEqual(expected, given.length === expected.length ? given : Buffer.alloc(expected.length))
  return user !== undefined && isSame && given.length === expected.length
}

function listen(server: Server, { host, port }: BrokerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `another program listens there already. Point mqtt.url at that broker, or choose another broker.port.`
          : cause.message
      reject(new ModemError('internal', `The embedded broker cannot listen on ${host}:${port}: ${why}`, { cause }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function openStore(path: string, onProblem: (problem: string) => void) {
  const { ClassicLevel } = await import('classic-level')
  const { default: persistenceOn } = await import('aedes-persistence-level')
  mkdirSync(dirname(path), { recursive: true })
  const open = async () => {
    const level = new ClassicLevel(path)
    await level.open()
    return { persistence: persistenceOn(level), close: () => level.close() }
  }
  try {
    return await open()
  } catch (error) {
    const code = ((error as Error).cause as { code?: string } | undefined)?.code
    if (code === 'LEVEL_LOCKED') {
      throw new ModemError('internal', `Another zte2mqtt uses the folder ${path}: give each its own broker.path.`, {
        cause: error,
      })
    }
    if (code !== 'LEVEL_CORRUPTION' || !existsSync(path)) {
      throw new ModemError('internal', `The broker's folder ${path} cannot be used: ${(error as Error).message}`, {
        cause: error,
      })
    }
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`
    renameSync(path, aside)
    onProblem(`The broker's folder ${path} is damaged. It was put aside as ${aside} and a new one begun.`)
    return open()
  }
}
