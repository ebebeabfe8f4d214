import { createHash, timingSafeEqual } from 'node:crypto'
import { isPasswordOf } from './password-hash.ts'

/** Who may log in: with the password itself, or with that of which the hash is known. */
export interface BrokerUser {
  readonly username: string
  readonly password: string | null
  readonly passwordHash: string | null
}

/** Knows the users of the embedded broker. */
export class BrokerUsers {
  readonly #users: readonly BrokerUser[]
  readonly #isPasswordOf: typeof isPasswordOf
  /** Digests of passwords that were right once: whoever comes back need not wait for the slow hash. */
  readonly #proven = new Map<BrokerUser, Buffer>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(users: readonly BrokerUser[], isPassword: typeof isPasswordOf = isPasswordOf) {
    this.#users = users
    this.#isPasswordOf = isPassword
  }

  /** Whether the password is that of the user. Slow hashes are computed one after the other: whoever floods the door waits. */
  async knows(username: string | undefined, password: Buffer | undefined): Promise<boolean> {
    const user = this.#users.find((candidate) => candidate.username === username)
    // For an unknown name as much is computed, so that the time taken tells nothing about names.
    const likely = user ?? this.#users[0]
    if (likely === undefined) return false
    const isRight = await this.#isRight(likely, password ?? Buffer.alloc(0))
    return user !== undefined && isRight
  }

  async #isRight(user: BrokerUser, password: Buffer): Promise<boolean> {
    const given = digest(password)
    const { passwordHash } = user
    const expected = user.password === null ? this.#proven.get(user) : digest(user.password)
    if (expected !== undefined && timingSafeEqual(expected, given)) return true
    if (passwordHash === null) return false
    const isRight = this.#turn.then(() => this.#isPasswordOf(passwordHash, password))
    this.#turn = isRight.catch(() => undefined)
    if (!(await isRight)) return false
    this.#proven.set(user, given)
    return true
  }
}

/** Digests are of one length, so that the time taken tells nothing about the password's. */
function digest(password: string | Buffer): Buffer {
  return createHash('sha256').update(password).digest()
}
