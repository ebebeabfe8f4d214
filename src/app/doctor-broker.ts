import { once } from 'node:events'
import { createServer } from 'node:net'
import { COMMANDS } from '../bridge/commands.ts'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { MqttConnection } from '../mqtt/client.ts'
import { brokerAddress } from '../mqtt/connection-options.ts'
import { commandSubscriptions, createTopics } from '../mqtt/topics.ts'
import type { Finding } from './doctor-finding.ts'
import { ok, problem, warning } from './doctor-finding.ts'
import { connectionOptions, embeddedUrl } from './mqtt-options.ts'

/** What a visit to the broker brought. */
export interface BrokerFacts {
  readonly findings: readonly Finding[]
  /** A bridge with our base topic is connected to it now, most likely this one. */
  readonly isBridgeOnline: boolean
}

/** How long the broker may take to let us in, and then to show its retained messages, in milliseconds. */
const LIMITS = { connectMs: 10_000, retainedMs: 500 }

/**
 * Visits the configured broker as the bridge would, user name, password, TLS and subscriptions included, but under a
 * client id of its own and without session and will: a running bridge notices nothing. For the embedded broker: whether
 * it can listen, or already does.
 */
export async function visitBroker(config: Config, limits = LIMITS): Promise<BrokerFacts> {
  if (config.mqtt.url !== '') return visit(config, config.mqtt.url, limits)
  const { host, port, users } = config.broker
  const failure = await listenOnce(host, port)
  if (failure === null) return alone(ok(`The port of the embedded broker, ${host}:${port}, is free.`))
  if (failure !== 'EADDRINUSE') return alone(problem(...describeListening(failure, host, port)))
  if (users.length > 0 && users.every(({ password }) => password === null)) {
    const what = `Something listens at ${host}:${port}, where the embedded broker should, and with no password but hashes it cannot be asked whether it is that.`
    return alone(
      warning(what, 'If the bridge does not run, end the program that has the port, or choose another "broker.port".'),
    )
  }
  const visited = await visit(config, embeddedUrl(config), limits)
  if (visited.isBridgeOnline) return visited
  const what = `Another program listens at ${host}:${port}, where the embedded broker should.`
  const remedy = `If it is an MQTT broker, set "mqtt.url: ${embeddedUrl(config)}"; else choose another "broker.port".`
  return alone(problem(what, remedy))
}

async function visit(config: Config, url: string, limits: typeof LIMITS): Promise<BrokerFacts> {
  const state = createTopics(config.mqtt.base_topic).bridge('state')
  const options = optionsFor(config, url)
  if ('unreadable' in options) return alone(options.unreadable)
  const troubles: string[] = []
  const refused = new AbortController()
  let isBridgeOnline = false
  const connection: MqttConnection = new MqttConnection({
    ...options,
    clean: true,
    onMessage: ({ topic, payload }) => {
      if (topic === state) isBridgeOnline = payload.toString() === 'online'
    },
    onProblem: (line) => {
      troubles.push(line)
      // A refused subscription is told just before the connection counts as made.
      setImmediate(() => {
        if (!connection.isConnected) refused.abort()
      })
    },
  })
  connection.subscribe([{ topic: state, qos: 1 }, ...commandSubscriptions(config.mqtt.base_topic, COMMANDS)])
  connection.start()
  try {
    const isIn = await comes(connection, 'connected', limits.connectMs, refused)
    if (isIn) await comes(connection, 'disconnected', limits.retainedMs)
    return { findings: judge(connection.isConnected, troubles, url, limits), isBridgeOnline }
  } finally {
    await connection.end({ publishBefore: [], withinMs: 0 })
  }
}

function optionsFor(config: Config, url: string): ReturnType<typeof connectionOptions> | { unreadable: Finding } {
  try {
    const options = connectionOptions(config, url)
    return { ...options, clientId: `${options.clientId}-doctor`, sessionExpirySeconds: 0 }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return {
      unreadable: problem(error.faults.join(' '), 'Correct the path, or let the user of the service read the file.'),
    }
  }
}

/** Waits for the event, but no longer than `limitMs` and until `givingUp` aborts. @returns whether it came */
async function comes(
  connection: MqttConnection,
  event: 'connected' | 'disconnected',
  limitMs: number,
  givingUp = new AbortController(),
): Promise<boolean> {
  // Not AbortSignal.any with AbortSignal.timeout: Node 20 collects that pair as garbage, and the limit never comes.
  const clock = setTimeout(() => givingUp.abort(), limitMs)
  return once(connection, event, { signal: givingUp.signal })
    .then(
      () => true,
      () => false,
    )
    .finally(() => clearTimeout(clock))
}

function judge(
  isIn: boolean,
  troubles: readonly string[],
  url: string,
  { connectMs }: typeof LIMITS,
): readonly Finding[] {
  const broker = brokerAddress(url)
  if (isIn) {
    return [ok(`The MQTT broker ${broker} lets us in.`), ...troubles.map((line) => warning(...parted(line)))]
  }
  const silence = `The MQTT broker ${broker} did not answer within ${connectMs / 1000} seconds: check the network, a firewall, and host, port and scheme (mqtt:// or mqtts://) of mqtt.url.`
  return [problem(...parted(troubles[0] ?? silence))]
}

/** The lines about the broker have the remedy behind a colon and a blank, where they have one. */
function parted(line: string): [what: string, remedy: string] {
  const [, what, remedy = ''] = /^(.*?(?<! failed)): (.*)$/.exec(line) ?? []
  if (what === undefined)
    return [line, 'Is it an MQTT broker? Check host and port in mqtt.url, and the log of the broker.']
  return [`${what}.`, `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}`]
}

function alone(finding: Finding): BrokerFacts {
  return { findings: [finding], isBridgeOnline: false }
}

async function listenOnce(host: string, port: number): Promise<string | null> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

function describeListening(code: string, host: string, port: number): [what: string, remedy: string] {
  const what = `The embedded broker cannot listen at ${host}:${port} (${code}).`
  if (code === 'EACCES') return [what, 'Ports below 1024 are for root: choose another "broker.port".']
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return [what, '"broker.host" is no address of this machine: set it to 127.0.0.1, or 0.0.0.0 for all addresses.']
  return [what, 'Choose another "broker.host" and "broker.port".']
}
