import type { Duplex } from 'node:stream'
import { duplexPair } from 'node:stream'

/** Both ends of a line inside one process. */
export interface Line {
  readonly device: Duplex
  readonly host: Duplex
}

/** A line that ends at both ends, as an unplugged cable does; Node's own pair keeps the other half open. */
export function createLine(): Line {
  const [device, host] = duplexPair({ decodeStrings: true })
  device.on('close', () => host.destroy())
  host.on('close', () => device.destroy())
  return { device, host }
}
