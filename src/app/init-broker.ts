import { brokerUrl } from '../config/formats.ts'
import type { Config } from '../config/schema.ts'
import type { BrokerFacts } from './doctor-broker.ts'
import type { BrokerAnswer, InitAnswers } from './init-file.ts'
import { initFile } from './init-file.ts'
import type { Prompts } from './init-prompts.ts'
import { fits } from './init-prompts.ts'

/** What asking for the broker needs from outside. */
export interface BrokerIo {
  readonly prompts: Prompts
  /** The configuration that a file with this text would give. @throws ConfigError */
  readonly read: (text: string) => Config
  /** Addresses of brokers that can be reached without knowing more, the likeliest first. */
  readonly findBrokers: () => Promise<readonly string[]>
  readonly visitBroker: (config: Config) => Promise<BrokerFacts>
}

/** The broker inside. */
export const EMBEDDED_BROKER: BrokerAnswer = { url: '', username: null, password: null }

/** Asks for the broker until it lets us in, or the person wants it written down all the same. */
export async function askBroker(io: BrokerIo, modems: InitAnswers['modems']): Promise<BrokerAnswer> {
  const { prompts } = io
  const [found] = await io.findBrokers()
  if (found !== undefined) prompts.say(`There is an MQTT broker at ${found}.`)
  let mqtt = { ...EMBEDDED_BROKER, url: found ?? '' }
  do mqtt = await askAddress(prompts, mqtt)
  while (!(await isAcceptable(io, mqtt, modems)))
  return mqtt
}

async function askAddress(prompts: Prompts, last: BrokerAnswer): Promise<BrokerAnswer> {
  const question = 'Address of the MQTT broker (empty: zte2mqtt runs one itself)?'
  const url = await prompts.text(question, { initial: last.url, check: fits(brokerUrl) })
  if (url === '') return EMBEDDED_BROKER
  const username =
    (await prompts.text('User name at the broker (empty: none)?', { initial: last.username ?? '' })) || null
  const password = username === null ? null : (await prompts.secret('Password at the broker?')) || null
  return { url, username, password }
}

async function isAcceptable(io: BrokerIo, mqtt: BrokerAnswer, modems: InitAnswers['modems']): Promise<boolean> {
  const { findings } = await io.visitBroker(io.read(initFile({ mqtt, modems })))
  for (const { what, remedy } of findings) io.prompts.say(remedy === null ? what : `${what}\n${remedy}`)
  return findings.every(({ level }) => level !== 'problem') || io.prompts.confirm('Write it down as it is?', false)
}
