import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ended, startBridge, temporaryFolder } from './house.ts'
import type { Passing } from './recording-proxy.ts'
import { RecordingProxy } from './recording-proxy.ts'
import { firstArrivals, logged, SmsTraffic } from './sms-traffic.ts'
import { FaithfulSubscriber, Mosquitto, Watch } from './unsteady-broker.ts'

const HEAP = new URL('./heap-on-signal.mjs', import.meta.url).pathname

const RECEIVED = ['zte2mqtt/+/sms/received']

const isSms = ({ topic }: Passing): boolean => topic.endsWith('/sms/received')

/** At which moment a broker dies, seen from a message that the bridge publishes. */
const DEATHS = [
  { name: 'before it got the message', kind: 'publish', passes: false },
  { name: 'before its PUBACK got out', kind: 'puback', passes: false },
  { name: 'after its PUBACK got out', kind: 'puback', passes: true },
  { name: 'once more before its PUBACK got out', kind: 'puback', passes: false },
] as const

/** As long as a service manager should have to wait; some seconds for what the broker may still take, and no more. */
const ENDING_LIMIT_MS = 6000

// Most of the time goes into waiting for the bridge's next attempt to connect.
describe('when the broker is away', { concurrency: true }, () => {
  test('while a broker that keeps its messages comes and goes, a subscriber gets every message, per modem in order', async (t) => {
    const broker = await Mosquitto.prepare(t, { keeps: true })
    await broker.start()
    const subscriber = await FaithfulSubscriber.connect(t, broker.port, RECEIVED)
    const traffic = await SmsTraffic.start(t)
    startBridge(t, traffic.options(broker.port))
    for (let outage = 0; outage < 4; outage++) {
      traffic.send(15)
      await subscriber.untilDistinct(outage * 50 + 7)
      await broker.stop('SIGTERM')
      traffic.send(10)
      await traffic.untilAllTaken()
      await broker.start()
    }
    await subscriber.untilDistinct(200)
    // One more each: whatever else was under way has come before it.
    traffic.send(1)
    await subscriber.untilDistinct(202)
    assert.equal(subscriber.ids.size, 202)
    assert.deepEqual(firstArrivals(subscriber.arrivals), traffic.sent)
  })

  test('however often the broker is killed, each message is published until its PUBACK and not again after that', async (t) => {
    const broker = await Mosquitto.prepare(t, { keeps: false })
    await broker.start()
    const proxy = await RecordingProxy.start(t, broker.port)
    const traffic = await SmsTraffic.start(t)
    const watch = new Watch()
    const isPuback = (passing: Passing): boolean => passing.kind === 'puback' && isSms(passing)
    const acknowledged = (): Passing[] => proxy.passed.filter(isPuback)
    startBridge(t, traffic.options(proxy.port))
    for (const [turn, death] of DEATHS.entries()) {
      let died: Promise<void> | undefined
      proxy.mayPass = (passing) => {
        queueMicrotask(() => watch.changed())
        const isMoment = isSms(passing) && passing.kind === death.kind && acknowledged().length >= turn * 50 + 7
        if (died !== undefined || !isMoment) return true
        died = broker.stop('SIGKILL')
        return death.passes
      }
      traffic.send(15)
      await watch.until(`the broker dies ${death.name}`, () => died !== undefined)
      await died
      traffic.send(10)
      await traffic.untilAllTaken()
      await broker.start()
    }
    const untilDone = (count: number) =>
      watch.until(`${count} PUBACKs`, () => new Set(acknowledged().map(({ payload }) => payload)).size >= count)
    await untilDone(200)
    // One more each: whatever was to be published again has come before it.
    traffic.send(1)
    await untilDone(202)
    const onWire = proxy.passed.filter(isSms).map((passing) => ({ ...passing, ...JSON.parse(passing.payload) }))
    const texts = (kind: Passing['kind']) =>
      firstArrivals(
        onWire
          .filter((passing) => passing.kind === kind)
          .map(({ topic, id, text }) => ({ id, text, modem: topic.split('/')[1] })),
      )
    assert.deepEqual(texts('publish'), traffic.sent)
    assert.deepEqual(texts('puback'), traffic.sent)
    const done = new Set<string>()
    for (const { kind, id, text } of onWire) {
      assert.ok(kind === 'puback' || !done.has(id), `"${text}" is published again after its PUBACK`)
      if (kind === 'puback') done.add(id)
    }
    assert.equal(done.size, 202)
    // Without these, nothing would have been at stake.
    assert.ok(onWire.length >= 406, `only ${onWire.length - 404} messages were published twice`)
  })

  test('without any broker messages go from the sticks into the journal, and all come out in order once there is one', async (t) => {
    const broker = await Mosquitto.prepare(t, { keeps: false })
    const traffic = await SmsTraffic.start(t)
    const bridge = startBridge(t, traffic.options(broker.port), {}, ['--expose-gc', '--import', HEAP])
    const heap = async (): Promise<number> => {
      const heard = bridge.output.length
      const told = logged(bridge, 'heap ')
      bridge.kill('SIGUSR2')
      await told
      return Number(/heap (\d+)/.exec(bridge.output.slice(heard))?.[1])
    }
    traffic.send(50)
    await traffic.untilAllTaken()
    const before = await heap()
    traffic.send(200)
    await traffic.untilAllTaken()
    const growth = (await heap()) - before

    await broker.start()
    const subscriber = await FaithfulSubscriber.connect(t, broker.port, ['#'])
    await subscriber.untilDistinct(500)
    assert.equal(subscriber.arrivals.length, 500)
    assert.deepEqual(firstArrivals(subscriber.arrivals), traffic.sent)
    const heapNote = `heap: ${before} bytes after 100 messages, ${growth} more after 400 others`
    t.diagnostic(heapNote)
    assert.ok(growth < 1_000_000, heapNote)
    // One publication for all the time without a broker, however often the value changed; discovery takes back in steps of its own.
    const retained = [...subscriber.counts].filter(([topic]) => !/(^|\/)(sms|homeassistant)\/|\/event$/.test(topic))
    assert.ok(retained.length >= 8, `only ${retained.length} retained topics`)
    assert.deepEqual(
      retained.filter(([, count]) => count !== 1),
      [],
    )
  })

  test('a bridge that is ended and started again during an outage loses nothing and keeps the ids', async (t) => {
    const broker = await Mosquitto.prepare(t, { keeps: true })
    await broker.start()
    const subscriber = await FaithfulSubscriber.connect(t, broker.port, RECEIVED)
    const traffic = await SmsTraffic.start(t)
    const options = [...traffic.options(broker.port), `--journal.path=${join(temporaryFolder(t), 'journal.db')}`]
    let bridge = startBridge(t, options)
    const endIt = async (): Promise<void> => {
      const since = performance.now()
      bridge.kill('SIGTERM')
      assert.equal(await ended(bridge), 0)
      const lasted = performance.now() - since
      assert.ok(lasted < ENDING_LIMIT_MS, `ending took ${lasted} ms`)
    }
    traffic.send(20)
    await subscriber.untilDistinct(7)
    await broker.stop('SIGTERM')
    traffic.send(20)
    await traffic.untilHalfTaken('one')
    await endIt()
    traffic.send(20)
    bridge = startBridge(t, options)
    await traffic.untilHalfTaken('two')
    await endIt()
    bridge = startBridge(t, options)
    await traffic.untilAllTaken()
    await broker.start()
    await subscriber.untilDistinct(60)

    // A broker that is there and does not answer is the other kind of outage.
    broker.freeze()
    traffic.send(20)
    await traffic.untilAllTaken()
    await endIt()
    bridge = startBridge(t, options)
    traffic.send(20)
    await traffic.untilAllTaken()
    broker.thaw()
    await subscriber.untilDistinct(200)
    // One more each: whatever else was under way has come before it.
    traffic.send(1)
    await subscriber.untilDistinct(202)
    assert.equal(subscriber.ids.size, 202)
    assert.deepEqual(firstArrivals(subscriber.arrivals), traffic.sent)
    await endIt()
  })
})
