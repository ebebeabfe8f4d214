import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Logger } from './logger.ts'

/** What the session with the broker needs to know. @throws ConfigError when a certificate file cannot be read */
export function connectionOptions({ mqtt, broker }: Config, url: string) {
  const [user] = broker.users
  const isEmbedded = mqtt.url === ''
  return {
    url,
    clientId: mqtt.client_id,
    username: (isEmbedded ? user?.username : mqtt.username) ?? undefined,
    password: (isEmbedded ? user?.password : mqtt.password) ?? undefined,
    // The embedded broker speaks MQTT 3.1.1 only.
    protocol: isEmbedded ? (4 as const) : mqtt.protocol,
    sessionExpirySeconds: Math.round(mqtt.session_expiry / 1000),
    tls: {
      ca: pem('ca', mqtt),
      cert: pem('cert', mqtt),
      key: pem('key', mqtt),
      rejectUnauthorized: mqtt.reject_unauthorized,
    },
  }
}

function pem(option: 'ca' | 'cert' | 'key', mqtt: Config['mqtt']): string | undefined {
  const path = mqtt[option]
  try {
    return path === null ? undefined : readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError([`mqtt.${option}: ${(error as Error).message}`])
  }
}

/** What the embedded broker needs to know. */
export function brokerOptions({ broker }: Config, logger: Logger) {
  return {
    host: broker.host,
    port: broker.port,
    users: broker.users,
    path: broker.path,
    onProblem: (problem: string) => logger.warn(problem),
  }
}

/** Where the embedded broker is reached from here. */
export function hostOf({ broker }: Config): string {
  return broker.host === '0.0.0.0' || broker.host === '::' ? '127.0.0.1' : broker.host
}

/** The address as it may be shown. */
export function withoutUser(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
