import { contacts } from './contacts.ts'
import {
  amount,
  boolean,
  brokerUrl,
  duration,
  filledText,
  integer,
  numberPatterns,
  oneOf,
  passwordHash,
  text,
  topicName,
  topicPrefix,
} from './formats.ts'
import { MODEM } from './modem.ts'
import { NOTIFY_ROW } from './notify.ts'
import type { Group, ValueOf } from './options.ts'
import { RULE } from './rules.ts'
import { listOf } from './settle.ts'
import { USSD_QUERY } from './ussd.ts'

const USER = {
  username: { doc: 'Name a client logs in with.', format: filledText, default: null, required: true },
  password: { doc: 'Its password.', format: filledText, default: null, sensitive: true },
  password_hash: {
    doc: 'In place of it, its hash, as `zte2mqtt hash-password` prints it.',
    format: passwordHash,
    default: null,
    sensitive: true,
  },
} as const satisfies Group

const PARTS_IN = (time: string): string =>
  `Parts that each modem may send in ${time}, counted over restarts; 0: no limit.`

/** Every option there is: its default, what it takes and what it does. Nothing else declares an option. */
export const SCHEMA = {
  mqtt: {
    url: {
      doc: 'Address of the MQTT broker. Empty: a broker of its own runs inside zte2mqtt (see `broker`).',
      format: brokerUrl,
      default: '',
    },
    username: { doc: 'User name at the broker.', format: filledText, default: null },
    password: { doc: 'Password at the broker.', format: filledText, default: null, sensitive: true },
    client_id: {
      doc:
        'MQTT client id. Empty: the base topic. It stays the same over restarts, because the broker keeps messages under it; ' +
        'two bridges on one broker need two.',
      format: text,
      default: '',
    },
    session_expiry: {
      doc: 'How long the broker keeps messages to send for an absent bridge (MQTT 5 only).',
      format: duration('1m', '3650d'),
      default: '7d',
    },
    base_topic: {
      doc: 'Beginning of all topics. Each bridge needs one of its own.',
      format: topicPrefix,
      default: 'zte2mqtt',
    },
    protocol: {
      doc: 'MQTT protocol level: 5, 4 (which is MQTT 3.1.1), or `auto`, which tries 5 and falls back to 4.',
      format: oneOf(['auto', 5, 4]),
      default: 'auto',
    },
    ca: { doc: 'File with the certificate authority of the broker (PEM).', format: filledText, default: null },
    cert: { doc: 'File with the certificate of this client (PEM).', format: filledText, default: null },
    key: { doc: 'File with the private key that belongs to `cert` (PEM).', format: filledText, default: null },
    reject_unauthorized: {
      doc: 'Refuse a broker whose certificate cannot be verified. `false` lets anybody in between read everything.',
      format: boolean,
      default: true,
    },
  },
  broker: {
    host: {
      doc: 'Address the embedded broker listens on. Anything but this machine itself requires `users`.',
      format: filledText,
      default: '127.0.0.1',
    },
    port: { doc: 'TCP port the embedded broker listens on.', format: integer(1, 65535), default: 1883 },
    users: {
      doc: 'Who may log in to the embedded broker. Empty: everybody on this machine.',
      format: listOf(USER),
      default: [],
    },
    cert: {
      doc: 'File with the certificate of the embedded broker (PEM). With it, the port speaks TLS and nothing else.',
      format: filledText,
      default: null,
    },
    key: { doc: 'File with the private key that belongs to `cert` (PEM).', format: filledText, default: null },
    path: {
      doc: 'Folder where the embedded broker keeps retained messages.',
      format: filledText,
      default: 'data/broker',
    },
  },
  homeassistant: {
    enabled: { doc: 'Announce the modems to Home Assistant.', format: boolean, default: true },
    discovery_prefix: {
      doc: 'The discovery prefix that is set in Home Assistant.',
      format: topicPrefix,
      default: 'homeassistant',
    },
    status_topic: {
      doc: 'Topic on which Home Assistant says that it has started.',
      format: topicName,
      default: 'homeassistant/status',
    },
    catch_up: {
      doc: 'How old a received message may be that Home Assistant missed and gets after its return; 0: none.',
      format: duration('0', '1d'),
      default: '1h',
    },
  },
  modems: { doc: 'The modems; at least one.', format: listOf(MODEM), default: [] },
  poll: {
    signal: { doc: 'How often the signal is read.', format: duration('1s', '1d'), default: '30s' },
    status: {
      doc: 'How often registration, cell, operator, network mode, data connection and SIM are read.',
      format: duration('1s', '1d'),
      default: '60s',
    },
    sms: {
      doc: 'How often the message store is looked into, besides whenever the modem announces a message.',
      format: duration('1s', '1d'),
      default: '60s',
    },
    republish: {
      doc: 'How often the state is published even though nothing changed.',
      format: duration('10s', '1d'),
      default: '10m',
    },
  },
  sms: {
    after_receive: {
      doc: 'What happens in the modem to a message that is safely stored by the bridge.',
      format: oneOf(['delete', 'keep']),
      default: 'delete',
    },
    storage: {
      doc: 'Where the modem keeps received messages: SIM (SM), its own memory (ME) or both (MT).',
      format: oneOf(['SM', 'ME', 'MT']),
      default: 'SM',
    },
    multipart_timeout: {
      doc:
        'How long to wait for missing parts before a long message is published with what is there. Parts that come later complete ' +
        'it under the same id.',
      format: duration('10s', '7d'),
      default: '15m',
    },
    delivery_report: {
      doc: 'Ask the network for a delivery report unless the command says otherwise.',
      format: boolean,
      default: true,
    },
    on_unknown: {
      doc:
        'What to do with a message of which nobody knows whether the network took it: `report` says so; `resend` sends it again, ' +
        'which may cost twice.',
      format: oneOf(['report', 'resend']),
      default: 'report',
    },
    max_parts: { doc: 'Longest message to send, in parts.', format: integer(1, 255), default: 10 },
    allowed_recipients: {
      doc:
        'Numbers that may be sent to; `*` stands for any further digits: `+49*`. Empty: all but short codes (up to six digits) and known ' +
        'premium numbers. Those must be named here, and then `"*"` beside them goes on allowing everybody else.',
      format: numberPatterns,
      default: [],
      personal: true,
    },
    blocked_recipients: {
      doc: 'Numbers that must not be sent to, whatever is allowed; `*` stands for any further digits.',
      format: numberPatterns,
      default: [],
      personal: true,
    },
    limits: {
      per_minute: { doc: PARTS_IN('a minute'), format: integer(0, 10_000), default: 10 },
      per_hour: { doc: PARTS_IN('an hour'), format: integer(0, 100_000), default: 60 },
      per_day: { doc: PARTS_IN('a day, from midnight'), format: integer(0, 1_000_000), default: 200 },
      per_month: { doc: PARTS_IN('a month of the calendar'), format: integer(0, 10_000_000), default: 1000 },
      reserve_for_high: {
        doc: 'Parts beyond each of these limits that only messages with `priority: high` may use.',
        format: integer(0, 10_000),
        default: 10,
      },
    },
    price_per_part: {
      doc: 'What one part costs, in whatever currency; answers to `sms/send` then tell the cost. Empty: not told.',
      format: amount,
      default: null,
    },
    repeat_window: {
      doc: 'The same text to the same number is refused for so long; 0 turns that off.',
      format: duration('0', '1d'),
      default: '30s',
    },
    backlog: {
      doc:
        'What happens to messages that lay in the modem when the bridge first met this SIM or store: `import` keeps them in the ' +
        'history, `publish` also publishes them with `backlog: true`, `skip` leaves them alone.',
      format: oneOf(['import', 'publish', 'skip']),
      default: 'import',
    },
    retry: {
      attempts: {
        doc: 'How often sending is tried in all, where trying again makes sense.',
        format: integer(1, 100),
        default: 3,
      },
      backoff: {
        doc: 'Wait before the second try; it grows with each further one.',
        format: duration('1s', '1h'),
        default: '10s',
      },
    },
  },
  contacts: {
    doc:
      'Names that may be used in place of numbers. A name stands for a number (in quotes, international form), for another name, ' +
      'or for a list of these.',
    format: contacts,
    default: new Map(),
    personal: true,
  },
  notify: {
    doc: 'Recipients that Home Assistant gets a notify entity for, one for each modem: what is sent to it goes out as an SMS.',
    format: listOf(NOTIFY_ROW),
    default: [],
  },
  calls: {
    reject: {
      doc: 'Hang up when somebody calls. The call is reported all the same; nothing is ever answered.',
      format: boolean,
      default: false,
    },
  },
  ussd: {
    fallback: {
      doc:
        'When a request that was refused on LTE may be repeated on 3G or 2G, which interrupts mobile data: `never`, `when_idle` (no data ' +
        'connection is up), `always`. The network mode is put back afterwards.',
      format: oneOf(['never', 'when_idle', 'always']),
      default: 'when_idle',
    },
    timeout: {
      doc: 'How long the network may take for a reply. A request without one is not repeated: a code may cost money.',
      format: duration('5s', '10m'),
      default: '60s',
    },
    queries: {
      doc: 'Codes to ask regularly of every modem, such as the balance. The answers are in the state, under `ussd`.',
      format: listOf(USSD_QUERY),
      default: [],
    },
  },
  rules: {
    doc: 'Remote control by SMS: which messages cause what. Empty: none does.',
    format: listOf(RULE),
    default: [],
  },
  recovery: {
    enabled: {
      doc:
        'Help a modem that hangs or has lost its network: radio off and on, restart, at last the power of its USB socket. Opening it again ' +
        'is always tried.',
      format: boolean,
      default: true,
    },
    usb_power_topic: {
      doc:
        'Topic of a switch for the power of the USB socket, to which `OFF` and then `ON` are published; `{modem}` in it stands for the id. ' +
        'Empty: there is none.',
      format: topicName,
      default: null,
    },
  },
  health: {
    interval: {
      doc: 'How often memory, CPU and counters are published to `bridge/health`.',
      format: duration('10s', '1d'),
      default: '10m',
    },
    port: {
      doc: 'TCP port for `/healthz`, `/readyz` and `/metrics`. Empty: none is opened.',
      format: integer(1, 65535),
      default: null,
    },
    host: {
      doc: 'Address to listen on. Anything but this machine itself requires `token`.',
      format: filledText,
      default: '127.0.0.1',
    },
    token: {
      doc: 'What a request has to bring along as `Authorization: Bearer …`. Empty: nothing.',
      format: filledText,
      default: null,
      sensitive: true,
    },
    metrics: { doc: 'Show counters and states at `/metrics`, for Prometheus.', format: boolean, default: false },
  },
  journal: {
    path: {
      doc: 'File in which messages are kept. It must survive restarts: in Docker, put it on a volume.',
      format: filledText,
      default: 'data/zte2mqtt.db',
    },
    keep: {
      doc:
        'How long finished messages are kept: at least 31 days where `sms.limits.per_month` counts them. What is not yet published or settled is ' +
        'never removed.',
      format: duration('1d', '3650d'),
      default: '90d',
    },
  },
  privacy: {
    publish_identity: { doc: 'Publish IMEI, IMSI, ICCID and the own number.', format: boolean, default: false },
    retain_messages: {
      doc: 'Keep the last message and USSD reply in the broker as retained messages. One-time codes stay there, too.',
      format: boolean,
      default: true,
    },
  },
  log: {
    level: {
      doc: 'Least important level to log.',
      format: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
      default: 'info',
    },
    pretty: {
      doc: 'Log for people instead of JSON lines; `auto`: on a terminal.',
      format: oneOf(['auto', true, false]),
      default: 'auto',
    },
    mqtt: {
      doc: 'Least important level to publish to `bridge/log`, without numbers and texts. Empty: nothing.',
      format: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
      default: null,
    },
    trace: {
      doc: 'When a modem fails, log the last exchanges with it (AT or HTTP). Numbers, texts and secrets are masked in any case.',
      format: boolean,
      default: false,
    },
    redact: { doc: 'Leave phone numbers and message texts out of the log.', format: boolean, default: true },
  },
} as const satisfies Group

/**
 * The configuration as the program gets it: frozen, keys as in YAML, all durations in milliseconds. `mqtt.client_id` and
 * `modems[].name` are never empty; `contacts` maps each name to its numbers.
 */
export type Config = ValueOf<typeof SCHEMA>
