import type { TestContext } from 'node:test'
import type { CellularNetwork as Network } from '../../src/simulator/cellular-network.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import type { GoformRouterOptions } from '../../src/simulator/goform-hardware.ts'
import { MF823 } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import type { Observer } from './house.ts'

export const NUMBER = '+447700900001'
export const PEER = '+447700900123'
const PASSWORD = 'Sécr3t!'

export type Json = Record<string, unknown>

/** A network with a router in it that a bridge can have, and somebody to write to. */
export interface RouterSite {
  readonly network: Network
  readonly router: GoformRouter
  readonly peer: GoformRouter
  readonly port: number
}

export async function setUpRouter(
  t: TestContext,
  profile: RouterProfile,
  latency: GoformRouterOptions['latency'] = {},
  network: Network = new CellularNetwork(),
): Promise<RouterSite> {
  const router = new GoformRouter({ network, number: NUMBER, profile, password: PASSWORD, latency })
  const peer = new GoformRouter({ network, number: PEER, profile: MF823 })
  t.after(() => {
    router.close()
    peer.close()
  })
  return { network, router, peer, port: await router.listen() }
}

/** Options of a bridge whose modem `mifi` is the router on this port. */
export function optionsFor(port: number, brokerPort: number, modem: Json = {}): string[] {
  const entry = { id: 'mifi', transport: 'http', url: `http://127.0.0.1:${port}`, password: PASSWORD, ...modem }
  return [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([entry])}`,
    '--poll.sms=1s',
    '--poll.signal=2s',
    '--sms.repeat_window=0',
  ]
}

export const lastState = (observer: Observer): Json => (observer.on('mifi/state') as Json[]).at(-1) ?? {}

export const ready = (observer: Observer): Promise<boolean> =>
  observer.until('the router is ready', () => lastState(observer)['phase'] === 'ready')

export const loginsAt = ({ router }: RouterSite): number =>
  router.requests.filter(({ fields }) => fields.get('goformId') === 'LOGIN').length

export const sent = (observer: Observer, id: string): Promise<Json> =>
  observer.until(`${id} is sent`, () =>
    (observer.on('mifi/sms/status') as Json[]).find((each) => each['id'] === id && each['status'] === 'sent'),
  )
