import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { leavesOf } from '../../src/config/options.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { envName, readArguments, readEnvironment, readSecretFiles } from '../../src/config/sources.ts'

const LEAVES = leavesOf(SCHEMA)

function texts(source: { texts: ReadonlyMap<string, { text: string }> }): Record<string, string> {
  return Object.fromEntries([...source.texts].map(([path, { text }]) => [path, text]))
}

describe('names of variables', () => {
  test('they follow from the path', () => {
    assert.equal(envName('mqtt.base_topic'), 'ZTE2MQTT_MQTT_BASE_TOPIC')
    assert.equal(envName('modems'), 'ZTE2MQTT_MODEMS')
  })

  test('no two options and secret files share one', () => {
    const names = LEAVES.flatMap(([path]) => [envName(path), `${envName(path)}_FILE`])
    assert.equal(new Set(names).size, names.length)
  })
})

describe('command line', () => {
  for (const [args, expected, file] of [
    [[], {}, undefined],
    [['--mqtt.base_topic=x'], { 'mqtt.base_topic': 'x' }, undefined],
    [['--mqtt.base_topic', 'x'], { 'mqtt.base_topic': 'x' }, undefined],
    [['--mqtt.password=a=b --c'], { 'mqtt.password': 'a=b --c' }, undefined],
    [['--mqtt.password=0123e4'], { 'mqtt.password': '0123e4' }, undefined],
    [['--mqtt.url='], { 'mqtt.url': '' }, undefined],
    [['--log.level=warn', '--log.level=debug'], { 'log.level': 'debug' }, undefined],
    [['--config', 'my.yaml', '--log.level', 'debug'], { 'log.level': 'debug' }, 'my.yaml'],
    [['--config=my.yaml'], {}, 'my.yaml'],
  ] as const) {
    test(`${JSON.stringify(args)} is understood`, () => {
      const line = readArguments(args, LEAVES)
      assert.deepEqual([texts(line), line.file, line.faults], [expected, file, []])
    })
  }

  for (const [args, faults] of [
    [['--mqtt.passwort=hunter2'], ['--mqtt.passwort: there is no such argument, did you mean --mqtt.password?']],
    [['--mqtt.passwort', 'hunter2'], ['--mqtt.passwort: there is no such argument, did you mean --mqtt.password?']],
    [['--base_topic=x'], ['--base_topic: there is no such argument, did you mean --mqtt.base_topic?']],
    [['--mqtt.url', '--log.level=debug'], ['--mqtt.url: needs a value, as in --mqtt.url=…']],
    [['--config'], ['--config: needs a value, as in --config=…']],
    [['please'], ['please: there is no such argument']],
    [['--'], ['--: there is no such argument']],
    [
      ['-v', '--zzzzzzzz'],
      ['-v: there is no such argument', '--zzzzzzzz: there is no such argument'],
    ],
  ] as const) {
    test(`${JSON.stringify(args)} is refused without showing its value`, () => {
      assert.deepEqual(readArguments(args, LEAVES).faults, faults)
    })
  }
})

describe('environment', () => {
  test('variables of options are taken, those of others and empty ones are not', () => {
    const env = { ZTE2MQTT_MQTT_USERNAME: 'me', ZTE2MQTT_MQTT_URL: '', PATH: '/bin', ZTE2MQTT: 'x' }
    const environment = readEnvironment(env, LEAVES)
    assert.deepEqual([texts(environment), environment.faults], [{ 'mqtt.username': 'me' }, []])
  })

  test('an unknown variable is a fault that does not show its value', () => {
    assert.deepEqual(readEnvironment({ ZTE2MQTT_MQTT_PASSWORT: 'hunter2' }, LEAVES).faults, [
      'ZTE2MQTT_MQTT_PASSWORT: there is no such variable, did you mean ZTE2MQTT_MQTT_PASSWORD?',
    ])
  })

  test('what Kubernetes injects for a service called zte2mqtt is no fault', () => {
    const env = { ZTE2MQTT_SERVICE_HOST: '10.0.0.1', ZTE2MQTT_PORT: 'tcp://x', ZTE2MQTT_PORT_1883_TCP_ADDR: '10.0.0.1' }
    assert.deepEqual(readEnvironment(env, LEAVES).faults, [])
  })

  test('no option has a name that is left to Kubernetes', () => {
    for (const [path] of LEAVES) assert.doesNotMatch(path, /^(service|port)([._]|$)/)
  })
})

describe('secret files', () => {
  const FILES: Record<string, string> = { '/run/password': 'a b \n', '/run/empty': '' }

  test('the text of the file is the value, without the line break at its end', () => {
    const secrets = readSecretFiles({ ZTE2MQTT_MQTT_PASSWORD_FILE: '/run/password' }, LEAVES, (path) => FILES[path])
    assert.deepEqual(secrets.faults, [])
    assert.deepEqual(secrets.texts.get('mqtt.password'), {
      text: 'a b ',
      from: '/run/password, named by ZTE2MQTT_MQTT_PASSWORD_FILE',
    })
  })

  test('a file that is missing or cannot be read is a fault', () => {
    const env = { ZTE2MQTT_MQTT_PASSWORD_FILE: '/run/none' }
    assert.deepEqual(readSecretFiles(env, LEAVES, () => undefined).faults, [
      'ZTE2MQTT_MQTT_PASSWORD_FILE: /run/none does not exist',
    ])
    const deny = (): string => {
      throw new Error('EACCES: permission denied')
    }
    assert.deepEqual(readSecretFiles(env, LEAVES, deny).faults, [
      'ZTE2MQTT_MQTT_PASSWORD_FILE: /run/none cannot be read: EACCES: permission denied',
    ])
  })
})
