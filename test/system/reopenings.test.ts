import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { readdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { AtChannel } from '../../src/driver/at-channel.ts'
import type { DriverOptions } from '../../src/driver/create-driver.ts'
import { createDriver } from '../../src/driver/create-driver.ts'
import type { Driver } from '../../src/modem/modem.ts'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { openSerial } from '../../src/transport/serial.ts'
import { PinNotes, settle } from '../driver/stick-bench.ts'
import { freePort, run } from './house.ts'
import { VanishingPty } from './vanishing-pty.ts'

const BAUD = 115_200
/** Modules are loaded and pools filled by then. */
const WARM_UP = 3

/** The end of the bridge: one signal for everything that is opened in its life. */
class Life {
  readonly #controller = new AbortController()

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Signals made of this one; Node 20 notes each of them in it for ever. */
  get dependants(): number {
    const note = Object.getOwnPropertySymbols(this.signal).find(
      ({ description }) => description === 'kDependantSignals',
    )
    const signals: unknown = note === undefined ? undefined : Reflect.get(this.signal, note)
    return typeof signals === 'object' && signals !== null && 'size' in signals ? Number(signals.size) : 0
  }
}

/** Everything that an opening could leave behind. */
function openNow(life: Life): Record<string, number> {
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const listeners = process.eventNames().map((name) => process.listenerCount(name))
  return {
    ...resources,
    'file descriptors': readdirSync('/proc/self/fd').length,
    'listeners to the end': getEventListeners(life.signal, 'abort').length,
    'signals that depend on the end': life.dependants,
    'listeners to the process': listeners.reduce((sum, count) => sum + count, 0),
  }
}

/** Does the same over and over; at the end nothing more may be open than after the first few times. */
async function repeat(
  t: TestContext,
  life: Life,
  times: number,
  once: (n: number) => Promise<void>,
  warmUp = once,
): Promise<void> {
  for (let n = 0; n < WARM_UP; n++) await warmUp(n)
  await settle()
  const before = openNow(life)
  for (let n = 0; n < times; n++) await once(n)
  // What was closed last may need a moment to be gone.
  for (let turn = 0; turn < 2000 && !isDeepStrictEqual(openNow(life), before); turn++) await settle()
  assert.deepEqual(openNow(life), before)
  t.diagnostic(JSON.stringify(before))
}

/** A stick of its own behind a tty. */
function startStick(t: TestContext): Promise<VanishingPty> {
  const stick = new AtStick({ network: new CellularNetwork(), number: '+447700900001' })
  t.after(() => stick.close())
  return VanishingPty.start(t, (otherEnd) => stick.attach(otherEnd))
}

/** A tty that never answers. */
function startSilence(t: TestContext): Promise<VanishingPty> {
  return VanishingPty.start(t, (otherEnd) => otherEnd.resume())
}

function driverFor(port: string, options: Partial<DriverOptions> = {}): Driver {
  return createDriver({
    port,
    imei: null,
    baud: BAUD,
    pin: null,
    pinMemory: new PinNotes(),
    storage: 'SM',
    claimed: () => [],
    isRadioOff: () => false,
    rest: { commandMs: 0, pollMs: 0 },
    ...options,
  })
}

async function askOnce(port: string, { signal }: Life): Promise<void> {
  const channel = new AtChannel(await openSerial(port, { baud: BAUD, signal }), { pauseMs: 0 })
  await channel.send('AT')
  await channel.close()
}

test('a tty that is hung up while it speaks ends at once', async (t) => {
  const pty = await VanishingPty.start(t, (otherEnd) => otherEnd.on('data', () => otherEnd.write('\r\nOK\r\n')))
  const stream = await openSerial(pty.path, { baud: BAUD, signal: AbortSignal.timeout(30_000) })
  stream.write('AT\r')
  // Nobody waits for octets at this moment, so the hang-up is found by the next read.
  stream.once('data', () => pty.vanishWithin())
  await assert.rejects(once(stream, 'close', { signal: AbortSignal.timeout(10_000) }), { code: 'closed' })
  assert.equal(stream.closed, true)
})

describe('of an opened port nothing is left', () => {
  test('after 500 openings of one tty', async (t) => {
    const life = new Life()
    const pty = await startStick(t)
    await repeat(t, life, 500, () => askOnce(pty.path, life))
  })

  test('after 500 openings of one TCP port', async (t) => {
    const life = new Life()
    const server = createServer((socket) => socket.on('data', () => socket.write('\r\nOK\r\n')))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
    await repeat(t, life, 500, () => askOnce(address, life))
  })

  test('after three modems were started up 8 times each and vanished, some of them in the middle of an answer', async (t) => {
    const life = new Life()
    const ptys = await Promise.all([1, 2, 3].map(() => startStick(t)))
    const openAndLose = async (pty: VanishingPty, asks: boolean): Promise<void> => {
      const modem = await driverFor(pty.path).open(life.signal)
      const lost = new Promise((resolve) => modem.once('lost', resolve))
      const asked = asks ? assert.rejects(modem.readState(['signal', 'store']), { code: 'closed' }) : undefined
      await pty.vanish()
      await lost
      await asked
      await modem.close()
      await pty.comeBack()
    }
    await repeat(t, life, 8, async (n) => {
      await Promise.all(ptys.map((pty, index) => openAndLose(pty, (n + index) % 2 === 0)))
    })
  })
})

describe('of an opening that fails nothing is left', () => {
  for (const [name, address] of [
    ['there is no such port', '/dev/tty-that-is-not-there'],
    ['it is no tty', '/dev/null'],
    ['it is a folder', '/dev'],
    ['it is no address', 'tcp://host'],
  ] as const) {
    test(`when ${name}`, async (t) => {
      const life = new Life()
      await repeat(t, life, 50, () => assert.rejects(driverFor(address).open(life.signal), { name: 'ModemError' }))
    })
  }

  test('when nothing listens on the TCP port', async (t) => {
    const life = new Life()
    const address = `tcp://127.0.0.1:${await freePort()}`
    await repeat(t, life, 50, () => assert.rejects(openSerial(address, { baud: BAUD, signal: life.signal })))
  })

  test('when another program holds the tty', async (t) => {
    const life = new Life()
    const pty = await startSilence(t)
    const holder = run(t, 'flock', ['--no-fork', pty.path, 'sh', '-c', 'echo held; exec sleep 60'])
    await once(holder.stdout ?? holder, 'data')
    const isHeld = { code: 'modem_offline', message: /held by/ }
    await repeat(t, life, 50, () => assert.rejects(driverFor(pty.path).open(life.signal), isHeld))
  })

  test('when it is another modem than the wanted one', async (t) => {
    const life = new Life()
    const pty = await startStick(t)
    const driver = driverFor(pty.path, { imei: '490154203237518' })
    await repeat(t, life, 3, () => assert.rejects(driver.open(life.signal), { message: /another IMEI/ }))
  })

  test('when nothing answers', async (t) => {
    const life = new Life()
    const silent = await Promise.all([1, 2, 3].map(() => startSilence(t)))
    const waitInVain = async (): Promise<void> => {
      await Promise.all(
        silent.map(({ path }) => assert.rejects(driverFor(path).open(life.signal), { code: 'timeout' })),
      )
    }
    const giveUpSoon = async (): Promise<void> => {
      for (const { path } of silent) await endDuringOpening(path, 1)
    }
    await repeat(t, life, 1, waitInVain, giveUpSoon)
  })

  test('when the port vanishes after each of the first commands of the start-up', async (t) => {
    const life = new Life()
    const pty = await startStick(t)
    await repeat(t, life, 20, async (n) => {
      let gone: Promise<void> | undefined
      const openPort: typeof openSerial = async (...given) =>
        afterWrite(await openSerial(...given), n + 1, () => {
          gone = pty.vanish()
        })
      await assert.rejects(driverFor(pty.path, { openPort }).open(life.signal), { code: 'closed' })
      await gone
      await pty.comeBack()
    })
  })

  test('when the bridge ends at any moment of the opening', async (t) => {
    const life = new Life()
    const pty = await startStick(t)
    await repeat(t, life, 20, (n) => endDuringOpening(pty.path, n))
  })
})

/** Opens until the bridge ends: after so many commands, or with 0 before the port is open. */
async function endDuringOpening(port: string, afterCommands: number): Promise<void> {
  const ending = new AbortController()
  const openPort: typeof openSerial = async (...given) => {
    if (afterCommands === 0) queueMicrotask(() => ending.abort())
    return afterWrite(await openSerial(...given), afterCommands, () => ending.abort())
  }
  await assert.rejects(driverFor(port, { openPort }).open(ending.signal), { name: 'AbortError' })
}

/** Acts when so many chunks were written; 0: never. */
function afterWrite(stream: Duplex, count: number, act: () => void): Duplex {
  let left = count
  const write = stream.write.bind(stream)
  stream.write = (...given: unknown[]): boolean => {
    const isRoom = Reflect.apply(write, stream, given)
    if (--left === 0) act()
    return isRoom
  }
  return stream
}
