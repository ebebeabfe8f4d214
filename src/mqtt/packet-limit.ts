/**
 * Reads the fixed headers of a stream of MQTT packets (MQTT 3.1.1 section 2.2) to find one that is announced as too long, before
 * its first byte is kept anywhere.
 */
export class PacketLimit {
  readonly #maxBytes: number
  /** Bytes still to come of the packet under way. */
  #left = 0
  #length = 0
  /** Bytes of the Remaining Length seen so far (1 to 4 in all), `undefined` before a packet's first byte. */
  #lengthBytes: number | undefined

  /** @param maxBytes the longest allowed Remaining Length */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns false as soon as a packet is longer than allowed; the stream is to be given up then */
  accepts(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, chunk.length - at)
        this.#left -= skipped
        at += skipped
      } else if (!this.#readHeader(chunk[at++] ?? 0)) {
        return false
      }
    }
    return true
  }

  #readHeader(byte: number): boolean {
    if (this.#lengthBytes === undefined) {
      this.#lengthBytes = 0
      this.#length = 0
      return true
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++
    if (this.#length > this.#maxBytes || this.#lengthBytes > 4) return false
    if (byte < 0x80) {
      this.#left = this.#length
      this.#lengthBytes = undefined
    }
    return true
  }
}
