import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import { getPage } from '../../src/app/stick-web-page.ts'

const get = getPage(2_000)

async function serving(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('getPage', () => {
  it('sends path, query and Referer as given, and reads the answer', async (t) => {
    const seen: unknown[] = []
    const url = await serving(t, (request, response) => {
      seen.push(request.method, request.url, request.headers.referer)
      response.end('{"result":"success"}')
    })
    const path = '/goform/goform_process?goformId=MODE_SWITCH&switchCmd=FACTORY'
    const answer = await get(`${url}${path}`, { Referer: `${url}/index.html` })
    assert.deepEqual(seen, ['GET', path, `${url}/index.html`])
    assert.deepEqual(answer, { kind: 'answer', status: 200, body: '{"result":"success"}' })
  })

  it('gives the status of a refusal', async (t) => {
    const url = await serving(t, (_, response) => response.writeHead(404).end())
    assert.deepEqual(await get(url, {}), { kind: 'answer', status: 404, body: '' })
  })

  const SILENCES: readonly (readonly [what: string, answer: RequestListener])[] = [
    ['leaves the bus before it answers', (request) => request.socket.destroy()],
    [
      'leaves the bus in the middle of its answer',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('{"result"', () => request.socket.destroy())
      },
    ],
    ['never answers', () => {}],
    ['never ends its answer', (_, response) => void response.write('{')],
  ]
  for (const [what, answer] of SILENCES) {
    it(`calls a stick silent that ${what}`, async (t) => {
      assert.deepEqual(await getPage(300)(await serving(t, answer), {}), { kind: 'silent' })
    })
  }

  it('says that nothing listens', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    assert.deepEqual(await get(`http://127.0.0.1:${port}`, {}), { kind: 'unreachable', code: 'ECONNREFUSED' })
  })
})
