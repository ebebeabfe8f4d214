/** `<stat>` of a stored message (3GPP TS 27.005 section 3.1): 0 unread, 1 read, 2 unsent, 3 sent; `null` for reports. */
export type MessageStatus = 0 | 1 | 2 | 3 | null

export interface StoredMessage {
  status: MessageStatus
  /** Hex, the service centre address in front. */
  readonly pdu: string
}

/** One message store: numbered slots that keep their numbers when others are freed. */
export class MessageStore {
  readonly capacity: number
  readonly #firstIndex: number
  readonly #slots = new Map<number, StoredMessage>()

  constructor(capacity: number, firstIndex: number) {
    this.capacity = capacity
    this.#firstIndex = firstIndex
  }

  get used(): number {
    return this.#slots.size
  }

  /** Puts it into the lowest free slot. @returns its index, `null` when the store is full */
  add(message: StoredMessage): number | null {
    if (this.used >= this.capacity) return null
    let index = this.#firstIndex
    while (this.#slots.has(index)) index++
    this.#slots.set(index, message)
    return index
  }

  get(index: number): StoredMessage | undefined {
    return this.#slots.get(index)
  }

  /** Freeing an empty slot is no error. @returns whether the index exists at all */
  remove(index: number): boolean {
    this.#slots.delete(index)
    return index >= this.#firstIndex && index < this.#firstIndex + this.capacity
  }

  /** What lies there, by rising index. */
  list(): [index: number, message: StoredMessage][] {
    return [...this.#slots].sort(([a], [b]) => a - b)
  }
}
