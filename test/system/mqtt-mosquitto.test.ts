import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { MqttConnection } from '../../src/mqtt/client.ts'
import type { MqttConnectionOptions } from '../../src/mqtt/connection-options.ts'
import { ended, freePort, listening, Observer, run, temporaryFolder } from './house.ts'

const SEND = 'zte/stick/command/sms/send'
const MOSQUITTO = existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto'

/** Runs a program of the system to its end. */
const carryOut = (program: string, args: readonly string[]): void => {
  execFileSync(program, args, { stdio: 'ignore' })
}

/** mosquitto with a configuration of its own; `restart` keeps folder and port. */
async function startMosquitto(t: TestContext, configure: (folder: string) => string = () => 'allow_anonymous true') {
  const folder = temporaryFolder(t)
  const port = await freePort()
  const file = join(folder, 'mosquitto.conf')
  const persistence = `persistence true\npersistence_location ${folder}/\nuser root\n`
  writeFileSync(file, `listener ${port} 127.0.0.1\n${persistence}${configure(folder)}\n`)
  const start = async () => {
    const child = run(t, MOSQUITTO, ['-c', file])
    await listening(port)
    return child
  }
  let child = await start()
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended(child)
  }
  const startAgain = async (): Promise<void> => {
    child = await start()
  }
  return { port, folder, stop, startAgain }
}

/** The bridge's side, with its socket in the test's hand. */
function dial(t: TestContext, port: number, options: Partial<MqttConnectionOptions> = {}) {
  const sockets: Socket[] = []
  const problems: string[] = []
  const taken: string[] = []
  const connection = new MqttConnection({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'zte',
    protocol: 'auto',
    sessionExpirySeconds: 3600,
    will: { topic: 'zte/bridge/state', payload: 'offline' },
    backOff: { first: 5, longest: 50, stable: 60_000 },
    connect: () => {
      const socket = connectTcp(port, '127.0.0.1')
      sockets.push(socket)
      return socket
    },
    onMessage: ({ payload, sessionPresent }) => void taken.push(`${payload} ${sessionPresent}`),
    onProblem: (line) => problems.push(line),
    ...options,
  })
  t.after(() => connection.end({ publishBefore: [], withinMs: 0 }))
  connection.subscribe([{ topic: SEND, qos: 1 }])
  const connected = () => once(connection, 'connected', { signal: AbortSignal.timeout(10_000) })
  const up = connected()
  connection.start()
  const drop = () => sockets.at(-1)?.destroy()
  return { connection, problems, taken, up, connected, drop }
}

