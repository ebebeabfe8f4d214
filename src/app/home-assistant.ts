import { randomUUID } from 'node:crypto'
import type { Bridge } from '../bridge/bridge.ts'
import type { Answer } from '../bridge/commands.ts'
import type { Outlet } from '../bridge/outlet.ts'
import type { Config } from '../config/schema.ts'
import { querySlug } from '../config/ussd.ts'
import { Feed } from '../homeassistant/feed.ts'
import { HomeAssistant } from '../homeassistant/home-assistant.ts'
import { SendForms } from '../homeassistant/send-form.ts'
import type { Journal } from '../journal/journal.ts'
import type { ModemId } from '../modem/modem.ts'
import type { MqttConnection } from '../mqtt/client.ts'
import type { IncomingMessage, Subscription } from '../mqtt/network-connection.ts'
import type { Publisher } from '../mqtt/publisher.ts'
import type { Topics } from '../mqtt/topics.ts'
import { createTopics, formSubscriptions } from '../mqtt/topics.ts'
import type { Logger } from './logger.ts'
import { version } from './version.ts'

/** Also while it is switched off, until what was announced before is taken back; `null`: there is nothing to do. */
export function homeAssistant(
  { homeassistant, mqtt, modems, privacy, notify, ussd }: Config,
  connection: MqttConnection,
  journal: Journal,
  logger: Logger,
): HomeAssistant | null {
  if (!homeassistant.enabled && journal.announced.all().length === 0) return null
  return new HomeAssistant({
    connection,
    journal,
    modems: modems.map(({ id }) => id),
    discovery: {
      prefix: homeassistant.discovery_prefix,
      topics: createTopics(mqtt.base_topic),
      version: version(),
      settings: {
        publishIdentity: privacy.publish_identity,
        retainMessages: privacy.retain_messages,
        notify: notify.map((row) => ({ ...row, slug: querySlug(row.name) })),
        queries: ussd.queries.map((query) => ({ ...query, slug: querySlug(query.name) })),
      },
    },
    isEnabled: homeassistant.enabled,
    statusTopic: homeassistant.status_topic,
    catchUpMs: homeassistant.catch_up,
    now: Date.now,
    onProblem: (problem, cause) => logger.warn({ code: cause.code, detail: cause.detail }, problem),
  })
}

/** What entities need of the bridge while it runs. */
export interface Entities {
  /** Where results go instead of to the publisher. */
  readonly outlet: Outlet
  readonly subscriptions: readonly Subscription[]
  readonly heard: (message: IncomingMessage) => void
  readonly answered: (modem: ModemId, command: string, answer: Answer) => void
  readonly logLevelChanged: (level: string) => void
}

export interface EntitiesLinks {
  readonly config: Config
  readonly topics: Topics
  readonly publisher: Publisher
  readonly journal: Journal
  readonly bridge: () => Bridge
  readonly onProblem: (line: string) => void
}

/** What makes the entities alive; without Home Assistant, nothing but the publisher. */
export function serveEntities(links: EntitiesLinks): Entities {
  const { config, topics, publisher } = links
  if (!config.homeassistant.enabled) {
    const nothing = (): void => {}
    return { outlet: publisher, subscriptions: [], heard: nothing, answered: nothing, logLevelChanged: nothing }
  }
  const shared = {
    ...links,
    modems: config.modems.map(({ id }) => id),
    retain: (topic: string, payload: string) => publisher.retain(topic, payload),
  }
  const feed = new Feed({
    ...shared,
    outlet: publisher,
    retainMessages: config.privacy.retain_messages,
    logLevel: config.log.level,
    now: Date.now,
  })
  const answered: Entities['answered'] = (modem, command, answer) => feed.answered(modem, command, answer)
  const contacts = new Set(Object.keys(config.contacts))
  const forms = new SendForms({ ...shared, contacts, answered, newId: randomUUID })
  return {
    outlet: feed,
    subscriptions: formSubscriptions(topics.base),
    heard: (message) => forms.heard(message),
    answered,
    logLevelChanged: (level) => feed.logLevelChanged(level),
  }
}
