import type { Transport } from '../modem/modem.ts'
import { TRANSPORTS } from '../modem/modem.ts'
import { MODEM, OPTIONS_OF } from './modem.ts'
import { unknownRecipients } from './notify.ts'
import type { Fault } from './options.ts'
import { fault, isWithin } from './options.ts'
import { ruleFaults } from './rule-faults.ts'
import type { Config } from './schema.ts'
import { repeatedSlugs } from './ussd.ts'

interface Rule {
  /** Options the rule looks at; it is skipped when one of them is faulty by itself. */
  readonly reads: readonly string[]
  check(config: Config): readonly Fault[]
}

const NO_MODEM =
  'no modem is configured. In the file: `modems: [{id: stick, port: auto}]`; as a variable: ' +
  `ZTE2MQTT_MODEMS='[{"id": "stick", "port": "auto"}]'`

const LONGEST_MONTH_MS = 31 * 86_400_000

const RULES: readonly Rule[] = [
  {
    // MQTT 3.1.1 section 3.1.2.9: no password without a user name. MQTT 5 allows it.
    reads: ['mqtt.username', 'mqtt.password', 'mqtt.protocol'],
    check: ({ mqtt }) =>
      fault(
        mqtt.password !== null && mqtt.username === null && mqtt.protocol !== 5,
        'mqtt.username',
        'is missing, but there is a mqtt.password; only mqtt.protocol: 5 allows that',
      ),
  },
  { reads: ['mqtt.cert', 'mqtt.key'], check: ({ mqtt }) => unpaired('mqtt', mqtt) },
  { reads: ['broker.cert', 'broker.key'], check: ({ broker }) => unpaired('broker', broker) },
  {
    // Whoever sets these believes that nobody can listen.
    reads: ['mqtt.url', 'mqtt.ca', 'mqtt.cert', 'mqtt.reject_unauthorized'],
    check: ({ mqtt }) => {
      if (mqtt.url === '' || /^(mqtts|wss):/.test(mqtt.url)) return []
      const secured = (['ca', 'cert'] as const).filter((option) => mqtt[option] !== null)
      const options = [...secured, ...(mqtt.reject_unauthorized ? [] : ['reject_unauthorized'])]
      const says =
        'is for encrypted connections, and mqtt.url is none; write mqtts:// or wss:// there, or leave this out'
      return options.map((option) => ({ path: `mqtt.${option}`, says }))
    },
  },
  {
    reads: ['mqtt.ca', 'mqtt.reject_unauthorized'],
    check: ({ mqtt }) =>
      fault(
        mqtt.ca !== null && !mqtt.reject_unauthorized,
        'mqtt.reject_unauthorized',
        'found false, so that mqtt.ca is not looked at; leave one of them out',
      ),
  },
  {
    reads: ['mqtt.url', 'mqtt.protocol'],
    check: ({ mqtt }) =>
      fault(
        mqtt.url === '' && mqtt.protocol === 5,
        'mqtt.protocol',
        'found 5, but the embedded broker speaks 4 (MQTT 3.1.1) only; set mqtt.url, or auto here',
      ),
  },
  {
    reads: ['mqtt.url', 'broker.host', 'broker.users'],
    check: ({ mqtt, broker }) =>
      fault(
        mqtt.url === '' && !isLoopback(broker.host) && broker.users.length === 0,
        'broker.host',
        `found ${JSON.stringify(broker.host)}, which others can reach; that requires broker.users`,
      ),
  },
  {
    reads: ['health.port', 'health.host', 'health.token'],
    check: ({ health }) =>
      fault(
        health.port !== null && !isLoopback(health.host) && health.token === null,
        'health.host',
        `found ${JSON.stringify(health.host)}, which others can reach; that requires health.token`,
      ),
  },
  {
    reads: ['health.port', 'health.metrics'],
    check: ({ health }) =>
      fault(health.metrics && health.port === null, 'health.metrics', 'found true, but there is no health.port'),
  },
  {
    reads: ['journal.keep', 'sms.limits.per_month'],
    check: ({ journal, sms }) =>
      fault(
        sms.limits.per_month > 0 && journal.keep < LONGEST_MONTH_MS,
        'journal.keep',
        'is less than 31d, but sms.limits.per_month counts what was sent in a month; keep it as long, or set that limit to 0',
      ),
  },
  { reads: ['ussd.queries'], check: ({ ussd }) => repeatedSlugs('ussd.queries', ussd.queries) },
  {
    reads: ['notify', 'contacts'],
    check: ({ notify, contacts }) => [...repeatedSlugs('notify', notify), ...unknownRecipients(notify, contacts)],
  },
  { reads: ['rules', 'modems', 'mqtt.base_topic', 'contacts', 'ussd.queries'], check: ruleFaults },
  {
    reads: ['broker.users'],
    check: ({ broker }) => [
      ...repeated('broker.users', 'username', broker.users),
      ...broker.users.flatMap(({ password, password_hash: hash }, index) =>
        fault(
          (password === null) === (hash === null),
          `broker.users[${index}].password`,
          password === null
            ? 'is missing; give it, or its password_hash'
            : 'stands beside a password_hash; leave one of them out',
        ),
      ),
    ],
  },
  {
    reads: ['modems'],
    check: ({ modems }) => [
      ...fault(modems.length === 0, 'modems', NO_MODEM),
      ...repeated('modems', 'id', modems),
      ...repeated('modems', 'imei', modems),
      ...repeated('modems', 'port', modems, 'auto'),
      ...repeated('modems', 'url', modems),
      ...modems.flatMap(misplaced),
      ...ambiguous(modems),
    ],
  },
]

