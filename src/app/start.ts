import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { monotonicFactory } from 'ulid'
import { Bridge } from '../bridge/bridge.ts'
import { COMMANDS } from '../bridge/commands.ts'
import type { Outlet } from '../bridge/outlet.ts'
import { RadioWish } from '../bridge/radio-wish.ts'
import { Supervisor } from '../bridge/supervisor.ts'
import { redacted } from '../config/redact.ts'
import type { Config } from '../config/schema.ts'
import { createDriver } from '../driver/create-driver.ts'
import { discover } from '../homeassistant/discovery.ts'
import { Journal } from '../journal/journal.ts'
import type { Driver } from '../modem/modem.ts'
import type { RunningBroker } from '../mqtt/broker.ts'
import { startBroker } from '../mqtt/broker.ts'
import { MqttConnection } from '../mqtt/client.ts'
import type { BridgeFacts } from '../mqtt/payloads.ts'
import { Publisher } from '../mqtt/publisher.ts'
import { Requests } from '../mqtt/requests.ts'
import { commandSubscriptions, createTopics } from '../mqtt/topics.ts'
import { HealthReports } from './health-reports.ts'
import type { Logger } from './logger.ts'
import { createLogger } from './logger.ts'
import { routerDriver } from './router-driver.ts'
import { version } from './version.ts'

/** How long the broker may take for what is still to be published at the end. */
const FAREWELL_MS = 3000

/** Runs the bridge until `signal` aborts. @returns the exit code */
export async function start(config: Config, signal: AbortSignal): Promise<number> {
  const logger = createLogger(config.log)
  const journal = new Journal(config.journal.path, Date.now, (problem) => logger.error(problem))
  let broker: RunningBroker | undefined
  try {
    broker = config.mqtt.url === '' ? await startBroker(brokerOptions(config, logger)) : undefined
    await serve(
      config,
      broker === undefined ? config.mqtt.url : `mqtt://${hostOf(config)}:${broker.port}`,
      journal,
      logger,
      signal,
    )
    logger.info('ended')
    return 0
  } finally {
    await broker?.close()
    journal.close()
  }
}

async function serve(
  config: Config,
  url: string,
  journal: Journal,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const topics = createTopics(config.mqtt.base_topic)
  const connection: MqttConnection = new MqttConnection({
    ...connectionOptions(config, url),
    will: { topic: topics.bridge('state'), payload: 'offline' },
    onMessage: (message) => {
      publisher.heard(message)
      return requests.handle(message)
    },
    onProblem: (problem) => logger.warn(problem),
  })
  const publisher: Publisher = new Publisher({
    connection,
    topics,
    modems: config.modems.map(({ id }) => id),
    facts: bridgeFacts(config),
    publishIdentity: config.privacy.publish_identity,
    retainMessages: config.privacy.retain_messages,
    homeAssistant: homeAssistant(config, topics),
    onBrokerAnswered: () => requests.brokerAnswered(),
  })
  const bridge = createBridge(config, journal, publisher, logger)
  const requests: Requests = new Requests({
    connection,
    topics,
    bridge,
    now: Date.now,
    onProblem: (problem) => logger.warn(problem),
  })
  connection.subscribe([
    ...commandSubscriptions(config.mqtt.base_topic, COMMANDS),
    ...(config.homeassistant.enabled ? [{ topic: config.homeassistant.status_topic, qos: 0 as const }] : []),
  ])
  connection.on('connected', ({ protocol }) =>
    logger.info(`connected to ${withoutUser(url)} (MQTT ${protocol === 5 ? '5' : '3.1.1'})`),
  )
  connection.on('disconnected', () => {
    if (!signal.aborted) logger.warn(`the connection to ${withoutUser(url)} was lost; trying again`)
  })
  const health = new HealthReports({
    intervalMs: config.health.interval,
    connection,
    bridge,
    publish: (report) => publisher.health(report),
  })
  connection.start()
  health.start()
  const running = new AbortController()
  try {
    await bridge.run(AbortSignal.any([signal, running.signal]))
  } finally {
    running.abort()
    health.stop()
    await connection.end({ publishBefore: publisher.farewells(), withinMs: FAREWELL_MS })
  }
}

