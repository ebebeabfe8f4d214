import { findUnsolicited } from '../at/unsolicited.ts'
import { identifyUsb } from '../devices/usb-remedies.ts'
import { ModemError } from '../modem/errors.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { Driver, Modem } from '../modem/modem.ts'
import { openSerial } from '../transport/serial.ts'
import type { PortSearch, RememberedPort } from '../transport/usb-candidates.ts'
import { isToBeFound } from '../transport/usb-candidates.ts'
import type { ProbeAnswer, ProbePort } from '../transport/usb-follow.ts'
import { findAtPort } from '../transport/usb-follow.ts'
import { scanUsb } from '../transport/usb-tty.ts'
import { AtChannel } from './at-channel.ts'
import { readModemIdentity } from './at-identity.ts'
import { AtModem } from './at-modem.ts'
import { AtRecorder } from './at-recorder.ts'
import { restartModem } from './at-restart.ts'
import type { StartOptions } from './at-start.ts'
import { startUp } from './at-start.ts'
import { openOtherPort } from './other-port.ts'
import { joinPdus, prepareSubmissions } from './stored-pdu.ts'

/** One configured modem on a serial line. */
export interface DriverOptions extends Omit<StartOptions, 'pollMs'> {
  /** `auto`, a device path or `tcp://host:port`. The stick behind a path is followed to whatever number its tty gets. */
  readonly port: string
  /** Bits per second. */
  readonly baud: number
  /** Of all other configured modems: the ports they hold now and the IMEIs they have. */
  readonly claimed: () => readonly string[]
  /** Folder that holds `sys` and `dev`; default `/`. */
  readonly sysRoot?: string
  /** How a port is opened; default `openSerial`. */
  readonly openPort?: typeof openSerial
  /** Where the conversation is written down, without numbers, texts and secrets. */
  readonly exchanges?: ExchangeRing
  /** Rest between two commands and between two looks at a busy SIM, in milliseconds. */
  readonly rest?: { readonly commandMs: number; readonly pollMs: number }
}

const REST = { commandMs: 30, pollMs: 2_000 }

type Settled = DriverOptions & Required<Pick<DriverOptions, 'openPort' | 'rest'>>

/** A modems entry of the configuration → its Driver. */
export function createDriver(given: DriverOptions): Driver {
  const options: Settled = { openPort: openSerial, rest: REST, ...given }
  const finder = new PortFinder(options)
  return {
    transport: 'serial',
    prepare: prepareSubmissions,
    join: joinPdus,
    open: async (signal) => openModem(options, await finder.find(signal), signal),
    restart: async (signal) => restart(options, await finder.find(signal), signal),
  }
}

/** Asks a port who is there. @returns `undefined` when it does not answer AT @throws ModemError when it cannot be opened */
export async function probeAtPort(
  port: string,
  options: Pick<DriverOptions, 'baud' | 'openPort' | 'exchanges'>,
  signal: AbortSignal,
): Promise<ProbeAnswer | undefined> {
  const { baud, openPort = openSerial } = options
  const channel = new AtChannel(await openPort(port, { baud, signal }), { recorder: recorderOf(options) })
  try {
    await channel.wake(signal)
    const { imei, model } = await readModemIdentity(channel, signal)
    return { imei, model }
  } catch (error) {
    if (error instanceof ModemError && error.code === 'timeout') return undefined
    throw error
  } finally {
    await channel.close()
  }
}

/** Where the modem is now. Remembers where it was, so that it is found again whatever number its tty gets. */
class PortFinder {
  readonly #options: Settled
  #remembered: RememberedPort | null = null

  constructor(options: Settled) {
    this.#options = options
  }

  async find(signal: AbortSignal): Promise<string> {
    const { port, imei, claimed, sysRoot } = this.#options
    if (port.startsWith('tcp://')) return port
    const search: PortSearch = {
      scan: await scanUsb({ identify: identifyUsb, ...(sysRoot !== undefined && { root: sysRoot }) }),
      wanted: { port, imei },
      remembered: this.#remembered,
      claimed: new Set(claimed()),
    }
    if (!isToBeFound(search)) return port
    const probe = (candidate: string): ReturnType<ProbePort> => probeAtPort(candidate, this.#options, signal)
    const { tty, device, ...found } = await findAtPort({ ...search, probe })
    if (device !== null && found.interface !== null) {
      const { busPath, productId } = device
      this.#remembered = { imei: found.answer.imei, busPath, productId, interface: found.interface }
    }
    return tty
  }
}

function recorderOf({ exchanges }: Pick<DriverOptions, 'exchanges'>): AtRecorder | undefined {
  return exchanges && new AtRecorder(exchanges)
}

/** Without the start-up, which is where it hangs. */
async function restart(options: Settled, port: string, signal: AbortSignal): Promise<void> {
  const { baud, openPort } = options
  const channel = new AtChannel(await openPort(port, { baud, signal }), { recorder: recorderOf(options) })
  try {
    await channel.wake(signal)
    await restartModem(channel, signal)
  } finally {
    await channel.close()
  }
}

/** Opens and starts up, or leaves nothing open. */
async function openModem(options: Settled, port: string, signal: AbortSignal): Promise<Modem> {
  const { baud, openPort, rest } = options
  const channel = new AtChannel(await openPort(port, { baud, signal }), {
    pauseMs: rest.commandMs,
    recorder: recorderOf(options),
  })
  const early: string[] = []
  const keep = (line: string): void => {
    if (findUnsolicited(line)?.meaning === 'direct') early.push(line)
  }
  let end: ModemError | undefined
  channel.on('unsolicited', keep)
  channel.once('closed', (cause) => {
    end = cause
  })
  try {
    await channel.wake(signal)
    const started = await startUp(channel, { ...options, port, pollMs: rest.pollMs }, signal)
    if (end !== undefined) throw end
    channel.off('unsolicited', keep)
    return new AtModem(channel, started, early, (until) =>
      openOtherPort({ ...options, recorder: recorderOf(options) }, port, until),
    )
  } catch (error) {
    await channel.close()
    throw error
  }
}