/** What is wrong between options that are right each by itself. `faulty`: what is wrong with those that are not. */
export function incoherences(config: Config, faulty: readonly Fault[]): readonly Fault[] {
  const isFaulty = (option: string): boolean => faulty.some(({ path }) => isWithin(path, option))
  return RULES.filter(({ reads }) => !reads.some(isFaulty)).flatMap(({ check }) => check(config))
}

/** A certificate and its key are of use together only. */
function unpaired(group: string, { cert, key }: { readonly cert: string | null; readonly key: string | null }) {
  return [
    ...fault(cert === null && key !== null, `${group}.cert`, `is missing; ${group}.key is nothing without it`),
    ...fault(key === null && cert !== null, `${group}.key`, `is missing; ${group}.cert is nothing without it`),
  ]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** `mayRepeat`: a value that names nothing, so that several may have it. */
function repeated<Key extends string>(
  path: string,
  key: Key,
  list: readonly { readonly [K in Key]: string | null }[],
  mayRepeat: string | null = null,
): readonly Fault[] {
  return list.flatMap((element, index) => {
    const value = element[key]
    const first = list.findIndex((other) => other[key] === value)
    return fault(
      value !== mayRepeat && first < index,
      `${path}[${index}].${key}`,
      `is the same as that of ${path}[${first}]`,
    )
  })
}

function misplaced(modem: Config['modems'][number], index: number): readonly Fault[] {
  const { transport } = modem
  const ownersOf = (key: string): readonly Transport[] =>
    TRANSPORTS.filter((each) => OPTIONS_OF[each].some((option) => option === key))
  const strays = [...new Set(TRANSPORTS.flatMap((each) => OPTIONS_OF[each]))].filter(
    (key) => modem[key] !== MODEM[key].default && !ownersOf(key).includes(transport),
  )
  return [
    ...strays.map((key) => ({
      path: `modems[${index}].${key}`,
      says: `belongs to transport: ${ownersOf(key).join(' or ')}, but this modem has transport: ${transport}`,
    })),
    ...fault(
      transport === 'http' && modem.url === null,
      `modems[${index}].url`,
      'is missing; with transport: http it is where the modem is, such as http://192.168.0.1',
    ),
  ]
}

function ambiguous(modems: Config['modems']): readonly Fault[] {
  const isAuto = ({ transport, port }: Config['modems'][number]): boolean => transport === 'serial' && port === 'auto'
  if (modems.filter(isAuto).length < 2) return []
  return modems.flatMap((modem, index) =>
    fault(
      isAuto(modem) && modem.imei === null,
      `modems[${index}].imei`,
      'is missing; with several modems on port: auto it tells which stick is which',
    ),
  )
}
