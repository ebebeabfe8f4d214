import type { Logger } from 'pino'
import { pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

export interface LoggerOptions {
  readonly level: string
  readonly pretty: 'auto' | boolean
  readonly redact: boolean
}

/** What may hold phone numbers, message texts or lines of a modem. */
const PERSONAL = ['detail', 'text', 'to', 'from', 'number', 'err.detail', 'err.cause.detail']
const SECRETS = ['password', 'pin', '*.password', '*.pin']

/** The log on standard output: JSON lines, or for people on a terminal. */
export function createLogger(options: LoggerOptions): Logger {
  const isPretty = options.pretty === 'auto' ? process.stdout.isTTY === true : options.pretty
  const settings = {
    level: options.level,
    base: null,
    redact: { paths: options.redact ? [...SECRETS, ...PERSONAL] : SECRETS, censor: '…' },
  }
  if (!isPretty) return pino(settings, pino.destination({ dest: 1, sync: true }))
  return pino(
    settings,
    pretty({
      sync: true,
      translateTime: 'HH:MM:ss',
      ignore: 'pid,hostname,modem',
      messageFormat: '{if modem}{modem}: {end}{msg}',
    }),
  )
}
