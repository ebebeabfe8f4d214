import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import type { Client, PublishPacket } from 'aedes'
import type { PersistenceOwner, StoredSubscription } from 'aedes-persistence-level/asyncPersistence.js'
import LevelPersistence from 'aedes-persistence-level/asyncPersistence.js'
import type { BatchOperation } from 'classic-level'
import { ClassicLevel } from 'classic-level'
import { ModemError } from '../modem/errors.ts'

/** QoS 1 messages kept for one absent client; what is published beyond that, it misses. mosquitto keeps 1000. */
const MOST_QUEUED = 10_000
/** A key of our own beside those of the persistence, which all contain a colon. */
const LIFE_KEY = 'life'

type Level = ClassicLevel<string, Buffer>

/** The embedded broker's memory on disk. */
export interface BrokerStore {
  readonly persistence: DurablePersistence
  /**
   * A name for this life of the broker. Later lives sort later, because that is how the persistence orders what it keeps for an
   * absent client over several of them.
   */
  readonly brokerId: string
  close(): Promise<void>
}

/**
 * Opens the folder, or makes it. A damaged one is put aside, and `onProblem` hears of it.
 * @throws ModemError `internal` when it is in use or cannot be read
 */
export async function openBrokerStore(path: string, onProblem: (problem: string) => void): Promise<BrokerStore> {
  try {
    return await open(path, onProblem)
  } catch (cause) {
    const { code, message } = reasonOf(cause)
    if (code === 'LEVEL_LOCKED') {
      const remedy = 'give each its own broker.path'
      throw new ModemError('internal', `Another zte2mqtt uses the folder ${path}: ${remedy}.`, { cause })
    }
    if (!isDamage(code, message) || !existsSync(path)) {
      throw new ModemError('internal', `The broker's folder ${path} cannot be used: ${message}`, { cause })
    }
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`
    renameSync(path, aside)
    onProblem(`The broker's folder ${path} is damaged. It was put aside as ${aside} and a new one begun.`)
    return await open(path, onProblem)
  }
}

async function open(path: string, onProblem: (problem: string) => void): Promise<BrokerStore> {
  keepPrivate(path, onProblem)
  const level: Level = new ClassicLevel(path, { valueEncoding: 'buffer' })
  await level.open()
  const life = Number((await level.get(LIFE_KEY)) ?? 0) + 1
  await level.put(LIFE_KEY, Buffer.from(String(life)), { sync: true })
  const persistence = new DurablePersistence(level, onProblem)
  return { persistence, brokerId: `life-${String(life).padStart(10, '0')}`, close: () => level.close() }
}

/** Retained messages and queues hold numbers and texts. LevelDB makes files that everybody may read, so the folder must be shut. */
function keepPrivate(path: string, onProblem: (problem: string) => void): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  try {
    chmodSync(path, 0o700)
  } catch (error) {
    onProblem(`Others may read the broker's folder ${path}, which cannot be shut: ${(error as Error).message}`)
  }
}

function reasonOf(error: unknown): { code: unknown; message: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return { code: undefined, message: String(cause) }
  return { code: 'code' in cause ? cause.code : undefined, message: cause.message }
}

/** LevelDB calls a file that is named but missing an I/O error, as it does a full disk. */
function isDamage(code: unknown, message: string): boolean {
  return code === 'LEVEL_CORRUPTION' || (code === 'LEVEL_IO_ERROR' && message.includes('No such file'))
}

/**
 * aedes-persistence-level 9 with what a broker of alarm messages needs besides: what it wrote is on disk, QoS 0 is not kept, no
 * queue grows for ever, and others can wait for an acknowledgement to be on disk.
 */
export class DurablePersistence extends LevelPersistence {
  readonly #level: Level
  readonly #onProblem: (problem: string) => void
  #owner: PersistenceOwner | undefined
  /** Messages kept for clients that were absent when last looked at. */
  readonly #queued = new Map<string, number>()
  readonly #acknowledging = new WeakMap<Client, Promise<unknown>>()

