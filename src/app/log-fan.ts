import type { LogLevel } from '../bridge/bridge-requests.ts'
import { LOG_LEVELS } from '../bridge/bridge-requests.ts'
import type { LogEntry } from '../mqtt/health-payload.ts'

/** As far as pino writes them. */
interface Line {
  readonly level: number
  readonly time: number
  readonly msg?: string
  readonly modem?: string
}

/** pino's numbers: 10 for `trace`, and 10 more for each further one. */
const numberOf = (level: LogLevel): number =>
  level === 'silent' ? Number.POSITIVE_INFINITY : 10 * (1 + LOG_LEVELS.indexOf(level))

/** So many warnings tell what led to what, also where something fails once a minute. */
const WARNINGS_KEPT = 200

/**
 * The stream behind the log: lines to standard output, and what they say to a listener, each from a level of its own; the last
 * warnings and errors are kept in any case.
 */
export class LogFan {
  readonly #output: { write(line: string): unknown }
  readonly #listenerLevel: LogLevel
  #outputLevel: LogLevel
  #listener: ((entry: LogEntry) => void) | undefined
  #isTelling = false
  readonly #warnings: LogEntry[] = []

  /** @param listenerLevel `null`: nobody is going to listen */
  constructor(output: { write(line: string): unknown }, outputLevel: LogLevel, listenerLevel: LogLevel | null) {
    this.#output = output
    this.#outputLevel = outputLevel
    this.#listenerLevel = listenerLevel ?? 'silent'
  }

  /** What has to be logged at all. */
  get level(): LogLevel {
    return [this.#outputLevel, this.#listenerLevel].reduce((a, b) => (numberOf(a) <= numberOf(b) ? a : b), 'warn')
  }

  /** The last of them, the oldest first. */
  get warnings(): readonly LogEntry[] {
    return this.#warnings
  }

  setLevel(level: LogLevel): void {
    this.#outputLevel = level
  }

  listen(listener: (entry: LogEntry) => void): void {
    this.#listener = listener
  }

  /** Takes one line as pino writes it: JSON, redacted. */
  write(text: string): void {
    const line = JSON.parse(text) as Line
    if (line.level >= numberOf(this.#outputLevel)) this.#output.write(text)
    if (line.level >= numberOf('warn')) this.#keep(entryOf(line))
    if (line.level >= numberOf(this.#listenerLevel)) this.#tell(entryOf(line))
  }

  #keep(entry: LogEntry): void {
    this.#warnings.push(entry)
    if (this.#warnings.length > WARNINGS_KEPT) this.#warnings.shift()
  }

  #tell(entry: LogEntry): void {
    // What telling has to say of itself must not be told in turn, or it would never end.
    if (this.#listener === undefined || this.#isTelling) return
    this.#isTelling = true
    try {
      this.#listener(entry)
    } finally {
      this.#isTelling = false
    }
  }
}

function entryOf({ level, time, msg, modem }: Line): LogEntry {
  return {
    level: LOG_LEVELS[level / 10 - 1] ?? String(level),
    message: msg ?? '',
    modem: modem ?? null,
    time: new Date(time).toISOString(),
  }
}
