import { parsePayload } from '../bridge/command-payload.ts'
import { COMMANDS } from '../bridge/commands.ts'
import type { RuleSecret } from '../bridge/rule-secret.ts'
import { parsePattern } from '../bridge/rule-text.ts'
import type { Rule, RuleAction } from '../bridge/rules.ts'
import type { Fault } from '../config/options.ts'
import type { Config } from '../config/schema.ts'
import { ModemError } from '../modem/errors.ts'
import type { Finding } from './doctor-finding.ts'
import { warning } from './doctor-finding.ts'

type RuleOptions = Config['rules'][number]
type ActionOptions = RuleOptions['do'][number]

/** The configured rules as the bridge has them. */
export function rulesOf({ rules, contacts }: Config): readonly Rule[] {
  return rules.map((rule) => ({
    name: rule.name,
    senders: rule.from.flatMap((entry) => contacts[entry] ?? [entry]),
    pattern: parsePattern(rule.match),
    secret: secretOf(rule),
    actions: rule.do.map(actionOf),
    reply: rule.reply,
    maxAgeMs: rule.max_age,
    perHour: rule.per_hour,
  }))
}

/** Rules that do something for everybody who can forge a number. */
export function openDoors({ rules }: Config): readonly Finding[] {
  return rules
    .filter((rule) => rule.do.length > 0 && secretOf(rule) === null)
    .map(({ name }) =>
      warning(
        `The rule ${JSON.stringify(name)} acts without a secret. The number of a sender can be forged by anybody.`,
        'Give it a secret: secret: {totp: …}, with the key of an authenticator app.',
      ),
    )
}

/** Commands of rules whose payload they would refuse. */
export function commandFaults({ rules }: Config): readonly Fault[] {
  return rules.flatMap((rule, index) =>
    rule.do.flatMap((action, at) => {
      const says = refusalOf(action)
      return says === undefined ? [] : [{ path: `rules[${index}].do[${at}].payload`, says }]
    }),
  )
}

function refusalOf({ command, payload }: ActionOptions): string | undefined {
  const row = COMMANDS.find(({ name }) => name === command)
  if (row === undefined) return undefined
  try {
    parsePayload(row, Buffer.from(payload ?? ''))
    return undefined
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return `${row.name} would refuse it: ${error.message}`
  }
}

function secretOf({ secret: { totp, pin } }: RuleOptions): RuleSecret | null {
  if (totp !== null) return { kind: 'totp', key: totp }
  return pin === null ? null : { kind: 'pin', pin }
}

function actionOf({ publish, command, modem, payload }: ActionOptions): RuleAction {
  if (command === null) return { kind: 'publish', topic: publish.topic ?? '', payload: publish.payload ?? '' }
  return { kind: 'command', modem, command, payload: payload ?? '' }
}
