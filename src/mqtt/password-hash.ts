import type { ScryptOptions } from 'node:crypto'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** RFC 7914: cost N, block size r and parallelization p; 16 MiB, and on a Raspberry Pi about a tenth of a second. */
const COST: Required<Pick<ScryptOptions, 'N' | 'r' | 'p'>> = { N: 16_384, r: 8, p: 1 }
const SALT_BYTES = 16
const KEY_BYTES = 32
const MOST_BYTES = 128 * 1024 * 1024

/** A password → `scrypt:N:r:p:salt:key`, salt and key in base64url (RFC 4648 section 5); another one each time. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, KEY_BYTES, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join(':')
}

/** Whether this is the password of that hash. @throws Error when the hash is none, or wants too much memory */
export async function isPasswordOf(hash: string, password: string | Buffer): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt = '', key = ''] = hash.split(':')
  const expected = Buffer.from(key, 'base64url')
  const options = { N: Number(cost), r: Number(blockSize), p: Number(parallelization) }
  return timingSafeEqual(expected, await derive(password, Buffer.from(salt, 'base64url'), expected.length, options))
}

function derive(password: string | Buffer, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { ...options, maxmem: MOST_BYTES }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
