import type { Config } from '../config/schema.ts'
import { HomeAssistant } from '../homeassistant/home-assistant.ts'
import type { Journal } from '../journal/journal.ts'
import type { MqttConnection } from '../mqtt/client.ts'
import { createTopics } from '../mqtt/topics.ts'
import type { Logger } from './logger.ts'
import { version } from './version.ts'

/** Also while it is switched off, until what was announced before is taken back; `null`: there is nothing to do. */
export function homeAssistant(
  { homeassistant, mqtt, modems, privacy }: Config,
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
      publishIdentity: privacy.publish_identity,
    },
    isEnabled: homeassistant.enabled,
    statusTopic: homeassistant.status_topic,
    catchUpMs: homeassistant.catch_up,
    now: Date.now,
    onProblem: (problem, cause) => logger.warn({ code: cause.code, detail: cause.detail }, problem),
  })
}
