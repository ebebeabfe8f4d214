import type { RouterProfile } from './goform-firmware.ts'

/** Memory of the device, or of the SIM. */
export type RouterStoreName = 'nv' | 'sim'
/** 0 received and read, 1 received and unread, 2 sent, 3 not sent, 4 draft. */
export type MessageTag = 0 | 1 | 2 | 3 | 4

/** Parts of a long message that have come in so far. */
export interface ConcatenatedParts {
  /** Sender and reference: what the parts have in common. */
  readonly key: string
  readonly total: number
  /** Text by sequence number, 1 … total. */
  readonly texts: Map<number, string>
}

/** One row of the message database. */
export interface MessageRow {
  readonly id: number
  readonly store: RouterStoreName
  readonly number: string
  text: string
  tag: MessageTag
  /** As it is listed. */
  readonly date: string
  readonly group: string
  readonly parts: ConcatenatedParts | null
  /** `sms_class`: 0 … 3, 4 for none. */
  readonly messageClass: number
  /** TP-MR of a sent message; `null` for others. */
  readonly reference: number | null
}

/** A row that gets its id when it is stored, and what is usual where nothing is said. */
export type NewMessage = Pick<MessageRow, 'store' | 'number' | 'text' | 'tag' | 'date'> &
  Partial<Pick<MessageRow, 'id' | 'group' | 'parts' | 'messageClass' | 'reference'>>

/** The message database of a router: two stores with their sizes, and ids that firmware gives out in several ways. */
export class RouterStore {
  #rows: MessageRow[] = []
  readonly #profile: RouterProfile
  /** By store; `one` for firmware that counts both together. */
  readonly #highestEver = new Map<string, number>()

  constructor(profile: RouterProfile) {
    this.#profile = profile
  }

  /** By rising id. */
  rows(store: RouterStoreName): readonly MessageRow[] {
    return this.#rows.filter((row) => row.store === store).sort((a, b) => a.id - b.id)
  }

  count(store: RouterStoreName, tags: readonly MessageTag[]): number {
    return this.rows(store).filter(({ tag }) => tags.includes(tag)).length
  }

  hasRoom(store: RouterStoreName): boolean {
    return this.rows(store).length < this.#profile.stores[store]
  }

  /** @returns the row, `null` when the store is full */
  add(message: NewMessage): MessageRow | null {
    if (!this.hasRoom(message.store)) return null
    const id = message.id ?? this.#nextId(message.store)
    const row = { group: '', parts: null, messageClass: 4, reference: null, ...message, id }
    const space = this.#spaceOf(row.store)
    this.#highestEver.set(space, Math.max(id, this.#highestEver.get(space) ?? 0))
    this.#rows.push(row)
    return row
  }

  /** The row of an unfinished long message. */
  unfinished(key: string): MessageRow | undefined {
    return this.#rows.find(({ parts }) => parts?.key === key && parts.texts.size < parts.total)
  }

  /** Where both stores have that id, the request means the device's own. */
  find(id: number): MessageRow | undefined {
    const found = this.#rows.filter((row) => row.id === id)
    return found.find(({ store }) => store === 'nv') ?? found[0]
  }

  remove(row: MessageRow): void {
    this.#rows = this.#rows.filter((other) => other !== row)
  }

  #spaceOf(store: RouterStoreName): string {
    return this.#profile.idSpace === 'one' ? 'one' : store
  }

  #nextId(store: RouterStoreName): number {
    const taken = this.#rows.filter((row) => this.#spaceOf(row.store) === this.#spaceOf(store)).map(({ id }) => id)
    if (this.#profile.newIds === 'never-used') return (this.#highestEver.get(this.#spaceOf(store)) ?? 0) + 1
    if (this.#profile.newIds === 'above-highest') return Math.max(0, ...taken) + 1
    let id = 1
    while (taken.includes(id)) id++
    return id
  }
}
