import { nearest, suggestion } from './nearest.ts'
import type { Fault } from './options.ts'
import { fault } from './options.ts'
import { STATE_PATHS } from './rules.ts'
import type { Config } from './schema.ts'
import { querySlug } from './ussd.ts'

type RuleOptions = Config['rules'][number]
type ActionOptions = RuleOptions['do'][number]

const PLACEHOLDER = /\{([a-z][a-z0-9_.]*)\}/g

/** What is wrong with rules whose options are right each by itself. */
export function ruleFaults(config: Config): readonly Fault[] {
  return config.rules.flatMap((rule, index) => {
    const path = `rules[${index}]`
    return [
      ...nameFaults(config, rule, index),
      ...senderFaults(config, rule, path),
      ...patternFaults(rule, path),
      ...rule.do.flatMap((action, at) => actionFaults(config, rule, action, `${path}.do[${at}]`)),
      ...fault(
        rule.secret.totp !== null && rule.secret.pin !== null,
        `${path}.secret`,
        'has a totp and a pin; allowed is one of them',
      ),
      ...fault(rule.do.length === 0 && rule.reply === null, path, 'does nothing: it has neither do nor reply'),
      ...unknownPlaceholders(rule.reply, [...namesIn(rule.match), ...statePaths(config)], `${path}.reply`),
    ]
  })
}

/** The placeholders of a text, in their order. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '')
}

function nameFaults({ rules }: Config, { name }: RuleOptions, index: number): readonly Fault[] {
  const first = rules.findIndex((other) => other.name === name)
  return fault(first < index, `rules[${index}].name`, `is the same as that of rules[${first}]`)
}

function senderFaults({ contacts }: Config, { from }: RuleOptions, path: string): readonly Fault[] {
  return from.flatMap((entry, index) => {
    const isKnown = /^(?=.*[\d*])\+?[\d* ()./-]+$/.test(entry) || Object.hasOwn(contacts, entry)
    const meant = suggestion(nearest(entry, Object.keys(contacts)))
    return fault(!isKnown, `${path}.from[${index}]`, `is neither a phone number nor a configured contact${meant}`)
  })
}

function patternFaults({ match }: RuleOptions, path: string): readonly Fault[] {
  const names = namesIn(match)
  return [
    ...fault(new Set(names).size < names.length, `${path}.match`, 'has the same placeholder twice'),
    ...fault(
      names.includes('state'),
      `${path}.match`,
      'has the placeholder {state}, which stands for the state of the modem',
    ),
  ]
}

function actionFaults(
  config: Config,
  rule: RuleOptions,
  { publish, command, modem, payload }: ActionOptions,
  path: string,
): readonly Fault[] {
  const isPublishing = publish.topic !== null || publish.payload !== null
  return [
    ...fault(isPublishing === (command !== null), path, 'allowed is either publish or command'),
    ...(isPublishing ? topicFaults(config, publish.topic, `${path}.publish.topic`) : []),
    ...unknownPlaceholders(publish.payload, namesIn(rule.match), `${path}.publish.payload`),
    ...fault(command === null && modem !== null, `${path}.modem`, 'belongs to command, which is missing'),
    ...fault(command === null && payload !== null, `${path}.payload`, 'belongs to command, which is missing'),
    ...fault(
      modem !== null && !config.modems.some(({ id }) => id === modem),
      `${path}.modem`,
      `found ${JSON.stringify(modem)}, allowed is one of modems: ${config.modems.map(({ id }) => id).join(', ')}`,
    ),
    ...fault(
      payload !== null && namesIn(payload).length > 0,
      `${path}.payload`,
      'has a placeholder; a command is given what is written here and nothing else',
    ),
  ]
}

function topicFaults({ mqtt }: Config, topic: string | null, path: string): readonly Fault[] {
  if (topic === null) return [{ path, says: 'is missing' }]
  const base = mqtt.base_topic
  return [
    ...fault(/[{}]/.test(topic), path, 'has a placeholder; placeholders fill payloads, never topics'),
    ...fault(topic.startsWith('$'), path, 'begins with $, which is the tree of the broker'),
    ...fault(
      topic === base || topic.startsWith(`${base}/`),
      path,
      `is inside ${base}, the tree of the bridge itself; for a command to a modem there is command`,
    ),
  ]
}

function statePaths({ ussd }: Config): readonly string[] {
  const readings = ussd.queries.flatMap(({ name }) =>
    ['value', 'unit', 'text', 'at'].map((key) => `ussd.${querySlug(name)}.${key}`),
  )
  return [...STATE_PATHS, ...readings].map((path) => `state.${path}`)
}

function unknownPlaceholders(text: string | null, known: readonly string[], path: string): readonly Fault[] {
  return namesIn(text ?? '')
    .filter((name) => !known.includes(name))
    .map((name) => ({ path, says: `there is nothing for {${name}}${suggestion(nearest(name, known))}` }))
}
