import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'

const NUMBER = '+447700900001'
const PEER = '+447700900123'

type Json = Record<string, unknown>

test('with no room for the journal nothing leaves the modem, commands are refused, problem says why, and it passes', async (t) => {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER, profile: MF190 })
  t.after(() => stick.close())
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const bridge = startBridge(t, [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([{ id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` }])}`,
    `--journal.path=${join(temporaryFolder(t), 'journal.db')}`,
    '--poll.signal=1s',
    '--poll.sms=1s',
  ])
  const state = (): Json => (observer.on('stick/state') as Json[]).at(-1) ?? {}
  const received = (): unknown[] => (observer.on('stick/sms/received') as Json[]).map(({ text }) => text)
  await observer.until('ready', () => state()['phase'] === 'ready')
  network.inject({ from: PEER, to: NUMBER, text: 'before' })
  await observer.until('the first message', () => received().length === 1)

  // To the process it is the same as a full disk: no file can grow.
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(bridge.pid), `--fsize=${bytes}`])
  limit('1:unlimited')
  network.inject({ from: PEER, to: NUMBER, text: 'alarm' })
  await observer.until('the problem', () => /journal cannot be used/.test(String(state()['problem'])))
  assert.equal(stick.mailbox.store('SM').used, 1)
  assert.equal(state()['phase'], 'ready')
  await observer.command('stick', 'sms/send', { to: PEER, text: 'x', transaction: 'full' })
  const answer = (await observer.until('the refusal', () => observer.on('stick/response/sms/send')[0])) as Json
  assert.equal((answer['error'] as Json)['code'], 'internal')
  assert.match(String((answer['error'] as Json)['message']), /journal cannot be used/)
  assert.equal(network.taken.length, 0)

  limit('unlimited')
  await observer.until('the second message', () => received().includes('alarm'))
  await observer.until('no problem any more', () => state()['problem'] === null)
  assert.equal(stick.mailbox.store('SM').used, 0)
  assert.deepEqual(received(), ['before', 'alarm'])
  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
})
