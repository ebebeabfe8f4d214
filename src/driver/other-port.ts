import { identifyUsb } from '../devices/usb-remedies.ts'
import { ModemError } from '../modem/errors.ts'
import type { openSerial } from '../transport/serial.ts'
import { portsInOrder } from '../transport/usb-candidates.ts'
import { scanUsb } from '../transport/usb-tty.ts'
import { AtChannel } from './at-channel.ts'
import type { AtRecorder } from './at-recorder.ts'

export interface OtherPortOptions {
  readonly baud: number
  readonly openPort: typeof openSerial
  /** Folder that holds `sys` and `dev`; default `/`. */
  readonly sysRoot?: string
  /** Where the conversation is written down. */
  readonly recorder?: AtRecorder | undefined
}

/**
 * A second conversation with the stick behind `port`, over another of its interfaces.
 * @throws ModemError `not_supported` when it has none that answers AT
 */
export async function openOtherPort(options: OtherPortOptions, port: string, signal: AbortSignal): Promise<AtChannel> {
  const { baud, openPort, sysRoot, recorder } = options
  const scan = await scanUsb({ identify: identifyUsb, ...(sysRoot !== undefined && { root: sysRoot }) })
  const tty = scan.names.get(port) ?? port
  const device = scan.devices.find(({ interfaces }) => interfaces.some((each) => each.tty === tty))
  const others = device === undefined ? [] : portsInOrder(device).filter((other) => other.tty !== tty)
  for (const other of others) {
    try {
      return await awake(new AtChannel(await openPort(other.tty, { baud, signal }), { recorder }), signal)
    } catch (error) {
      // Held by another program, or a port that does not speak AT.
      if (!(error instanceof ModemError)) throw error
    }
  }
  throw new ModemError('not_supported', 'The modem has no other port that answers AT.')
}

async function awake(channel: AtChannel, signal: AbortSignal): Promise<AtChannel> {
  try {
    await channel.wake(signal)
    return channel
  } catch (error) {
    await channel.close()
    throw error
  }
}
