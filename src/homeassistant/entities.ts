import { CONTROL_ENTITIES } from './entities-controls.ts'
import { MESSAGE_ENTITIES, notifyEntities, queryEntities } from './entities-messages.ts'
import { STATE_ENTITIES } from './entities-state.ts'
import type { EntityRow, EntitySettings } from './entity-row.ts'

/** Everything Home Assistant can get for a modem. Names do not repeat the device's, which Home Assistant puts in front. */
export function modemEntities(settings: EntitySettings): readonly EntityRow[] {
  return [
    ...STATE_ENTITIES,
    ...MESSAGE_ENTITIES,
    ...notifyEntities(settings),
    ...queryEntities(settings),
    ...CONTROL_ENTITIES,
  ]
}
