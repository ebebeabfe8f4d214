import type { Bridge } from '../bridge/bridge.ts'
import type { Outlet } from '../bridge/outlet.ts'
import { RemoteControl } from '../bridge/remote-control.ts'
import type { Config } from '../config/schema.ts'
import type { Journal } from '../journal/journal.ts'
import { formatState } from '../mqtt/payloads.ts'
import { logged } from './logged-outlet.ts'
import type { Logger } from './logger.ts'
import { openDoors, rulesOf } from './rules.ts'

/**
 * Ties the configured rules to the bridge.
 * @param bridge called only when a rule acts
 * @returns `undefined`: there are none, and no message causes anything
 */
export function createRemoteControl(
  config: Config,
  journal: Journal,
  outlet: Outlet,
  bridge: () => Bridge,
  logger: Logger,
): RemoteControl | undefined {
  if (config.rules.length === 0) return undefined
  for (const { what, remedy } of openDoors(config)) logger.warn(`${what} ${remedy}`)
  const logs = new Map(config.modems.map(({ id }) => [id, logger.child({ modem: id })]))
  const logOf = (modem: string): Logger => logs.get(modem) ?? logger
  return new RemoteControl({
    rules: rulesOf(config),
    modems: config.modems.map(({ id }) => id),
    journal,
    outlet: {
      publish: (topic, payload) => outlet.publish(topic, payload),
      event: (modem, event) => logged(outlet, logOf(modem)).event(modem, event),
      get isReachable() {
        return outlet.isReachable
      },
    },
    now: Date.now,
    elapsed: () => performance.now(),
    carryOut: async (modem, command, payload, identity) => {
      const { answer } = bridge().carryOut(modem, command, Buffer.from(payload), { identity, messageExpiresAt: null })
      // No broker delivers it again.
      bridge().acknowledged(identity)
      return answer
    },
    stateOf: (modem) => {
      const status = bridge().statuses().get(modem)
      return status === undefined ? {} : JSON.parse(formatState(status))
    },
    onProblem: (modem, problem, cause) => logOf(modem).warn({ code: cause.code }, problem),
  })
}
