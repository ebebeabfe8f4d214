import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtChannel } from '../../src/driver/at-channel.ts'
import { AtUssd } from '../../src/driver/at-ussd.ts'
import { createDriver } from '../../src/driver/create-driver.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { UssdReply } from '../../src/modem/messages.ts'
import type { UssdSession } from '../../src/modem/modem.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { mf190, openBus } from '../transport/usb-sticks.ts'
import type { Bench } from './stick-bench.ts'
import { PinNotes, settle, setUp } from './stick-bench.ts'

interface Opened extends Bench {
  readonly ussd: UssdSession & { readonly requestElsewhere: (code: string) => Promise<void> }
  readonly heard: UssdReply[]
  /** By interface number, as often as they were opened. */
  readonly ports: [number: number, stream: Duplex][]
}

/** A stick on a bus, opened by its first AT port. */
async function openOnBus(t: TestContext, profile: Partial<StickProfile>, held = new Set<number>()): Promise<Opened> {
  const bus = await openBus(t)
  const bench = setUp(t, { profile: { ...MF190, ...profile } })
  const ttys = await bus.plug(mf190())
  const ports: [number, Duplex][] = []
  const driver = createDriver({
    port: 'auto',
    imei: null,
    baud: 115_200,
    pin: null,
    pinMemory: new PinNotes(),
    storage: 'SM',
    claimed: () => [],
    isRadioOff: () => false,
    rest: { commandMs: 0, pollMs: 0 },
    sysRoot: bus.root,
    openPort: async (port) => {
      await settle()
      const [number] = [...ttys].find(([, tty]) => tty === port) ?? []
      if (number === undefined || number === 0 || held.has(number)) throw new ModemError('modem_offline', 'held')
      const stream = bench.stick.connect(number)
      ports.push([number, stream])
      return stream
    },
  })
  const modem = await driver.open(new AbortController().signal)
  t.after(() => modem.close())
  const heard: UssdReply[] = []
  modem.on('ussd', (reply) => heard.push(reply))
  const { ussd } = modem.can
  assert.ok(ussd?.requestElsewhere)
  ports.length = 0
  return { ...bench, ussd: ussd as Opened['ussd'], heard, ports }
}

test('a reply that comes over the other port only is heard there, and the port is closed', async (t) => {
  const { network, ussd, heard, ports } = await openOnBus(t, { unsolicitedOn: ['modem'] })
  network.ussd.set('*100#', { text: 'Balance 12,50 EUR' })
  await ussd.request('*100#')
  await settle()
  assert.deepEqual(heard, [])
  await ussd.requestElsewhere('*100#')
  await settle()
  assert.deepEqual(
    heard.map(({ text }) => text),
    ['Balance 12,50 EUR'],
  )
  assert.deepEqual(
    ports.map(([number, { destroyed }]) => [number, destroyed]),
    [[2, true]],
  )
})

test('a reply that comes over both ports is one reply, whichever is first', async (t) => {
  const { network, stick } = setUp(t)
  network.ussd.set('*100#', { isSilent: true })
  const line = '+CUSD: 0,"Balance 12,50 EUR",15'
  const [ours, other] = [stick.connect(), stick.connect(2)].map((stream) => new AtChannel(stream, { pauseMs: 0 }))
  assert.ok(ours && other)
  t.after(() => Promise.all([ours.close(), other.close()]))
  const heard: (string | null)[] = []
  let now = 0
  const ussd = new AtUssd(ours, {
    onReply: ({ text }) => heard.push(text),
    elapsed: () => now,
    openOther: async () => other,
  })
  await ussd.requestElsewhere('*100#')
  other.emit('unsolicited', line)
  ussd.heard(line)
  assert.deepEqual(heard, ['Balance 12,50 EUR'])
  now += 3000
  ussd.heard(line)
  assert.equal(heard.length, 2, 'later it is another one')
})

test('a stick whose other ports are held says so, and one that leaves the bus does not break the driver', async (t) => {
  const held = await openOnBus(t, {}, new Set([2]))
  await assert.rejects(held.ussd.requestElsewhere('*100#'), { code: 'not_supported' })
  const leaving = await openOnBus(t, { dropOnUssd: 'modem-port' })
  leaving.network.ussd.set('*100#', { isSilent: true })
  await leaving.ussd.requestElsewhere('*100#').catch(() => undefined)
  const [, stream] = leaving.ports[0] ?? []
  assert.ok(stream)
  if (!stream.destroyed) await once(stream, 'close')
  await assert.rejects(leaving.ussd.request('*100#'), { code: 'closed' })
})

test('a session that is cancelled needs the other port no more', async (t) => {
  const { network, ussd, ports } = await openOnBus(t, {})
  network.ussd.set('*100#', { isSilent: true })
  await ussd.requestElsewhere('*100#')
  assert.equal(ports[0]?.[1].destroyed, false)
  await ussd.cancel()
  await settle()
  assert.equal(ports[0]?.[1].destroyed, true)
})
