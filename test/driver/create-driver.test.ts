import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import type { DriverOptions } from '../../src/driver/create-driver.ts'
import { createDriver, probeAtPort } from '../../src/driver/create-driver.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { StoredSegment } from '../../src/modem/messages.ts'
import type { Driver, Modem } from '../../src/modem/modem.ts'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { INSTANT } from '../../src/simulator/stick-insides.ts'
import { mf190, openBus } from '../transport/usb-sticks.ts'
import { OWN_NUMBER, PinNotes, settle, setUp } from './stick-bench.ts'

const IMEI = '863071010123456'

const never = (): AbortSignal => new AbortController().signal

function driverFor(options: Partial<DriverOptions>): Driver {
  return createDriver({
    port: 'auto',
    imei: null,
    baud: 115_200,
    pin: null,
    pinMemory: new PinNotes(),
    storage: 'SM',
    claimed: () => [],
    isRadioOff: () => false,
    rest: { commandMs: 0, pollMs: 0 },
    ...options,
  })
}

async function opened(t: TestContext, driver: Driver): Promise<Modem> {
  const modem = await driver.open(never())
  t.after(() => modem.close())
  return modem
}

/** Opens stick ports by the tty names of a made-up bus; counts what is open. */
class Ports {
  readonly opened: Duplex[] = []
  readonly #sticks = new Map<string, () => Duplex>()

  /** The only stick there is. */
  plug(ttys: ReadonlyMap<number, string>, stick: AtStick): void {
    this.#sticks.clear()
    this.plugBeside(ttys, stick)
  }

  plugBeside(ttys: ReadonlyMap<number, string>, stick: AtStick): void {
    for (const [number, tty] of ttys) this.#sticks.set(tty, () => stick.connect(number))
  }

  readonly open: NonNullable<DriverOptions['openPort']> = async (port) => {
    const connect = this.#sticks.get(port)
    if (connect === undefined) throw new ModemError('modem_offline', `${port} cannot be opened`)
    // The other end of a port that was just closed needs a moment to notice.
    await settle()
    const stream = connect()
    this.opened.push(stream)
    return stream
  }

  get areAllClosed(): boolean {
    return this.opened.length > 0 && this.opened.every(({ destroyed }) => destroyed)
  }
}

describe('a driver with an address', () => {
  test('opens the modem behind it, and takes what comes in meanwhile', async (t) => {
    const { network, stick } = setUp(t)
    const port = await stick.listen()
    stick.mailbox.cnmi = [2, 2, 0, 0, 0]
    network.inject({ to: OWN_NUMBER, text: 'before anybody listened' })
    const modem = await opened(t, driverFor({ port: `tcp://127.0.0.1:${port}`, imei: IMEI }))
    assert.equal(modem.identity.port, `tcp://127.0.0.1:${port}`)
    const [direct] = (await once(modem, 'arrived')) as [StoredSegment]
    assert.deepEqual([direct.store, direct.content.kind], ['direct', 'received'])
  })

  test('leaves nothing open when the modem is another one', async (t) => {
    const { stick } = setUp(t)
    const ports = new Ports()
    ports.plug(new Map([[1, '/dev/ttyUSB1']]), stick)
    const driver = driverFor({ port: '/dev/ttyUSB1', imei: '351111111111111', openPort: ports.open })
    await assert.rejects(driver.open(never()), { code: 'modem_offline' })
    assert.ok(ports.areAllClosed)
  })

  test('leaves nothing open when it is given up', async (t) => {
    const { stick } = setUp(t)
    const ports = new Ports()
    ports.plug(new Map([[1, '/dev/ttyUSB1']]), stick)
    const ending = new AbortController()
    const opening = driverFor({ port: '/dev/ttyUSB1', openPort: ports.open }).open(ending.signal)
    ending.abort(new Error('the bridge ends'))
    await assert.rejects(opening, /the bridge ends/)
    assert.ok(ports.areAllClosed)
  })

  test('says so when there is no such port', async () => {
    await assert.rejects(driverFor({ port: '/dev/there-is-none' }).open(never()), { code: 'modem_offline' })
  })

  for (const [command, said] of [
    ['+CPMS?', 'AT+CFUN=1,1'],
    ['+CFUN=1,1', 'AT+ZRST'],
  ] as const) {
    test(`restarts a modem that chokes on ${command} without starting it up`, async (t) => {
      const { stick } = setUp(t, { profile: { hasZrst: true }, latency: { ...INSTANT, returnMs: 60_000 } })
      const ports = new Ports()
      ports.plug(new Map([[1, '/dev/ttyUSB1']]), stick)
      stick.refuse(command)
      await driverFor({ port: '/dev/ttyUSB1', openPort: ports.open }).restart?.(never())
      assert.equal(stick.isOnBus, false, said)
      assert.ok(ports.areAllClosed)
    })
  }

  test('opens the modem again after it was lost', async (t) => {
    const { stick } = setUp(t)
    const port = await stick.listen()
    const driver = driverFor({ port: `tcp://127.0.0.1:${port}` })
    const first = await driver.open(never())
    const lost = once(first, 'lost')
    stick.dropOffBus()
    await lost
    await stick.replug()
    const second = await opened(t, driver)
    assert.deepEqual(second.identity, first.identity)
  })
})

