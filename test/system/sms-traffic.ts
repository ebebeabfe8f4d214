import type { ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import type { Arrival } from './unsteady-broker.ts'
import { Watch } from './unsteady-broker.ts'

/** A SIM of a usual size, so that room is scarce. */
const SMALL: StickProfile = {
  ...MF190,
  stores: { ...MF190.stores, SM: { capacity: 20, firstIndex: 1 } },
}
const FIRST_SENT_AT = Date.parse('2026-01-01T00:00:00Z')

interface Line {
  readonly id: string
  readonly stick: AtStick
  readonly port: number
  readonly texts: string[]
}

/** Two sticks, and numbered messages to each, one second apart by the clock of the service centre. */
export class SmsTraffic {
  readonly lines: readonly Line[]
  readonly #network: CellularNetwork
  readonly #watch = new Watch()

  private constructor(network: CellularNetwork, lines: readonly Line[]) {
    this.#network = network
    this.lines = lines
    for (const { stick } of lines) {
      const { mailbox } = stick
      const roomWasMade = mailbox.roomWasMade.bind(mailbox)
      mailbox.roomWasMade = () => {
        roomWasMade()
        this.#watch.changed()
      }
    }
  }

  static async start(t: TestContext): Promise<SmsTraffic> {
    const network = new CellularNetwork()
    const lines: Line[] = []
    for (const [id, number] of Object.entries({ one: '+447700900001', two: '+447700900002' })) {
      const stick = new AtStick({ network, number, profile: id === 'one' ? SMALL : MF190 })
      t.after(() => stick.close())
      lines.push({ id, stick, port: await stick.listen(), texts: [] })
    }
    return new SmsTraffic(network, lines)
  }

  /** What the bridge is started with. */
  options(brokerPort: number): readonly string[] {
    const modems = this.lines.map(({ id, port }) => ({ id, port: `tcp://127.0.0.1:${port}` }))
    return [
      `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
      `--modems=${JSON.stringify(modems)}`,
      // The first messages may be there before the bridge is.
      '--sms.backlog=publish',
      '--poll.sms=2s',
      '--poll.signal=1h',
      '--poll.status=1h',
    ]
  }

  /** So many to each stick; what finds no room waits in the network. */
  send(each: number): void {
    for (let n = 0; n < each; n++) for (const line of this.lines) this.#sendOne(line)
  }

  /** Resolves when the bridge has taken every message, and deleted it. */
  async untilAllTaken(): Promise<void> {
    const state = (): string => this.lines.map((line) => `${line.id}: ${this.#left(line)}`).join(', ')
    await this.#watch.until('all messages leave the sticks', () => this.lines.every((line) => !this.#left(line)), state)
  }

  /** Resolves when the bridge has taken half of what this stick has now, and is about to take the rest. */
  async untilHalfTaken(id: string): Promise<void> {
    const line = this.lines.find((candidate) => candidate.id === id)
    if (line === undefined) throw new Error(`there is no stick ${id}`)
    const before = this.#left(line)
    await this.#watch.until('half of the messages leave the stick', () => this.#left(line) <= before / 2)
  }

  /** Everything that was sent, by modem, in the order in which the network gave it. */
  get sent(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.lines.map(({ id, texts }) => [id, texts]))
  }

  #sendOne({ id, stick, texts }: Line): void {
    const text = `${id} ${texts.length + 1}`
    texts.push(text)
    this.#network.inject({ to: stick.number, text, sentAt: new Date(FIRST_SENT_AT + texts.length * 1000) })
  }

  #left({ stick }: Line): number {
    return stick.mailbox.store('SM').used + this.#network.waiting(stick.number).length
  }
}

/** The first arrival of each id, by modem; a repeat with another text is shown as a text of its own. */
export function firstArrivals(arrivals: readonly Arrival[]): Readonly<Record<string, readonly string[]>> {
  const texts = new Map<string, string>()
  const first: Record<string, string[]> = { one: [], two: [] }
  for (const { modem, id, text } of arrivals) {
    if (texts.get(id) === text) continue
    texts.set(id, text)
    first[modem]?.push(text)
  }
  return first
}

/** Resolves when the bridge's log says so; from then on, if it has said it before. */
export async function logged(bridge: ChildProcess & { output: string }, words: string): Promise<void> {
  const watch = new Watch()
  for (const stream of [bridge.stdout, bridge.stderr]) stream?.on('data', () => watch.changed())
  const heard = bridge.output.length
  await watch.until(
    `the log says "${words}"`,
    () => bridge.output.slice(heard).includes(words),
    () => bridge.output,
  )
}
