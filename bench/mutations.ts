/** Changes that keep most of an input what it was, so that it gets behind the first check. */
export class Mutations {
  readonly #random: () => number

  /** @param random 0 … 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** @returns 0 … limit - 1 */
  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)]
    if (choice === undefined) throw new Error('nothing to pick from')
    return choice
  }

  octets(longest: number): Buffer {
    const octets = Buffer.alloc(this.below(longest + 1))
    for (let at = 0; at < octets.length; at += 1) octets[at] = this.below(256)
    return octets
  }

  /** Up to four changes to one of these; now and then something that was never one of them. */
  of(seeds: readonly Buffer[]): Buffer {
    if (this.below(16) === 0) return this.octets(300)
    let octets: Buffer = Buffer.from(this.pick(seeds))
    for (let changes = this.below(5); changes > 0; changes -= 1) octets = this.#changed(octets, seeds)
    return octets
  }

  #changed(octets: Buffer, seeds: readonly Buffer[]): Buffer {
    const at = this.below(octets.length + 1)
    const [before, after] = [octets.subarray(0, at), octets.subarray(at)]
    switch (this.below(7)) {
      case 0:
        return Buffer.concat([before, Buffer.of(this.below(256)), after.subarray(1)])
      case 1:
        return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << this.below(8))), after.subarray(1)])
      case 2:
        return Buffer.concat([before, Buffer.of(this.pick([0x00, 0x7f, 0x80, 0xff])), after.subarray(1)])
      case 3:
        return Buffer.concat([before, this.octets(8), after])
      case 4:
        return Buffer.concat([before, after.subarray(this.below(8))])
      case 5:
        return Buffer.from(before)
      default: {
        const other = this.pick(seeds)
        return Buffer.concat([before, other.subarray(this.below(other.length + 1))])
      }
    }
  }
}
