import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import type { Vitals } from '../../src/app/health-server.ts'
import { healthz, readyz, startHealthServer } from '../../src/app/health-server.ts'
import type { ModemStatus, Phase } from '../../src/bridge/outlet.ts'
import { freePort } from '../system/house.ts'

const status = (link: 'up' | 'down', phase: Phase): ModemStatus => ({
  link,
  phase,
  modem: {},
  waiting: 0,
  sentToday: 0,
  quotaPerDay: null,
  quotaLeft: null,
  problem: null,
  ussd: {},
  updatedAt: '2026-11-22T10:00:00.000Z',
})

const vitals = (brokerAwayMs: number, ...statuses: (ModemStatus | undefined)[]): Vitals => ({
  brokerAwayMs,
  statuses: new Map(statuses.map((each, index) => [`m${index}`, each])),
})

const READY = status('up', 'ready')
const ABSENT = status('down', 'absent')

for (const [what, given, alive, ready] of [
  ['a broker and a modem', vitals(0, READY), 200, 200],
  ['a broker and one modem of two', vitals(0, ABSENT, READY), 200, 200],
  ['a modem whose SIM wants a PIN', vitals(0, status('up', 'unlocking')), 200, 200],
  ['a broker and no modem', vitals(0, ABSENT), 200, 503],
  ['a paused modem alone', vitals(0, status('down', 'paused')), 200, 503],
  ['a modem of which nothing is known yet', vitals(0, undefined), 200, 503],
  ['a broker that has just gone', vitals(1, READY), 200, 503],
  ['a broker that has been away for two minutes', vitals(120_000, READY), 503, 503],
] as const) {
  test(`with ${what}, /healthz says ${alive} and /readyz ${ready}`, () => {
    assert.deepEqual([healthz(given).status, readyz(given).status], [alive, ready])
  })
}

describe('the server', () => {
  async function serve(t: TestContext, token: string | null, metrics: null | (() => Promise<never>) = null) {
    const port = await freePort()
    const problems: string[] = []
    const close = await startHealthServer({
      host: '127.0.0.1',
      port,
      token,
      vitals: () => vitals(0, READY, ABSENT),
      metrics,
      onProblem: (problem) => problems.push(problem),
    })
    t.after(close)
    const get = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
      return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
    }
    return { port, get, problems }
  }

  test('answers in JSON, and knows no other pages', async (t) => {
    const { get } = await serve(t, null)
    const page = await get('/readyz?x=1')
    assert.equal(page.type, 'application/json')
    assert.deepEqual(JSON.parse(page.text), { status: 'ok', broker: true, modems: { m0: 'ready', m1: 'absent' } })
    assert.equal((await get('/')).status, 404)
    assert.equal((await get('/metrics')).status, 404)
    assert.equal((await get('/healthz', { method: 'POST' })).status, 405)
  })

  test('lets nobody in without the token, where there is one', async (t) => {
    const { get } = await serve(t, 'secret')
    for (const [authorization, expected] of [
      [undefined, 401],
      ['Bearer wrong!', 401],
      ['Bearer secret2', 401],
      ['secret', 401],
      ['Bearer secret', 200],
    ] as const) {
      const page = await get('/healthz', authorization === undefined ? {} : { headers: { authorization } })
      assert.equal(page.status, expected, authorization)
    }
  })

  test('survives a page that fails', async (t) => {
    const { get, problems } = await serve(t, null, () => Promise.reject(new Error('no numbers')))
    assert.equal((await get('/metrics')).status, 500)
    assert.equal(problems.length, 1)
    assert.equal((await get('/healthz')).status, 200)
  })

  test('says which option is wrong when somebody else has the port', async (t) => {
    const { port } = await serve(t, null)
    const options = {
      host: '127.0.0.1',
      port,
      token: null,
      vitals: () => vitals(0),
      metrics: null,
      onProblem: () => {},
    }
    await assert.rejects(startHealthServer(options), { code: 'internal', message: /^health\.port: .*EADDRINUSE/ })
  })
})
