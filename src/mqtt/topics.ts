import type { CommandRow } from '../bridge/commands.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Subscription } from './network-connection.ts'

interface TopicRow {
  /** Below `<base>/bridge` or `<base>/<modem>`; `#` stands for the name of a command. */
  readonly path: string
  readonly qos: 0 | 1
  readonly retained: boolean
}

/** What is published below `<base>/bridge`. */
export const BRIDGE_TOPICS = [
  { path: 'state', qos: 1, retained: true },
  { path: 'info', qos: 1, retained: true },
  { path: 'health', qos: 0, retained: false },
  { path: 'log', qos: 0, retained: false },
  { path: 'response/#', qos: 1, retained: false },
] as const satisfies readonly TopicRow[]

/** What is published below `<base>/<modem>`. */
export const MODEM_TOPICS = [
  { path: 'availability', qos: 1, retained: true },
  { path: 'info', qos: 1, retained: true },
  { path: 'state', qos: 1, retained: true },
  { path: 'sms/received', qos: 1, retained: false },
  { path: 'sms/last', qos: 1, retained: true },
  { path: 'sms/status', qos: 1, retained: false },
  { path: 'ussd/reply', qos: 1, retained: false },
  { path: 'ussd/last', qos: 1, retained: true },
  { path: 'event', qos: 1, retained: false },
  { path: 'call', qos: 1, retained: false },
  { path: 'response/#', qos: 1, retained: false },
  { path: 'homeassistant/sms_received', qos: 1, retained: false },
  { path: 'homeassistant/sms_delivery', qos: 1, retained: false },
  { path: 'homeassistant/ussd_reply', qos: 1, retained: false },
  { path: 'homeassistant/call', qos: 1, retained: false },
] as const satisfies readonly TopicRow[]

/** Retained topics that only Home Assistant reads, below `<base>/<modem>/homeassistant` and, `summary`, below `<base>/bridge/homeassistant`. */
export const PRIVATE_TOPICS = [
  { path: 'last_send', qos: 1, retained: true },
  { path: 'last_ussd', qos: 1, retained: true },
  { path: 'send_form', qos: 1, retained: true },
  { path: 'summary', qos: 1, retained: true },
] as const satisfies readonly TopicRow[]

/** Path of a topic below `<base>/bridge` that is the same for every publication. */
type BridgeTopic = Exclude<(typeof BRIDGE_TOPICS)[number]['path'], 'response/#'>
/** Path of a topic below `<base>/<modem>` that is the same for every publication. */
type ModemTopic = Exclude<(typeof MODEM_TOPICS)[number]['path'], 'response/#'>

/** Path of a topic below `<base>/<modem>/homeassistant`. */
type PrivateTopic = (typeof PRIVATE_TOPICS)[number]['path']

/** The topics of one bridge. */
export interface Topics {
  readonly base: string
  bridge(path: BridgeTopic): string
  modem(modem: ModemId, path: ModemTopic): string
  /** @param owner a modem, or `bridge` */
  homeAssistant(owner: ModemId, path: PrivateTopic): string
  response(modem: ModemId, command: string): string
  command(modem: ModemId, command: string): string
  /** Modem and command of a command topic, nothing for any other topic. The modem need not exist. */
  parseCommand(topic: string): { readonly modem: ModemId; readonly command: string } | undefined
  bridgeRequest(verb: string): string
  bridgeResponse(verb: string): string
  /** The verb of a topic of a request to the bridge itself, nothing for any other topic. The verb need not exist. */
  parseBridgeRequest(topic: string): string | undefined
  /** Where Home Assistant sets a field, or presses the button, of its form. */
  formField(modem: ModemId, field: string): string
  /** Modem and field of such a topic, nothing for any other one. Neither need exist. */
  parseFormField(topic: string): { readonly modem: ModemId; readonly field: string } | undefined
  /** Whether a topic is the base topic or lies below it. */
  owns(topic: string): boolean
}

