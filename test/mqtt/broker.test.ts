import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import LevelPersistence from 'aedes-persistence-level/asyncPersistence.js'
import type { IClientOptions, MqttClient } from 'mqtt'
import { connect } from 'mqtt'
import { ModemError } from '../../src/modem/errors.ts'
import type { BrokerOptions, RunningBroker } from '../../src/mqtt/broker.ts'
import { startBroker } from '../../src/mqtt/broker.ts'
import { createCertificate } from '../../src/simulator/goform-certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'broker-'))
const brokers = new Set<RunningBroker>()
const clients = new Set<MqttClient>()
let stores = 0

/** A folder of its own for each test that needs one. */
const newPath = (): string => join(folder, `store-${++stores}`)

async function start(options: Partial<BrokerOptions> = {}): Promise<RunningBroker> {
  const fail = (problem: string): void => assert.fail(problem)
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    users: [],
    tls: null,
    path: null,
    onProblem: fail,
    ...options,
  })
  brokers.add(broker)
  return broker
}

async function stop(broker: RunningBroker): Promise<void> {
  brokers.delete(broker)
  await broker.close()
}

/** The typed emitter of MQTT.js is no `EventEmitter` to the compiler. */
const next = (emitter: unknown, event: string) =>
  once(emitter as EventEmitter, event, { signal: AbortSignal.timeout(5000) })

/** However it was closed. */
const closed = (emitter: { once(event: 'close', listener: () => void): unknown }) =>
  new Promise<void>((resolve) => emitter.once('close', resolve))

/** Connects and notes every message as `topic payload`; with `acknowledges: false`, takes one and stays silent. */
async function enter({ port }: RunningBroker, options: IClientOptions & { acknowledges?: boolean } = {}) {
  const received: string[] = []
  const { acknowledges = true, ...rest } = options
  const client = connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, resubscribe: false, ...rest })
  const arrivals = new EventEmitter()
  clients.add(client)
  client.handleMessage = ({ topic, payload }, done) => {
    received.push(`${topic} ${payload}`)
    arrivals.emit('noted')
    if (acknowledges) done()
  }
  const [{ sessionPresent }] = await next(client, 'connect')
  const receives = async (count: number): Promise<readonly string[]> => {
    while (received.length < count) await next(arrivals, 'noted')
    return received
  }
  /** Whatever the broker sent before its answer has arrived by then. */
  const catchUp = async (): Promise<readonly string[]> => {
    await client.publishAsync('fence', '', { qos: 1 })
    return received
  }
  return { client, sessionPresent, receives, catchUp, leave: () => client.endAsync() }
}

const ABSENT = { clientId: 'absent', clean: false }

/** Gives the broker a session that is away. */
async function leaveSession(broker: RunningBroker, topics: Record<string, { qos: 0 | 1 }>): Promise<void> {
  const { client, leave } = await enter(broker, ABSENT)
  await client.subscribeAsync(topics)
  await leave()
}

afterEach(async () => {
  for (const client of clients) client.end(true)
  clients.clear()
  for (const broker of brokers) await stop(broker)
})
after(() => rmSync(folder, { recursive: true }))

