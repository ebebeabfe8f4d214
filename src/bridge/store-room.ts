import type { StoredSegment } from '../modem/messages.ts'
import type { MessageStore, ModemState } from '../modem/state.ts'

/** Free part of a store below which even what may stay is removed from it. */
const ROOM = 0.25

type Store = Omit<MessageStore, 'unread' | 'others'>

/** What has to leave the modem although it may stay, oldest first, so that there is room for new messages in each store. */
export function crowdedOut(
  store: MessageStore,
  staying: readonly StoredSegment[],
  leaving: readonly StoredSegment[],
): readonly StoredSegment[] {
  return storesOf(store).flatMap(({ storage, used, capacity }) => {
    const free = capacity - used + leaving.filter((segment) => segment.store === storage).length
    const wanted = Math.max(0, Math.ceil(capacity * ROOM) - free)
    return staying.filter((segment) => segment.store === storage).slice(0, wanted)
  })
}

/** The stores that can take no further message. */
export function fullStores({ store }: Partial<ModemState>): readonly Store[] {
  return store === undefined ? [] : storesOf(store).filter(({ used, capacity }) => capacity > 0 && used >= capacity)
}

function storesOf({ others = [], ...store }: MessageStore): readonly Store[] {
  return [store, ...others]
}