/** The one place where topics are put together and taken apart. @param base `mqtt.base_topic`, without wildcards */
export function createTopics(base: string): Topics {
  const prefix = `${base}/`
  return {
    base,
    bridge: (path) => `${prefix}bridge/${path}`,
    modem: (modem, path) => `${prefix}${modem}/${path}`,
    homeAssistant: (owner, path) => `${prefix}${owner}/homeassistant/${path}`,
    response: (modem, command) => `${prefix}${modem}/response/${command}`,
    command: (modem, command) => `${prefix}${modem}/command/${command}`,
    parseCommand(topic) {
      if (!topic.startsWith(prefix)) return undefined
      const [modem, word, ...command] = topic.slice(prefix.length).split('/')
      if (modem === undefined || word !== 'command' || command.length === 0) return undefined
      return { modem, command: command.join('/') }
    },
    bridgeRequest: (verb) => `${prefix}bridge/request/${verb}`,
    bridgeResponse: (verb) => `${prefix}bridge/response/${verb}`,
    parseBridgeRequest(topic) {
      const begin = `${prefix}bridge/request/`
      return topic.startsWith(begin) ? topic.slice(begin.length) : undefined
    },
    formField: (modem, field) => `${prefix}${modem}/homeassistant/set/${field}`,
    parseFormField(topic) {
      if (!topic.startsWith(prefix)) return undefined
      const [modem, ...rest] = topic.slice(prefix.length).split('/')
      const [, set, field, none] = rest
      if (modem === undefined || field === undefined || none !== undefined) return undefined
      return rest[0] === 'homeassistant' && set === 'set' ? { modem, field } : undefined
    },
    owns: (topic) => topic === base || topic.startsWith(prefix),
  }
}

/** Every retained topic of a modem, or of the bridge itself. @param id of a modem, or `bridge` */
export function retainedTopics(topics: Topics, id: ModemId): readonly string[] {
  const rows = id === 'bridge' ? BRIDGE_TOPICS : MODEM_TOPICS
  const own = PRIVATE_TOPICS.filter(({ path }) => (path === 'summary') === (id === 'bridge'))
  return [
    ...rows.flatMap(({ path, retained }) => (retained ? `${topics.base}/${id}/${path}` : [])),
    ...own.map(({ path }) => topics.homeAssistant(id, path)),
  ]
}

/**
 * What to subscribe to for these commands. No two filters match the same topic: mosquitto delivers twice with MQTT 5 and once with
 * 3.1.1 where they do, and other brokers differ again (MQTT 5 section 3.3.4), while what waits for the bridge must come once and with
 * QoS 1. So beside a command that waits, unknown ones are not heard: below `sms/` only what exists, and of two levels only what begins
 * like a command; everything else comes through, known or not.
 */
export function commandSubscriptions(
  base: string,
  commands: readonly Pick<CommandRow, 'name' | 'waits'>[],
): readonly Subscription[] {
  const twoLevels = commands.filter(({ name }) => name.includes('/'))
  const waiting = new Set(twoLevels.filter(({ waits }) => waits).map(areaOf))
  const areas = new Set(twoLevels.map(areaOf).filter((area) => !waiting.has(area)))
  return [
    ...twoLevels
      .filter((command) => waiting.has(areaOf(command)))
      .map(({ name, waits }) => ({ topic: `${base}/+/command/${name}`, qos: waits ? 1 : 0 }) as const),
    ...[...areas].map((area) => ({ topic: `${base}/+/command/${area}/+`, qos: 0 }) as const),
    { topic: `${base}/+/command/+`, qos: 0 },
    { topic: `${base}/+/command/+/+/+/#`, qos: 0 },
  ]
}

/** `ussd` of `ussd/send`. */
function areaOf({ name }: Pick<CommandRow, 'name'>): string {
  return name.slice(0, name.indexOf('/'))
}

/** What to subscribe to for requests to the bridge itself: all are meant for now. */
export function requestSubscriptions(base: string): readonly Subscription[] {
  return [{ topic: `${base}/bridge/request/#`, qos: 0 }]
}

/** What to subscribe to for Home Assistant's form: all is meant for now. */
export function formSubscriptions(base: string): readonly Subscription[] {
  return [{ topic: `${base}/+/homeassistant/set/+`, qos: 0 }]
}