describe('the door of the embedded broker', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org', '']) {
    test(`is not opened on "${host}" for everybody`, async () => {
      await assert.rejects(
        start({ host }),
        (error) =>
          error instanceof ModemError && error.code === 'not_allowed' && error.message.includes('broker.users'),
      )
    })
  }

  const users = [
    { username: 'ha', password: 'secret', passwordHash: null },
    { username: 'red', password: 'Grüße', passwordHash: null },
    // Of "hashed".
    {
      username: 'hash',
      password: null,
      passwordHash: 'scrypt:16384:8:1:AAAAAAAAAAAAAAAAAAAAAA:S0Vnydpm5Hq3xFunTLFJVFjseM2itqcppYQ3IrKZwMk',
    },
  ]
  const LOGINS: readonly (readonly [what: string, login: IClientOptions, accepted: boolean])[] = [
    ['the right password', { username: 'ha', password: 'secret' }, true],
    ['the right password of another user', { username: 'red', password: 'Grüße' }, true],
    ['a wrong password', { username: 'ha', password: 'secreT' }, false],
    ['a password that only begins right', { username: 'ha', password: 'secret1' }, false],
    ["another user's password", { username: 'ha', password: 'Grüße' }, false],
    ['no password', { username: 'ha' }, false],
    ['an unknown name', { username: 'hb', password: 'secret' }, false],
    ['an unknown name without a password', { username: 'hb', password: '' }, false],
    ['nothing', {}, false],
    ['the password of a hash', { username: 'hash', password: 'hashed' }, true],
    ['the hash itself', { username: 'hash', password: users[2]?.passwordHash ?? '' }, false],
    ["another's password where there is a hash", { username: 'hash', password: 'secret' }, false],
    ['a hash and no password', { username: 'hash' }, false],
  ]
  for (const [what, login, accepted] of LOGINS) {
    test(`${accepted ? 'opens for' : 'stays shut for'} ${what}`, async () => {
      const broker = await start({ users })
      if (accepted) {
        await enter(broker, login)
        return
      }
      await assert.rejects(enter(broker, login), { code: 4 })
    })
  }

  test('opens for the bridge itself, whose login is another with each start', async () => {
    const [one, other] = [await start({ users }), await start({ users })]
    await enter(one, one.login)
    await assert.rejects(enter(one, other.login), { code: 4 })
  })

  test('speaks TLS, and nothing else, where it has a certificate', async () => {
    const broker = await start({ tls: createCertificate() })
    const secure = connect(`mqtts://127.0.0.1:${broker.port}`, { reconnectPeriod: 0, rejectUnauthorized: false })
    clients.add(secure)
    await next(secure, 'connect')
    await secure.publishAsync('a', 'b', { qos: 1 })
    const plain = connectTcp(broker.port, '127.0.0.1')
    // CONNECT of MQTT 3.1.1, with the client id "a".
    plain.on('error', () => undefined).write(Buffer.from('100d00044d5154540402003c000161', 'hex'))
    let answer = Buffer.alloc(0)
    plain.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
    })
    await closed(plain)
    assert.notEqual(answer[0], 0x20, 'no CONNACK')
  })

  test('is not opened with a key that is none', async () => {
    await assert.rejects(start({ tls: { cert: 'x', key: 'y' } }), /broker\.cert with broker\.key/)
  })

  test('lets no more in than a hundred', async () => {
    const broker = await start()
    const sockets = Array.from({ length: 101 }, () => connectTcp(broker.port, '127.0.0.1'))
    for (const socket of sockets) socket.on('error', () => undefined).resume()
    await Promise.any(sockets.map((socket) => closed(socket)))
    for (const socket of sockets) socket.destroy()
    await Promise.all(sockets.map((socket) => socket.destroyed || closed(socket)))
    await enter(broker)
  })

  test('opens on every address once there are users', async () => {
    const broker = await start({ host: '0.0.0.0', users })
    await enter(broker, { username: 'ha', password: 'secret' })
  })

  test('is refused with the port and a remedy when another program has it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    await assert.rejects(start({ port: address.port, path: newPath() }), (error) => {
      assert.ok(error instanceof ModemError)
      assert.match(error.message, new RegExp(`:${address.port}: another program`))
      assert.match(error.message, /mqtt\.url.*broker\.port/)
      return true
    })
    other.close()
  })

  test('refuses MQTT 5 with the return code for it', async () => {
    const broker = await start()
    await assert.rejects(enter(broker, { protocolVersion: 5 }), { code: 1 })
  })

  test('is slammed on a packet that is announced as longer than a megabyte', async () => {
    const broker = await start()
    const socket = connectTcp(broker.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))
    await closed(socket)
    const one = await enter(broker)
    one.client.publish('long', Buffer.alloc(1_100_000))
    await closed(one.client)
    const other = await enter(broker)
    await other.client.subscribeAsync('long', { qos: 1 })
    await other.client.publishAsync('long', Buffer.alloc(900_000), { qos: 1 })
    assert.equal((await other.receives(1)).length, 1)
  })

  test('can be closed while somebody stands in it and says nothing', async () => {
    const broker = await start()
    const socket = connectTcp(broker.port, '127.0.0.1')
    await once(socket, 'connect')
    // The connection above is accepted before this one.
    await enter(broker)
    const gone = closed(socket)
    socket.resume()
    await stop(broker)
    await gone
  })
})

