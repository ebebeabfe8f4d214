import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { MF79RU } from '../../src/simulator/goform-profiles.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'
import type { Json } from './http-rig.ts'
import { lastState, loginsAt, NUMBER, optionsFor, PEER, ready, sent, setUpRouter } from './http-rig.ts'

const TIME_PASSES = new URL('./time-passes.mjs', import.meta.url).pathname

test('a person who logs in to the web page is made room for, and the bridge comes back when five minutes are over', async (t) => {
  const site = await setUpRouter(t, MF79RU)
  const { network, router, peer, port } = site
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const bridge = startBridge(t, optionsFor(port, brokerPort), { PASSING_MS: '150000' }, ['--import', TIME_PASSES])
  await ready(observer)
  assert.equal(loginsAt(site), 1)
  router.personLogsIn()
  await observer.until('it says so', () =>
    (observer.on('mifi/event') as Json[]).some(({ type }) => type === 'session_taken'),
  )
  await observer.until('it is paused', () => lastState(observer)['phase'] === 'paused')
  assert.match(String(lastState(observer)['problem']), /web page/)
  // What the router tells everybody goes on being read.
  assert.equal(observer.on('mifi/availability').at(-1), 'online')
  assert.equal((lastState(observer)['signal'] as Json)['bars'], 4)

  // While the page is the person's, messages wait: those that go out in the journal, those that come in in the router.
  network.inject({ from: PEER, to: NUMBER, text: 'came meanwhile' })
  const give = async (id: string): Promise<void> => {
    await observer.command('mifi', 'sms/send', { to: PEER, text: id, id, transaction: id })
    await observer.until(`${id} is accepted`, () =>
      (observer.on('mifi/sms/status') as Json[]).some((each) => each['id'] === id && each['status'] === 'queued'),
    )
  }
  await give('first')
  bridge.kill('SIGUSR2')
  await give('half time')
  assert.equal(loginsAt(site), 1, 'nobody is thrown out')
  assert.equal(lastState(observer)['phase'], 'paused')

  bridge.kill('SIGUSR2')
  await ready(observer)
  await sent(observer, 'first')
  await sent(observer, 'half time')
  assert.equal(loginsAt(site), 2)
  assert.equal(observer.on('mifi/availability').at(-1), 'online')
  assert.equal(lastState(observer)['problem'], null)
  assert.deepEqual(
    peer.store.rows('nv').map(({ text }) => text),
    ['first', 'half time'],
  )
  assert.deepEqual(
    (observer.on('mifi/sms/received') as Json[]).map(({ text }) => text),
    ['came meanwhile'],
  )
  assert.equal((observer.on('mifi/event') as Json[]).filter(({ type }) => type === 'session_taken').length, 1)
})

test('a wrong password is tried twice, over restarts too, and the state says what to do', async (t) => {
  const { router, port } = await setUpRouter(t, MF79RU)
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const folder = temporaryFolder(t)
  const options = [
    ...optionsFor(port, brokerPort, { password: 'wrong' }),
    `--journal.path=${join(folder, 'journal.db')}`,
  ]
  for (let start = 1; start <= 2; start += 1) {
    observer.seen.splice(0)
    const bridge = startBridge(t, options)
    await observer.until('it has failed', () => lastState(observer)['phase'] === 'failed')
    assert.match(String(lastState(observer)['problem']), /refused the configured password/)
    bridge.kill('SIGTERM')
    assert.equal(await ended(bridge), 0)
  }
  assert.equal(router.requests.filter(({ fields }) => fields.get('goformId') === 'LOGIN').length, 2)
})
