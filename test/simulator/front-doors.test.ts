import assert from 'node:assert/strict'
import { on, once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { MF667 } from '../../src/simulator/profiles.ts'
import { FRIEND, OWN_NUMBER, setUp } from './bench.ts'

async function dial(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Reads until this was heard, or the deadline. */
async function hear(socket: Socket, expected: string): Promise<void> {
  let text = ''
  for await (const [chunk] of on(socket, 'data', { signal: AbortSignal.timeout(5000) })) {
    text += String(chunk)
    if (text.length >= expected.length) break
  }
  assert.equal(text, expected)
}

const gone = (socket: Socket): Promise<unknown> => once(socket, 'close', { signal: AbortSignal.timeout(5000) })

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const [error] = await once(socket, 'error', { signal: AbortSignal.timeout(5000) })
  return error.code === 'ECONNREFUSED'
}

test('a stick answers on TCP, to one client at a time', async (t) => {
  const { stick, terminal } = await setUp(t, { prepare: [] })
  terminal.line.destroy()
  await terminal.said()
  const port = await stick.listen()
  const first = await dial(t, port)
  first.write('AT\r')
  await hear(first, 'AT\r\r\nOK\r\n')
  await gone(await dial(t, port))
  first.write('ATE0\r')
  await hear(first, 'ATE0\r\r\nOK\r\n')
})

test('off the bus it refuses connections, and back on it listens where it did, with the settings of a power-up', async (t) => {
  const { stick, terminal } = await setUp(t, { prepare: ['ATE0'] })
  terminal.line.destroy()
  await terminal.said()
  const port = await stick.listen()
  const socket = await dial(t, port)
  const end = gone(socket)
  stick.dropOffBus()
  await end
  assert.equal(await isRefused(port), true)
  assert.throws(() => stick.connect(), /not on the bus/)
  await stick.replug()
  const again = await dial(t, port)
  again.write('AT\r')
  await hear(again, 'AT\r\r\nOK\r\n')
})

test('as a CD-ROM it has no ports until somebody switches it', async (t) => {
  const { stick } = await setUp(t)
  const port = await stick.listen()
  stick.comeBackAsCdRom()
  stick.dropOffBus()
  await stick.replug()
  assert.equal(stick.isOnBus, false)
  assert.equal(await isRefused(port), true)
  await stick.switchToModem()
  assert.equal(stick.isOnBus, true)
  await dial(t, port)
})

test('a reset writes its OK, leaves the bus and returns by itself', async (t) => {
  const { stick, terminal, clock } = await setUp(t, { prepare: ['ATE0'], latency: { returnMs: 8000 } })
  const port = await stick.listen(0, '127.0.0.1', stick.interfaceOf('modem'))
  const socket = await dial(t, port)
  const end = gone(socket)
  assert.equal(await terminal.ask('AT+CFUN=1,1\r'), '\r\nOK\r\n')
  await end
  assert.equal(terminal.isClosed, true)
  assert.equal(await isRefused(port), true)
  clock.advance(8000)
  await stick.whenBack()
  await dial(t, port)
})

test('unplugging while it returns wins', async (t) => {
  const { stick } = await setUp(t)
  const port = await stick.listen()
  stick.dropOffBus()
  const returning = stick.replug()
  stick.dropOffBus()
  await returning
  assert.equal(stick.isOnBus, false)
  assert.equal(await isRefused(port), true)
})

test('each interface has a port of its own; the diagnostic one keeps silent or speaks frames', async (t) => {
  const { stick } = await setUp(t, { profile: { diagnosticSpeaks: true }, prepare: [] })
  const status = stick.interfaceOf('status')
  assert.equal(status, 1)
  const diagnostic = stick.connect(stick.interfaceOf('diagnostic'))
  const answers: Buffer[] = []
  diagnostic.on('data', (chunk: Buffer) => answers.push(chunk))
  diagnostic.write('AT\r')
  await once(diagnostic, 'data')
  assert.equal(answers[0]?.at(-1), 0x7e)
  assert.throws(() => stick.connect(7), /no interface 7/)
  assert.throws(() => stick.connect(status), /Somebody else/)

  const silent = await setUp(t, { prepare: [] })
  const port = silent.stick.connect(silent.stick.interfaceOf('diagnostic'))
  port.on('data', () => assert.fail('it spoke'))
  port.write('AT\r')
  await silent.terminal.said()
})

const HABITS = ['status', 'modem'] as const
for (const role of HABITS) {
  test(`an MF667 whose ${role} port is used ${role === 'modem' ? 'leaves' : 'stays on'} the bus with SMS and USSD`, async (t) => {
    const bench = await setUp(t, { profile: MF667, latency: { returnMs: 1000 }, network: { ussd: { '*1#': {} } } })
    const { stick, network, terminal, clock } = bench
    const modem = role === 'modem' ? stick.connect(stick.interfaceOf('modem')) : null
    network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'x' })
    assert.equal(stick.isOnBus, role === 'status')
    assert.equal(stick.mailbox.store('ME').used, 1, 'it was stored before')
    if (modem === null) {
      assert.deepEqual(await terminal.lines('AT+CUSD=1,"*1#",15'), ['OK'])
      assert.equal(stick.isOnBus, true)
      return
    }
    clock.advance(1000)
    await stick.whenBack()
    const line = stick.connect(stick.interfaceOf('modem'))
    line.write('AT+CUSD=1,"*1#",15\r')
    await once(line, 'close')
    assert.equal(stick.isOnBus, false)
  })
}

test('a stick that drops at every message does so whichever port is used', async (t) => {
  const { stick, network } = await setUp(t, { profile: { dropOnSms: 'always' }, latency: { returnMs: 1000 } })
  network.inject({ to: OWN_NUMBER, text: 'x' })
  assert.equal(stick.isOnBus, false)
})
