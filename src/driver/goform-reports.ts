import { parseMessageList } from '../goform/message.ts'
import { toReportSegment } from '../goform/report.ts'
import { REPORT_PAGE_SIZE, REPORT_TABLE, reportPage } from '../goform/sms-store.ts'
import { ModemError } from '../modem/errors.ts'
import type { StoredSegment } from '../modem/messages.ts'
import type { GoformSession } from './goform-session.ts'

/** More than any device keeps; some firmware gives the first page whatever is asked for. */
const MOST_PAGES = 20

/** So many failures in a row, and this firmware has no reports. */
const MOST_FAILURES = 3

/** Delivery reports. They cannot be deleted, so they are listed again and again; the newest come first. */
export class GoformReports {
  readonly #session: GoformSession
  /** Those that were seen, newest last. */
  readonly #seen = new Map<string, StoredSegment>()
  #failures = 0

  constructor(session: GoformSession) {
    this.#session = session
  }

  /** All that there are. Firmware without them must not keep messages from being received. @throws ModemError `session_taken` */
  async list(): Promise<readonly StoredSegment[]> {
    if (this.#failures >= MOST_FAILURES) return []
    try {
      await this.#readNew()
      this.#failures = 0
    } catch (error) {
      if (!(error instanceof ModemError) || error.code === 'session_taken') throw error
      if (error.code === 'timeout' || error.code === 'protocol') this.#failures += 1
    }
    return [...this.#seen.values()]
  }

  /** Only as far as there is something new: the rest is known. */
  async #readNew(): Promise<void> {
    const found: StoredSegment[] = []
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const rows = parseMessageList(await this.#session.table(REPORT_TABLE, reportPage(page))) ?? []
      const known = new Set([...this.#seen.keys(), ...found.map(({ contentKey }) => contentKey)])
      const fresh = rows.map(toReportSegment).filter(({ contentKey }) => !known.has(contentKey))
      found.push(...fresh)
      if (fresh.length === 0 || rows.length < REPORT_PAGE_SIZE) break
    }
    for (const segment of found.reverse()) this.#seen.set(segment.contentKey, segment)
    const tooMany = this.#seen.size - MOST_PAGES * REPORT_PAGE_SIZE
    for (const key of [...this.#seen.keys()].slice(0, Math.max(0, tooMany))) this.#seen.delete(key)
  }
}
