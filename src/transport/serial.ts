import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { SerialPort } from 'serialport'
import { ModemError } from '../modem/errors.ts'

export interface SerialOptions {
  /** Bits per second; has no meaning for USB sticks. */
  readonly baud: number
  /** Gives up opening; an open port is not touched by it. */
  readonly signal: AbortSignal
}

/** How long a TCP connection may take to come about, in milliseconds. */
const CONNECT_LIMIT_MS = 10_000

/**
 * Opens a tty (`/dev/…`), or a TCP port behind which one stands (`tcp://host:port`). The stream ends with `error` when
 * the modem goes away, and its `destroy` closes the port.
 * @throws ModemError `modem_offline` with the remedy; `invalid_request` for an address that is none; the signal's reason
 */
export async function openSerial(port: string, { baud, signal }: SerialOptions): Promise<Duplex> {
  signal.throwIfAborted()
  return port.startsWith('tcp://') ? openTcp(port, signal) : openTty(port, baud, signal)
}

async function openTty(path: string, baudRate: number, signal: AbortSignal): Promise<Duplex> {
  // Native code, which an installation without a serial modem never loads.
  const serialport = await import('serialport')
  // Without HUPCL the stick keeps its state when the bridge restarts. The modem lines are left alone: ptys have none.
  const port = new serialport.SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false })
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(openingError(path, error)) : resolve()))
  })
  const stream = streamOf(port)
  if (signal.aborted) {
    stream.destroy()
    throw signal.reason
  }
  return stream
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
  const givingUp = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_LIMIT_MS)])
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      socket.destroy()
      reject(signal.aborted ? signal.reason : openingError(address, new Error('ETIMEDOUT')))
    }
    const fail = (error: Error) => {
      givingUp.removeEventListener('abort', giveUp)
      reject(openingError(address, error))
    }
    givingUp.addEventListener('abort', giveUp, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      givingUp.removeEventListener('abort', giveUp)
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

interface OpeningFault {
  /** The system's code, or its wording: the native part of serialport passes on only that. */
  readonly pattern: RegExp
  readonly remedy: string
}

const OPENING_FAULTS: readonly OpeningFault[] = [
  { pattern: /ENOENT|ENODEV|ENXIO|no such/i, remedy: 'there is no such port. Is the modem plugged in?' },
  {
    pattern: /EACCES|EPERM|permission denied|not permitted/i,
    remedy:
      'the system does not permit it. Add the user of the bridge to the group "dialout" (sudo usermod -aG dialout <user>) and log in anew; in a container, pass the device on.',
  },
  {
    pattern: /EBUSY|EAGAIN|resource busy|temporarily unavailable|cannot lock/i,
    remedy:
      'another program holds it: perhaps ModemManager, gammu-smsd, smstools or a second bridge. Stop that program or let it ignore this modem.',
  },
  { pattern: /ENOTTY|inappropriate ioctl|ENOTDIR/i, remedy: 'that is no serial port.' },
  { pattern: /ECONNREFUSED/, remedy: 'nothing listens there. Is the serial server running?' },
  { pattern: /ENOTFOUND|EAI_AGAIN/, remedy: 'the name of the host is not known.' },
  { pattern: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, remedy: 'the host does not answer. Is it switched on?' },
]

/** The error a user sees when a port cannot be opened, with what to do about it. */
export function openingError(port: string, cause: Error & { code?: string }): ModemError {
  const words = `${cause.code ?? ''} ${cause.message}`
  const remedy = OPENING_FAULTS.find(({ pattern }) => pattern.test(words))?.remedy ?? 'the log tells more.'
  return new ModemError('modem_offline', `${port} cannot be opened: ${remedy}`, { cause, detail: words.trim() })
}
