import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { openingError, openSerial } from '../../src/transport/serial.ts'

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

const FAULTS = [
  { words: 'Error: No such file or directory, cannot open /dev/ttyUSB1', remedy: /plugged in/ },
  { words: 'Error: Permission denied, cannot open /dev/ttyUSB1', remedy: /dialout/ },
  { words: 'Error: Device or resource busy, cannot open /dev/ttyUSB1', remedy: /ModemManager.*gammu-smsd/ },
  { words: 'Error Resource temporarily unavailable Cannot lock port', remedy: /another program/ },
  { words: 'getaddrinfo ENOTFOUND serial.example', remedy: /name of the host/ },
  { words: 'connect EHOSTUNREACH 192.0.2.1:7000', remedy: /does not answer/ },
  { words: 'something new', remedy: /log tells more/ },
]

for (const { words, remedy } of FAULTS) {
  test(`"${words}" comes with its remedy, the words in the detail`, () => {
    const error = openingError('/dev/ttyUSB1', new Error(words))
    assert.equal(error.code, 'modem_offline')
    assert.match(error.message, remedy)
    assert.equal(error.detail, words)
  })
}
