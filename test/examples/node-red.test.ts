import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { MODEM_TOPICS } from '../../src/mqtt/topics.ts'
import { flowNames, readFlow } from '../system/node-red.ts'

const NAMES: readonly string[] = COMMANDS.map(({ name }) => name)
const PUBLISHED = [
  ...MODEM_TOPICS.map(({ path }) => path).filter((path) => path !== 'response/#'),
  ...NAMES.map((name) => `response/${name}`),
].map((path) => `zte2mqtt/+/${path}`)

describe('the flows for Node-RED', () => {
  for (const name of flowNames()) {
    const nodes = readFlow(name)
    const ofType = (type: string) => nodes.filter((node) => node.type === type)

    test(`${name} is one tab that begins with what it does`, () => {
      assert.deepEqual([ofType('tab').length, ofType('comment').length], [1, 1])
      const info = ofType('comment')[0]?.['info']
      const tabs = ofType('tab') as readonly { env?: { name: string }[] }[]
      const variables = tabs.flatMap(({ env }) => env ?? []).map((each) => each.name)
      assert.ok(variables.includes('MODEM') || name === 'commands-by-sms')
      for (const variable of variables.filter((each) => each !== 'MODEM'))
        assert.ok(String(info).includes(variable), variable)
    })

    test(`${name} takes its broker from the environment`, () => {
      const [broker, ...others] = ofType('mqtt-broker')
      assert.deepEqual(others, [])
      assert.deepEqual([broker?.['broker'], broker?.['port']], [`\${MQTT_HOST}`, `\${MQTT_PORT}`])
      assert.deepEqual(broker?.['credentials'], { user: `\${MQTT_USER}`, password: `\${MQTT_PASSWORD}` })
    })

    test(`${name} publishes with QoS 1 and retains nothing`, () => {
      const outs = ofType('mqtt out')
      assert.ok(outs.length > 0)
      for (const { qos, retain } of outs) assert.deepEqual([qos, retain], ['1', 'false'])
    })

    test(`${name} listens only to what the bridge publishes, and asks only for what it knows`, () => {
      const topics = ofType('mqtt in').map(({ topic }) => String(topic))
      const ours = topics.filter((topic) => topic.startsWith('zte2mqtt/'))
      assert.deepEqual(
        ours.filter((topic) => !PUBLISHED.includes(topic)),
        [],
      )
      const code = ofType('function').map(({ func }) => String(func))
      const asked = code.flatMap((text) =>
        [...text.matchAll(/\/command\/([a-z_/]+)`/g)].map(([, command]) => command ?? ''),
      )
      assert.deepEqual(
        asked.filter((command) => !NAMES.includes(command)),
        [],
      )
      const sends = code.filter((text) => text.includes('/command/sms/send'))
      for (const text of sends) assert.match(text, /\bid: /)
    })
  }

  test('share no node but the broker, so that all can be imported together', () => {
    const ids = flowNames().flatMap((name) =>
      readFlow(name)
        .filter(({ type }) => type !== 'mqtt-broker')
        .map(({ id }) => id),
    )
    assert.equal(new Set(ids).size, ids.length)
    assert.equal(flowNames().length, 6)
  })
})
