import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { get as getSecurely } from 'node:https'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { createCertificate } from '../../src/simulator/goform-certificate.ts'
import type { Framing } from '../../src/simulator/goform-firmware.ts'
import { MF823 } from '../../src/simulator/goform-profiles.ts'
import { setUpRouter } from './goform-bench.ts'

async function raw(t: TestContext, port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 192.168.0.1\r\nReferer: http://192.168.0.1/index.html\r\nConnection: close\r\n\r\n`,
  )
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'end', { signal: AbortSignal.timeout(5000) })
  return Buffer.concat(chunks).toString()
}

test('an answer ends in the way of the firmware', async (t) => {
  const common = 'Server: GoAhead-Webs\r\nPragma: no-cache\r\nCache-Control: no-store\r\nContent-Type: text/html\r\n'
  const CASES: readonly [Framing, string][] = [
    ['close', `HTTP/1.1 200 OK\r\n${common}Content-Length: 9\r\nConnection: close\r\n\r\n{"LD":""}`],
    ['early-close', `HTTP/1.1 200 OK\r\n${common}Content-Length: 9\r\n\r\n{"LD":""}`],
    ['http-1.0', `HTTP/1.0 200 OK\r\n${common}\r\n{"LD":""}`],
  ]
  for (const [framing, expected] of CASES) {
    const { browser } = await setUpRouter(t, { profile: { framing } })
    assert.equal(await raw(t, browser.port, `${MF823.readPath}?isTest=false&cmd=LD`), expected)
  }
})

test('a length that is too short cuts the answer for who believes it', async (t) => {
  const { browser, router } = await setUpRouter(t)
  router.announceWrongLength(-2)
  assert.match(
    await raw(t, browser.port, `${MF823.readPath}?isTest=false&cmd=LD`),
    /Content-Length: 7\r\n\r\n\{"LD":""\}$/,
  )
})

test('a connection may be kept and used again', async (t) => {
  const { browser } = await setUpRouter(t, { profile: { framing: 'keep-alive' } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ports = new Set<number | undefined>()
  for (let i = 0; i < 3; i++) {
    const [response] = await once(get({ port: browser.port, agent, path: '/index.html' }), 'response')
    ports.add(response.socket.localPort)
    for await (const _ of response);
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(ports.size, 1)
})

test('the paths are those of the firmware, others are not found', async (t) => {
  const profile = { readPath: '/reqproc/proc_get', writePath: '/reqproc/proc_post' }
  const { browser } = await setUpRouter(t, { profile })
  assert.equal((await browser.items('model_name')).model_name, 'MF823')
  assert.equal(await browser.write('SET_WEB_LANGUAGE', { Language: 'en' }), 'success')
  const { status, text } = await browser.exchange('GET', `${MF823.readPath}?cmd=LD`)
  assert.deepEqual([status, text], [404, '<h1>Not Found</h1>'])
  assert.match((await browser.exchange('GET', '/index.html')).text, /^<!DOCTYPE html>/)
})

test('writes may be asked for by GET, unless the firmware minds', async (t) => {
  for (const [takesGetWrites, result] of [
    [true, 'success'],
    [false, 'failure'],
  ] as const) {
    const { browser } = await setUpRouter(t, { profile: { takesGetWrites } })
    const { text } = await browser.exchange('GET', `${MF823.writePath}?goformId=SET_WEB_LANGUAGE&Language=hr`)
    assert.equal(text, `{"result":"${result}"}`)
  }
})

test('HTTPS is served with a certificate of its own, and may be the only way in', async (t) => {
  const { router, browser } = await setUpRouter(t, { profile: { wantsHttps: true } })
  assert.deepEqual(await browser.items('LD'), { Error: 'none secure connection' })
  const port = await router.listenSecurely()
  const headers = { Referer: `https://127.0.0.1:${port}/index.html` }
  const path = `${MF823.readPath}?multi_data=1&cmd=model_name`
  const [response] = await once(
    getSecurely({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false }),
    'response',
  )
  const seen = (response.socket as TLSSocket).getPeerX509Certificate()
  assert.equal(seen?.subject, 'CN=192.168.0.1')
  let text = ''
  for await (const chunk of response) text += chunk
  assert.equal(text, '{"model_name":"MF823"}')
})

test('a certificate signs itself with its own key', () => {
  const { key, cert } = createCertificate()
  const certificate = new X509Certificate(cert)
  assert.equal(certificate.verify(certificate.publicKey), true)
  assert.match(key, /^-----BEGIN PRIVATE KEY-----/)
  assert.equal(certificate.issuer, certificate.subject)
})

test('two routers cannot have one number', async (t) => {
  const { network, router } = await setUpRouter(t)
  assert.throws(() => network.attach({ number: router.number, receive: () => true }), /Two simulated devices/)
})
