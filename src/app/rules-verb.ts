import { digitsOf } from '../bridge/rule-secret.ts'
import { fillTemplate } from '../bridge/rule-text.ts'
import type { Refusal, Rule, RuleAction, RuleFacts, Verdict } from '../bridge/rules.ts'
import { judge } from '../bridge/rules.ts'
import type { InboundSms } from '../modem/messages.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { rulesOf } from './rules.ts'
import { configFrom } from './sources.ts'

const USAGE = 'Usage: zte2mqtt rules test "TEXT" --from NUMBER [--config FILE]'

/** What a message cannot have when it is only tried is left out. */
const REASONS: Readonly<Partial<Record<Refusal, string>>> = {
  stranger: 'the text fits, but not the sender: it is not among "from"',
  code_missing: 'the text fits, but the code at its end is missing',
  wrong_code: 'the text fits, but the code is wrong or too old',
}

interface RulesOutput {
  readonly print: (line: string) => void
  /** Text for people; else one JSON object per rule. */
  readonly isTerminal: boolean
  /** ms since the epoch */
  readonly now: number
}

/** `zte2mqtt rules` on the real output. */
export function rules(io: CliIo): Promise<number> {
  return testRules(io, {
    print: (line) => void process.stdout.write(`${line}\n`),
    isTerminal: process.stdout.isTTY === true,
    now: Date.now(),
  })
}

/**
 * `zte2mqtt rules test`: what the rules would do about a message that came just now. Nothing is done, and no code used up.
 * @returns 0 when a rule would obey it, else 1
 * @throws UsageError, ConfigError
 */
export async function testRules({ args, env }: CliIo, output: RulesOutput): Promise<number> {
  const { text, from, rest } = readArguments(args)
  const configured = rulesOf(configFrom({ args: rest, env }))
  if (configured.length === 0) throw new UsageError('There is nothing to test: the configuration has no rules.')
  const sms = messageOf(text, from, output.now)
  const facts = factsAt(output.now)
  const chosen = judge(configured, sms, facts)?.rule
  let isObeyed = false
  for (const rule of configured) {
    const verdict = judge([rule], sms, facts)
    const isTaken = verdict?.refusal === null && rule !== chosen
    const would = verdict?.refusal === null && !isTaken ? effectsOf(rule, verdict.values) : []
    isObeyed ||= would.length > 0
    tell(
      output,
      rule,
      isTaken ? `it fits, but the rule ${JSON.stringify(chosen?.name)} comes first` : why(verdict, rule),
      would,
    )
  }
  if (output.isTerminal)
    output.print('Not looked at: codes that were used before, the rate limit, and locks after wrong codes.')
  return isObeyed ? 0 : 1
}

function tell({ print, isTerminal }: RulesOutput, { name }: Rule, says: string, would: readonly string[]): void {
  if (!isTerminal) {
    print(JSON.stringify({ rule: name, obeyed: would.length > 0, says, would }))
    return
  }
  print(`${name}: ${says}`)
  for (const effect of would) print(`  ${effect}`)
}

function why(verdict: Verdict | undefined, { pattern, secret }: Rule): string {
  if (verdict === undefined) {
    const words = pattern.map((word) => ('literal' in word ? word.literal : `{${word.placeholder}}`)).join(' ')
    const code = secret === null ? '' : ` and ${digitsOf(secret)} digits`
    return `the text does not fit: it would have to be ${JSON.stringify(words)}${code}`
  }
  return verdict.refusal === null ? 'it would' : (REASONS[verdict.refusal] ?? verdict.refusal)
}

function effectsOf(rule: Rule, values: Readonly<Record<string, string>>): readonly string[] {
  const filled = (template: string): string => fillTemplate(template, (path) => values[path] ?? `{${path}}`)
  const effect = (action: RuleAction): string =>
    action.kind === 'publish'
      ? `publish ${JSON.stringify(filled(action.payload))} to ${action.topic}`
      : `tell ${action.modem ?? 'the modem that received it'}: ${action.command} ${action.payload}`.trimEnd()
  return [...rule.actions.map(effect), ...(rule.reply === null ? [] : [`answer ${JSON.stringify(filled(rule.reply))}`])]
}

function messageOf(text: string, from: string, now: number): InboundSms {
  const at = new Date(now).toISOString()
  return {
    id: 'test',
    from,
    text,
    sentAt: at,
    receivedAt: at,
    smsc: null,
    encoding: 'gsm7',
    parts: 1,
    missingParts: 0,
    messageClass: null,
    dataHex: null,
    ports: null,
    replaces: null,
    raw: null,
    backlog: false,
  }
}

function factsAt(now: number): RuleFacts {
  return {
    now,
    usedStep: () => null,
    wrongCodes: () => ({ count: 0, lastAt: null }),
    obeyed: () => 0,
    isOwnReply: () => false,
  }
}

function readArguments(args: readonly string[]): { text: string; from: string; rest: readonly string[] } {
  const [action, ...words] = args
  if (action !== 'test') throw new UsageError(`rules knows test only. ${USAGE}`)
  const rest: string[] = []
  let text: string | undefined
  let from: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--from') from = words.shift()
    else if (word.startsWith('--from=')) from = word.slice('--from='.length)
    else if (word === '--config') rest.push(word, words.shift() ?? '')
    else if (word.startsWith('--')) rest.push(word)
    else if (text === undefined) text = word
    else throw new UsageError(`The text must be in quotes. ${USAGE}`)
  }
  if (text === undefined) throw new UsageError(`The text is missing. ${USAGE}`)
  if (!from) throw new UsageError(`--from is missing. ${USAGE}`)
  return { text, from, rest }
}
