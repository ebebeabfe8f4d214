import { randomBytes } from 'node:crypto'
import {
  IV_LENGTH,
  isSealed,
  parseDeviceKey,
  registerKeyForm,
  sealField,
  unsealRow,
} from '../goform/field-encryption.ts'
import type { Values } from '../goform/reply.ts'
import { ModemError } from '../modem/errors.ts'
import type { GoformSession, Write } from './goform-session.ts'

const KEY_TABLE = 'web_crt_get'

/**
 * The encryption of messages by firmware from 2025 on. The device has one key for everybody, so it is registered behind each
 * login, and again when what comes back was sealed with another one.
 */
export class GoformCipher {
  readonly #session: GoformSession
  #key: Uint8Array | null = null

  constructor(session: GoformSession) {
    this.#session = session
  }

  /** Registers a new key where the firmware has encryption. @throws ModemError */
  async register(write: Write = (form) => this.#session.write(form)): Promise<void> {
    const deviceKey = parseDeviceKey((await this.#session.tableIfThere(KEY_TABLE)) ?? {})
    if (deviceKey === null) return
    const key = randomBytes(32)
    // Until it is taken the key before counts: nothing may go out in clear to firmware that wants it sealed.
    await write(registerKeyForm(deviceKey, key))
    this.#key = key
  }

  /** What goes into a form. */
  seal = (field: string): string => {
    return this.#key === null ? field : sealField(field, this.#key, randomBytes(IV_LENGTH))
  }

  /** A row in clear; `undefined`: somebody else's key has sealed it. */
  unseal(row: Values): Values | undefined {
    if (this.#key === null) return [row.number, row.content].some(isSealedField) ? undefined : row
    try {
      return unsealRow(row, this.#key)
    } catch (error) {
      if (error instanceof ModemError) return undefined
      throw error
    }
  }
}

function isSealedField(field: unknown): boolean {
  return typeof field === 'string' && isSealed(field)
}
