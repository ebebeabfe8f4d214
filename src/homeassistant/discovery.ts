import type { ModemCard } from '../bridge/outlet.ts'
import type { ModemId } from '../modem/modem.ts'
import type { Topics } from '../mqtt/topics.ts'
import { retainedTopics } from '../mqtt/topics.ts'
import { modemEntities } from './entities.ts'
import { bridgeEntities } from './entities-bridge.ts'
import type { Component, EntityContext, EntityRow, EntitySettings } from './entity-row.ts'

/** What discovery needs to know besides the modems. */
export interface DiscoveryOptions {
  /** `homeassistant.discovery_prefix` */
  readonly prefix: string
  readonly topics: Topics
  /** Of the bridge. */
  readonly version: string
  readonly settings: EntitySettings
}

/** To be published retained. */
export interface DiscoveryMessage {
  readonly topic: string
  readonly payload: string
  /** What it leaves out is no more; else it may only not be known yet. */
  readonly isComplete: boolean
  /** Retained topics that go when the device goes. */
  readonly states: readonly string[]
}

/** QoS at the root is accepted but not applied, so every component carries it. */
const QOS = 1

/** One message for the bridge and one for each modem (device-based discovery). */
export function discover(cards: readonly ModemCard[], options: DiscoveryOptions): readonly DiscoveryMessage[] {
  const bridge = message('bridge', bridgeDevice(options), true, options)
  return [bridge, ...cards.map((card) => message(card.id, modemDevice(card, options), card.canSend, options))]
}

function message(id: ModemId, device: object, isComplete: boolean, options: DiscoveryOptions): DiscoveryMessage {
  const topic = deviceTopic(id, options)
  return { topic, payload: JSON.stringify(device), isComplete, states: retainedTopics(options.topics, id) }
}

/** Where a device is announced. @param id of a modem, or `bridge` */
export function deviceTopic(id: ModemId, options: Pick<DiscoveryOptions, 'prefix' | 'topics'>): string {
  return `${options.prefix}/device/${nameOf(id, options)}/config`
}

/** What ties device and entities to their earlier selves; only characters that a discovery topic may have. */
function nameOf(id: ModemId, { topics }: Pick<DiscoveryOptions, 'topics'>): string {
  return `${topics.base.replace(/[^A-Za-z0-9_-]/g, '_')}_${id}`
}

function bridgeDevice(options: DiscoveryOptions): object {
  const { topics, version } = options
  const name = nameOf('bridge', options)
  return {
    dev: { ids: [name], name: 'zte2mqtt bridge', mf: 'zte2mqtt', mdl: 'Bridge', sw: version },
    o: originOf(options),
    cmps: Object.fromEntries(
      Object.entries(bridgeEntities(topics)).map(([key, keys]) => [
        key,
        { uniq_id: `${name}_${key}`, qos: QOS, ...keys },
      ]),
    ),
  }
}

function modemDevice(card: ModemCard, options: DiscoveryOptions): object {
  const { topics, settings } = options
  const { identity } = card
  const name = nameOf(card.id, options)
  return {
    dev: known({
      ids: [name],
      name: card.name,
      mf: identity?.manufacturer,
      mdl: identity?.model,
      sw: identity?.firmware,
      hw: identity?.hardware,
      sn: settings.publishIdentity ? identity?.imei : null,
      cu: webPageOf(card),
      via_device: nameOf('bridge', options),
    }),
    o: originOf(options),
    avty: [{ t: topics.bridge('state') }, { t: topics.modem(card.id, 'availability') }],
    avty_mode: 'all',
    cmps: Object.fromEntries(modemEntities(settings).flatMap((row) => componentsOf(row, card, name, options))),
  }
}

/** The component of a row: the whole, the order to remove it, or nothing while that cannot be known. */
function componentsOf(row: EntityRow, card: ModemCard, device: string, context: EntityContext): [string, Component][] {
  const { key, platform, isFor } = row
  if (isFor !== undefined && !isFor(card, context.settings)) {
    // Leaving a component out changes nothing; the platform alone removes it. Not before the modem has been asked what it can, and
    // with a SIM: else every start of the bridge would remove it for a while.
    return card.canSend ? [[key, { p: platform }]] : []
  }
  // Home Assistant knows device triggers by device and key.
  const identity = platform === 'device_automation' ? {} : { uniq_id: `${device}_${key}` }
  return [[key, { p: platform, ...identity, qos: QOS, ...row.component(card, context) }]]
}

/** Where a person finds the device's own web page: a router is found under its address. Never with credentials. */
function webPageOf({ transport, identity }: ModemCard): string | null {
  if (transport !== 'http' || identity === null || !URL.canParse(identity.port)) return null
  const { protocol, origin } = new URL(identity.port)
  return /^https?:$/.test(protocol) ? origin : null
}

function originOf({ version }: DiscoveryOptions): Component {
  return { name: 'zte2mqtt', sw: version }
}

/** Without the keys that have no value: Home Assistant refuses a device with a `null` in it. */
function known(device: Component): Component {
  return Object.fromEntries(Object.entries(device).filter(([, value]) => value !== null && value !== undefined))
}
