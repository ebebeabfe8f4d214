import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { Server, Socket } from 'node:net'
import { createServer, isIP } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Aedes as Broker, Client, Connection, PublishPacket } from 'aedes'
import { ModemError } from '../modem/errors.ts'
import type { BrokerStore } from './broker-store.ts'
import type { BrokerUser } from './broker-users.ts'
import { BrokerUsers } from './broker-users.ts'
import { PacketLimit } from './packet-limit.ts'

/** Where the embedded broker listens, for whom, and what it remembers. */
export interface BrokerOptions {
  /** Anything but this machine itself requires `users`. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Empty: everybody. */
  readonly users: readonly BrokerUser[]
  /** Certificate and private key (PEM text): the port speaks TLS, and nothing else. `null`: TCP as it is. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** Folder for retained messages and sessions; `null`: they end with the broker. */
  readonly path: string | null
  readonly onProblem: (problem: string) => void
}

/** The embedded broker while it runs. */
export interface RunningBroker {
  readonly port: number
  /** For the bridge itself, which may know nothing but the hashes of its users' passwords; new with each start. */
  readonly login: { readonly username: string; readonly password: string }
  /** Serves a client inside the process; user name and password are asked for as on a socket. */
  handle(stream: Connection): void
  /** Ends all connections; what they had sent is on disk when it resolves. */
  close(): Promise<void>
}

type Done = (error?: Error | null) => void
/** aedes' own way of calling it, which its types leave out. */
type Publish = (packet: PublishPacket, client?: Client | null | Done, done?: Done) => void

const MOST_CONNECTIONS = 100
/** An SMS, however long, is a few kilobytes; discovery messages are the longest that pass here. */
const LONGEST_PACKET_BYTES = 1024 * 1024
/** Packets that a client may send before it has seen CONNACK. */
const EARLY_PACKETS = 1000
/** A client that does not read for so long is cut off; until then, who publishes to it waits. */
const STALLED_MS = 10_000
/** How long a client may take for the handshake of TLS. */
const HANDSHAKE_MS = 10_000
/** Return code "bad user name or password" (MQTT 3.1.1 section 3.2.2.3). */
const BAD_CREDENTIALS = 4

/**
 * The embedded broker: MQTT 3.1.1 on TCP or TLS. With a folder, retained messages, persistent sessions and what waits for them outlive
 * it, a crash and a power cut included: PUBACK goes out when the message is on disk. What does not hold with aedes 1.2:
 * - redelivered messages lack the DUP flag, and a session without subscriptions counts as not present;
 * - while a client resumes its session, a new message can overtake those that waited, or come twice;
 * - sessions do not expire: an absent client's queue ends at a length instead;
 * - the messages of a client whose subscriptions overlap can come twice after it resumes its session.
 * @throws ModemError `not_allowed` for a door without a lock or with a key that does not fit, `internal` when it cannot listen or
 *   its folder cannot be used
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { host, users, tls, path, onProblem } = options
  if (users.length === 0 && !isLoopback(host)) {
    throw new ModemError('not_allowed', `broker.host ${host} lets other machines in: configure broker.users first.`)
  }
  const server = createDoor(tls)
  const store = path === null ? undefined : await (await import('./broker-store.ts')).openBrokerStore(path, onProblem)
  const login = { username: randomUUID(), password: randomUUID() }
  const broker = await createBroker(users.length === 0 ? [] : [...users, { ...login, passwordHash: null }], store)
  const failures: EventEmitter = broker
  failures.on('error', (error: Error) => onProblem(`The embedded broker failed: ${error.message}`))
  const handle = (stream: Connection): void => void broker.handle(stream)
  const sockets = new Set<Socket>()
  server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    handle(socket)
    limitPackets(socket)
  })
  server.maxConnections = MOST_CONNECTIONS
  const close = async (): Promise<void> => {
    const isClosed = server.listening && new Promise<void>((resolve) => server.close(() => resolve()))
    await new Promise<void>((resolve) => broker.close(resolve))
    // Those that never sent CONNECT are unknown to aedes.
    for (const socket of sockets) socket.destroy()
    await isClosed
    await store?.close()
  }
  try {
    return { port: await listen(server, options), login, handle, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @throws ModemError `not_allowed` when certificate and key do not belong together, or are none */
