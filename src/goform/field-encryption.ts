import { Buffer } from 'node:buffer'
import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt } from 'node:crypto'
import { ModemError } from '../modem/errors.ts'
import type { Values } from './reply.ts'
import { textAt } from './reply.ts'
import type { Fields } from './request.ts'

/** Octets of an initialisation vector; another one for each field. */
export const IV_LENGTH = 12

const TAG_LENGTH = 16
const ALGORITHM = 'aes-256-gcm'

/**
 * The public key in a `web_crt_get` answer, as PEM. The device writes it on one line, which PEM does not allow.
 * @returns `null` when there is none: this firmware does not encrypt
 */
export function parseDeviceKey(values: Values): string | null {
  const [, body] = /^-----BEGIN PUBLIC KEY-----(.+)-----END PUBLIC KEY-----$/s.exec(textAt(values, 'result')) ?? []
  if (body === undefined) return null
  const lines = body.replace(/\s|\\n/g, '').match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}

/**
 * Registers a session key with the device, which then encrypts number and text of messages. It has one for everybody: the
 * next browser's replaces it.
 * @param key 32 random octets
 * @throws ModemError `protocol` when the device's key is none
 */
export function registerKeyForm(deviceKey: string, key: Uint8Array): Fields {
  const hex = Buffer.from(key).toString('hex')
  return [
    ['goformId', 'web_http_enstr_set'],
    ['web_enstr', encryptFor(deviceKey, Buffer.from(hex, 'ascii')).toString('base64')],
  ]
}

/** Whether a field is encrypted: base64 of at least IV, tag and two octets, and not plain hex. */
export function isSealed(field: string): boolean {
  if (field.length < 40 || field.length % 4 !== 0) return false
  return /^[A-Za-z0-9+/]+={0,2}$/.test(field) && !/^[0-9a-f]+$/i.test(field)
}

/** Text → base64 of IV, tag and AES-256-GCM ciphertext. @param iv 12 octets never used before with this key */
export function sealField(text: string, key: Uint8Array, iv: Uint8Array): string {
  const cipher = createCipheriv(ALGORITHM, key, iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** The text of a field; a plain one as it is. @throws ModemError `protocol` when another key has sealed it */
export function unsealField(field: string, key: Uint8Array): string {
  if (!isSealed(field)) return field
  const octets = Buffer.from(field, 'base64')
  const decipher = createDecipheriv(ALGORITHM, key, octets.subarray(0, IV_LENGTH))
  decipher.setAuthTag(octets.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH))
  try {
    return Buffer.concat([decipher.update(octets.subarray(IV_LENGTH + TAG_LENGTH)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new ModemError('protocol', 'A message of the router could not be decrypted.', { cause, retry: 'now' })
  }
}

/** A message row with number and text in clear. @throws ModemError `protocol` when another key has sealed them */
export function unsealRow(row: Values, key: Uint8Array): Values {
  const plain: Record<string, unknown> = { ...row }
  for (const name of ['number', 'content']) {
    const field = row[name]
    if (typeof field === 'string') plain[name] = unsealField(field, key)
  }
  return plain
}

function encryptFor(deviceKey: string, octets: Uint8Array): Buffer {
  try {
    return publicEncrypt({ key: createPublicKey(deviceKey), padding: constants.RSA_PKCS1_PADDING }, octets)
  } catch (cause) {
    throw new ModemError('protocol', 'The router gave a key that is none.', { cause, detail: deviceKey })
  }
}