for (const [kind, pathOf] of [
  ['in memory', () => null],
  ['on disk', newPath],
] as const) {
  describe(`an embedded broker with its sessions ${kind}`, () => {
    test('keeps QoS 1 messages for an absent session, in order', async () => {
      const broker = await start({ path: pathOf() })
      await leaveSession(broker, { 'a/+': { qos: 1 } })
      const { client } = await enter(broker)
      for (let n = 1; n <= 12; n++) await client.publishAsync('a/b', `${n}`, { qos: 1 })
      const back = await enter(broker, ABSENT)
      assert.equal(back.sessionPresent, true)
      assert.deepEqual(
        await back.receives(12),
        Array.from({ length: 12 }, (_, n) => `a/b ${n + 1}`),
      )
    })

    test('delivers again what was not acknowledged, and not what was', async () => {
      const broker = await start({ path: pathOf() })
      await leaveSession(broker, { a: { qos: 1 } })
      const deaf = await enter(broker, { ...ABSENT, acknowledges: false })
      const { client } = await enter(broker)
      await client.publishAsync('a', '1', { qos: 1 })
      await deaf.receives(1)
      deaf.client.stream.destroy()
      const hearing = await enter(broker, ABSENT)
      assert.deepEqual(await hearing.receives(1), ['a 1'])
      await hearing.catchUp()
      await hearing.leave()
      const again = await enter(broker, ABSENT)
      assert.deepEqual(await again.catchUp(), [])
    })

    test('keeps nothing for a QoS 0 subscription, even where another session has a QoS 1 subscription', async () => {
      const broker = await start({ path: pathOf() })
      const other = await enter(broker, { clientId: 'other', clean: false })
      await other.client.subscribeAsync('#', { qos: 1 })
      await leaveSession(broker, { '+/command/reboot': { qos: 0 }, '+/command/sms/send': { qos: 1 } })
      await other.client.publishAsync('stick/command/reboot', 'PRESS', { qos: 1 })
      await other.client.publishAsync('stick/command/sms/send', '{}', { qos: 1 })
      const back = await enter(broker, ABSENT)
      await back.receives(1)
      assert.deepEqual(await back.catchUp(), ['stick/command/sms/send {}'])
    })

    test('plays no QoS 0 command back that was delivered while the session was here', async () => {
      const broker = await start({ path: pathOf() })
      const other = await enter(broker, { clientId: 'other', clean: false })
      await other.client.subscribeAsync('#', { qos: 1 })
      const here = await enter(broker, ABSENT)
      await here.client.subscribeAsync({ '+/command/reboot': { qos: 0 } })
      await other.client.publishAsync('stick/command/reboot', 'PRESS', { qos: 1 })
      assert.deepEqual(await here.receives(1), ['stick/command/reboot PRESS'])
      await here.leave()
      const back = await enter(broker, ABSENT)
      assert.deepEqual(await back.catchUp(), [])
    })

    test('publishes the will of a client that is lost, and none of one that says goodbye', async () => {
      const broker = await start({ path: pathOf() })
      const watcher = await enter(broker)
      await watcher.client.subscribeAsync('+/state', { qos: 1 })
      const will = (topic: string) =>
        ({ will: { topic, payload: Buffer.from('offline'), qos: 1, retain: true } }) as const
      const polite = await enter(broker, will('polite/state'))
      const lost = await enter(broker, will('lost/state'))
      await polite.leave()
      lost.client.stream.destroy()
      assert.deepEqual(await watcher.receives(1), ['lost/state offline'])
      const late = await enter(broker)
      await late.client.subscribeAsync('+/state', { qos: 1 })
      assert.deepEqual(await late.receives(1), ['lost/state offline'])
    })
  })
}

