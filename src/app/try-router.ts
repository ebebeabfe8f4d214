import { existsSync } from 'node:fs'
import { takenUntil } from '../bridge/yielding.ts'
import type { Config } from '../config/schema.ts'
import { visitRouter } from '../driver/goform-visit.ts'
import { Journal } from '../journal/journal.ts'
import { ModemError } from '../modem/errors.ts'
import { whoHolds } from '../transport/tty-holders.ts'
import type { Finding } from './doctor-finding.ts'
import { warning } from './doctor-finding.ts'
import { checkRouter } from './doctor-router.ts'
import type { Notes } from './router-driver.ts'
import { routerOptions } from './router-driver.ts'

/** A PIN is never entered by a visitor. */
const NO_PIN = { pin: null, pinMemory: { refused: () => false, remember: () => undefined } }

/**
 * Visits a modem with `transport: http` as the bridge would, at the cost of one attempt at most. A refused password is kept in the
 * journal like one of the bridge's own, and one that is there already is not tried again.
 * @param isBridgeOnline a bridge is connected to the broker: then it has the session, and there is no login
 */
export async function tryRouter(
  config: Config,
  id: string,
  isBridgeOnline: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const modem = config.modems.find((each) => each.id === id)
  if (modem === undefined) return []
  const { path } = config.journal
  const isBridgeRunning = isBridgeOnline || (await whoHolds(path)).some(({ pid }) => pid !== process.pid)
  let journal: Journal | undefined
  try {
    // The journal of a running bridge is left to it; and none is made, which would belong to whoever runs the doctor.
    journal = isBridgeRunning || !existsSync(path) ? undefined : new Journal(path, Date.now, () => undefined)
    const notes = journal ?? passingNotes()
    const router = {
      id,
      url: modem.url ?? '',
      hasPin: modem.pin !== null,
      isBridgeRunning,
      takenUntil: takenUntil(notes, id),
    }
    const options = routerOptions(modem, NO_PIN, notes)
    return await checkRouter(router, (mayLogIn) => visitRouter(options, mayLogIn, signal), Date.now())
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return [
      warning(
        `"${id}" was not tried. ${error.message}`,
        'Mend the journal first: what it knows of refused passwords counts.',
      ),
    ]
  } finally {
    journal?.close()
  }
}

/** Those of somebody who has no journal yet. */
function passingNotes(): Notes {
  const notes = new Map<string, string>()
  return {
    note: (name) => notes.get(name) ?? null,
    setNote: (name, value) => {
      if (value === null) notes.delete(name)
      else notes.set(name, value)
    },
  }
}
