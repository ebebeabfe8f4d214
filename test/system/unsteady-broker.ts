import type { ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { MqttClient } from 'mqtt'
import { connectAsync } from 'mqtt'
import { ended, freePort, listening, run, temporaryFolder } from './house.ts'

/** An outage may last as long as the bridge's longest wait between two attempts, and there may be several. */
const DEADLINE_MS = 100_000
const PROGRAM = existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto'

/** Lets a test wait until something holds; to be told whenever it may have come to hold. */
export class Watch {
  readonly #looks = new Set<() => void>()

  changed(): void {
    for (const look of [...this.#looks]) look()
  }

  /** @throws Error after a time limit, with what `state` tells then */
  until(what: string, holds: () => boolean, state: () => string = () => ''): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(deadline)
        this.#looks.delete(look)
        if (error === undefined) resolve()
        else reject(error)
      }
      const look = (): void => {
        if (holds()) settle()
      }
      const deadline = setTimeout(
        () => settle(new Error(`${what}: not within ${DEADLINE_MS} ms. ${state()}`)),
        DEADLINE_MS,
      )
      this.#looks.add(look)
      look()
    })
  }
}

/** mosquitto on one port, which it may leave and come back to. */
export class Mosquitto {
  readonly port: number
  readonly #t: TestContext
  readonly #file: string
  #process: ChildProcess | undefined

  private constructor(t: TestContext, port: number, file: string) {
    this.#t = t
    this.port = port
    this.#file = file
  }

  /** Not started yet. With `keeps`, sessions and messages outlive an orderly stop. */
  static async prepare(t: TestContext, { keeps }: { keeps: boolean }): Promise<Mosquitto> {
    const folder = temporaryFolder(t)
    const port = await freePort()
    const file = join(folder, 'mosquitto.conf')
    const persistence = keeps ? `persistence true\npersistence_location ${folder}/` : 'persistence false'
    // So many may wait for a subscriber that is away.
    const limits = 'max_queued_messages 10000'
    writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nuser root\n${limits}\n${persistence}\n`)
    return new Mosquitto(t, port, file)
  }

  async start(): Promise<void> {
    this.#process = run(this.#t, PROGRAM, ['-c', this.#file])
    await listening(this.port)
  }

  /** SIGTERM: saves what it keeps. SIGKILL: loses all it knows. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#process === undefined) return
    this.#process.kill(signal)
    await ended(this.#process)
  }

  /** Connections stay, and nobody answers. */
  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }
}

/** One arrival of a received SMS. */
export interface Arrival {
  readonly modem: string
  readonly id: string
  readonly text: string
}

/** A consumer that the broker keeps messages for while they cannot talk (`clean: false`, QoS 1). */
export class FaithfulSubscriber {
  readonly arrivals: Arrival[] = []
  /** How often something was published, by topic; `sms/received` too. */
  readonly counts = new Map<string, number>()
  readonly #watch = new Watch()

  private constructor(client: MqttClient) {
    client.on('error', () => undefined)
    client.on('message', (topic, payload) => {
      this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1)
      const modem = /^zte2mqtt\/([^/]+)\/sms\/received$/.exec(topic)?.[1]
      if (modem !== undefined) this.arrivals.push({ modem, ...JSON.parse(payload.toString()) })
      this.#watch.changed()
    })
  }

  static async connect(t: TestContext, port: number, topics: readonly string[]): Promise<FaithfulSubscriber> {
    const options = { clientId: 'faithful', clean: false, reconnectPeriod: 100 }
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options)
    t.after(() => client.endAsync(true))
    const subscriber = new FaithfulSubscriber(client)
    await client.subscribeAsync([...topics], { qos: 1 })
    return subscriber
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.arrivals.map(({ id }) => id))
  }

  untilDistinct(count: number): Promise<void> {
    const state = (): string => `${this.arrivals.length} arrived, ${this.ids.size} of them distinct.`
    return this.#watch.until(`${count} distinct messages`, () => this.ids.size >= count, state)
  }
}
