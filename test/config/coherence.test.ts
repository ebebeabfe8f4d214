import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError, loadConfig } from '../../src/config/load.ts'

function faults(yaml: string): readonly string[] {
  try {
    loadConfig({ args: [], env: {}, readFile: () => yaml, defaultFile: 'f' })
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.faults
  }
}

const HASH = `scrypt:16384:8:1:${'a'.repeat(22)}:${'b'.repeat(43)}`
const STICK = 'modems: [{id: stick}]\n'

describe('options that do not fit together', () => {
  for (const [yaml, fault] of [
    [`${STICK}mqtt: {url: "mqtt://h", password: x}`, /^mqtt\.username: is missing, but there is a mqtt\.password/],
    [`${STICK}mqtt: {url: "mqtts://h", cert: c}`, /^mqtt\.key: is missing; mqtt\.cert is nothing without it \(f:2\)/],
    [`${STICK}mqtt: {url: "mqtts://h", key: k}`, /^mqtt\.cert: is missing; mqtt\.key/],
    [`${STICK}mqtt: {url: "mqtt://h", ca: c}`, /^mqtt\.ca: is for encrypted connections, and mqtt\.url is none/],
    [`${STICK}mqtt: {url: "ws://h", reject_unauthorized: false}`, /^mqtt\.reject_unauthorized: is for encrypted/],
    [
      `${STICK}mqtt: {url: "mqtts://h", ca: c, reject_unauthorized: false}`,
      /^mqtt\.reject_unauthorized: found false, so that mqtt\.ca is not looked at/,
    ],
    [`${STICK}broker: {cert: c}`, /^broker\.key: is missing; broker\.cert is nothing without it/],
    [
      `${STICK}broker: {users: [{username: a}]}`,
      /^broker\.users\[0\]\.password: is missing; give it, or its password_hash/,
    ],
    [
      `${STICK}broker: {users: [{username: a, password: x, password_hash: "${HASH}"}]}`,
      /^broker\.users\[0\]\.password: stands beside a password_hash/,
    ],
    [
      `${STICK}broker: {users: [{username: a, password_hash: "secret"}]}`,
      /^broker\.users\[0\]\.password_hash: .*hash-password/,
    ],
    [`${STICK}mqtt: {protocol: 5}`, /^mqtt\.protocol: found 5, but the embedded broker/],
    [
      `${STICK}broker: {host: 0.0.0.0}`,
      /^broker\.host: found "0\.0\.0\.0", which others can reach; that requires broker\.users/,
    ],
    [`${STICK}broker: {host: "::"}`, /^broker\.host/],
    [`${STICK}health: {port: 9100, host: 0.0.0.0}`, /^health\.host: .* requires health\.token/],
    [`${STICK}health: {metrics: true}`, /^health\.metrics: .*no health\.port/],
    [`${STICK}journal: {keep: 30d}`, /^journal\.keep: is less than 31d, but sms\.limits\.per_month counts/],
    [`${STICK}broker: {host: 128.0.0.1}`, /^broker\.host/],
    [
      `${STICK}broker: {users: [{username: a, password: x}, {username: a, password: y}]}`,
      /^broker\.users\[1\]\.username: is the same as that of broker\.users\[0\]/,
    ],
    ['modems: [{id: a, port: /dev/a}, {id: a, port: /dev/b}]', /^modems\[1\]\.id: is the same as that of modems\[0\]/],
    [
      'modems: [{id: a, port: /dev/a}, {id: b, port: /dev/a}]',
      /^modems\[1\]\.port: is the same as that of modems\[0\]/,
    ],
    [
      'modems: [{id: a, imei: "490154203237518"}, {id: b, imei: "490154203237518"}]',
      /^modems\[1\]\.imei: is the same as that of modems\[0\]/,
    ],
    [
      'modems: [{id: a, imei: "490154203237518"}, {id: b}]',
      /^modems\[1\]\.imei: is missing; with several modems on port: auto/,
    ],
    [
      `${STICK}notify: [{name: Peter, to: pter}]\ncontacts: {peter: "+491701234567"}`,
      /^notify\[0\]\.to: found "pter", which is neither a phone number nor a contact.*peter/,
    ],
    [`${STICK}notify: [{name: Peter, to: constructor}]`, /^notify\[0\]\.to: found "constructor"/],
    [
      `${STICK}notify: [{name: Peter, to: "+491701234567"}, {name: "peter!", to: "+491701234568"}]`,
      /^notify\[1\]\.name: makes the same key \(peter\) as that of notify\[0\]/,
    ],
    ['modems: [{id: a, transport: http}]', /^modems\[0\]\.url: is missing; with transport: http/],
    [
      'modems: [{id: a, transport: http, url: "http://a", port: /dev/ttyUSB2}]',
      /^modems\[0\]\.port: belongs to transport: serial, but this modem has transport: http/,
    ],
    ['modems: [{id: a, password: x}]', /^modems\[0\]\.password: belongs to transport: http/],
    [
      'modems: [{id: a, transport: http, url: "http://a"}, {id: b, transport: http, url: "http://a/"}]',
      /^modems\[1\]\.url: is the same as that of modems\[0\]/,
    ],
  ] as const) {
    test(`${yaml.replace('\n', ' ')} is refused`, () => {
      const told = faults(yaml)
      assert.equal(told.length, 1, told.join('\n'))
      assert.match(told[0] ?? '', fault)
    })
  }

  for (const yaml of [
    `${STICK}mqtt: {url: "mqtts://h", username: u, password: x, cert: c, key: k}`,
    `${STICK}mqtt: {url: "mqtts://h", password: token, protocol: 5}`,
    `${STICK}mqtt: {url: "mqtt://h"}\nbroker: {host: 0.0.0.0}`,
    `${STICK}journal: {keep: 1d}\nsms: {limits: {per_month: 0}}`,
    `${STICK}journal: {keep: 31d}`,
    `${STICK}broker: {host: 0.0.0.0, users: [{username: a, password: x}]}`,
    `${STICK}broker: {host: localhost}`,
    `${STICK}health: {port: 9100, host: 0.0.0.0, token: secret, metrics: true}`,
    `${STICK}health: {host: 0.0.0.0}`,
    'modems: [{id: a}, {id: b, transport: http, url: "http://192.168.0.1", password: x}]',
    'modems: [{id: b, transport: http, url: "https://router:8443", tls: {legacy: true}}]',
    `${STICK}broker: {host: "::1"}`,
    `${STICK}broker: {host: 127.1.2.3}`,
    'modems: [{id: a, imei: "490154203237518"}, {id: b, imei: "490154203237519"}]',
    'modems: [{id: a}, {id: b, port: /dev/b}]',
    'modems: [{id: a, port: /dev/a}, {id: auto, port: /dev/b}]',
  ]) {
    test(`${yaml.replaceAll('\n', ' ')} is accepted`, () => assert.deepEqual(faults(yaml), []))
  }

  test('a rule is silent about options that are wrong by themselves', () => {
    assert.deepEqual(
      faults('modems: [{id: a}, {id: A}]\nbroker: {host: 0.0.0.0, users: 5}').map((fault) => fault.split(':')[0]),
      ['broker.users', 'modems[1].id'],
    )
  })
})
