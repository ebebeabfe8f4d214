import { monotonicFactory } from 'ulid'
import { Bridge } from '../bridge/bridge.ts'
import { carryOutRequest } from '../bridge/bridge-requests.ts'
import { COMMANDS } from '../bridge/commands.ts'
import type { Outlet } from '../bridge/outlet.ts'
import type { RemoteControl } from '../bridge/remote-control.ts'
import { Supervisor } from '../bridge/supervisor.ts'
import { redacted } from '../config/redact.ts'
import type { Config } from '../config/schema.ts'
import { querySlug } from '../config/ussd.ts'
import { Journal } from '../journal/journal.ts'
import { ExchangeRing } from '../modem/exchange-ring.ts'
import type { RunningBroker } from '../mqtt/broker.ts'
import { startBroker } from '../mqtt/broker.ts'
import { MqttConnection } from '../mqtt/client.ts'
import type { BridgeFacts } from '../mqtt/payloads.ts'
import { Publisher } from '../mqtt/publisher.ts'
import { Requests } from '../mqtt/requests.ts'
import { commandSubscriptions, createTopics, requestSubscriptions } from '../mqtt/topics.ts'
import { createBridgeService } from './bridge-service.ts'
import { ExchangeDump } from './exchange-dump.ts'
import { openHealthPort } from './health-port.ts'
import { HealthReports } from './health-reports.ts'
import type { Entities } from './home-assistant.ts'
import { homeAssistant, serveEntities } from './home-assistant.ts'
import { logged } from './logged-outlet.ts'
import type { Log, Logger } from './logger.ts'
import { createLogger } from './logger.ts'
import { driverFor } from './modem-driver.ts'
import { brokerOptions, connectionOptions, embeddedUrl, withoutUser } from './mqtt-options.ts'
import { createRemoteControl } from './remote-control.ts'
import { openSupportPort } from './support-port.ts'
import { probing, scan } from './usb-verbs.ts'
import { version } from './version.ts'

/** How long the broker may take for what is still to be published at the end. */
const FAREWELL_MS = 3000

/**
 * Runs the bridge until `signal` aborts; asked to by a request, it ends everything and begins anew with the configuration as it
 * is by then. @returns the exit code
 */
export async function start(readConfig: () => Config, signal: AbortSignal): Promise<number> {
  let config = readConfig()
  while (!signal.aborted) {
    const again = new AbortController()
    const restart = (): void => {
      config = readConfig()
      // After the answer to whoever asked for it.
      setImmediate(() => again.abort())
    }
    await runOnce(config, restart, AbortSignal.any([signal, again.signal]))
  }
  return 0
}

async function runOnce(config: Config, restart: () => void, signal: AbortSignal): Promise<void> {
  const log = createLogger(config.log)
  const { logger } = log
  const journal = new Journal(config.journal.path, Date.now, (problem) => logger.error(problem))
  let broker: RunningBroker | undefined
  try {
    broker = config.mqtt.url === '' ? await startBroker(brokerOptions(config, logger)) : undefined
    const options =
      broker === undefined
        ? connectionOptions(config, config.mqtt.url)
        : { ...connectionOptions(config, embeddedUrl(config, broker.port)), ...broker.login }
    await serve(config, options, journal, log, restart, signal)
    logger.info('ended')
  } finally {
    await broker?.close()
    journal.close()
  }
}

async function serve(
  config: Config,
  options: ReturnType<typeof connectionOptions>,
  journal: Journal,
  log: Log,
  restart: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { logger } = log
  const topics = createTopics(config.mqtt.base_topic)
  const connection: MqttConnection = new MqttConnection({
    ...options,
    will: { topic: topics.bridge('state'), payload: 'offline' },
    onMessage: (message) => {
      publisher.heard(message)
      entities.heard(message)
      return requests.handle(message)
    },
    onProblem: (problem) => logger.warn(problem),
  })
  const home = homeAssistant(config, connection, journal, logger)
  const publisher: Publisher = new Publisher({
    connection,
    topics,
    modems: config.modems.map(({ id }) => id),
    facts: bridgeFacts(config),
    publishIdentity: config.privacy.publish_identity,
    retainMessages: config.privacy.retain_messages,
    homeAssistant: home,
    onBrokerAnswered: () => requests.brokerAnswered(),
  })
  const onProblem = (problem: string): void => logger.warn(problem)
  const links = { config, topics, connection, publisher, journal, bridge: (): Bridge => bridge, onProblem }
  const entities = serveEntities(links)
  const rings = new Map(config.modems.map(({ id }) => [id, new ExchangeRing()]))
  const rules = createRemoteControl(config, journal, entities.outlet, () => bridge, logger)
  const bridge: Bridge = createBridge(config, journal, entities.outlet, rings, rules, logger)
  const requests: Requests = new Requests({
    connection,
    topics,
    bridge,
    askBridge: (verb, payload) =>
      carryOutRequest(service, verb, payload, (problem, err) => logger.error({ err }, problem)),
    answered: entities.answered,
    now: Date.now,
    onProblem,
  })
  listen(connection, config.mqtt.base_topic, entities)
  tellConnections(connection, options.url, signal, logger)
  const health = new HealthReports({
    intervalMs: config.health.interval,
    connection,
    bridge,
    publish: (report) => publisher.health(report),
  })
  const probe = probing(signal)
  const onLogLevel = entities.logLevelChanged
  const service = createBridgeService({ config, bridge, health, log, scan, probe, onLogLevel, restart })
  log.listen((entry) => publisher.log(entry))
  const closeHealthPort = await openHealthPort(config, bridge, health, logger)
  const closeSupportPort = await openSupportPort({ config, bridge, publisher, reports: health, rings, log })
  connection.start()
  health.start()
  const running = new AbortController()
  try {
    const until = AbortSignal.any([signal, running.signal])
    await Promise.all([bridge.run(until), rules?.run(until)])
  } finally {
    running.abort()
    health.stop()
    await closeHealthPort()
    await closeSupportPort()
    await connection.end({ publishBefore: publisher.farewells(), withinMs: FAREWELL_MS })
  }
}

