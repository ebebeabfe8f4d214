import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BridgeService } from '../../src/bridge/bridge-requests.ts'
import { carryOutRequest } from '../../src/bridge/bridge-requests.ts'
import { ModemError } from '../../src/modem/errors.ts'

function setUp() {
  const asked: string[] = []
  const problems: string[] = []
  const service: BridgeService = {
    checkHealth: () => ({ healthy: true }),
    scanPorts: async () => ({ devices: [] }),
    restartModem: async (modem) => {
      if (modem === 'nobody') throw new ModemError('invalid_request', 'modem: there is stick.')
      if (modem === 'bug') throw new TypeError('a fault of the bridge')
      asked.push(`restart ${modem}`)
    },
    setLogLevel: (level) => void asked.push(`level ${level}`),
    restart: () => void asked.push('restart'),
  }
  const ask = async (verb: string, payload: string) => {
    const { answer, transaction } = carryOutRequest(service, verb, Buffer.from(payload), (p) => problems.push(p))
    return { ...(await answer), transaction }
  }
  return { asked, problems, ask }
}

for (const [verb, payload, did, data] of [
  ['health_check', 'PRESS', [], { healthy: true }],
  ['health_check', '{}', [], { healthy: true }],
  ['ports/scan', '{}', [], { devices: [] }],
  ['modem/restart', 'stick', ['restart stick'], {}],
  ['modem/restart', '{"modem": "stick"}', ['restart stick'], {}],
  ['log_level', 'debug', ['level debug'], { level: 'debug' }],
  ['log_level', '{"level": "silent"}', ['level silent'], { level: 'silent' }],
  ['restart', 'x', ['restart'], {}],
] as const) {
  test(`${verb} with ${payload} is carried out`, async () => {
    const { asked, ask } = setUp()
    assert.deepEqual(await ask(verb, payload), { status: 'ok', data, transaction: null })
    assert.deepEqual(asked, did)
  })
}

for (const [verb, payload, code, message] of [
  ['nonsense', '{}', 'unknown_command', /there is health_check, ports\/scan, modem\/restart, log_level, restart/],
  ['log_level', '{"level": "loud"}', 'invalid_request', /^level: expected one of trace, debug/],
  ['log_level', '{}', 'invalid_request', /^level: /],
  ['modem/restart', '{"modem": 1}', 'invalid_request', /^modem: /],
  ['modem/restart', 'nobody', 'invalid_request', /there is stick/],
  ['restart', '{"now": true}', 'invalid_request', /now/],
  ['restart', '{', 'invalid_request', /not JSON/],
  ['modem/restart', 'bug', 'internal', /log tells more/],
] as const) {
  test(`${verb} with ${payload} is refused as ${code}`, async () => {
    const { asked, problems, ask } = setUp()
    const answer = await ask(verb, payload)
    assert.equal(answer.status, 'error')
    if (answer.status !== 'error') return
    assert.equal(answer.error.code, code)
    assert.match(answer.error.message, message)
    assert.deepEqual(asked, [])
    assert.equal(problems.length, code === 'internal' ? 1 : 0)
  })
}

test('a transaction comes back, whatever the answer is', async () => {
  const { ask } = setUp()
  assert.equal((await ask('restart', '{"transaction": "t1"}')).transaction, 't1')
  assert.equal((await ask('nonsense', '{"transaction": "t2"}')).transaction, 't2')
})
