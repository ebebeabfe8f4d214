import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError, loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'

interface Given {
  readonly yaml?: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly files?: Readonly<Record<string, string>>
}

function load({ yaml, args = [], env = {}, files = {} }: Given): Config {
  const all: Record<string, string | undefined> = { ...files, 'zte2mqtt.yaml': yaml }
  return loadConfig({ args, env, readFile: (path) => all[path], defaultFile: 'zte2mqtt.yaml' })
}

function faults(given: Given): readonly string[] {
  try {
    load(given)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.faults
  }
  return []
}

const STICK = 'modems: [{id: stick}]\n'
const ENV_STICK = { ZTE2MQTT_MODEMS: '[{"id":"stick","port":"auto"}]' }

describe('loadConfig', () => {
  test('one modem is enough; everything else has its default', () => {
    const config = load({ yaml: STICK })
    const [modem] = config.modems
    const level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' = config.log.level
    const protocol: 'auto' | 5 | 4 = config.mqtt.protocol
    const pin: string | null | undefined = modem?.pin
    const numbers: readonly string[] | undefined = config.contacts.peter
    assert.deepEqual([level, protocol, pin, numbers], ['info', 'auto', null, undefined])
    assert.deepEqual(config.mqtt, {
      url: '',
      username: null,
      password: null,
      client_id: 'zte2mqtt',
      session_expiry: 604_800_000,
      base_topic: 'zte2mqtt',
      protocol: 'auto',
      ca: null,
      cert: null,
      key: null,
      reject_unauthorized: true,
    })
    assert.deepEqual(modem, {
      id: 'stick',
      name: 'stick',
      transport: 'serial',
      port: 'auto',
      imei: null,
      baud: 115_200,
      pin: null,
      network_mode: null,
      allow_raw_at: false,
      url: null,
      password: null,
      username: null,
      login: 'auto',
      write_token: 'auto',
      host_header: null,
      api_path: 'auto',
      tls: { reject_unauthorized: false, legacy: false },
    })
    assert.deepEqual(config.poll, { signal: 30_000, status: 60_000, sms: 60_000, republish: 600_000 })
    assert.deepEqual(config.sms, {
      after_receive: 'delete',
      storage: 'SM',
      multipart_timeout: 900_000,
      delivery_report: true,
      on_unknown: 'report',
      max_parts: 10,
      allowed_recipients: [],
      blocked_recipients: [],
      limits: { per_minute: 10, per_hour: 60, per_day: 200, per_month: 1000, reserve_for_high: 10 },
      price_per_part: null,
      repeat_window: 30_000,
      backlog: 'import',
      retry: { attempts: 3, backoff: 10_000 },
    })
  })

  test('the client id follows the base topic unless it is given', () => {
    assert.equal(load({ yaml: `${STICK}mqtt: {base_topic: attic}` }).mqtt.client_id, 'attic')
    assert.equal(load({ yaml: `${STICK}mqtt: {base_topic: attic, client_id: me}` }).mqtt.client_id, 'me')
  })

  test('the result is frozen to its last element', () => {
    const config = load({ yaml: `${STICK}contacts: {peter: "110"}` })
    for (const part of [config, config.mqtt, config.modems, config.modems[0], config.contacts, config.contacts.peter]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  test('no file is needed when the environment has it all', () => {
    assert.equal(load({ env: ENV_STICK }).modems[0]?.id, 'stick')
    assert.equal(load({ yaml: '# nothing yet\n', env: ENV_STICK }).modems[0]?.id, 'stick')
  })

  test('two loads share nothing', () => {
    load({ yaml: `${STICK}mqtt: {base_topic: attic}` })
    assert.equal(load({ yaml: STICK }).mqtt.base_topic, 'zte2mqtt')
  })
})

describe('precedence', () => {
  const LADDER: readonly (readonly [from: string, given: Given])[] = [
    ['file', { yaml: `${STICK}mqtt: {base_topic: file}` }],
    ['secret', { env: { ZTE2MQTT_MQTT_BASE_TOPIC_FILE: '/run/topic' }, files: { '/run/topic': 'secret\n' } }],
    ['env', { env: { ZTE2MQTT_MQTT_BASE_TOPIC: 'env' } }],
    ['arg', { args: ['--mqtt.base_topic=arg'] }],
  ]
  for (const [index, [from]] of LADDER.entries()) {
    test(`${from} wins over everything before it`, () => {
      const rungs = LADDER.slice(0, index + 1).map(([, given]) => given)
      const env = Object.assign({}, ...rungs.map((given) => given.env))
      const given: Given = Object.assign({}, ...rungs, { env })
      assert.equal(load(given).mqtt.base_topic, from)
    })
  }

  test('a wrong value that is overridden does no harm', () => {
    assert.equal(load({ yaml: `${STICK}mqtt: {protocol: 6}`, env: { ZTE2MQTT_MQTT_PROTOCOL: '4' } }).mqtt.protocol, 4)
  })

  test('lists are taken whole', () => {
    const config = load({ yaml: 'modems: [{id: a, port: /dev/a}, {id: b, port: /dev/b}]', env: ENV_STICK })
    assert.deepEqual(
      config.modems.map(({ id }) => id),
      ['stick'],
    )
  })

  test('an empty list in a variable or argument stands for the default', () => {
    const env = { ...ENV_STICK, ZTE2MQTT_BROKER_USERS: 'null' }
    const config = load({ yaml: 'broker: {users: [{username: a, password: b}]}', env, args: ['--contacts='] })
    assert.deepEqual([config.broker.users, { ...config.contacts }], [[], {}])
    assert.match(faults({ yaml: STICK, args: ['--modems='] }).join(), /^modems: no modem is configured.*\(--modems\)$/)
  })

  test('numbers, booleans and maps are read from text', () => {
    const config = load({
      env: {
        ...ENV_STICK,
        ZTE2MQTT_BROKER_PORT: '2000',
        ZTE2MQTT_HOMEASSISTANT_ENABLED: 'false',
        ZTE2MQTT_LOG_PRETTY: 'true',
        ZTE2MQTT_MQTT_PASSWORD: '0123',
        ZTE2MQTT_MQTT_USERNAME: 'true',
        ZTE2MQTT_SMS_REPEAT_WINDOW: '0',
        ZTE2MQTT_CONTACTS: '{"peter":"+49170"}',
      },
      args: ['--sms.retry.attempts', '5'],
    })
    assert.deepEqual(
      [config.broker.port, config.homeassistant.enabled, config.log.pretty, config.mqtt.password, config.mqtt.username],
      [2000, false, true, '0123', 'true'],
    )
    assert.deepEqual(
      [config.sms.repeat_window, config.sms.retry.attempts, { ...config.contacts }],
      [0, 5, { peter: ['+49170'] }],
    )
  })
})

describe('faults', () => {
  test('all are told at once, each with what is allowed and where it stands', () => {
    const yaml = [
      'mqtt:',
      '  url: http://host',
      '  password: 4711',
      '  pool_topic: x',
      'modems:',
      '  - id: Stick',
      '  - port: com1',
      '    pin: 1234',
      'contacts:',
      '  peter: petra',
    ].join('\n')
    const told = faults({
      yaml,
      env: { ZTE2MQTT_LOG_LEVEL: 'loud', ZTE2MQTT_X: '1' },
      args: ['--poll.sms=5', '--nonsense=1'],
    })
    assert.deepEqual(
      told.map((fault) => fault.replace(/, (allowed is|which is neither).*(?= \()/, '')),
      [
        '--nonsense: there is no such argument',
        'ZTE2MQTT_X: there is no such variable',
        'mqtt.pool_topic: there is no such option, did you mean mqtt.base_topic? (zte2mqtt.yaml:4)',
        'mqtt.url: found "http://host" (zte2mqtt.yaml:2)',
        'mqtt.password: found *** (a number) (zte2mqtt.yaml:3)',
        'modems[0].id: found "Stick" (zte2mqtt.yaml:6)',
        'modems[1].id: is missing (zte2mqtt.yaml:7)',
        'modems[1].port: found "com1" (zte2mqtt.yaml:7)',
        'modems[1].pin: found *** (a number) (zte2mqtt.yaml:8)',
        'poll.sms: found "5" (--poll.sms)',
        'contacts.peter: found "petra" (zte2mqtt.yaml:10)',
        'log.level: found "loud" (ZTE2MQTT_LOG_LEVEL)',
      ],
    )
  })

  test('the message of the error lists them', () => {
    assert.throws(
      () => load({ yaml: 'modems: [{id: bridge}]\nlog: {level: 1}' }),
      /has 2 faults:\n {2}modems\[0\]\.id: .*\n {2}log\.level: /,
    )
    assert.throws(() => load({ yaml: `${STICK}log: {level: 1}` }), /has a fault:\n {2}log\.level: /)
  })

  test('no modem is a fault that says how to configure one', () => {
    for (const given of [{}, { yaml: '' }, { yaml: 'modems: []' }, { yaml: 'modems:' }]) {
      const [fault, ...others] = faults(given)
      assert.match(
        fault ?? '',
        /^modems: no modem is configured.*`modems: \[\{id: stick, port: auto\}\]`.*ZTE2MQTT_MODEMS=/,
      )
      assert.deepEqual(others, [])
    }
    assert.match(faults({})[0] ?? '', /\(zte2mqtt\.yaml does not exist\)$/)
    assert.match(faults({ yaml: 'log:\nmodems: []' })[0] ?? '', /\(zte2mqtt\.yaml:2\)$/)
  })

  test('a file that is named must exist', () => {
    assert.deepEqual(faults({ args: ['--config=other.yaml'], env: ENV_STICK }), ['--config: other.yaml does not exist'])
    assert.equal(load({ args: ['--config=other.yaml'], files: { 'other.yaml': STICK } }).modems.length, 1)
  })

  test('a default file that cannot be read is a fault', () => {
    const readFile = (): string => {
      throw new Error('EACCES: permission denied')
    }
    assert.throws(
      () => loadConfig({ args: [], env: ENV_STICK, readFile, defaultFile: 'zte2mqtt.yaml' }),
      /zte2mqtt\.yaml cannot be read: EACCES/,
    )
  })

  test('of a file that is no YAML only that is told, with its line', () => {
    assert.deepEqual(faults({ yaml: 'mqtt:\n  url: a\n  url: b\nmodems: 5' }), ['url is given twice (zte2mqtt.yaml:3)'])
    assert.deepEqual(faults({ yaml: '- a\n- b' }), ['zte2mqtt.yaml: allowed is a map of options'])
  })

  test('a list in the environment that is no JSON is a fault that does not show it', () => {
    assert.deepEqual(faults({ yaml: STICK, env: { ZTE2MQTT_BROKER_USERS: '[{"password":"hunter2"' } }), [
      'broker.users: found text that is not JSON (ZTE2MQTT_BROKER_USERS)',
    ])
    assert.match(
      faults({ env: { ZTE2MQTT_MODEMS: 'stick' } }).join(),
      /^modems: found text, allowed is a list.*\(ZTE2MQTT_MODEMS\)$/,
    )
  })

  test('the address of a router is a host with its scheme, and shows no credentials', () => {
    const modem = (url: string): string => `modems: [{id: mifi, transport: http, url: "${url}"}]`
    for (const url of [
      '192.168.0.1',
      'ftp://192.168.0.1',
      'http://me:secret@192.168.0.1',
      'http://a/goform',
      'http://',
    ]) {
      const told = faults({ yaml: modem(url) })
      assert.equal(told.length, 1, url)
      assert.match(told[0] ?? '', /^modems\[0\]\.url: found .*, allowed is http:\/\/host/)
      assert.equal(told[0]?.includes('secret'), false)
    }
    assert.equal(load({ yaml: modem('http://192.168.0.1/') }).modems[0]?.url, 'http://192.168.0.1')
    assert.equal(load({ yaml: modem('https://m.home:8443') }).modems[0]?.url, 'https://m.home:8443')
  })
})