describe('a driver that looks for its modem', () => {
  test('finds the port that answers AT, and follows it to another number', async (t) => {
    const bus = await openBus(t)
    const { stick } = setUp(t, { profile: MF190 })
    const ports = new Ports()
    const ttys = await bus.plug(mf190())
    ports.plug(ttys, stick)
    const driver = driverFor({ sysRoot: bus.root, openPort: ports.open })
    const first = await driver.open(never())
    assert.equal(first.identity.port, ttys.get(1))
    for (const tty of ttys.values()) bus.hold(tty)
    await bus.unplug('1-2')
    await first.close()
    assert.ok(ports.areAllClosed)
    const moved = await bus.plug(mf190('1-3'))
    assert.notEqual(moved.get(1), ttys.get(1))
    ports.plug(moved, stick)
    const second = await opened(t, driver)
    assert.equal(second.identity.port, moved.get(1))
  })

  test('does not take another stick into the place of the one it had', async (t) => {
    const bus = await openBus(t)
    const { stick, network } = setUp(t)
    const ports = new Ports()
    ports.plug(await bus.plug(mf190()), stick)
    const driver = driverFor({ sysRoot: bus.root, openPort: ports.open })
    await (await driver.open(never())).close()
    await bus.unplug('1-2')
    const other = new AtStick({ network, number: '+447700900002', imei: '351111111111111' })
    t.after(() => other.close())
    ports.plug(await bus.plug(mf190('1-3')), other)
    await assert.rejects(driver.open(never()), { code: 'modem_offline' })
    assert.ok(ports.areAllClosed)
  })

  test('leaves alone what another configured modem holds', async (t) => {
    const bus = await openBus(t)
    const { stick } = setUp(t)
    const ports = new Ports()
    const ttys = await bus.plug(mf190())
    ports.plug(ttys, stick)
    const driver = driverFor({ sysRoot: bus.root, openPort: ports.open, claimed: () => [ttys.get(1) ?? ''] })
    await assert.rejects(driver.open(never()), { code: 'modem_offline' })
    assert.deepEqual(ports.opened, [])
  })
})

