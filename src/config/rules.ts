import type { Format } from './formats.ts'
import { duration, integer, modemId, oneOf, pattern, topicName } from './formats.ts'
import type { Group } from './options.ts'
import { listOf } from './settle.ts'

/** What may be asked for by SMS. Not `at` and `sim/unlock`: nobody should do these from afar, and by a message that can be forged. */
export const RULE_COMMANDS = [
  'reboot',
  'refresh',
  'network_mode/set',
  'operator/set',
  'data/set',
  'radio/set',
  'usb_mode/set',
  'pause',
  'ussd/send',
  'sms/send',
  'sms/delete',
] as const

const shortText = (most: number): Format<string> =>
  pattern(`text of 1 to ${most} characters (in quotes if it looks like a number)`, new RegExp(`^[^\\0]{1,${most}}$`))

/** Words with placeholders among them; what they are called is checked with the rest of the rule. */
const messagePattern = pattern(
  'words such as "reboot {what}", at most 160 characters; a placeholder is a word of its own, named with a-z, 0-9 and _, and at least one word is none',
  /^[^\p{Cc}]{1,160}$/u,
  (raw) => {
    const words = raw.split(/\s+/u).filter((word) => word !== '')
    const isPlaceholder = (word: string): boolean => /^\{[a-z][a-z0-9_]{0,31}\}$/.test(word)
    return (
      words.some((word) => !isPlaceholder(word)) && words.every((word) => isPlaceholder(word) || !/[{}]/.test(word))
    )
  },
)

const SENDER = /^[^\p{Cc}]{1,64}$/u

const senders: Format<readonly string[]> = {
  allowed: 'a list of phone numbers in quotes, in which * stands for any further digits, and of contacts; at least one',
  json: { type: 'array', items: { type: 'string' }, minItems: 1 },
  structured: true,
  read: (raw) => {
    if (!Array.isArray(raw) || raw.length === 0) return { refused: [] }
    const refused = raw.flatMap((entry: unknown, index) => {
      if (typeof entry === 'string' && SENDER.test(entry)) return []
      return [{ at: `[${index}]`, says: 'allowed is a phone number in quotes or the name of a contact' }]
    })
    return refused.length > 0 ? { refused } : { value: raw.map(String) }
  },
}

const ACTION = {
  publish: {
    topic: {
      doc: 'Topic to publish to (QoS 1, not retained), outside the tree of the bridge. It is fixed: no placeholders.',
      format: topicName,
      default: null,
    },
    payload: {
      doc: 'What to publish; `{name}` stands for what the message has there.',
      format: shortText(4096),
      default: null,
      personal: true,
    },
  },
  command: {
    doc: 'Command to a modem, as over MQTT. What costs or changes something does so at every message that the rule obeys.',
    format: oneOf(RULE_COMMANDS),
    default: null,
  },
  modem: { doc: 'Modem for the command. Empty: the one that received the message.', format: modemId, default: null },
  payload: {
    doc: 'Payload of the command, without placeholders.',
    format: shortText(4096),
    default: null,
    personal: true,
  },
} as const satisfies Group

const actionList = listOf(ACTION)

/** A single one may stand without the list around it. */
const actions: typeof actionList = {
  ...actionList,
  allowed: `${actionList.allowed}; or such a map alone`,
  json: { type: ['array', 'object'] },
  read: (raw) => actionList.read(raw instanceof Map ? [raw] : raw),
}

/** One rule of remote control by SMS. */
export const RULE = {
  name: {
    doc: 'Name in events and in the journal. A rule that is called something else has forgotten its wrong codes.',
    format: pattern('text of 1 to 64 characters', /^[^\p{Cc}]{1,64}$/u),
    default: null,
    required: true,
  },
  from: {
    doc: 'Who may command: numbers, `*` standing for any further digits, or contacts. Numbers of senders can be forged.',
    format: senders,
    default: null,
    required: true,
    personal: true,
  },
  match: {
    doc:
      'What the whole message says, without the code: words, small and large letters alike, and placeholders such as `{what}`, each for one word of letters, ' +
      'digits and `.` `,` `:` `+` `-` `_` `%`.',
    format: messagePattern,
    default: null,
    required: true,
    personal: true,
  },
  secret: {
    totp: {
      doc: 'Key of an authenticator app (base32, six digits, 30 s). The message then ends with the code of the moment, and each code works once.',
      format: pattern('a key in base32 of at least 16 characters', /^[A-Za-z2-7][A-Za-z2-7 =]{15,200}$/, (raw) => {
        return raw.replace(/[ =]/g, '').length >= 16
      }),
      default: null,
      sensitive: true,
    },
    pin: {
      doc: 'Digits with which the message then ends. Whoever has read one such message knows them for ever.',
      format: pattern('4 to 12 digits in quotes', /^\d{4,12}$/),
      default: null,
      sensitive: true,
    },
  },
  do: { doc: 'What happens, one after the other.', format: actions, default: [] },
  reply: {
    doc:
      'Answer to the sender once all is done; `{name}` stands for what the message has there, `{state.signal.percent}` for a value of the state of the modem. ' +
      'When something fails, the answer says so instead. Empty: none.',
    format: shortText(1000),
    default: null,
    personal: true,
  },
  max_age: { doc: 'Older messages are not obeyed.', format: duration('10s', '1d'), default: '10m' },
  per_hour: { doc: 'How often it is obeyed within an hour.', format: integer(1, 1000), default: 10 },
} as const satisfies Group

/** Values of the published state that an answer may have, below `state.`; and `ussd.<query>.value` and the like. */
export const STATE_PATHS = [
  'link',
  'phase',
  'sim',
  'registration',
  'operator',
  'operator_code',
  'access_technology',
  'network_mode',
  'signal.percent',
  'signal.bars',
  'signal.rssi_dbm',
  'signal.rsrp_dbm',
  'signal.rsrq_db',
  'signal.sinr_db',
  'cell.cell_id',
  'cell.band',
  'data.connected',
  'data.ip',
  'battery.percent',
  'battery.charging',
  'sms.used',
  'sms.capacity',
  'sms.waiting',
  'sms.sent_today',
  'sms.quota_left',
  'problem',
  'updated_at',
] as const
