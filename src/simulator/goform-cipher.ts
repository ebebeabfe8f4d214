import type { KeyObject } from 'node:crypto'
import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
} from 'node:crypto'

const KEY = /^[0-9a-f]{64}$/
const IV_OCTETS = 12
const TAG_OCTETS = 16

/** Wraps numbers and texts of messages as firmware of 2025 does: RSA carries a key, AES-256-GCM uses it. */
export class SmsCipher {
  /** Whether this firmware can do it at all. */
  isOffered: boolean
  #pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | null = null
  #key: Buffer | null = null

  constructor(isOffered: boolean) {
    this.isOffered = isOffered
  }

  /** Nothing is wrapped before somebody has registered a key. */
  get isActive(): boolean {
    return this.#key !== null
  }

  /** PEM in one line, as `web_crt_get` tells it. */
  get publicKey(): string {
    return this.#keys().publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '')
  }

  /** `web_enstr`: base64 of RSAES-PKCS1-v1_5 of the key's 64 lower-case hex digits. @returns whether it was one */
  register(text: string): boolean {
    const digits = this.#openEnvelope(Buffer.from(text, 'base64'))
    if (digits === null || !KEY.test(digits)) return false
    this.#key = Buffer.from(digits, 'hex')
    return true
  }

  /** Another browser registers a key of its own: there is only one. */
  replaceKey(): void {
    if (this.#key) this.#key = randomBytes(32)
  }

  /** The power was cut. */
  forgetKey(): void {
    this.#key = null
  }

  /** base64 of IV, tag and cipher text; unchanged while there is no key. */
  wrap(text: string): string {
    return this.#key ? seal(text, this.#key) : text
  }

  /** With a key that nobody has. */
  wrapForNobody(text: string): string {
    return seal(text, randomBytes(32))
  }

  /** @returns `null` when it was not wrapped with the key of the moment */
  unwrap(wire: string): string | null {
    if (!this.#key) return wire
    const octets = Buffer.from(wire, 'base64')
    if (octets.length < IV_OCTETS + TAG_OCTETS) return null
    const decipher = createDecipheriv('aes-256-gcm', this.#key, octets.subarray(0, IV_OCTETS))
    decipher.setAuthTag(octets.subarray(IV_OCTETS, IV_OCTETS + TAG_OCTETS))
    const text = decipher.update(octets.subarray(IV_OCTETS + TAG_OCTETS))
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }

  #keys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
    this.#pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    return this.#pair
  }

  /**
   * Takes the padding of RFC 8017 section 7.2.1 off by itself: Node's own way refuses to since CVE-2023-46809, which is
   * about secrets that a simulator does not have.
   */
  #openEnvelope(octets: Buffer): string | null {
    const key = this.#keys().privateKey
    let block: Buffer
    try {
      block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, octets)
    } catch {
      return null
    }
    const end = block.indexOf(0, 2)
    return block[0] === 0 && block[1] === 2 && end >= 10 ? block.toString('latin1', end + 1) : null
  }
}

function seal(text: string, key: Buffer): string {
  const iv = randomBytes(IV_OCTETS)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const octets = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), octets]).toString('base64')
}