function createBridge(config: Config, journal: Journal, outlet: Outlet, logger: Logger): Bridge {
  const newId = monotonicFactory()
  const supervisors = new Map<string, Supervisor>()
  for (const modem of config.modems) {
    const log = logger.child({ modem: modem.id })
    const { retry } = config.sms
    supervisors.set(
      modem.id,
      new Supervisor({
        id: modem.id,
        name: modem.name,
        driver: driverFor(config, modem, journal),
        journal,
        outlet: logged(outlet, log),
        afterReceive: config.sms.after_receive,
        backlog: config.sms.backlog,
        multipartTimeoutMs: config.sms.multipart_timeout,
        onUnknown: config.sms.on_unknown,
        retry: { attempts: retry.attempts, backoffMs: retry.backoff },
        contacts: new Map(Object.entries(config.contacts)),
        deliveryReport: config.sms.delivery_report,
        maxParts: config.sms.max_parts,
        repeatWindowMs: config.sms.repeat_window,
        poll: {
          signalMs: config.poll.signal,
          statusMs: config.poll.status,
          smsMs: config.poll.sms,
          republishMs: config.poll.republish,
        },
        recovery: {
          isEnabled: config.recovery.enabled,
          usbPowerTopic: config.recovery.usb_power_topic?.replaceAll('{modem}', modem.id) ?? null,
        },
        now: Date.now,
        elapsed: () => performance.now(),
        newId: () => newId(),
        onProblem: (problem, cause) => log.warn({ code: cause.code, detail: cause.detail }, problem),
      }),
    )
  }
  return new Bridge({
    journal,
    supervisors,
    keepMs: config.journal.keep,
    onProblem: (problem, err) => logger.error({ err }, problem),
  })
}

function driverFor(config: Config, modem: Config['modems'][number], journal: Journal): Driver {
  const others = config.modems.filter(({ id, transport }) => id !== modem.id && transport === 'serial')
  const note = `pin_refused/${modem.id}`
  const fingerprint = createHash('sha256').update(`${modem.id}/${modem.pin}`).digest('hex')
  const pin = {
    pin: modem.pin,
    pinMemory: {
      refused: () => journal.note(note) === fingerprint,
      remember: (refused: boolean) => journal.setNote(note, refused ? fingerprint : null),
    },
  }
  if (modem.transport === 'http') return routerDriver(modem, pin, journal)
  return createDriver({
    port: modem.port,
    imei: modem.imei,
    baud: modem.baud,
    ...pin,
    isRadioOff: () => new RadioWish(journal, modem.id).isOff,
    storage: config.sms.storage,
    claimed: () => others.flatMap(({ port, imei }) => (port === 'auto' ? (imei ?? []) : port)),
  })
}

/** What goes out is also told in the log: without numbers and texts. */
function logged(outlet: Outlet, log: Logger): Outlet {
  return {
    announce: (card) => outlet.announce(card),
    availability: (modem, online) => outlet.availability(modem, online),
    state: (modem, status) => outlet.state(modem, status),
    smsReceived: async (modem, sms) => {
      await outlet.smsReceived(modem, sms)
      log.info({ id: sms.id, parts: sms.parts, from: sms.from }, 'SMS received and published')
    },
    smsStatus: async (modem, status) => {
      await outlet.smsStatus(modem, status)
      log.info(
        { id: status.id, to: status.to },
        `SMS ${status.status} (${status.partsSent} of ${status.parts} parts handed over)`,
      )
    },
    event: (modem, event) => {
      log.info({ change: event.detail }, event.type.replaceAll('_', ' '))
      return outlet.event(modem, event)
    },
    publish: (topic, payload) => outlet.publish(topic, payload),
    get isReachable() {
      return outlet.isReachable
    },
  }
}

function connectionOptions({ mqtt, broker }: Config, url: string) {
  const [user] = broker.users
  const isEmbedded = mqtt.url === ''
  const pem = (path: string | null): string | undefined => (path === null ? undefined : readFileSync(path, 'utf8'))
  return {
    url,
    clientId: mqtt.client_id,
    username: (isEmbedded ? user?.username : mqtt.username) ?? undefined,
    password: (isEmbedded ? user?.password : mqtt.password) ?? undefined,
    // The embedded broker speaks MQTT 3.1.1 only.
    protocol: isEmbedded ? (4 as const) : mqtt.protocol,
    sessionExpirySeconds: Math.round(mqtt.session_expiry / 1000),
    tls: { ca: pem(mqtt.ca), cert: pem(mqtt.cert), key: pem(mqtt.key), rejectUnauthorized: mqtt.reject_unauthorized },
  }
}

function brokerOptions({ broker }: Config, logger: Logger) {
  return {
    host: broker.host,
    port: broker.port,
    users: broker.users,
    path: broker.path,
    onProblem: (problem: string) => logger.warn(problem),
  }
}

function bridgeFacts(config: Config): BridgeFacts {
  return {
    version: version(),
    nodeVersion: process.version,
    startedAt: new Date().toISOString(),
    config: redacted(config),
  }
}

function homeAssistant({ homeassistant, privacy }: Config, topics: ReturnType<typeof createTopics>) {
  if (!homeassistant.enabled) return null
  const options = {
    prefix: homeassistant.discovery_prefix,
    topics,
    version: version(),
    publishIdentity: privacy.publish_identity,
  }
  return {
    statusTopic: homeassistant.status_topic,
    discover: (cards: Parameters<typeof discover>[0]) => discover(cards, options),
  }
}

function hostOf({ broker }: Config): string {
  return broker.host === '0.0.0.0' || broker.host === '::' ? '127.0.0.1' : broker.host
}

function withoutUser(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
