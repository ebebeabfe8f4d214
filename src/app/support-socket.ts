import { once } from 'node:events'
import { lstatSync, unlinkSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'

/** `sun_path` of Linux has 108 octets with its final zero (unix(7)); other systems have a few less and say so themselves. */
const LONGEST_PATH = 107

/** Whoever does not take the answer in that time is hung up on; whoever waits for it gives up. */
const LIMIT_MS = 10_000

interface SupportSocketOptions {
  readonly path: string
  /** What whoever connects is told, as JSON. */
  readonly tell: () => unknown
  readonly onProblem: (problem: string, cause: unknown) => void
}

/** What came of asking a running bridge. */
export type BridgeAnswer =
  | { readonly kind: 'told'; readonly report: unknown }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'failed'; readonly says: string }

/** Where the bridge that has this journal listens for `support`. */
export function supportSocketPath(journalPath: string): string {
  return join(dirname(journalPath), 'zte2mqtt.sock')
}

/**
 * Tells whoever connects to a Unix domain socket, which only this user may, and reads nothing. Where there can be no such socket,
 * `onProblem` hears of it once and all else goes on. @returns how to end it
 */
export async function openSupportSocket(options: SupportSocketOptions): Promise<() => Promise<void>> {
  const { path, onProblem } = options
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.once('close', () => clients.delete(socket))
    // Whoever hung up early.
    socket.on('error', () => {})
    answer(socket, options)
  })
  try {
    await listen(server, path)
  } catch (cause) {
    onProblem(`There is nothing to ask for "zte2mqtt support": ${reasonOf(cause, path)}`, cause)
    return async () => {}
  }
  server.on('error', (cause) => onProblem(`"zte2mqtt support" cannot be answered: ${cause.message}`, cause))
  return async () => {
    const closed = once(server, 'close')
    // Removes the file as well.
    server.close()
    for (const client of clients) client.destroy()
    await closed
  }
}

/** Asks the bridge that listens there. Never rejects. */
export async function askBridge(path: string): Promise<BridgeAnswer> {
  try {
    return { kind: 'told', report: JSON.parse(await readAll(path)) as unknown }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return { kind: 'nobody' }
    const remedy = code === 'EACCES' || code === 'EPERM' ? ' Run it as the user of the bridge.' : ''
    return { kind: 'failed', says: `The bridge cannot be asked at ${path}: ${message}.${remedy}` }
  }
}

/** A fault of ours while somebody asks for help must not end the bridge. */
function answer(socket: Socket, { tell, onProblem }: SupportSocketOptions): void {
  socket.setTimeout(LIMIT_MS, () => socket.destroy())
  try {
    socket.end(JSON.stringify(tell()))
  } catch (cause) {
    onProblem('"zte2mqtt support" could not be answered.', cause)
    socket.destroy()
  }
}

async function listen(server: Server, path: string): Promise<void> {
  if (process.platform === 'win32') throw new Error('Windows has no such sockets')
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`its path is longer than ${LONGEST_PATH} octets`)
  try {
    await bind(server, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await isLeftBehind(path))) throw error
    unlinkSync(path)
    await bind(server, path)
  }
}

async function bind(server: Server, path: string): Promise<void> {
  // Binding makes the file, and makes it before `listen` returns.
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
}

/** Of a process that was killed. */
async function isLeftBehind(path: string): Promise<boolean> {
  return lstatSync(path).isSocket() && (await askBridge(path)).kind === 'nobody'
}

function reasonOf(cause: unknown, path: string): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `another program has ${path}.`
  return `the socket ${path} cannot be made (${code ?? message}).`
}

async function readAll(path: string): Promise<string> {
  const socket = connect(path)
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('it does not answer')))
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
