import type { Bridge } from '../bridge/bridge.ts'
import type { BridgeService } from '../bridge/bridge-requests.ts'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { ModemError } from '../modem/errors.ts'
import type { HealthReports } from './health-reports.ts'
import type { Log } from './logger.ts'
import type { PortsIo } from './ports.ts'
import { listPorts } from './ports.ts'

interface BridgeServiceOptions extends Pick<PortsIo, 'scan' | 'probe'> {
  readonly config: Config
  readonly bridge: Bridge
  readonly health: HealthReports
  readonly log: Log
  /** The level of the log is another one now. */
  readonly onLogLevel: (level: string) => void
  /** @throws ConfigError when the configuration has faults by now */
  readonly restart: () => void
}

/** Does what is asked of the bridge itself. */
export function createBridgeService(options: BridgeServiceOptions): BridgeService {
  const { config, bridge, health, log, scan, probe, onLogLevel, restart } = options
  return {
    checkHealth: () => ({ health: health.report(), statuses: bridge.statuses() }),
    scanPorts: async () => {
      const open = bridge.ports()
      const away = config.modems.filter(({ id }) => ![...open.values()].includes(id))
      const held = new Map([...away.map(({ id, port }) => [port, id] as const), ...open])
      return { devices: await listPorts({ scan, probe, held, showsImei: config.privacy.publish_identity }) }
    },
    restartModem: (modem) => bridge.restart(modem),
    setLogLevel: (level) => {
      log.setLevel(level)
      onLogLevel(level)
      log.logger.warn(`the log level is ${level} now`)
    },
    restart: () => {
      try {
        restart()
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        throw new ModemError('not_allowed', `Nothing was restarted, because of the configuration: ${error.message}`)
      }
    },
  }
}
