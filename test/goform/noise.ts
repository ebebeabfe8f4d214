import { randomNumbers } from '../at/vectors.ts'

const ALPHABET = '{}[]":,;\\ \r\n\0\u0001<>+-=/0123456789abcdefABCDEFxn.éč😀\ud83d'

/** Values that a broken device could send: noise, and true values with noise in them. */
export class Noise {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = randomNumbers(seed)
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  text(longest: number): string {
    return Array.from({ length: this.below(longest) }, () => ALPHABET[this.below(ALPHABET.length)]).join('')
  }

  octets(longest: number): Uint8Array {
    return Uint8Array.from({ length: this.below(longest) }, () => this.below(256))
  }

  /** One character of it, or a run of them, is another. */
  damaged(text: string): string {
    const at = this.below(text.length + 1)
    return text.slice(0, at) + this.text(4) + text.slice(at + this.below(3))
  }

  /** Anything that JSON can hold. */
  value(): unknown {
    const kinds = [
      () => this.text(30),
      () => String(this.below(1000) - 500),
      () => this.below(2 ** 31) - 2 ** 30,
      () => null,
      () => true,
      () => [this.text(5), 1, null],
      () => ({ id: this.text(3), content: this.text(9) }),
      () => '',
      () => this.text(6).repeat(20),
      () => Buffer.from(this.octets(50)).toString('hex'),
      () => Buffer.from(this.octets(80)).toString('base64'),
    ]
    return kinds[this.below(kinds.length)]?.()
  }
}
