import type { Logger } from 'pino'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { LogLevel } from '../bridge/bridge-requests.ts'
import type { LogEntry } from '../mqtt/health-payload.ts'
import { LogFan } from './log-fan.ts'

export type { Logger } from 'pino'

export interface LoggerOptions {
  readonly level: LogLevel
  readonly pretty: 'auto' | boolean
  readonly redact: boolean
  /** Level for whoever listens; `null`: nobody does. */
  readonly mqtt: LogLevel | null
}

/** The log, and what can be done with it while it runs. */
export interface Log {
  readonly logger: Logger
  /** Of standard output, for this logger and all that came of it. */
  setLevel(level: LogLevel): void
  /** From now on `listener` gets every line of the level for listeners. */
  listen(listener: (entry: LogEntry) => void): void
  /** The last warnings and errors since the start, the oldest first, whatever the levels are. */
  readonly warnings: readonly LogEntry[]
}

/** What may hold phone numbers, message texts or lines of a modem. */
const PERSONAL = ['detail', 'text', 'to', 'from', 'number', 'err.detail', 'err.cause.detail']
const SECRETS = ['password', 'pin', '*.password', '*.pin']

/** The log on standard output: JSON lines, or for people on a terminal. */
export function createLogger(options: LoggerOptions): Log {
  const fan = new LogFan(standardOutput(options), options.level, options.mqtt)
  const loggers: Logger[] = []
  const logger = pino(
    {
      level: fan.level,
      base: null,
      redact: { paths: options.redact ? [...SECRETS, ...PERSONAL] : SECRETS, censor: '…' },
      onChild: (child: Logger) => void loggers.push(child),
    },
    fan,
  )
  loggers.push(logger)
  return {
    logger,
    setLevel: (level) => {
      fan.setLevel(level)
      for (const each of loggers) each.level = fan.level
    },
    listen: (listener) => fan.listen(listener),
    warnings: fan.warnings,
  }
}

function standardOutput(options: LoggerOptions): { write(line: string): unknown } {
  const isPretty = options.pretty === 'auto' ? process.stdout.isTTY === true : options.pretty
  if (!isPretty) return pino.destination({ dest: 1, sync: true })
  return pretty({
    sync: true,
    translateTime: 'HH:MM:ss',
    ignore: 'pid,hostname,modem',
    messageFormat: '{if modem}{modem}: {end}{msg}',
  })
}