/** Without a limit of its own: the runner has one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}

for (const protocol of [5, 4] as const) {
  describe(`with mosquitto and MQTT ${protocol === 5 ? '5' : '3.1.1'}`, () => {
    test('commands that were published while the bridge was away are there when it is back', async (t) => {
      const { port, stop, startAgain } = await startMosquitto(t)
      const first = dial(t, port, { protocol })
      assert.deepEqual(await first.up, [{ sessionPresent: false, protocol, first: true }])
      await first.connection.end({ publishBefore: [], withinMs: 5000 })
      const observer = await Observer.connect(t, port, 'observer', ['nothing'])
      for (const payload of ['1', '2', '3']) await observer.client.publishAsync(SEND, payload, { qos: 1 })
      await observer.client.endAsync()
      await stop()
      await startAgain()
      const second = dial(t, port, { protocol })
      assert.deepEqual(await second.up, [{ sessionPresent: true, protocol, first: true }])
      await until(() => second.taken.length === 3)
      assert.deepEqual(second.taken, ['1 true', '2 true', '3 true'])
    })

    test('a command whose PUBACK did not get out comes again, and one whose PUBACK did does not', async (t) => {
      const { port } = await startMosquitto(t)
      const taken: string[] = []
      const acknowledged: string[] = []
      const { connection, up, connected, drop } = dial(t, port, {
        protocol,
        onMessage: ({ payload, sessionPresent }) => {
          taken.push(`${payload} ${sessionPresent}`)
          if (taken.length === 2) drop()
          return () => acknowledged.push(String(payload))
        },
      })
      await up
      const observer = await Observer.connect(t, port, 'observer', ['nothing'])
      await observer.client.publishAsync(SEND, 'one', { qos: 1 })
      await until(() => taken.length === 1)
      await connection.publish('zte/answer', 'ok', { qos: 1 })
      assert.deepEqual(acknowledged, ['one'])
      const again = connected()
      await observer.client.publishAsync(SEND, 'two', { qos: 1 })
      await again
      await until(() => taken.length === 3)
      await connection.publish('zte/answer', 'ok', { qos: 1 })
      assert.deepEqual(taken, ['one false', 'two false', 'two true'])
      assert.deepEqual(acknowledged, ['one', 'two'])
    })

    test('a handler that throws gets the same command again on the next connection', async (t) => {
      const { port } = await startMosquitto(t)
      const taken: string[] = []
      const { problems, up } = dial(t, port, {
        protocol,
        onMessage: ({ payload }) => {
          taken.push(String(payload))
          if (taken.length < 3) throw new Error('The disk is full.')
        },
      })
      await up
      const observer = await Observer.connect(t, port, 'observer', ['nothing'])
      for (const payload of ['1', '2']) await observer.client.publishAsync(SEND, payload, { qos: 1 })
      await until(() => taken.length === 4)
      assert.deepEqual(taken, ['1', '1', '1', '2'])
      assert.equal(problems.length, 1)
    })

    test('what is published while the broker is away arrives once it is back, in order', async (t) => {
      const { port, stop, startAgain } = await startMosquitto(t)
      const { connection, up, problems } = dial(t, port, { protocol })
      await up
      const down = once(connection, 'disconnected')
      await stop()
      await down
      // More than the broker takes at once.
      const names = Array.from({ length: 50 }, (_, n) => `${n}`)
      const all = Promise.all(names.map((name) => connection.publish('zte/sms', name, { qos: 1 })))
      await until(() => problems.some((line) => line.includes('Nothing answers at')))
      assert.equal(connection.inFlight, 50)
      await startAgain()
      const observer = await Observer.connect(t, port, 'observer', ['zte/sms'])
      await all
      await connection.publish('zte/sms', 'end', { qos: 1 })
      await observer.until('the last message', () => observer.on('zte/sms').includes('end'))
      const seen = observer.seen.map(({ text }) => text).filter((text) => text !== 'end')
      assert.deepEqual(seen, names.slice(names.length - seen.length))
    })

    test('the will speaks for a bridge that is lost, and not for one that says goodbye', async (t) => {
      const { port } = await startMosquitto(t)
      const observer = await Observer.connect(t, port, 'observer', ['zte/bridge/state'])
      const never = { first: 3_600_000, longest: 3_600_000, stable: 1 }
      const lost = dial(t, port, { protocol, backOff: never })
      await lost.up
      await lost.connection.publish('zte/bridge/state', 'online', { qos: 1, retain: true })
      lost.drop()
      await observer.until('the will', () => observer.seen.length === 2)
      const polite = dial(t, port, { protocol, will: { topic: 'zte/bridge/state', payload: 'the will' } })
      await polite.up
      const farewell = { topic: 'zte/bridge/state', payload: 'goodbye', retain: true }
      await polite.connection.end({ publishBefore: [farewell], withinMs: 5000 })
      await observer.client.publishAsync('zte/bridge/state', 'the end', { qos: 1 })
      await observer.until('the end', () => observer.seen.at(-1)?.text === 'the end')
      assert.deepEqual(
        observer.seen.map(({ text }) => text),
        ['online', 'offline', 'goodbye', 'the end'],
      )
    })

    test('a second bridge with the same client id is named as such', async (t) => {
      const { port } = await startMosquitto(t)
      const one = dial(t, port, { protocol })
      await one.up
      const other = dial(t, port, { protocol })
      const about = /client id "zte".*give every bridge its own mqtt\.client_id/
      await until(() => [...one.problems, ...other.problems].some((line) => about.test(line)))
    })

    test('a wrong password is named as such, once', async (t) => {
      const { port } = await startMosquitto(t, (folder) => {
        const file = join(folder, 'passwords')
        carryOut('mosquitto_passwd', ['-c', '-b', file, 'ha', 'secret'])
        return `password_file ${file}`
      })
      let attempts = 0
      const wrong = dial(t, port, {
        protocol,
        username: 'ha',
        password: 'wrong',
        connect: () => {
          attempts++
          return connectTcp(port, '127.0.0.1')
        },
      })
      wrong.up.catch(() => undefined)
      await until(() => attempts === 4)
      assert.equal(wrong.problems.length, 1)
      assert.match(wrong.problems[0] ?? '', /mqtt\.username and mqtt\.password/)
      assert.doesNotMatch(wrong.problems[0] ?? '', /wrong/)
      await wrong.connection.end({ publishBefore: [], withinMs: 0 })
      const right = dial(t, port, { protocol, username: 'ha', password: 'secret' })
      await right.up
    })
  })
}

test('with mosquitto and protocol auto, MQTT 5 is used', async (t) => {
  const { port } = await startMosquitto(t)
  const { up, problems } = dial(t, port)
  assert.deepEqual(await up, [{ sessionPresent: false, protocol: 5, first: true }])
  assert.deepEqual(problems, [])
})

test('with mosquitto and MQTT 5, a message that access rules forbid is named, kept, and holds up no other', async (t) => {
  const { port } = await startMosquitto(t, (folder) => {
    const file = join(folder, 'rules')
    writeFileSync(file, 'topic readwrite zte/#\n')
    return `allow_anonymous true\nacl_file ${file}`
  })
  const { connection, up, problems } = dial(t, port)
  await up
  const refused = connection.publish('homeassistant/device/x/config', '{}', { qos: 1, retain: true })
  const outcome = assert.rejects(refused, { code: 'closed' })
  await connection.publish('zte/sms', '1', { qos: 1 })
  assert.equal(connection.inFlight, 1)
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? '', /does not take messages on homeassistant\/device\/x\/config/)
  await connection.end({ publishBefore: [], withinMs: 0 })
  await outcome
})

describe('with mosquitto and TLS', () => {
  const setUp = async (t: TestContext) => {
    const tlsPort = await freePort()
    const { port, folder } = await startMosquitto(t, (folder) => {
      const request = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ]
      const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
      carryOut('openssl', [...request, ...names, ...files])
      const listener = `listener ${tlsPort} 127.0.0.1`
      return `allow_anonymous true\n${listener}\ncertfile ${folder}/cert.pem\nkeyfile ${folder}/key.pem`
    })
    await listening(tlsPort)
    return { port, tlsPort, ca: readFileSync(join(folder, 'cert.pem'), 'utf8') }
  }
  /** A connection by its url alone. */
  const dialUrl = (t: TestContext, url: string, tls: MqttConnectionOptions['tls']) => {
    const problems: string[] = []
    const connection = new MqttConnection({
      url,
      clientId: 'zte',
      protocol: 'auto',
      sessionExpirySeconds: 1,
      will: { topic: 'a', payload: 'offline' },
      backOff: { first: 5, longest: 5, stable: 60_000 },
      ...(tls === undefined ? {} : { tls }),
      onMessage: () => undefined,
      onProblem: (line) => problems.push(line),
    })
    t.after(() => connection.end({ publishBefore: [], withinMs: 0 }))
    connection.start()
    return { connection, problems }
  }

  test('a broker whose certificate is known is accepted, and an unknown one only on demand', async (t) => {
    const { tlsPort, ca } = await setUp(t)
    for (const tls of [{ ca }, { rejectUnauthorized: false }]) {
      const { connection, problems } = dialUrl(t, `mqtts://localhost:${tlsPort}`, tls)
      await once(connection, 'connected', { signal: AbortSignal.timeout(10_000) })
      assert.deepEqual(problems, [])
    }
  })

  test('each way in which it fails is named with its remedy', async (t) => {
    const { port, tlsPort, ca } = await setUp(t)
    const failures: readonly (readonly [url: string, tls: MqttConnectionOptions['tls'], line: RegExp])[] = [
      [`mqtts://localhost:${tlsPort}`, undefined, /was not issued by a known authority.*mqtt\.ca/],
      [`mqtts://127.0.0.1:${tlsPort}`, { ca }, /made out to another host name/],
      [`mqtts://localhost:${port}`, { ca }, /does not speak TLS|closes the connection before it answers/],
      [`mqtt://127.0.0.1:${tlsPort}`, undefined, /closes the connection before it answers/],
      [`mqtts://localhost:${tlsPort}`, { ca: 'no certificate' }, /was not issued by a known authority|PEM/],
      [`mqtt://127.0.0.1:${await freePort()}`, undefined, /Nothing answers at 127\.0\.0\.1:\d+/],
      [`mqtt://localhost:${await freePort()}`, undefined, /Nothing answers at localhost:\d+/],
      ['mqtt://nobody.invalid', undefined, /no host by the name|cannot be looked up/],
    ]
    for (const [url, tls, line] of failures) {
      const { problems } = dialUrl(t, url, tls)
      await until(() => problems.length > 0)
      assert.match(problems[0] ?? '', line, url)
    }
  })
})
