import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs'
import { open } from 'node:fs/promises'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { openSerial } from '../../src/transport/serial.ts'
import { mf190, openBus } from './usb-sticks.ts'

const listening = async (onSocket: (socket: Socket) => void = () => {}): Promise<{ server: Server; url: string }> => {
  const server = createServer(onSocket).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const options = (signal: AbortSignal = new AbortController().signal) => ({ baud: 115_200, signal })

test('a TCP port carries bytes both ways, and destroying the stream ends it', async () => {
  const { server, url } = await listening((socket) => socket.pipe(socket))
  const stream = await openSerial(url, options())
  stream.write(Buffer.from([0, 0x1a, 0xff]))
  const [chunk] = await once(stream, 'data')
  assert.deepEqual([...chunk], [0, 0x1a, 0xff])
  stream.destroy()
  await once(stream, 'close')
  server.close()
  await once(server, 'close')
})

test('a TCP port whose other end goes away closes the stream', async () => {
  const { server, url } = await listening((socket) => socket.end('bye'))
  const stream = await openSerial(url, options())
  stream.resume()
  await once(stream, 'close')
  server.close()
})

test('aborting does not touch an open port', async () => {
  const { server, url } = await listening((socket) => socket.pipe(socket))
  const opening = new AbortController()
  const stream = await openSerial(url, options(opening.signal))
  opening.abort()
  stream.write('x')
  await once(stream, 'data')
  stream.destroy()
  server.close()
})

test('a port on which nobody listens is refused with a remedy', async () => {
  const { server, url } = await listening()
  server.close()
  await once(server, 'close')
  await assert.rejects(openSerial(url, options()), (error) => {
    assert.ok(error instanceof ModemError)
    assert.deepEqual([error.code, error.retry], ['modem_offline', 'after_reopen'])
    assert.match(error.message, /nothing listens there/)
    return true
  })
})

for (const url of ['tcp://', 'tcp://host', 'tcp://host:port', 'tcp://:7000']) {
  test(`${url} is no address`, async () => {
    await assert.rejects(openSerial(url, options()), { name: 'ModemError', code: 'invalid_request' })
  })
}

test('opening is not begun, or given up, when it is aborted', async () => {
  const { server, url } = await listening()
  await assert.rejects(openSerial(url, options(AbortSignal.abort())), { name: 'AbortError' })
  const opening = new AbortController()
  const attempt = openSerial(url, options(opening.signal))
  opening.abort()
  await assert.rejects(attempt, { name: 'AbortError' })
  server.close()
  await once(server, 'close')
})

test('a tty that is not there is refused with a remedy', async () => {
  await assert.rejects(openSerial('/dev/tty-that-is-not-there', options()), (error) => {
    assert.ok(error instanceof ModemError)
    assert.equal(error.code, 'modem_offline')
    assert.match(error.message, /^\/dev\/tty-that-is-not-there cannot be opened: .*plugged in/)
    return true
  })
})

test('a file that is no tty is refused with a remedy', async () => {
  await assert.rejects(openSerial('/dev/null', options()), { name: 'ModemError', message: /no serial port/ })
})

test('a port that another process has open is not touched, and who has it is said', async (t) => {
  const bus = await openBus(t)
  const tty = (await bus.plug(mf190())).get(1) ?? ''
  await bus.run(612, 'ModemManager', [tty])
  await assert.rejects(openSerial(tty, { ...options(), root: bus.root }), (error) => {
    assert.ok(error instanceof ModemError)
    assert.deepEqual([error.code, error.retry], ['modem_offline', 'after_reopen'])
    assert.match(error.message, /is held by ModemManager \(process 612\)\. .*ID_MM_DEVICE_IGNORE/)
    return true
  })
})

const hasSocat = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'socat')))
const needsSocat = { skip: hasSocat ? false : 'socat is not installed' }

/** A pseudo terminal that exists until the test ends. @returns the link to it */
async function openPty(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pty-'))
  const link = join(folder, 'tty')
  const watcher = watch(folder)
  const socat = spawn('socat', [`pty,raw,echo=0,link=${link}`, 'pipe'], { stdio: 'ignore' })
  t.after(() => {
    watcher.close()
    socat.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  if (!existsSync(link)) await once(watcher, 'change', { signal: AbortSignal.timeout(10_000) })
  return link
}

test('a tty carries bytes both ways and is let go of when the stream is destroyed', needsSocat, async (t) => {
  const tty = await openPty(t)
  for (const _ of ['first', 'again']) {
    const stream = await openSerial(tty, options())
    stream.write('AT\r')
    const [chunk] = await once(stream, 'data', { signal: AbortSignal.timeout(10_000) })
    assert.equal(String(chunk), 'AT\r')
    stream.destroy()
    await once(stream, 'close')
  }
})

test('a tty that is open here is not opened a second time, and the words say why', needsSocat, async (t) => {
  const tty = await openPty(t)
  const stream = await openSerial(tty, options())
  await assert.rejects(openSerial(tty, options()), {
    name: 'ModemError',
    code: 'modem_offline',
    message: `${tty} cannot be opened: this process has it open already. Do two modems of the configuration lead to the same port?`,
  })
  stream.destroy()
  await once(stream, 'close')
})

test('a tty that a living process has open is not opened, and that process is named', async (t) => {
  const bus = await openBus(t)
  const tty = (await bus.plug(mf190())).get(1) ?? ''
  const file = await open(tty)
  const rival = spawn('sleep', ['60'], { stdio: [file.fd, 'ignore', 'ignore'] })
  t.after(() => rival.kill('SIGKILL'))
  await once(rival, 'spawn')
  await file.close()
  await assert.rejects(openSerial(tty, options()), {
    name: 'ModemError',
    message: `${tty} cannot be opened: ${tty} is held by sleep (process ${rival.pid}). Stop it.`,
  })
})
