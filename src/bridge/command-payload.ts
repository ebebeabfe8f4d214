import { ModemError } from '../modem/errors.ts'
import type { CommandRow } from './command-row.ts'
import { LONGEST_TRANSACTION } from './fields.ts'

/** What is known of the payload of a command or request. */
type PayloadRow = Pick<CommandRow, 'name' | 'fields' | 'shorthand' | 'example'>

/** Reads and checks a payload. @throws ModemError `invalid_request` that names the key and what was expected */
export function parsePayload(command: PayloadRow, payload: Uint8Array): unknown {
  const text = readText(payload)
  const value = readValue(command, text)
  const result = command.fields.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new ModemError('invalid_request', faults.join('; '))
}

/** The transaction of a payload, however wrong the rest of it is, so that the sender recognises the answer. */
export function transactionOf(payload: Uint8Array): string | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (typeof value !== 'object' || value === null || !('transaction' in value)) return null
    const { transaction } = value
    return typeof transaction === 'string' && transaction.length <= LONGEST_TRANSACTION ? transaction : null
  } catch {
    return null
  }
}

function readText(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload).trim()
  } catch (cause) {
    throw new ModemError('invalid_request', 'The payload is not UTF-8 text.', { cause })
  }
}

function readValue(command: PayloadRow, text: string): unknown {
  if (!text.startsWith('{') && command.shorthand !== undefined) return command.shorthand(text)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ModemError(
      'invalid_request',
      `The payload is not JSON: expected an object such as ${command.example ?? '{}'}.`,
      { cause },
    )
  }
}
