import { parseCgpaddr } from '../at/responses-data.ts'
import { parseCgact } from '../at/responses-device.ts'
import { ModemError } from '../modem/errors.ts'
import type { DataControl } from '../modem/modem.ts'
import type { DataState } from '../modem/state.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, firstOf } from './at-question.ts'

/** The context that is activated; its definition (`+CGDCONT`) is somebody else's business. */
const FIRST_CONTEXT = 1

const NOTHING_TOLD: DataState = {
  connected: null,
  ip: null,
  ipv6: null,
  rxBytes: null,
  txBytes: null,
  rxRateBps: null,
  txRateBps: null,
  sessionSeconds: null,
  monthRxBytes: null,
  monthTxBytes: null,
}

/** Contexts that are active; `undefined` when the modem does not say. @throws ModemError when the connection has ended */
async function activeContexts(channel: AtChannel): Promise<readonly number[] | undefined> {
  return ask(channel, 'AT+CGACT?', (lines) =>
    lines.flatMap((line) => {
      const context = parseCgact(line)
      return context?.isActive === true ? [context.cid] : []
    }),
  )
}

/** The data connection by `+CGACT` and `+CGPADDR`; AT commands count no bytes. @throws ModemError when the connection has ended */
export async function readData(channel: AtChannel): Promise<DataState | undefined> {
  const active = await activeContexts(channel)
  if (active === undefined) return undefined
  const [cid] = active
  if (cid === undefined) return { ...NOTHING_TOLD, connected: false }
  const addresses = await ask(channel, `AT+CGPADDR=${cid}`, firstOf(parseCgpaddr))
  return { ...NOTHING_TOLD, connected: true, ip: addresses?.ip ?? null, ipv6: addresses?.ipv6 ?? null }
}

/** Turns the data connection on and off: `+CGACT` (3GPP TS 27.007 section 10.1.10). */
export class AtData implements DataControl {
  readonly #channel: AtChannel

  constructor(channel: AtChannel) {
    this.#channel = channel
  }

  async set(connected: boolean): Promise<void> {
    const active = (await activeContexts(this.#channel)) ?? []
    const contexts = connected ? (active.length === 0 ? [FIRST_CONTEXT] : []) : active
    for (const cid of contexts) await this.#channel.send(`AT+CGACT=${connected ? 1 : 0},${cid}`)
    const after = await activeContexts(this.#channel)
    if (after === undefined || after.length > 0 === connected) return
    const [wanted, found] = connected ? ['on', 'off'] : ['off', 'on']
    throw new ModemError(
      'rejected_by_modem',
      `The modem took the command to switch data ${wanted}, but data is still ${found}.`,
    )
  }
}
