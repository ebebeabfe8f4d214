import { read } from 'node:fs'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { SerialPort } from 'serialport'
import { ModemError } from '../modem/errors.ts'
import { heldError, openingError } from './opening-faults.ts'

export interface SerialOptions {
  /** Bits per second; has no meaning for USB sticks. */
  readonly baud: number
  /** Gives up opening; an open port is not touched by it. */
  readonly signal: AbortSignal
  /** Folder that holds `proc`, `etc` and `dev`, where the reason of a failure is looked for; default `/`. */
  readonly root?: string
}

/** How long a TCP connection may take to come about, in milliseconds. */
const CONNECT_LIMIT_MS = 10_000

/**
 * Opens a tty (`/dev/…`), or a TCP port behind which one stands (`tcp://host:port`). The stream ends with `error` when
 * the modem goes away, and its `destroy` closes the port.
 * @throws ModemError `modem_offline` with the remedy; `invalid_request` for an address that is none; the signal's reason
 */
export async function openSerial(port: string, options: SerialOptions): Promise<Duplex> {
  options.signal.throwIfAborted()
  return port.startsWith('tcp://') ? openTcp(port, options.signal) : openTty(port, options)
}

async function openTty(path: string, { baud: baudRate, signal, root = '/' }: SerialOptions): Promise<Duplex> {
  // The lock below keeps out only those who ask for one, and as root the kernel keeps out nobody.
  const held = await heldError(path, root)
  if (held !== undefined) throw held
  // Native code, which an installation without a serial modem never loads.
  const serialport = await import('serialport')
  // Without HUPCL the stick keeps its state when the bridge restarts. The modem lines are left alone: ptys have none.
  const port = new serialport.SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false })
  const failure = await new Promise<Error | null>((resolve) => port.open(resolve))
  if (failure !== null) throw await openingError(path, failure, root)
  if (port.port !== undefined && 'poller' in port.port) endAtHangUp(port.port)
  const stream = streamOf(port)
  if (signal.aborted) {
    stream.destroy()
    throw signal.reason
  }
  return stream
}

/** A tty opened by serialport, on systems that hang one up when its device goes. */
type Tty = Extract<NonNullable<SerialPort['port']>, { readonly poller: unknown }>

/**
 * A tty that was hung up gives 0 octets, at once and for ever. serialport (bindings-cpp 13.0, its issue 162) takes that for
 * nothing yet and reads on without a pause until the memory is full, where a modem leaves the bus while it speaks; here it is
 * the end. May go when serialport sees it so.
 */
function endAtHangUp(tty: Tty): void {
  tty.read = async (buffer, offset, length) => {
    // Closed meanwhile, its poller is gone, too: native code would crash.
    while (tty.fd !== null) {
      const bytesRead = await readOnce(tty.fd, buffer, offset, length)
      if (bytesRead !== undefined) return { buffer, bytesRead }
      if (tty.fd !== null) await untilReadable(tty)
    }
    throw goneError(undefined)
  }
}

/** @returns the number of octets, 0 after a hang-up, `undefined` while there is nothing to read */
function readOnce(fd: number, buffer: Buffer, offset: number, length: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, offset, length, null, (error, bytesRead) => {
      if (error === null) resolve(bytesRead)
      else if (error.code === 'EAGAIN' || error.code === 'EINTR') resolve(undefined)
      else reject(error)
    })
  })
}

/** Rejects when the tty is hung up or closed meanwhile. */
function untilReadable({ poller }: Tty): Promise<void> {
  return new Promise((resolve, reject) => {
    poller.once('readable', (error) => (error === null ? resolve() : reject(error)))
  })
}

/** A SerialPort does not close its port on `destroy`, nor end with the error that tells of unplugging; this does. */
function streamOf(port: SerialPort): Duplex {
  const stream = new Duplex({
    read: () => {
      port.resume()
    },
    write: (chunk: Buffer, _encoding, done) => {
      port.write(chunk, (error) => done(error))
    },
    destroy: (error, done) => {
      if (port.isOpen) port.close(() => done(error))
      else done(error)
    },
  })
  port.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) port.pause()
  })
  port.on('end', () => stream.destroy(goneError(undefined)))
  port.on('error', (error) => stream.destroy(goneError(error)))
  port.on('close', (error: Error | null) => stream.destroy(goneError(error ?? undefined)))
  return stream
}

function openTcp(address: string, signal: AbortSignal): Promise<Duplex> {
  const { host, port } = parseAddress(address)
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })
  return new Promise((resolve, reject) => {
    const settled = () => {
      clearTimeout(clock)
      signal.removeEventListener('abort', giveUp)
    }
    const fail = (error: Error) => {
      settled()
      void openingError(address, error).then(reject, reject)
    }
    const giveUp = () => {
      settled()
      socket.destroy()
      reject(signal.reason)
    }
    // Not AbortSignal.any with AbortSignal.timeout: Node 20 collects that pair as garbage, and the limit never comes.
    const clock = setTimeout(() => {
      socket.destroy()
      fail(new Error('ETIMEDOUT'))
    }, CONNECT_LIMIT_MS)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      settled()
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

function parseAddress(address: string): { host: string; port: number } {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || url.hostname === '' || url.port === '') {
    throw new ModemError('invalid_request', `"${address}" is no address: expected tcp://host:port.`)
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) }
}

function goneError(cause: Error | undefined): ModemError {
  const message = 'The modem was unplugged, or its port was closed from outside.'
  return new ModemError('closed', message, cause === undefined ? {} : { cause })
}