describe('an embedded broker that starts again', () => {
  test('still has the retained messages, and not those that were cleared', async () => {
    const path = newPath()
    const first = await start({ path })
    const { client } = await enter(first)
    for (const topic of ['a/state', 'b/state', 'größe/state']) {
      await client.publishAsync(topic, 'online', { qos: 1, retain: true })
    }
    await client.publishAsync('b/state', '', { qos: 1, retain: true })
    await stop(first)
    const late = await enter(await start({ path }))
    await late.client.subscribeAsync('+/state', { qos: 1 })
    assert.deepEqual((await late.receives(2)).toSorted(), ['a/state online', 'größe/state online'])
  })

  test('still has the sessions and what waited for them, oldest life first', async () => {
    const path = newPath()
    const first = await start({ path })
    await leaveSession(first, { a: { qos: 1 } })
    await stop(first)
    // More lives than one, so that an order by chance would hardly be the right one.
    for (let life = 1; life <= 6; life++) {
      const broker = await start({ path })
      const { client } = await enter(broker)
      for (const part of ['x', 'y']) await client.publishAsync('a', `${life}${part}`, { qos: 1 })
      await stop(broker)
    }
    const back = await enter(await start({ path }), ABSENT)
    assert.equal(back.sessionPresent, true)
    const expected = [1, 2, 3, 4, 5, 6].flatMap((life) => [`a ${life}x`, `a ${life}y`])
    assert.deepEqual(await back.receives(12), expected)
  })

  test('delivers again what was on its way without PUBACK', async () => {
    const path = newPath()
    const first = await start({ path })
    await leaveSession(first, { a: { qos: 1 } })
    const deaf = await enter(first, { ...ABSENT, acknowledges: false })
    const { client } = await enter(first)
    await client.publishAsync('a', '1', { qos: 1 })
    await deaf.receives(1)
    await stop(first)
    const back = await enter(await start({ path }), ABSENT)
    assert.deepEqual(await back.receives(1), ['a 1'])
  })

  test('keeps nothing for the QoS 0 subscriptions that it remembers', async () => {
    const path = newPath()
    const first = await start({ path })
    await leaveSession(first, { reboot: { qos: 0 }, send: { qos: 1 } })
    await stop(first)
    const second = await start({ path })
    const { client } = await enter(second)
    for (const topic of ['reboot', 'send']) await client.publishAsync(topic, '1', { qos: 1 })
    const back = await enter(second, ABSENT)
    await back.receives(1)
    assert.deepEqual(await back.catchUp(), ['send 1'])
  })

  test('after a kill right behind a PUBACK has the message that was acknowledged', async () => {
    const path = newPath()
    const broker = await start({ path })
    await leaveSession(broker, { a: { qos: 1 } })
    const { client } = await enter(broker)
    const copies: string[] = []
    client.on('packetreceive', ({ cmd }) => {
      if (cmd !== 'puback') return
      const copy = newPath()
      cpSync(path, copy, { recursive: true })
      copies.push(copy)
    })
    for (let n = 1; n <= 8; n++) await client.publishAsync('a', `${n}`, { qos: 1 })
    for (const [index, copy] of copies.entries()) {
      const heir = await start({ path: copy })
      const back = await enter(heir, ABSENT)
      const expected = Array.from({ length: index + 1 }, (_, n) => `a ${n + 1}`)
      assert.deepEqual(await back.receives(index + 1), expected)
      await stop(heir)
    }
    assert.equal(copies.length, 8)
  })

  test('does not answer a client before it has on disk what that client acknowledged', async (t) => {
    const broker = await start({ path: newPath() })
    const other = await enter(broker)
    const here = await enter(broker, ABSENT)
    await here.client.subscribeAsync('a', { qos: 1 })
    const acknowledge = LevelPersistence.prototype.outgoingClearMessageId
    const disk = new EventEmitter()
    t.mock.method(
      LevelPersistence.prototype,
      'outgoingClearMessageId',
      async function (this: LevelPersistence, ...args: Parameters<typeof acknowledge>) {
        disk.emit('asked')
        await next(disk, 'free')
        return acknowledge.apply(this, args)
      },
    )
    let isAnswered = false
    const answered = new Promise<void>((resolve) => {
      // In one piece with the PUBACK: pieces that come apart are taken one after the other anyway.
      here.client.once('packetsend', () => {
        here.client.stream.cork()
        queueMicrotask(() => {
          here.client.publish('answer', 'ok', { qos: 1 }, () => {
            isAnswered = true
            resolve()
          })
          here.client.stream.uncork()
        })
      })
    })
    const asked = next(disk, 'asked')
    await other.client.publishAsync('a', '1', { qos: 1 })
    await asked
    for (let n = 1; n <= 5; n++) await other.client.publishAsync('b', `${n}`, { qos: 1 })
    assert.equal(isAnswered, false)
    disk.emit('free')
    await answered
  })
})