  constructor(level: Level, onProblem: (problem: string) => void) {
    super(accessTo(level, onProblem))
    this.#level = level
    this.#onProblem = onProblem
  }

  /** Until every PUBACK that this client has sent so far is on disk. */
  async acknowledged(client: Client): Promise<void> {
    await this.#acknowledging.get(client)
  }

  override async setup(owner: PersistenceOwner): Promise<void> {
    this.#owner = owner
    await super.setup(owner)
  }

  /** Who gets a message later. Its parent counts QoS 0 subscriptions too, and then plays old commands back after a restart. */
  override async subscriptionsByTopic(topic: string): Promise<StoredSubscription[]> {
    const subscriptions = await super.subscriptionsByTopic(topic)
    return subscriptions.filter(({ qos }) => qos > 0)
  }

  override async outgoingEnqueueCombi(
    subscriptions: readonly StoredSubscription[],
    packet: PublishPacket,
  ): Promise<unknown> {
    const kept: StoredSubscription[] = []
    for (const subscription of subscriptions) if (await this.#hasRoom(subscription.clientId)) kept.push(subscription)
    return await super.outgoingEnqueueCombi(kept, packet)
  }

  override outgoingClearMessageId(client: Client, packet: object): Promise<unknown> {
    const cleared = super.outgoingClearMessageId(client, packet)
    this.#acknowledging.set(client, Promise.allSettled([this.#acknowledging.get(client), cleared]))
    return cleared
  }

  async #hasRoom(clientId: string): Promise<boolean> {
    // A client that is here takes its messages from the queue itself, and aedes ends its connection when one is not in it.
    if (this.#owner?.clients[clientId] !== undefined) {
      this.#queued.delete(clientId)
      return true
    }
    const queued = this.#queued.get(clientId) ?? (await this.#countQueued(clientId))
    if (queued === MOST_QUEUED) {
      const remedy = 'It misses what comes now; if it is gone for good, let it connect once with a clean session.'
      this.#onProblem(`The broker keeps ${MOST_QUEUED} messages for the absent client "${clientId}". ${remedy}`)
    }
    if (queued <= MOST_QUEUED) this.#queued.set(clientId, queued + 1)
    return queued < MOST_QUEUED
  }

  async #countQueued(clientId: string): Promise<number> {
    const prefix = `outgoing:${encodeURIComponent(clientId)}`
    const keys = await this.#level.keys({ gte: `${prefix}:`, lt: `${prefix};`, limit: MOST_QUEUED }).all()
    return keys.length
  }
}

/**
 * The database as the persistence uses it, with every write on disk before it is over (a power cut is no rare event). aedes goes
 * on asking after it was closed, and a stream of its that fails would end the process: closed means empty here.
 */
function accessTo(level: Level, onProblem: (problem: string) => void): object {
  const sync = { sync: true }
  const isOpen = (): boolean => level.status === 'open'
  return {
    get: async (key: string, options: object) => (isOpen() ? level.get(key, options) : undefined),
    async *values(options: object) {
      try {
        if (isOpen()) yield* level.values(options)
      } catch (error) {
        const remedy = 'To begin a new one, end the bridge and remove the folder.'
        if (isOpen())
          onProblem(`Something in the broker's folder cannot be read: ${reasonOf(error).message}. ${remedy}`)
      }
    },
    clear: async (range: object) => (isOpen() ? level.clear(range) : undefined),
    put: async (key: string, value: Buffer, options: object) =>
      isOpen() ? level.put(key, value, { ...options, ...sync }) : undefined,
    del: async (key: string) => (isOpen() ? level.del(key, sync) : undefined),
    batch(operations?: BatchOperation<Level, string, Buffer>[], options?: object) {
      if (operations !== undefined) return isOpen() ? level.batch(operations, { ...options, ...sync }) : undefined
      const deletions: BatchOperation<Level, string, Buffer>[] = []
      return {
        del: (key: string) => void deletions.push({ type: 'del', key }),
        write: async () => (isOpen() ? level.batch(deletions, sync) : undefined),
      }
    },
  }
}
