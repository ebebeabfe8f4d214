import { createHash } from 'node:crypto'
import { RadioWish } from '../bridge/radio-wish.ts'
import type { Supervisor } from '../bridge/supervisor.ts'
import type { Config } from '../config/schema.ts'
import { createDriver } from '../driver/create-driver.ts'
import type { Journal } from '../journal/journal.ts'
import type { ExchangeRing } from '../modem/exchange-ring.ts'
import type { Driver } from '../modem/modem.ts'
import { routerDriver } from './router-driver.ts'

/**
 * The Driver of a configured modem; what must outlast it is kept in the journal.
 * @param exchanges where the conversation is written down
 * @param holdOf what another modem has, by its id
 */
export function driverFor(
  config: Config,
  modem: Config['modems'][number],
  journal: Journal,
  exchanges: ExchangeRing,
  holdOf: (id: string) => Supervisor['hold'] | undefined,
): Driver {
  const others = config.modems.filter((other) => other.id !== modem.id && other.transport === 'serial')
  const note = `pin_refused/${modem.id}`
  const fingerprint = createHash('sha256').update(`${modem.id}/${modem.pin}`).digest('hex')
  const pin = {
    pin: modem.pin,
    pinMemory: {
      refused: () => journal.note(note) === fingerprint,
      remember: (refused: boolean) => journal.setNote(note, refused ? fingerprint : null),
    },
  }
  if (modem.transport === 'http') return routerDriver(modem, pin, journal, exchanges)
  return createDriver({
    port: modem.port,
    imei: modem.imei,
    baud: modem.baud,
    ...pin,
    isRadioOff: () => new RadioWish(journal, modem.id).isOff,
    storage: config.sms.storage,
    exchanges,
    claimed: () => others.flatMap((other) => claimsOf(other, holdOf(other.id))),
  })
}

/** Where it is, and who. A configured path counts until the modem is known: from then on it may lead to anybody's. */
export function claimsOf(
  configured: { readonly port: string; readonly imei: string | null },
  { port, imei }: Supervisor['hold'] = { port: null, imei: null },
): readonly string[] {
  const isKnown = port !== null || imei !== null
  const path = isKnown || configured.port === 'auto' ? null : configured.port
  return [port, path, imei ?? configured.imei].filter((claim) => claim !== null)
}
