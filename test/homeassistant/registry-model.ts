/** How long Home Assistant works on a discovery message; of two that come within it, the last one counts. In milliseconds. */
const WORK_MS = 120
/** After its start, until it subscribes to discovery. */
const SUBSCRIBE_MS = 1_000
/** After its last subscription, until its birth message. */
const BIRTH_MS = 5_000
/** Until it tries a lost broker again. */
const RETRY_MS = 9_000

type Component = Readonly<Record<string, unknown>>

/** What Home Assistant needs of a broker. */
export interface ModelBroker {
  readonly isUp: boolean
  readonly retained: ReadonlyMap<string, string>
  publish(topic: string, payload: string): void
}

/**
 * How Home Assistant keeps entities that MQTT discovery brings, as observed on core 2026.2. What it learned in this run and what its
 * registry keeps for ever are two things: an entry of the registry that nothing announced since the start is dead, and only the
 * user can remove it.
 */
export class RegistryModel {
  /** Event messages that an entity heard. */
  readonly heard: Record<string, unknown>[] = []
  readonly warnings: string[] = []
  readonly #broker: ModelBroker
  readonly #prefix: string
  /** `<platform> <unique id>` → discovery topic; survives restarts. */
  readonly #registry = new Map<string, string>()
  /** By discovery topic, `<key> <platform>` → component; of this run. */
  readonly #known = new Map<string, Map<string, Component>>()
  /** Components of the newest message of a device, by key. */
  readonly #newest = new Map<string, Readonly<Record<string, Component>>>()
  readonly #working = new Map<string, NodeJS.Timeout>()
  #isRunning = false
  #isSubscribed = false
  #next: NodeJS.Timeout | undefined

  constructor(broker: ModelBroker, prefix = 'homeassistant') {
    this.#broker = broker
    this.#prefix = prefix
  }

  /** Entities and triggers of this run, as `<key> <platform>`. */
  get entities(): readonly string[] {
    return [...this.#known.values()].flatMap((device) => [...device.keys()]).sort()
  }

  /** What the user sees as unavailable for ever, as `<platform> <unique id>`. */
  get dead(): readonly string[] {
    const alive = new Set(
      [...this.#known.values()].flatMap((device) => [...device.values()]).map(({ p, uniq_id }) => `${p} ${uniq_id}`),
    )
    return [...this.#registry.keys()].filter((name) => !alive.has(name)).sort()
  }

  start(): void {
    this.#isRunning = true
    this.#known.clear()
    this.#newest.clear()
    if (this.#broker.isUp) this.#connect(SUBSCRIBE_MS)
  }

  /** On purpose or by a fault: the broker publishes its will. */
  stop(): void {
    const hadBroker = this.#isRunning && this.#broker.isUp
    this.#isRunning = false
    this.#leave()
    if (hadBroker) this.#broker.publish(`${this.#prefix}/status`, 'offline')
  }

  brokerLost(): void {
    this.#leave()
  }

  brokerBack(): void {
    if (this.#isRunning) this.#connect(RETRY_MS)
  }

  /** A message from the broker. */
  receive(topic: string, payload: string): void {
    if (!this.#isSubscribed) return
    this.#hear(topic, payload)
    if (!/^[^/]+\/device\/([A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+\/config$/.test(topic) || !topic.startsWith(this.#prefix))
      return
    clearTimeout(this.#working.get(topic))
    this.#working.set(
      topic,
      setTimeout(() => {
        this.#working.delete(topic)
        this.#discover(topic, payload)
      }, WORK_MS),
    )
  }

  #connect(afterMs: number): void {
    this.#next = setTimeout(() => {
      this.#isSubscribed = true
      for (const [topic, payload] of this.#broker.retained) this.receive(topic, payload)
      this.#next = setTimeout(() => this.#broker.publish(`${this.#prefix}/status`, 'online'), BIRTH_MS)
    }, afterMs)
  }

  #leave(): void {
    this.#isSubscribed = false
    clearTimeout(this.#next)
    for (const timer of this.#working.values()) clearTimeout(timer)
    this.#working.clear()
  }

  #hear(topic: string, payload: string): void {
    for (const device of this.#known.values()) {
      for (const { p, stat_t } of device.values()) {
        if (p === 'event' && stat_t === topic) this.heard.push(JSON.parse(payload) as Record<string, unknown>)
      }
    }
  }

  #discover(topic: string, payload: string): void {
    const known = this.#known.get(topic) ?? new Map<string, Component>()
    this.#known.set(topic, known)
    if (payload === '') {
      // Only what the newest message of the device spoke of.
      for (const [key, { p }] of Object.entries(this.#newest.get(topic) ?? {})) this.#remove(known, `${key} ${p}`)
      this.#newest.delete(topic)
      return
    }
    const { cmps } = JSON.parse(payload) as { cmps: Record<string, Component> }
    this.#newest.set(topic, cmps)
    for (const [key, component] of Object.entries(cmps)) {
      const name = `${key} ${component.p}`
      if (Object.keys(component).every((inner) => inner === 'p')) this.#remove(known, name)
      else this.#take(topic, known, name, component)
    }
  }

  #take(topic: string, known: Map<string, Component>, name: string, component: Component): void {
    const before = known.get(name)
    // A changed unique id is ignored while Home Assistant runs.
    if (before !== undefined) {
      known.set(name, { ...component, uniq_id: before.uniq_id })
      return
    }
    const entry = `${component.p} ${component.uniq_id}`
    const isTaken = [...this.#known.values()]
      .flatMap((device) => [...device.values()])
      .some(({ p, uniq_id }) => component.p !== 'device_automation' && `${p} ${uniq_id}` === entry)
    if (isTaken) {
      this.warnings.push(`${entry} is used twice`)
      return
    }
    known.set(name, component)
    // Triggers have no entry of their own.
    if (component.p !== 'device_automation') this.#registry.set(entry, topic)
  }

  /** What it does not know since its start it cannot remove. */
  #remove(known: Map<string, Component>, name: string): void {
    const component = known.get(name)
    if (component === undefined) return
    known.delete(name)
    this.#registry.delete(`${component.p} ${component.uniq_id}`)
  }
}
