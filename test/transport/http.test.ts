import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import type { HttpOptions } from '../../src/transport/http.ts'
import { HttpLine } from '../../src/transport/http.ts'

const TLS = { rejectUnauthorized: false, legacy: false }
const GET = { method: 'GET', target: '/x?cmd=a,b', headers: {}, body: null } as const

function lineTo(t: TestContext, port: number, options: Partial<HttpOptions> = {}): HttpLine {
  const line = new HttpLine({ origin: `http://127.0.0.1:${port}`, tls: TLS, ...options })
  t.after(() => line.close())
  return line
}

async function serve(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  t.after(() => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** What comes back to any request, octet for octet. */
async function speak(t: TestContext, answer: string | ((socket: Socket) => void)): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => (typeof answer === 'string' ? socket.end(answer, 'latin1') : answer(socket)))
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Says something, and then more of it, a little at a time. */
function drip(socket: Socket, beginning: string): void {
  socket.write(beginning)
  const clock = setInterval(() => socket.write('x'), 20)
  socket.once('close', () => clearInterval(clock))
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: unknown) => (error instanceof ModemError ? error.code : String(error)),
  )

describe('HTTP to a device', () => {
  test('sends headers, Host too, and body as they were given, and says that it closes', async (t) => {
    const seen: IncomingMessage[] = []
    let body = ''
    const port = await serve(t, (request, response) => {
      seen.push(request)
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => response.setHeader('Set-Cookie', ['stok="A"; path=/', 'zwsd="B";HttpOnly="1"']).end('{}'))
    })
    const answer = await lineTo(t, port).exchange(
      { method: 'POST', target: '/goform/set', headers: { Host: '192.168.0.1', Referer: 'x' }, body: 'a=%2B1' },
      1_000,
    )
    assert.deepEqual(answer.setCookie, ['stok="A"; path=/', 'zwsd="B";HttpOnly="1"'])
    const [request] = seen
    assert.equal(request?.headers.host, '192.168.0.1')
    assert.equal(request?.headers.referer, 'x')
    assert.equal(request?.headers.connection, 'close')
    assert.equal(request?.headers['content-length'], '6')
    assert.equal(body, 'a=%2B1')
  })

  test('has one request in flight, and keeps the order', async (t) => {
    let [present, most] = [0, 0]
    const order: (string | undefined)[] = []
    const port = await serve(t, ({ url }, response) => {
      present += 1
      most = Math.max(most, present)
      order.push(url)
      setImmediate(() => {
        present -= 1
        response.end('{}')
      })
    })
    const line = lineTo(t, port)
    const targets = Array.from({ length: 20 }, (_, index) => `/${index}`)
    await Promise.all(targets.map((target) => line.exchange({ ...GET, target }, 1_000)))
    assert.equal(most, 1)
    assert.deepEqual(order, targets)
  })

  const ANSWERS: readonly (readonly [name: string, answer: string, body: string])[] = [
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\n{"a":"b"}', '{"a":"b"}'],
    ['a missing reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}', '{}'],
    ['Latin-1 in a header', 'HTTP/1.1 200 OK\r\nServer: Zt\xe9\r\nContent-Length: 2\r\n\r\n{}', '{}'],
    ['lines that end in LF alone', 'HTTP/1.1 200 OK\nContent-Length: 2\nSet-Cookie: a=b\n\n{}', '{}'],
    ['control characters in a header', 'HTTP/1.1 200 OK\r\nServer: Z\x01te\r\nContent-Length: 2\r\n\r\n{}', '{}'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      '{}',
    ],
    ['a length that is too short', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}', '{'],
  ]
  for (const [name, answer, body] of ANSWERS) {
    test(`reads an answer with ${name}`, async (t) => {
      const line = lineTo(t, await speak(t, answer))
      for (let turn = 1; turn <= 2; turn += 1) {
        const got = await line.exchange(GET, 1_000)
        assert.equal(Buffer.from(got.body).toString(), body)
      }
    })
  }

  const FAULTS: readonly (readonly [name: string, answer: string | ((socket: Socket) => void), code: string])[] = [
    ['what is no HTTP', 'Good day, I am no web server at all.\r\n\r\n', 'protocol'],
    ['more than was announced to come, which does not', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}', 'closed'],
    ['an end without an answer', '', 'closed'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'closed'],
    ['nothing, for ever', () => undefined, 'timeout'],
    ['octet after octet', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{'), 'timeout'],
    ['header after header', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX: '), 'timeout'],
    ['a head and then nothing', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'), 'timeout'],
  ]
  for (const [name, answer, code] of FAULTS) {
    test(`tells ${name} as ${code}, and the next request is not harmed`, async (t) => {
      const line = lineTo(t, await speak(t, answer))
      assert.equal(await codeOf(line.exchange(GET, 200)), code)
      assert.equal(await codeOf(line.exchange(GET, 200)), code)
    })
  }

  test('does not repeat a write whose answer is no HTTP, and reads the next one leniently', async (t) => {
    let requests = 0
    const port = await speak(t, (socket) => {
      requests += 1
      socket.end('HTTP/1.1 200 OK\nContent-Length: 2\n\n{}')
    })
    const line = lineTo(t, port)
    const write = { ...GET, method: 'POST', body: 'a=b' } as const
    assert.equal(await codeOf(line.exchange(write, 1_000)), 'protocol')
    assert.equal(requests, 1)
    assert.equal(await codeOf(line.exchange(write, 1_000)), 'answered')
    assert.equal(requests, 2)
  })

  for (const [how, head] of [
    ['', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'],
    [', leniently read', 'HTTP/1.1 200 OK\nConnection: close\n\n'],
  ] as const) {
    test(`takes a megabyte and no more${how}`, async (t) => {
      const long = 'x'.repeat(1024 * 1024)
      for (const [body, code] of [
        [long, 'answered'],
        [`${long}x`, 'protocol'],
      ] as const) {
        const line = lineTo(t, await speak(t, head + body))
        assert.equal(await codeOf(line.exchange(GET, 10_000)), code)
        assert.equal(await codeOf(line.exchange({ ...GET, largestBody: 2 * 1024 * 1024 }, 10_000)), 'answered')
      }
    })
  }

  test('follows nobody to another host', async (t) => {
    let visits = 0
    const elsewhere = await serve(t, (_, response) => {
      visits += 1
      response.end('{}')
    })
    const port = await serve(t, (_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${elsewhere}/` }).end()
    })
    const { status, location } = await lineTo(t, port).exchange(GET, 1_000)
    assert.deepEqual([status, location, visits], [302, `http://127.0.0.1:${elsewhere}/`, 0])
  })

  test('does not read on for ever', async (t) => {
    const port = await serve(t, (_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x')
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    assert.equal(await codeOf(lineTo(t, port).exchange(GET, 10_000)), 'protocol')
  })

  test('knows that nothing was sent where nobody answers', async (t) => {
    const port = await serve(t, () => undefined)
    const gone = createTcpServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const free = (gone.address() as AddressInfo).port
    await new Promise((resolve) => gone.close(resolve))
    assert.notEqual(free, port)
    assert.equal(await codeOf(lineTo(t, free).exchange(GET, 1_000)), 'modem_offline')
  })

  test('takes the certificate that a router made for itself only where that is allowed', async (t) => {
    const network = new CellularNetwork()
    const router = new GoformRouter({ network, number: '+447700900001' })
    t.after(() => {
      router.close()
      network.close()
    })
    const origin = `https://127.0.0.1:${await router.listenSecurely()}`
    const exchange = (rejectUnauthorized: boolean) =>
      codeOf(lineTo(t, 0, { origin, tls: { rejectUnauthorized, legacy: true } }).exchange(GET, 5_000))
    assert.equal(await exchange(false), 'answered')
    assert.equal(await exchange(true), 'not_allowed')
  })

  test('ends at an abort with its reason, and everything ends when it is closed', async (t) => {
    const line = lineTo(t, await speak(t, () => undefined))
    const ending = new AbortController()
    const aborted = line.exchange(GET, 10_000, ending.signal)
    ending.abort(new Error('enough'))
    await assert.rejects(aborted, /enough/)
    const waiting = [line.exchange(GET, 10_000), line.exchange(GET, 10_000)]
    const codes = waiting.map(codeOf)
    setImmediate(() => void line.close())
    assert.deepEqual(await Promise.all(codes), ['closed', 'closed'])
  })

  test('leaves nothing behind in a signal that lives longer', async (t) => {
    const line = lineTo(t, await serve(t, (_, response) => response.end('{}')))
    const { signal } = new AbortController()
    for (let turn = 1; turn <= 5; turn += 1) await line.exchange(GET, 1_000, signal)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    // Signals made of it, which are no listeners.
    const symbol = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals')
    const dependants = symbol === undefined ? undefined : Reflect.get(signal, symbol)
    assert.equal(dependants?.size ?? 0, 0)
  })
})
