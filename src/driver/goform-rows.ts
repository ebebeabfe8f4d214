import type { MessageRow } from '../goform/message.ts'
import { parseMessageList, parseMessageRow } from '../goform/message.ts'
import type { Values } from '../goform/reply.ts'
import { textAt } from '../goform/reply.ts'
import type { Fields } from '../goform/request.ts'
import { deleteForm, markReadForm } from '../goform/sms-form.ts'
import type { SmsOperation, SmsOutcome, StoreName } from '../goform/sms-store.ts'
import {
  CAPACITY_TABLE,
  MESSAGE_TABLE,
  messagePage,
  OUTCOME_TABLE,
  outcomeOf,
  readCapacity,
  readOutcome,
} from '../goform/sms-store.ts'
import { ModemError } from '../modem/errors.ts'
import type { GoformCipher } from './goform-cipher.ts'
import type { GoformSession } from './goform-session.ts'
import { isUnclear } from './goform-session.ts'

/** One row of a store. */
export interface ListedRow {
  readonly store: StoreName
  /** In clear, but for what could not be decrypted. */
  readonly row: Values
  readonly isSealed: boolean
  readonly message: MessageRow
}

export const STORE_NAMES: readonly StoreName[] = ['device', 'sim']

/** More than any store needs; some firmware gives the first page whatever is asked for, but not always in one order. */
const MOST_PAGES = 20

/** So often a key is registered on account of a row that stays sealed; each time, a browser's own is replaced. */
const MOST_KEYS = 3

/** The most ids in one form. */
export const IDS_AT_ONCE = 50

/** So often in a row the device counts just as many messages too many: then they are some that no list shows. */
const MOST_SHORT = 3

/** How long a deletion may take, and between two looks at it, in milliseconds. */
const DELETION_LIMIT_MS = 20_000
const LOOK_MS = 400

/** The rows of both stores, and how they are deleted. */
export class GoformRows {
  readonly #session: GoformSession
  readonly #cipher: GoformCipher
  /** Rows that were still sealed behind a new key, and behind how many. */
  readonly #sealed = new Map<string, number>()
  /** By how many messages lists were shorter than the count, and how often in a row. */
  #short = { by: 0, times: 0 }

  constructor(session: GoformSession, cipher: GoformCipher) {
    this.#session = session
    this.#cipher = cipher
  }

  /** Everything that lies in both stores, also what cannot be decrypted. */
  async list(): Promise<readonly ListedRow[]> {
    const rows: ListedRow[] = []
    // The device's own last: most messages arrive there, and who deletes has to know what it has by then.
    for (const store of [...STORE_NAMES].reverse()) rows.push(...(await this.#opened(store)))
    return rows
  }

  /**
   * Deletes by id, whatever has it, in the order given. What became of it is to be seen by listing again: behind an answer
   * that was lost the ids may belong to new messages already, so none of them is said twice, and those behind are left.
   */
  async delete(ids: readonly number[]): Promise<void> {
    for (let first = 0; first < ids.length; first += IDS_AT_ONCE) {
      const isClear = await this.#isTaken(deleteForm(ids.slice(first, first + IDS_AT_ONCE)))
      await this.#session.clock.pause(LOOK_MS)
      await this.deletionOver()
      if (!isClear) return
    }
  }

  /** Marks as read. It is for people who look at the web page: what fails is not worth a word. @throws ModemError `session_taken` */
  async markRead(ids: readonly number[]): Promise<void> {
    for (let first = 0; first < ids.length; first += IDS_AT_ONCE) {
      try {
        await this.#session.write(markReadForm(ids.slice(first, first + IDS_AT_ONCE)))
      } catch (error) {
        if (!isUnclear(error) && !(error instanceof ModemError && error.code === 'rejected_by_modem')) throw error
      }
    }
  }

  /** Resolves when no deletion is under way, or has been for too long to wait for it. */
  async deletionOver(): Promise<void> {
    const { clock } = this.#session
    const deadline = clock.elapsed() + DELETION_LIMIT_MS
    while ((await this.outcome('delete')) === 'in_progress' && clock.elapsed() < deadline) await clock.pause(LOOK_MS)
  }

  /**
   * Whether a listing has as many messages of this store as the device counts; where it counts none, nobody knows better. A
   * list is short for once; a count that stays too great would keep messages on the SIM until it is full.
   */
  async isWhole(listed: readonly ListedRow[], store: StoreName): Promise<boolean> {
    const count = readCapacity(await this.#session.table(CAPACITY_TABLE, []), store)
    const by = count === null ? 0 : count.used - listed.filter((row) => row.store === store).length
    this.#short = by <= 0 ? { by: 0, times: 0 } : { by, times: by === this.#short.by ? this.#short.times + 1 : 1 }
    return by <= 0 || this.#short.times > MOST_SHORT
  }

  /** How the last operation of this kind stands. */
  async outcome(operation: SmsOperation): Promise<SmsOutcome> {
    return readOutcome(await this.#session.table(OUTCOME_TABLE, outcomeOf(operation)), operation)
  }

  /** @returns `false` when nobody knows */
  async #isTaken(form: Fields): Promise<boolean> {
    try {
      await this.#session.write(form, { repeats: 'when_refused' })
      return true
    } catch (error) {
      if (!isUnclear(error)) throw error
      return false
    }
  }

  /** Where somebody's browser has registered a key of its own, everything is sealed with that, and a new one of ours helps. */
  async #opened(store: StoreName): Promise<readonly ListedRow[]> {
    const rows = await this.#unsealed(store)
    if (!rows.some((row) => row.isSealed && (this.#sealed.get(keyOf(row)) ?? 0) < MOST_KEYS)) return rows
    await this.#cipher.register()
    const again = await this.#unsealed(store)
    for (const row of again) {
      if (row.isSealed) this.#sealed.set(keyOf(row), (this.#sealed.get(keyOf(row)) ?? 0) + 1)
      else this.#sealed.delete(keyOf(row))
    }
    return again
  }

  async #unsealed(store: StoreName): Promise<readonly ListedRow[]> {
    const rows = await this.#pages(store)
    return rows.map((row) => {
      const plain = this.#cipher.unseal(row)
      return { store, row: plain ?? row, isSealed: plain === undefined, message: parseMessageRow(plain ?? row) }
    })
  }

  async #pages(store: StoreName): Promise<readonly Values[]> {
    const rows = new Map<string, Values>()
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const before = rows.size
      const values = await this.#session.table(MESSAGE_TABLE, messagePage(store, page))
      for (const row of parseMessageList(values) ?? []) {
        const id = textAt(row, 'id')
        const key = id === '' ? JSON.stringify(row) : id
        if (!rows.has(key)) rows.set(key, row)
      }
      if (rows.size === before) break
    }
    return [...rows.values()]
  }
}

/** What tells a row from others, as long as it lies there. */
export function keyOf({ store, message }: ListedRow): string {
  return `${store}/${message.id}/${message.localTime}`
}
