import { createHash } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import type { GoformOptions } from '../driver/goform-driver.ts'
import { createGoformDriver } from '../driver/goform-driver.ts'
import type { RouterMemory } from '../driver/goform-finding.ts'
import { isTransform, NO_REFUSALS } from '../driver/goform-finding.ts'
import type { Journal } from '../journal/journal.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { Driver } from '../modem/modem.ts'

type ModemConfig = Config['modems'][number]
type PinOptions = Pick<GoformOptions, 'pin' | 'pinMemory'>

/** Where notes are kept. */
export type Notes = Pick<Journal, 'note' | 'setNote'>

/** The Driver of a modem with `transport: http`; what it finds out is kept in the journal. */
export function routerDriver(modem: ModemConfig, pin: PinOptions, journal: Notes, exchanges: ExchangeRing): Driver {
  return createGoformDriver({ ...routerOptions(modem, pin, journal), exchanges })
}

/** How a modem with `transport: http` is reached, and what is known of it. */
export function routerOptions(modem: ModemConfig, pin: PinOptions, journal: Notes): GoformOptions {
  const { url, password, username, login, write_token, host_header, api_path, tls } = modem
  return {
    ...pin,
    url: url ?? '',
    password,
    username,
    login: login === 'auto' ? null : login,
    writeToken: write_token === 'auto' ? null : write_token,
    hostHeader: host_header,
    apiPath: api_path === 'auto' ? null : api_path,
    tls: { rejectUnauthorized: tls.reject_unauthorized, legacy: tls.legacy },
    memory: routerMemory(modem, journal),
  }
}

/** Refusals belong to a password: another one in the configuration begins with none. */
function routerMemory(modem: ModemConfig, journal: Notes): RouterMemory {
  const { id, url, username, password } = modem
  const [found, refused] = [`router/${id}`, `password_refused/${id}`]
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([id, url, username, password]))
    .digest('hex')
  return {
    finding: () => journal.note(found),
    keepFinding: (note) => journal.setNote(found, note),
    refusals: () => {
      const [whose, count, at, proven, refusedAs] = (journal.note(refused) ?? '').split(' ')
      if (whose !== fingerprint) return NO_REFUSALS
      return {
        count: Number(count),
        at: Number(at),
        isProven: proven === 'proven',
        refusedAs: isTransform(refusedAs) ? refusedAs : null,
      }
    },
    keepRefusals: ({ count, at, isProven, refusedAs }) => {
      const words = [fingerprint, count, at, isProven ? 'proven' : 'unproven', refusedAs ?? 'none']
      journal.setNote(refused, words.join(' '))
    },
  }
}
