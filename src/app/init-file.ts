import { MODEM } from '../config/modem.ts'
import type { Group } from '../config/options.ts'
import { isLeaf } from '../config/options.ts'
import { SCHEMA } from '../config/schema.ts'

/** A modem as it was answered; `null`: not to be written. */
export type ModemAnswer =
  | {
      readonly id: string
      readonly transport: 'serial'
      readonly port: string
      readonly imei: string | null
      readonly pin: string | null
    }
  | { readonly id: string; readonly transport: 'http'; readonly url: string; readonly password: string | null }

/** The broker as it was answered. An empty `url`: the embedded one. */
export interface BrokerAnswer {
  readonly url: string
  readonly username: string | null
  readonly password: string | null
}

/** Everything that `init` asks. */
export interface InitAnswers {
  readonly mqtt: BrokerAnswer
  readonly modems: readonly ModemAnswer[]
}

const HEADER = `# Written by "zte2mqtt init". Every option has a default; all of them are explained in docs/configuration.md, and
# config/zte2mqtt.example.yaml shows them. "zte2mqtt check" reads this file without starting anything.`

const WIDTH = 120

/** The answers as a YAML file, with what the schema says of each option. */
export function initFile({ mqtt, modems }: InitAnswers): string {
  const entries = modems.map(given)
  const keys = new Set(entries.flatMap((entry) => Object.keys(entry)))
  const lines = [
    HEADER,
    '',
    'mqtt:',
    ...explain(SCHEMA.mqtt, Object.keys(given(mqtt))),
    ...Object.entries(given(mqtt)).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
    '',
    'modems:',
    ...explain(MODEM, [...keys]),
    ...entries.flatMap((entry) =>
      Object.entries(entry).map(
        ([key, value], index) => `  ${index === 0 ? '-' : ' '} ${key}: ${JSON.stringify(value)}`,
      ),
    ),
  ]
  return `${lines.join('\n')}\n`
}

function given(answer: BrokerAnswer | ModemAnswer): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null))
}

function explain(group: Group, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const node = group[key]
    return node !== undefined && isLeaf(node) ? wrapped(`${key}: ${node.doc}`) : []
  })
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  let line = '  #'
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = '  #  '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
