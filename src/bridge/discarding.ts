import type { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import type { StoredSegment } from '../modem/messages.ts'
import type { Modem, ModemId } from '../modem/modem.ts'
import type { Inbox } from './inbox.ts'

/** Which messages shall leave the modem's own store: one by its id, or all received ones. */
export type Unwanted = { readonly id: string } | { readonly all: 'received' }

/** What the deleting works with. */
interface DiscardingOptions {
  readonly id: ModemId
  readonly journal: Journal
  readonly inbox: Inbox
}

/**
 * Deletes messages in the modem; the journal keeps them.
 * @returns how many slots of the store were freed; 0: the message is known and lies in the modem no more
 * @throws ModemError `invalid_request` for an id that nobody knows; `not_supported`; `internal` when the journal cannot
 * take what it lacks, and nothing is deleted then
 */
export async function discardStored(
  { id: modemId, journal, inbox }: DiscardingOptions,
  modem: Modem,
  unwanted: Unwanted,
): Promise<{ readonly deleted: number }> {
  const store = modem.can.sms
  if (store === undefined) throw new ModemError('not_supported', 'There is no message store that could be reached now.')
  const deleted = await inbox.discard(modem, store, choose)
  return { deleted }

  // Asked when the journal knows everything that lies in the modem, so that the message may have its id since then only.
  function choose(): (segment: StoredSegment) => boolean {
    if ('all' in unwanted) return ({ content }) => content.kind !== 'report'
    const keys = journal.received.contentKeysOf(modemId, unwanted.id)
    if (keys === undefined) {
      throw new ModemError('invalid_request', `id: no received message ${JSON.stringify(unwanted.id)} is known.`)
    }
    return ({ contentKey }) => keys.has(contentKey)
  }
}
