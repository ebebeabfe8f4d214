import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { environmentOf, withAppOptions } from '../../src/app/addon.ts'
import { ConfigError, loadConfig } from '../../src/config/load.ts'
import { ModemError } from '../../src/modem/errors.ts'

const MODEMS = { modems: [{ id: 'stick', transport: 'serial', port: 'auto' }] }

/** What the Supervisor answers to `GET /services/mqtt` while the app "Mosquitto broker" runs. */
const SERVICE = {
  host: 'core-mosquitto',
  port: 1883,
  ssl: false,
  protocol: '3.1.1',
  username: 'addons',
  password: 's3cret',
}

function optionsFile(t: TestContext, options: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-addon-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'options.json')
  writeFileSync(file, typeof options === 'string' ? options : JSON.stringify(options))
  return file
}

/** A Supervisor; it notes who asked for what. */
async function supervisor(t: TestContext, answer: (response: ServerResponse) => void) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`)
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

const says = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** The configuration that the bridge makes of what it is given. */
const configOf = (env: NodeJS.ProcessEnv) =>
  loadConfig({ args: [], env, readFile: () => undefined, defaultFile: 'none.yaml' })

test('options of the form become the configuration, and what is left empty keeps its default', () => {
  const options = {
    modems: [{ id: 'stick', transport: 'serial', port: 'auto', name: '', pin: '0123', imei: null }],
    mqtt: { url: 'mqtts://broker:8883', username: 'ha', password: 'p "w', base_topic: '' },
    sms: { max_parts: 4, delivery_report: false },
    calls: {},
    log: { level: 'debug' },
  }
  const config = configOf(environmentOf(options))
  assert.equal(config.modems[0]?.pin, '0123')
  assert.equal(config.modems[0]?.name, 'stick')
  assert.equal(config.mqtt.password, 'p "w')
  assert.equal(config.mqtt.base_topic, 'zte2mqtt')
  assert.deepEqual(
    [config.sms.max_parts, config.sms.delivery_report, config.sms.after_receive, config.log.level],
    [4, false, 'delete', 'debug'],
  )
})

test('contacts are one option, although they are a map', () => {
  const config = configOf(environmentOf({ ...MODEMS, contacts: { peter: '+491701234567' } }))
  assert.deepEqual({ ...config.contacts }, { peter: ['+491701234567'] })
})

test('an option that the bridge does not have is a fault, not silence', () => {
  assert.throws(() => configOf(environmentOf({ ...MODEMS, sms: { speed: 3 } })), /ZTE2MQTT_SMS_SPEED: there is no such/)
})

test('without an address the broker that the Supervisor knows is used, with its user', async (t) => {
  const { url, asked } = await supervisor(t, says(200, { result: 'ok', data: SERVICE }))
  const io = { args: ['check'], env: { SUPERVISOR_TOKEN: 'token', TZ: 'Europe/Berlin' } }
  const { args, env } = await withAppOptions(io, { optionsFile: optionsFile(t, { ...MODEMS, mqtt: {} }), url })
  assert.deepEqual(asked, ['/services/mqtt Bearer token'])
  assert.deepEqual(args, ['check'])
  assert.equal(env['TZ'], 'Europe/Berlin')
  const { mqtt } = configOf(env)
  assert.deepEqual([mqtt.url, mqtt.username, mqtt.password], ['mqtt://core-mosquitto:1883', 'addons', 's3cret'])
})

test('a broker of Home Assistant that wants TLS gets it', async (t) => {
  const { url } = await supervisor(t, says(200, { result: 'ok', data: { ...SERVICE, ssl: true, port: 8883 } }))
  const { env } = await withAppOptions({ args: [], env: {} }, { optionsFile: optionsFile(t, MODEMS), url })
  assert.equal(env['ZTE2MQTT_MQTT_URL'], 'mqtts://core-mosquitto:8883')
})

test('the Supervisor is not asked when the options name a broker, nor by the health check', async (t) => {
  const { url, asked } = await supervisor(t, says(500, {}))
  const named = optionsFile(t, { ...MODEMS, mqtt: { url: 'mqtt://mine:1883' } })
  const { env } = await withAppOptions({ args: [], env: {} }, { optionsFile: named, url })
  assert.equal(env['ZTE2MQTT_MQTT_URL'], 'mqtt://mine:1883')
  await withAppOptions({ args: ['healthcheck'], env: {} }, { optionsFile: optionsFile(t, MODEMS), url })
  assert.deepEqual(asked, [])
})

test('where Home Assistant has no broker, that is said', async (t) => {
  const { url } = await supervisor(t, says(400, { result: 'error', message: 'Service not enabled' }))
  const attempt = withAppOptions({ args: [], env: {} }, { optionsFile: optionsFile(t, MODEMS), url })
  await assert.rejects(
    attempt,
    (error: unknown) => error instanceof ConfigError && /Mosquitto broker/.test(error.message),
  )
})

for (const [what, answer] of [
  ['hangs up', (response: ServerResponse) => response.destroy()],
  ['talks nonsense', (response: ServerResponse) => response.end('<html>')],
] as const) {
  test(`a Supervisor that ${what} is a failure that names the remedy`, async (t) => {
    const { url } = await supervisor(t, answer)
    const attempt = withAppOptions({ args: [], env: {} }, { optionsFile: optionsFile(t, MODEMS), url })
    await assert.rejects(attempt, (error: unknown) => error instanceof ModemError && /mqtt\.url/.test(error.message))
  })
}

for (const [what, content] of [
  ['is missing', undefined],
  ['is cut short', '{"modems": ['],
  ['is a list', []],
] as const) {
  test(`an options file that ${what} is a fault of the configuration`, async (t) => {
    const file = content === undefined ? '/nowhere/options.json' : optionsFile(t, content)
    const attempt = withAppOptions({ args: [], env: {} }, { optionsFile: file, url: 'http://127.0.0.1:9' })
    await assert.rejects(attempt, ConfigError)
  })
}