function createDoor(tls: BrokerOptions['tls']): Server {
  if (tls === null) return createServer()
  try {
    return createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_MS })
  } catch (cause) {
    const what =
      'The embedded broker cannot use broker.cert with broker.key: they have to be a certificate and its private key, in PEM.'
    throw new ModemError('not_allowed', what, { cause })
  }
}

async function createBroker(users: readonly BrokerUser[], store: BrokerStore | undefined): Promise<Broker> {
  const { Aedes } = await import('aedes')
  const known = new BrokerUsers(users)
  const broker = await Aedes.createBroker({
    ...(store === undefined ? {} : { id: store.brokerId, persistence: store.persistence }),
    queueLimit: EARLY_PACKETS,
    drainTimeout: STALLED_MS,
    authenticate: (_client, username, password, done) => {
      const refused = Object.assign(new Error('unknown user or wrong password'), { returnCode: BAD_CREDENTIALS })
      const answer = (isKnown: boolean): void => done(isKnown ? null : refused, isKnown)
      if (users.length === 0) answer(true)
      else known.knows(username, password).then(answer, () => answer(false))
    },
  })
  publishInTurn(broker)
  if (store !== undefined) acknowledgeWhenStored(broker, store)
  return broker
}

/**
 * aedes numbers a message before it stores it, sends it on afterwards, and takes a number below the last one for a repetition. A
 * retained message, which takes longest to store, is then not sent on at all when another overtakes it: so one after the other.
 */
function publishInTurn(broker: Broker): void {
  const publish = broker.publish.bind(broker) as Publish
  let turn: Promise<void> = Promise.resolve()
  const publishNext: Publish = (packet, client, done) => {
    const [from, finished] = typeof client === 'function' ? [null, client] : [client, done]
    turn = turn.then(
      () =>
        new Promise((resolve) => {
          publish(packet, from, (error) => {
            resolve()
            finished?.(error)
          })
        }),
    )
  }
  broker.publish = publishNext as Broker['publish']
}

/**
 * aedes sends PUBACK and stores the message afterwards. Here it is stored in the step before, where aedes asks whether the client
 * may publish; what that client has itself acknowledged is on disk by then too, so that its next PUBACK proves it.
 */
function acknowledgeWhenStored(broker: Broker, { persistence }: BrokerStore): void {
  const stored = new WeakSet<PublishPacket>()
  const mayPublish = broker.authorizePublish.bind(broker)
  const publish = broker.publish.bind(broker) as Publish
  const store = (packet: PublishPacket, client: Client | null, done: Done): void =>
    publish(packet, client, (error) => {
      if (!error) stored.add(packet)
      done(error)
    })
  broker.authorizePublish = (client, packet, done) =>
    mayPublish(client, packet, (refusal) => {
      // QoS 2 has its own order: aedes stores it first.
      if (refusal || packet.qos !== 1) done(refusal)
      else if (client === null) store(packet, client, done)
      else persistence.acknowledged(client).then(() => store(packet, client, done), done)
    })
  const publishOnce: Publish = (packet, client, done) => {
    if (!stored.delete(packet)) publish(packet, client, done)
    else if (typeof done === 'function') done()
  }
  broker.publish = publishOnce as Broker['publish']
}

/** To be called when aedes reads from the socket already: a `data` listener then sees what aedes takes, and starts no flow. */
function limitPackets(socket: Socket): void {
  const limit = new PacketLimit(LONGEST_PACKET_BYTES)
  socket.on('data', (chunk) => {
    if (!limit.accepts(chunk)) socket.destroy()
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
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