describe('a driver with the path of a stick', () => {
  test('follows the stick to another number, whoever has the path by then', async (t) => {
    const bus = await openBus(t)
    const { stick, network } = setUp(t, { profile: MF190 })
    const ports = new Ports()
    const ttys = await bus.plug(mf190())
    ports.plug(ttys, stick)
    const driver = driverFor({ port: '/dev/ttyUSB2', sysRoot: bus.root, openPort: ports.open })
    const first = await driver.open(never())
    assert.equal(first.identity.port, ttys.get(2))
    await bus.unplug('1-2')
    await first.close()
    const other = new AtStick({ network, number: '+447700900002', imei: '351111111111111' })
    t.after(() => other.close())
    ports.plug(await bus.plug(mf190('1-4')), other)
    const moved = await bus.plug(mf190('1-3'))
    ports.plugBeside(moved, stick)
    const second = await opened(t, driver)
    assert.equal(second.identity.port, moved.get(2))
    assert.equal(second.identity.imei, first.identity.imei)
  })

  test('waits for its stick while another one has the path', async (t) => {
    const bus = await openBus(t)
    const { stick, network } = setUp(t, { profile: MF190 })
    const ports = new Ports()
    ports.plug(await bus.plug(mf190()), stick)
    const driver = driverFor({ port: '/dev/ttyUSB2', sysRoot: bus.root, openPort: ports.open })
    await (await driver.open(never())).close()
    await bus.unplug('1-2')
    const other = new AtStick({ network, number: '+447700900002', imei: '351111111111111' })
    t.after(() => other.close())
    ports.plug(await bus.plug(mf190()), other)
    await assert.rejects(driver.open(never()), { code: 'modem_offline', presence: 'absent' })
    assert.ok(ports.areAllClosed)
  })

  test('finds the stick of the configured IMEI although the path leads elsewhere', async (t) => {
    const bus = await openBus(t)
    const { stick, network } = setUp(t, { profile: MF190 })
    const other = new AtStick({ network, number: '+447700900002', imei: '351111111111111' })
    t.after(() => other.close())
    const ports = new Ports()
    ports.plug(await bus.plug(mf190('1-4')), other)
    const own = await bus.plug(mf190('1-2'))
    ports.plugBeside(own, stick)
    const modem = await opened(
      t,
      driverFor({ port: '/dev/ttyUSB1', imei: IMEI, sysRoot: bus.root, openPort: ports.open }),
    )
    assert.equal(modem.identity.port, own.get(1))
  })
})

describe('asking a port', () => {
  test('tells model and IMEI, and closes it', async (t) => {
    const { stick } = setUp(t)
    const ports = new Ports()
    ports.plug(new Map([[1, '/dev/ttyUSB1']]), stick)
    const answer = await probeAtPort('/dev/ttyUSB1', { baud: 115_200, openPort: ports.open }, never())
    assert.deepEqual(answer, { imei: IMEI, model: 'MF190' })
    assert.ok(ports.areAllClosed)
  })

  test('tells nothing when nobody answers', async (t) => {
    const { stick } = setUp(t)
    const ports = new Ports()
    ports.plug(new Map([[0, '/dev/ttyUSB0']]), stick)
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const asking = probeAtPort('/dev/ttyUSB0', { baud: 115_200, openPort: ports.open }, never())
    let isOver = false
    void asking.finally(() => {
      isOver = true
    })
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve))
      t.mock.timers.tick(100)
    }
    assert.equal(await asking, undefined)
    assert.ok(ports.areAllClosed)
  })
})

test('two sticks of one network write to each other through two drivers', async (t) => {
  const network = new CellularNetwork()
  const numbers = ['+447700900001', '+447700900002'] as const
  const modems: Modem[] = []
  const driver = driverFor({})
  for (const number of numbers) {
    const stick = new AtStick({ network, number, imei: `35${number.slice(1)}0` })
    t.after(() => stick.close())
    const port = `tcp://127.0.0.1:${await stick.listen()}`
    modems.push(await opened(t, driverFor({ port })))
  }
  t.after(() => network.close())
  const text = 'Täglich grüßt € das 😀'
  const sms = {
    to: numbers[1],
    text,
    flash: false,
    deliveryReport: true,
    validityMinutes: 60,
    encoding: 'auto',
  } as const
  const arrived = once(modems[1]!, 'arrived')
  for (const submission of driver.prepare(sms, 1)) await modems[0]!.can.sms?.submit(submission, () => {})
  await arrived
  const received = (await modems[1]!.can.sms?.list(false)) ?? []
  assert.deepEqual(driver.join(received.map(({ raw }) => raw)), { text, encoding: 'ucs2', dataHex: null, ports: null })
})
