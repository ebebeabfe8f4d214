import type { RouterVisit } from '../driver/goform-visit.ts'
import { ModemError } from '../modem/errors.ts'
import type { Finding } from './doctor-finding.ts'
import { ok, problem, warning } from './doctor-finding.ts'
import { checkHealth } from './doctor-modem.ts'

/** A configured router, and what is known of it before it is visited. */
export interface RouterCase {
  readonly id: string
  readonly url: string
  readonly hasPin: boolean
  /** The bridge runs and is logged in: another login would throw it out. */
  readonly isBridgeRunning: boolean
  /** Until when the bridge leaves it to a person at its web page, ms since the epoch; `null`: it does not. */
  readonly takenUntil: number | null
}

/** What to do about a device that is not what it should be, by the code of the failure. */
const GREETING_REMEDIES: Readonly<Partial<Record<ModemError['code'], string>>> = {
  modem_offline:
    'Switch it on, connect this computer with its network (a stick needs an address by DHCP), and correct "url": it is the address that opens its page in a browser.',
  not_supported:
    'Correct "url", or set "api_path". The newest routers (G5TC, MC7510, U60 Pro) speak another language, which this version does not know.',
  protocol:
    'Correct "url": something else answers there. Through a port forward, set "host_header" to the address that the router has at home.',
  timeout: 'Cut its power for ten seconds and look again when it is up; it takes two minutes.',
  closed: 'Check port and scheme (http:// or https://) of "url", and look again when the router is up.',
}

/** Behind a refused login. */
const PASSWORD_REMEDY =
  'Correct "password" (that of the web page, not of the WLAN), and "username" if it has users. Try it in a browser first: five wrong ones lock the router.'

/** What to say of a router. @param visit gives `RouterVisit`, or throws ModemError; @param now ms since the epoch */
export async function checkRouter(
  router: RouterCase,
  visit: (mayLogIn: boolean) => Promise<RouterVisit>,
  now: number,
): Promise<readonly Finding[]> {
  const isTaken = router.takenUntil !== null && router.takenUntil > now
  try {
    return judge(router, await visit(!isTaken && !router.isBridgeRunning), isTaken)
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    const [what, remedy] = parted(error)
    return [problem(`"${router.id}" cannot be used. ${what}`, GREETING_REMEDIES[error.code] ?? remedy)]
  }
}

function judge(router: RouterCase, visit: RouterVisit, isTaken: boolean): readonly Finding[] {
  const { id, url, hasPin, isBridgeRunning, takenUntil } = router
  const { device, lock, refusals, refusal, state, pinTries, isAsked } = visit
  const { sim, registration, signal } = state
  const answers = ok(`"${id}" answers at ${url}: ${device}.`)
  const health =
    sim === undefined || registration === undefined
      ? []
      : checkHealth(
          `"${id}"`,
          {
            sim,
            pinTries,
            isRadioOff: false,
            registration: registration.state,
            rssiDbm: signal?.rssiDbm ?? signal?.rsrpDbm ?? null,
          },
          hasPin,
        )
  if (isTaken) {
    const until = new Date(takenUntil ?? 0).toISOString()
    const what = `Somebody has logged in to the web page of "${id}", which lets in one at a time.`
    return [answers, warning(what, `Log out there when done. The bridge comes back by itself at ${until}.`), ...health]
  }
  if (lock.lockedSeconds > 0) {
    const what = `"${id}" is locked after too many wrong passwords, for another ${Math.ceil(lock.lockedSeconds)} seconds.`
    const remedy =
      'Wait. Then find out who tries wrong passwords: another program with an old one, or "password" here. An MC889 may stay locked until its power was cut.'
    return [answers, problem(what, remedy)]
  }
  if (refusals > 0) {
    const what = `"${id}" has refused the configured password or user name, so it was not tried again (${refusals} of 2 attempts).`
    const remedy =
      'Correct "password" or "username": others are tried at once. If they are right by now, log in once with a browser and log out; the bridge tries again a day after the last refusal.'
    return [answers, problem(what, remedy)]
  }
  if (refusal !== null) {
    const [what, remedy] = parted(refusal)
    const known = refusal.code === 'rejected_by_modem' ? [remedy, PASSWORD_REMEDY].join(' ').trim() : remedy
    return [answers, problem(`"${id}" does not let us in. ${what}`, known)]
  }
  if (isBridgeRunning) {
    const remedy =
      'The password was not tried, because the bridge runs and would be thrown out; its "state" tells more.'
    return [ok(answers.what, remedy), ...health]
  }
  return isAsked ? [ok(`"${id}" answers at ${url} and lets us in: ${device}.`), ...health] : [answers, ...health]
}

/** The first sentence of a failure says what is the case; what is behind it, what to do. */
function parted({ message }: ModemError): readonly [what: string, remedy: string] {
  const [, what = message, remedy = ''] = /^(.*?\.) (.*)$/s.exec(message) ?? []
  return [what, remedy]
}
