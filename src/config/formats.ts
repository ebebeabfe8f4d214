import type { Group } from './options.ts'
import { kindOf } from './options.ts'

/** One thing that is wrong below an option: `at` is the rest of the path (`[1].port`), empty for the option itself. */
export interface Refusal {
  readonly at: string
  readonly says: string
}

/** What became of a raw value. Refused without refusals: it simply is not what the format allows. */
export type Reading<T> = { readonly value: T } | { readonly refused: readonly Refusal[] }

/** Part of a JSON Schema, draft 7. */
export type JsonSchema = { readonly [key: string]: unknown }

/** What an option takes: pure reading of a raw value (as YAML gives it, maps as `Map`), and how to say so. */
export interface Format<T> {
  /** Completes the sentence "allowed is …". */
  readonly allowed: string
  readonly json: JsonSchema
  read(raw: unknown): Reading<T>
  /** From the text of an environment variable or argument to a raw value. Absent: the text is the raw value. */
  fromText?(text: string): unknown
  /** A list or map: its text is JSON. */
  readonly structured?: true
  /** What the elements of a list are made of, for those who walk the schema. */
  readonly items?: Group
}

const REFUSED = { refused: [] } as const

function scalar<T>(allowed: string, json: JsonSchema, accept: (raw: unknown) => T | undefined): Format<T> {
  return {
    allowed,
    json,
    read: (raw) => {
      const value = accept(raw)
      return value === undefined ? REFUSED : { value }
    },
  }
}

/** Text that a regular expression and a test allow. @param allowed completes the sentence "allowed is …" */
export function pattern(
  allowed: string,
  regex: RegExp,
  isRight: (raw: string) => boolean = () => true,
): Format<string> {
  return scalar(allowed, { type: 'string', pattern: regex.source }, (raw) =>
    typeof raw === 'string' && regex.test(raw) && isRight(raw) ? raw : undefined,
  )
}

/** Any text. A bare YAML number is refused: `0123` would silently have become 123. */
export const text: Format<string> = scalar('text (in quotes if it looks like a number)', { type: 'string' }, (raw) =>
  typeof raw === 'string' ? raw : undefined,
)

/** Text that is not empty: a file path, a user name. */
export const filledText: Format<string> = pattern(
  'text that is not empty (in quotes if it looks like a number)',
  /^[^\0]+$/,
)

/** What `zte2mqtt hash-password` prints. */
export const passwordHash: Format<string> = pattern(
  'a line that "zte2mqtt hash-password" prints: scrypt:16384:8:1:…',
  /^scrypt:(16384|32768|65536):8:1:[\w-]{22,86}:[\w-]{43,86}$/,
)

/** `true` or `false`. */
export const boolean: Format<boolean> = {
  ...scalar('true or false', { type: 'boolean' }, (raw) => (typeof raw === 'boolean' ? raw : undefined)),
  fromText: (given) => (given === 'true' ? true : given === 'false' ? false : given),
}

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Format<number> {
  const isRight = (raw: unknown): raw is number =>
    typeof raw === 'number' && Number.isInteger(raw) && raw >= min && raw <= max
  return {
    ...scalar(
      `a whole number from ${min} to ${max}`,
      { type: 'integer', minimum: min, maximum: max },
      (raw): number | undefined => (isRight(raw) ? raw : undefined),
    ),
    fromText: (given) => (/^-?\d+$/.test(given) ? Number(given) : given),
  }
}

