import type { Duplex } from 'node:stream'
import type { IClientOptions, IClientPublishOptions } from 'mqtt'
import type { MessageHandler } from './network-connection.ts'

/** From the handshake of TCP to CONNACK. */
const CONNECT_TIMEOUT_MS = 15_000
const KEEPALIVE_SECONDS = 30

/** How to reach the broker and what to do with what it says. */
export interface MqttConnectionOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://` */
  readonly url: string
  /** Fixed for ever: the broker finds the session by it. */
  readonly clientId: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** `auto` tries 5 and goes back to 4 (3.1.1) where the broker does not take it. */
  readonly protocol: 5 | 4 | 'auto'
  /** MQTT 5: seconds for which the broker keeps the session of an absent bridge (section 3.1.2.11.2). */
  readonly sessionExpirySeconds: number
  /** PEM text, not file names. */
  readonly tls?: {
    readonly ca?: string | undefined
    readonly cert?: string | undefined
    readonly key?: string | undefined
    readonly rejectUnauthorized?: boolean | undefined
  }
  /** For a look at the broker: a session that ends with its connection (Clean Session, Clean Start). */
  readonly clean?: boolean
  /** Published by the broker, retained and with QoS 1, when the bridge is lost. */
  readonly will?: { readonly topic: string; readonly payload: string }
  /** Makes the stream, instead of a socket to `url`. */
  readonly connect?: () => Duplex
  /** Waiting times in ms between attempts, doubling; a connection that lasted `stable` starts over. */
  readonly backOff?: { readonly first: number; readonly longest: number; readonly stable: number }
  readonly onMessage: MessageHandler
  /** Lines for the user: what is wrong and what to do. The same line is not repeated while nothing changes. */
  readonly onProblem: (message: string) => void
}

/** What is known at the start of a usable connection. */
export interface Connected {
  /** The broker kept our session: what it could not deliver, or did not see acknowledged, comes now. */
  readonly sessionPresent: boolean
  readonly protocol: 5 | 4
  /** The first of this object's life. */
  readonly first: boolean
}

/** `connected`: subscribed and ready; `disconnected`: one that the broker had accepted is lost. */
export type MqttConnectionEvents = { connected: [Connected]; disconnected: [] }

/** The extras of a publication. */
export interface PublishOptions {
  readonly qos: 0 | 1
  readonly retain?: boolean
  /** MQTT 5 only, ignored on 3.1.1. */
  readonly properties?: IClientPublishOptions['properties']
}

/** A QoS 1 message to be published last. */
export interface Farewell {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

/** The same in the words of MQTT.js, for one connection. */
export function clientOptions(options: MqttConnectionOptions, version: 5 | 4): IClientOptions {
  const { clientId, username, password, tls, will, sessionExpirySeconds } = options
  const given = Object.entries({ username, password, ...tls }).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(given),
    clientId,
    clean: options.clean ?? false,
    protocolVersion: version,
    ...(version === 5 ? { properties: { sessionExpiryInterval: sessionExpirySeconds } } : {}),
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
    keepalive: KEEPALIVE_SECONDS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Connecting again, subscribing and sending again are done by the owner: MQTT.js heeds no Receive Maximum and, when the
    // connection breaks while it sends again, fails messages that it could still deliver.
    reconnectPeriod: 0,
    resubscribe: false,
  }
}

/** Host and port of a broker, without user name and password. */
export function brokerAddress(url: string): string {
  const { host, port, protocol } = new URL(url)
  if (port !== '' || protocol.startsWith('ws')) return host
  return `${host}:${protocol === 'mqtt:' || protocol === 'tcp:' ? 1883 : 8883}`
}
