import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Logger } from './logger.ts'

/** What the session with the broker needs to know. @throws ConfigError when a certificate file cannot be read */
export function connectionOptions({ mqtt, broker }: Config, url: string) {
  const isEmbedded = mqtt.url === ''
  const user = broker.users.find(({ password }) => password !== null)
  return {
    url,
    clientId: mqtt.client_id,
    username: (isEmbedded ? user?.username : mqtt.username) ?? undefined,
    password: (isEmbedded ? user?.password : mqtt.password) ?? undefined,
    // The embedded broker speaks MQTT 3.1.1 only.
    protocol: isEmbedded ? (4 as const) : mqtt.protocol,
    sessionExpirySeconds: Math.round(mqtt.session_expiry / 1000),
    tls: {
      ca: pem('mqtt.ca', mqtt.ca),
      cert: pem('mqtt.cert', mqtt.cert),
      key: pem('mqtt.key', mqtt.key),
      // Our own certificate names the hosts that others use.
      rejectUnauthorized: !isEmbedded && mqtt.reject_unauthorized,
    },
  }
}

/** What the embedded broker needs to know. @throws ConfigError when a certificate file cannot be read */
export function brokerOptions({ broker }: Config, logger: Logger) {
  const [cert, key] = [pem('broker.cert', broker.cert), pem('broker.key', broker.key)]
  return {
    host: broker.host,
    port: broker.port,
    users: broker.users.map(({ username, password, password_hash: passwordHash }) => ({
      username,
      password,
      passwordHash,
    })),
    tls: cert === undefined || key === undefined ? null : { cert, key },
    path: broker.path,
    onProblem: (problem: string) => logger.warn(problem),
  }
}

function pem(option: string, path: string | null): string | undefined {
  try {
    return path === null ? undefined : readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError([`${option}: ${(error as Error).message}`])
  }
}

/** Where the embedded broker is reached from here. */
export function embeddedUrl({ broker }: Config, port = broker.port): string {
  const isEverywhere = broker.host === '0.0.0.0' || broker.host === '::'
  return `${broker.cert === null ? 'mqtt' : 'mqtts'}://${isEverywhere ? '127.0.0.1' : broker.host}:${port}`
}

/** The address as it may be shown. */
export function withoutUser(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
