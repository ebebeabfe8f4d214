import type { ModemCard } from '../bridge/outlet.ts'
import type { Topics } from '../mqtt/topics.ts'

/** Keys of a discovery component, in Home Assistant's abbreviations. */
export type Component = Readonly<Record<string, unknown>>

/** What the configuration says about entities. */
export interface EntitySettings {
  /** `privacy.publish_identity` */
  readonly publishIdentity: boolean
  /** `privacy.retain_messages` */
  readonly retainMessages: boolean
  /** `notify`; a slug, as of a query, names it for ever. */
  readonly notify: readonly { readonly slug: string; readonly name: string; readonly to: string }[]
  /** `ussd.queries` */
  readonly queries: readonly {
    readonly slug: string
    readonly name: string
    readonly code: string
    readonly unit: string | null
    /** Finds a number in the answer; `null`: the text counts. */
    readonly regex: string | null
  }[]
}

/** What a row's component is made from, besides the modem. */
export interface EntityContext {
  readonly topics: Topics
  readonly settings: EntitySettings
}

/** One thing that Home Assistant shows or does for a modem. */
export interface EntityRow {
  /** Names it for ever: a changed key, or the same key on another platform, is another entity with the user's old one left behind. */
  readonly key: string
  readonly platform:
    | 'binary_sensor'
    | 'sensor'
    | 'event'
    | 'notify'
    | 'select'
    | 'switch'
    | 'text'
    | 'button'
    | 'device_automation'
  /** What its own keys are; `p`, `uniq_id` and `qos` are added for all rows. */
  readonly component: (card: ModemCard, context: EntityContext) => Component
  /** Whether this modem has it; absent: every modem. What a modem can is asked only once it was opened. */
  readonly isFor?: (card: ModemCard, settings: EntitySettings) => boolean
}

/** What shows or does something although the modem is away, and is unavailable only without the bridge. */
export function withBridge({ topics }: EntityContext): Component {
  return { avty: [{ t: topics.bridge('state') }] }
}

/**
 * For what is a record of the past, or must get through at any time. With an availability, each return from `unavailable` would fire
 * automations with the old message, and Home Assistant drops without a word what is sent to an unavailable entity.
 */
export const ALWAYS: Component = { avty: [] }

/** A sensor that shows one value of the modem's state. @param template as `path` makes it for a path without oddities */
export function stateSensor(
  key: string,
  template: string,
  component: Component,
  isFor?: EntityRow['isFor'],
): EntityRow & { readonly platform: 'sensor' } {
  return {
    key,
    platform: 'sensor',
    component: ({ id }, { topics }) => ({ ...component, stat_t: topics.modem(id, 'state'), val_tpl: template }),
    ...(isFor && { isFor }),
  }
}

/** A binary sensor of the modem's state. */
export function stateFlag(
  key: string,
  template: string,
  component: Component,
  isFor?: EntityRow['isFor'],
): EntityRow & { readonly platform: 'binary_sensor' } {
  return {
    key,
    platform: 'binary_sensor',
    component: ({ id }, { topics }) => ({ ...component, stat_t: topics.modem(id, 'state'), val_tpl: template }),
    ...(isFor && { isFor }),
  }
}

/** Key of an entity that has its name from the configuration. A slug has no two `_` in a row, so that no two have the same key. */
export function keyOf(prefix: string, slug: string): string {
  return `${prefix}_${slug.replace(/[^a-z0-9_]/gu, (letter) => `__${letter.codePointAt(0)?.toString(16)}_`)}`
}