function listen(connection: MqttConnection, base: string, entities: Entities): void {
  connection.subscribe([
    ...commandSubscriptions(base, COMMANDS),
    ...requestSubscriptions(base),
    ...entities.subscriptions,
  ])
}

function tellConnections(connection: MqttConnection, url: string, signal: AbortSignal, logger: Logger): void {
  connection.on('connected', ({ protocol }) =>
    logger.info(`connected to ${withoutUser(url)} (MQTT ${protocol === 5 ? '5' : '3.1.1'})`),
  )
  connection.on('disconnected', () => {
    if (!signal.aborted) logger.warn(`the connection to ${withoutUser(url)} was lost; trying again`)
  })
}

function createBridge(
  config: Config,
  journal: Journal,
  outlet: Outlet,
  rings: ReadonlyMap<string, ExchangeRing>,
  rules: RemoteControl | undefined,
  logger: Logger,
): Bridge {
  const newId = monotonicFactory()
  const supervisors = new Map<string, Supervisor>()
  for (const modem of config.modems) {
    const log = logger.child({ modem: modem.id })
    const { retry } = config.sms
    const exchanges = rings.get(modem.id) ?? new ExchangeRing()
    const dump = new ExchangeDump(exchanges, log)
    supervisors.set(
      modem.id,
      new Supervisor({
        id: modem.id,
        name: modem.name,
        driver: driverFor(config, modem, journal, exchanges, (id) => supervisors.get(id)?.hold),
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
        ...guard(config),
        rules,
        networkMode: modem.network_mode,
        allowRawAt: modem.allow_raw_at,
        poll: {
          signalMs: config.poll.signal,
          statusMs: config.poll.status,
          smsMs: config.poll.sms,
          republishMs: config.poll.republish,
        },
        ussd: ussdSettings(config),
        recovery: {
          isEnabled: config.recovery.enabled,
          usbPowerTopic: config.recovery.usb_power_topic?.replaceAll('{modem}', modem.id) ?? null,
        },
        rejectsCalls: config.calls.reject,
        now: Date.now,
        elapsed: () => performance.now(),
        newId: () => newId(),
        onProblem: (problem, cause) => {
          log.warn({ code: cause.code, detail: cause.detail }, problem)
          if (config.log.trace) dump.tell()
        },
      }),
    )
  }
  return new Bridge({
    journal,
    supervisors,
    keepMs: config.journal.keep,
    pricePerPart: config.sms.price_per_part,
    onProblem: (problem, err) => logger.error({ err }, problem),
  })
}

/** What keeps sending from costing more than its owner wants. */
function guard({ sms }: Config) {
  const { allowed_recipients: allowed, blocked_recipients: blocked, limits } = sms
  return {
    recipients: { allowed, blocked },
    pricePerPart: sms.price_per_part,
    limits: {
      perMinute: limits.per_minute,
      perHour: limits.per_hour,
      perDay: limits.per_day,
      perMonth: limits.per_month,
      reserveForHigh: limits.reserve_for_high,
    },
  }
}

function ussdSettings({ ussd }: Config) {
  const queries = ussd.queries.map(({ every, ...query }) => ({ ...query, slug: querySlug(query.name), everyMs: every }))
  return { fallback: ussd.fallback, timeoutMs: ussd.timeout, queries }
}

function bridgeFacts(config: Config): BridgeFacts {
  return {
    version: version(),
    nodeVersion: process.version,
    startedAt: new Date().toISOString(),
    config: redacted(config),
  }
}
