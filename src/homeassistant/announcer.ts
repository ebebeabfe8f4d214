import type { AnnouncedRecords } from '../journal/announced.ts'
import type { RetainedConnection } from '../mqtt/retained.ts'
import { RetainedTopics } from '../mqtt/retained.ts'
import type { Device, KnownDevice } from './announcement.ts'
import {
  leftovers,
  parseDevice,
  readKnown,
  stepsTo,
  withAnnounced,
  withKept,
  withKnown,
  withoutLeftovers,
  writeKnown,
} from './announcement.ts'
import type { DiscoveryMessage } from './discovery.ts'
import { pause, SETTLE_MS } from './settling.ts'

/**
 * A Home Assistant that vanished without a word is noticed by the broker after one and a half of its keepalives of 60 s; after so
 * long without its will, in milliseconds, it certainly has what was published.
 */
const CERTAIN_MS = 120_000

/** What an announcer is told when it is made. */
export interface AnnouncerOptions {
  readonly connection: RetainedConnection
  readonly journal: { readonly announced: AnnouncedRecords }
  /** Topics of the discovery messages of all that is configured; other devices in the journal are to go. */
  readonly expected: ReadonlySet<string>
  /** Retained topics that stay, whatever device goes. */
  readonly inUse: ReadonlySet<string>
  /** Makes the journal's faults somebody's business. @returns whether there was none */
  readonly tolerantly: (work: () => void) => boolean
}

interface Announcement {
  known: KnownDevice | undefined
  /** Retained topics that go with the device. */
  states: readonly string[]
  /** `null`: the device is to go; `undefined`: not told yet. */
  told: DiscoveryMessage | null | undefined
  running: AbortController | undefined
  /** What the journal has. */
  noted: string
}

/** Tells Home Assistant of every device, again whenever it may have forgotten, and takes back what is no more. */
export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #retained: RetainedTopics
  readonly #devices = new Map<string, Announcement>()
  /** Home Assistant said that it was born, and not since that it is gone; known only while there is a connection. */
  #isPresent = false

  constructor(options: AnnouncerOptions) {
    const { connection, journal, tolerantly } = options
    this.#options = options
    this.#retained = new RetainedTopics(connection)
    tolerantly(() => {
      for (const device of journal.announced.all()) {
        const announcement = this.#of(device.topic)
        announcement.known = readKnown(device)
        announcement.states = device.states
        announcement.noted = JSON.stringify(device)
      }
    })
  }

  /** Whether the journal knows of anything announced. */
  get hasMemory(): boolean {
    return this.#devices.size > 0
  }

  /** What is wanted now of these devices. */
  announce(messages: readonly DiscoveryMessage[]): void {
    for (const message of messages) {
      const device = this.#of(message.topic)
      if (device.told?.payload === message.payload) continue
      device.told = message
      device.states = message.states
      this.#changed(message.topic, device)
    }
  }

  /** An announcement of ours that the journal does not know, found in the broker. */
  found(topic: string, payload: string, states: readonly string[]): void {
    const device = this.#of(topic)
    device.known = withKnown(withAnnounced(undefined, parseDevice(payload)), device.known)
    if (device.states.length === 0) device.states = states
    this.#changed(topic, device)
  }

  connected(): void {
    this.#isPresent = false
    this.#tellAll()
  }

  disconnected(): void {
    this.#isPresent = false
    for (const { running } of this.#devices.values()) running?.abort()
  }

  born(): void {
    this.#isPresent = true
    this.#tellAll()
  }

  gone(): void {
    this.#isPresent = false
  }

  end(): void {
    this.disconnected()
    this.#retained.end()
  }

  #of(topic: string): Announcement {
    const known = this.#devices.get(topic)
    if (known !== undefined) return known
    const told = this.#options.expected.has(topic) ? undefined : null
    const device: Announcement = { known: undefined, states: [], told, running: undefined, noted: '' }
    this.#devices.set(topic, device)
    return device
  }

  #tellAll(): void {
    for (const [topic, device] of this.#devices) this.#tell(topic, device)
  }

  #changed(topic: string, device: Announcement): void {
    this.#note(topic, device)
    this.#tell(topic, device)
  }

  /** Written down before it is published: Home Assistant may know it from then on. */
  #note(topic: string, device: Announcement): void {
    const { journal, tolerantly } = this.#options
    const wanted = wantedOf(device)
    if (wanted) device.known = withAnnounced(device.known, wanted)
    if (device.known === undefined) return
    const row = writeKnown(topic, device.known, device.states)
    const noted = JSON.stringify(row)
    if (noted === device.noted) return
    if (tolerantly(() => journal.announced.announced(row))) device.noted = noted
  }

  #tell(topic: string, device: Announcement): void {
    const { known } = device
    const wanted = wantedOf(device)
    device.running?.abort()
    if (known === undefined || wanted === undefined || !this.#options.connection.isConnected) return
    device.running = new AbortController()
    void this.#run(topic, known, wanted, device.running.signal)
  }

  async #run(topic: string, known: KnownDevice, wanted: Device | null, signal: AbortSignal): Promise<void> {
    for (const [index, payload] of stepsTo(known, wanted).entries()) {
      if (index > 0) await pause(SETTLE_MS, signal)
      if (signal.aborted) return
      await this.#retained.tell(topic, payload)
      if (signal.aborted) return
    }
    if (wanted !== null && leftovers(known, wanted).length === 0) return
    if (wanted === null) await this.#clearStates(topic, signal)
    await pause(CERTAIN_MS, signal)
    if (!signal.aborted && this.#isPresent) this.#forget(topic, known, wanted)
  }

  /** Not while the entities are there: they would complain of the empty payload. */
  async #clearStates(topic: string, signal: AbortSignal): Promise<void> {
    await pause(SETTLE_MS, signal)
    if (signal.aborted) return
    this.#retained.forget(topic)
    const topics = (this.#devices.get(topic)?.states ?? []).filter((state) => !this.#options.inUse.has(state))
    await Promise.all(
      topics.map(async (state) => {
        await this.#retained.tell(state, '')
        this.#retained.forget(state)
      }),
    )
  }

  #forget(topic: string, known: KnownDevice, wanted: Device | null): void {
    const { journal, tolerantly } = this.#options
    if (wanted === null) {
      this.#devices.delete(topic)
      tolerantly(() => journal.announced.removed(topic))
      return
    }
    const device = this.#of(topic)
    device.known = withoutLeftovers(known, wanted)
    this.#note(topic, device)
  }
}

/** `null`: the device is to go; `undefined`: not told yet. What a device cannot say yet stays as it was. */
function wantedOf({ told, known }: Announcement): Device | null | undefined {
  if (told === null || told === undefined) return told
  const wanted = parseDevice(told.payload)
  return told.isComplete ? wanted : withKept(known, wanted)
}