/** One of these words, numbers or booleans. */
export function oneOf<const T extends string | number | boolean>(values: readonly T[]): Format<T> {
  return {
    ...scalar(values.join(' | '), { enum: values }, (raw) => values.find((value) => value === raw)),
    fromText: (given) => values.find((value) => String(value) === given) ?? given,
  }
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION = /^(\d{1,6})([smhd])$/

function parseDuration(given: unknown): number | undefined {
  if (given === 0 || given === '0') return 0
  const parts = typeof given === 'string' ? DURATION.exec(given) : null
  const unit = parts?.[2] as keyof typeof UNIT_MS | undefined
  return unit === undefined ? undefined : Number(parts?.[1]) * UNIT_MS[unit]
}

/**
 * A number with a unit: `30s`, `5m`, `1h`, `7d`; read as milliseconds. The unit is required, so that nobody has to guess
 * what a bare number means; only `0` may stand alone, where `min` allows it.
 */
export function duration(min: string, max: string): Format<number> {
  const [least = 0, most = 0] = [min, max].map(parseDuration)
  const json =
    least === 0
      ? { type: ['string', 'integer'], pattern: DURATION.source }
      : { type: 'string', pattern: DURATION.source }
  return scalar(`a number with its unit s, m, h or d, from ${min} to ${max}`, json, (raw) => {
    const ms = parseDuration(raw)
    return ms === undefined || ms < least || ms > most ? undefined : ms
  })
}

const RESERVED_IDS = ['bridge', 'pool']

/** Id of a modem; it is a topic level beside the bridge's own, so their names are taken. */
export const modemId: Format<string> = pattern(
  'a-z, 0-9, _ and -, at most 32, the first a letter or digit, and not bridge or pool',
  /^[a-z0-9][a-z0-9_-]{0,31}$/,
  (raw) => !RESERVED_IDS.includes(raw),
)

/** A topic below which others are built (MQTT 3.1.1 section 4.7). */
export const topicPrefix: Format<string> = pattern(
  'a topic of at most 128 characters without +, #, $ and without / at its ends',
  /^(?!\/)[^+#$\p{Cc}]{1,128}(?<!\/)$/u,
)

/** A topic to publish or listen to exactly (MQTT 3.1.1 section 4.7). */
export const topicName: Format<string> = pattern('a topic without + and #', /^[^+#\p{Cc}]{1,512}$/u)

function parseUrl(raw: string): URL | undefined {
  return URL.canParse(raw) ? new URL(raw) : undefined
}

/** Address of a broker, or empty. Credentials inside are refused: a URL is printed, `mqtt.password` is not. */
export const brokerUrl: Format<string> = scalar(
  'mqtt://host:port, mqtts://, ws:// or wss:// without user name and password in it (those are mqtt.username and ' +
    'mqtt.password), or empty',
  { type: 'string', pattern: '^((mqtts?|wss?)://[^@]+)?$' },
  (raw) => {
    if (raw === '') return ''
    const url = typeof raw === 'string' && /^(mqtts?|wss?):\/\//.test(raw) ? parseUrl(raw) : undefined
    if (url === undefined || url.hostname === '' || url.username !== '' || url.password !== '') return undefined
    return raw as string
  },
)

/** Where a serial modem is: found by itself, a device file, or a serial line behind TCP. */
export const serialPort: Format<string> = scalar(
  'auto, a device such as /dev/ttyUSB2, or tcp://host:port',
  { type: 'string', pattern: '^(auto|/.+|tcp://[^/?#]+:\\d+)$' },
  (raw) => {
    if (typeof raw !== 'string') return undefined
    if (raw === 'auto' || /^\/[^\0]+$/.test(raw)) return raw
    const url = /^tcp:\/\/[^/?#@]+:\d{1,5}$/.test(raw) ? parseUrl(raw) : undefined
    return url !== undefined && url.port !== '' && url.port !== '0' ? raw : undefined
  },
)

/** Address of a router's web page. Credentials inside are refused: a URL is printed, `password` is not. */
export const routerUrl: Format<string> = scalar(
  'http://host or https://host, with a port if it is an unusual one, and nothing behind',
  { type: 'string', pattern: '^https?://[^@/?#]+/?$' },
  (raw) => {
    const url = typeof raw === 'string' && /^https?:\/\/[^@/?#]+\/?$/.test(raw) ? parseUrl(raw) : undefined
    return url?.origin
  },
)

/** A host name or IP address, with a port if need be. */
export const hostName: Format<string> = pattern('a host name or address such as 192.168.0.1', /^[^\s/@?#]{1,253}$/)

/**
 * IMEI (3GPP TS 23.003 section 6.2.1). A bare number is taken too, but only with all fifteen digits: one whose leading zero
 * YAML dropped has fourteen.
 */
export const imei: Format<string> = scalar(
  'the 15 digits of an IMEI, in quotes',
  { type: ['string', 'integer'], pattern: '^\\d{15}$' },
  (raw) =>
    /^\d{15}$/.test(String(raw)) && (typeof raw === 'string' || typeof raw === 'number') ? `${raw}` : undefined,
)

/** PIN of the SIM (3GPP TS 31.101 section 9.5.1). In quotes only: a leading zero lost would cost one of three tries. */
export const pin: Format<string> = pattern('four to eight digits in quotes', /^\d{4,8}$/)

/** An amount of money, 0 or more. */
export const amount: Format<number> = {
  ...scalar('a number from 0 such as 0.09', { type: 'number', minimum: 0 }, (raw) =>
    typeof raw === 'number' && Number.isFinite(raw) && raw >= 0 ? raw : undefined,
  ),
  fromText: (given) => (/^\d+(\.\d+)?$/.test(given) ? Number(given) : given),
}

const NUMBER_PATTERN = /^(?=.*[\d*#])\+?[\d*# ()./-]{1,40}$/

/** Phone numbers in which `*` stands for any further digits. In quotes, or YAML drops their `+` or leading zero. */
export const numberPatterns: Format<readonly string[]> = {
  allowed: 'a list of phone numbers in quotes, in which * stands for any further digits',
  json: { type: 'array', items: { type: 'string', pattern: NUMBER_PATTERN.source } },
  structured: true,
  read: (raw) => {
    if (!Array.isArray(raw)) return { refused: [] }
    const refused = raw.flatMap((entry: unknown, index) => {
      if (typeof entry === 'string' && NUMBER_PATTERN.test(entry)) return []
      // A list may hold itself, by an alias.
      const found = typeof entry === 'string' ? JSON.stringify(entry) : kindOf(entry)
      return [
        {
          at: `[${index}]`,
          says: `found ${found}, allowed is a phone number in quotes, with * for any further digits`,
        },
      ]
    })
    return refused.length > 0 ? { refused } : { value: raw.map(String) }
  },
}
