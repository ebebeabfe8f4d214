import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Client, PublishPacket } from 'aedes'
import { ClassicLevel } from 'classic-level'
import { ModemError } from '../../src/modem/errors.ts'
import { openBrokerStore } from '../../src/mqtt/broker-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'broker-store-'))
let stores = 0
const newPath = (): string => join(folder, `${++stores}`)
const silent = (problem: string): void => assert.fail(problem)

after(() => rmSync(folder, { recursive: true }))

const client = (id: string): Client => ({ id }) as Client
const sub = (clientId: string, qos: 0 | 1 = 1) => ({ clientId, topic: 'a', qos })

/** As aedes hands it over: with the broker's name and count. */
function packet(counter: number, brokerId = 'life-1'): PublishPacket & { messageId: number } {
  const message = { cmd: 'publish', topic: 'a', payload: `${counter}`, qos: 1, retain: false, dup: false } as const
  return Object.assign(message, { brokerId, brokerCounter: counter, messageId: counter })
}

async function queueOf(persistence: { outgoingStream(client: Client): AsyncIterable<PublishPacket> }, id: string) {
  const payloads: string[] = []
  for await (const { payload } of persistence.outgoingStream(client(id))) payloads.push(String(payload))
  return payloads
}

async function makeStore(path: string): Promise<void> {
  await (await openBrokerStore(path, silent)).close()
}

function overwrite(path: string, name: RegExp, content: string): void {
  for (const file of readdirSync(path)) if (name.test(file)) writeFileSync(join(path, file), content)
}

describe('the folder of the embedded broker', () => {
  test('is shut to others, also when it was open before', async () => {
    const [fresh, known] = [newPath(), newPath()]
    mkdirSync(known)
    chmodSync(known, 0o755)
    for (const path of [fresh, known]) {
      await makeStore(path)
      assert.equal(statSync(path).mode & 0o777, 0o700)
    }
  })

  const DAMAGES: readonly (readonly [what: string, damage: (path: string) => void])[] = [
    ['an empty CURRENT file', (path) => overwrite(path, /^CURRENT$/, '')],
    ['a CURRENT file that names a missing one', (path) => overwrite(path, /^CURRENT$/, 'MANIFEST-999999\n')],
    ['a garbled manifest', (path) => overwrite(path, /^MANIFEST/, 'x'.repeat(100))],
    ['all files garbled', (path) => overwrite(path, /./, 'x'.repeat(100))],
  ]
  for (const [what, damage] of DAMAGES) {
    test(`is put aside and begun anew when it is damaged: ${what}`, async () => {
      const path = newPath()
      await makeStore(path)
      damage(path)
      const problems: string[] = []
      const store = await openBrokerStore(path, (problem) => problems.push(problem))
      assert.equal(store.brokerId, 'life-0000000001')
      await store.close()
      assert.equal(problems.length, 1)
      const aside = /put aside as (\S+\.damaged-\S+) and/.exec(problems[0] ?? '')?.[1]
      assert.ok(aside !== undefined && readdirSync(aside).length > 0)
      await makeStore(path)
    })
  }

  test('is left alone when another process has it', async () => {
    const path = newPath()
    const store = await openBrokerStore(path, silent)
    await assert.rejects(
      openBrokerStore(path, silent),
      (error) => error instanceof ModemError && error.code === 'internal' && /Another zte2mqtt/.test(error.message),
    )
    await store.close()
  })

  test('is left alone when it is no folder', async () => {
    const path = newPath()
    writeFileSync(path, 'a file of the user')
    await assert.rejects(
      openBrokerStore(path, silent),
      (error) => error instanceof ModemError && error.message.includes(path),
    )
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith(`${stores}.`)),
      [],
    )
  })

  test('gives each life of the broker a name that sorts behind all earlier ones', async () => {
    const path = newPath()
    const names: string[] = []
    for (let life = 1; life <= 11; life++) {
      const store = await openBrokerStore(path, silent)
      names.push(store.brokerId)
      await store.close()
    }
    assert.deepEqual(names, [...new Set(names)].toSorted())
  })
})

describe('the memory of the embedded broker', () => {
  test('knows when an acknowledgement is on disk', async () => {
    const { persistence, close } = await openBrokerStore(newPath(), silent)
    await persistence.setup({ clients: {} })
    const absent = client('absent')
    for (const counter of [1, 2, 3]) {
      await persistence.outgoingEnqueueCombi([sub('absent')], packet(counter))
      await persistence.outgoingUpdate(absent, packet(counter))
    }
    const cleared = [1, 2].map((messageId) => persistence.outgoingClearMessageId(absent, { messageId }))
    assert.deepEqual(await queueOf(persistence, 'absent'), ['1', '2', '3'])
    const more = persistence.outgoingClearMessageId(absent, { messageId: 3 })
    await persistence.acknowledged(absent)
    assert.deepEqual(await queueOf(persistence, 'absent'), [])
    await Promise.all([...cleared, more])
    await close()
  })

  test('keeps 10000 messages for an absent client, says so once, and goes on serving the others', async () => {
    const path = newPath()
    const level = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' })
    await level.open()
    const key = (n: number): string => `outgoing:a%2Fb:life-0:${String(n).padStart(16, '0')}`
    await level.batch(
      Array.from({ length: 9_998 }, (_, n) => ({ type: 'put' as const, key: key(n), value: Buffer.alloc(1) })),
    )
    await level.close()

    const problems: string[] = []
    const { persistence, close } = await openBrokerStore(path, (problem) => problems.push(problem))
    const clients: Record<string, object> = {}
    await persistence.setup({ clients })
    const both = [sub('a/b'), sub('other')]
    for (let counter = 1; counter <= 5; counter++) await persistence.outgoingEnqueueCombi(both, packet(counter))
    assert.deepEqual(await queueOf(persistence, 'other'), ['1', '2', '3', '4', '5'])
    // Here again, it gets everything: aedes takes what it delivers from the queue.
    clients['a/b'] = {}
    await persistence.outgoingEnqueueCombi(both, packet(6))
    await close()

    const after = new ClassicLevel<string, Buffer>(path, { valueEncoding: 'buffer' })
    await after.open()
    const kept = await after.keys({ gte: 'outgoing:a%2Fb:life-1', lt: 'outgoing:a%2Fb;' }).all()
    await after.close()
    assert.deepEqual(
      kept.map((name) => Number(name.split(':').at(-1))),
      [1, 2, 6],
    )
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /10000 messages for the absent client "a\/b"/)
  })

  test('is empty, and no error, once it is closed', async () => {
    const { persistence, close } = await openBrokerStore(newPath(), silent)
    await persistence.setup({ clients: {} })
    await persistence.outgoingEnqueueCombi([sub('absent')], packet(1))
    await close()
    assert.deepEqual(await queueOf(persistence, 'absent'), [])
    await persistence.outgoingEnqueueCombi([sub('absent')], packet(2))
    await persistence.outgoingClearMessageId(client('absent'), { messageId: 1 })
  })
})
