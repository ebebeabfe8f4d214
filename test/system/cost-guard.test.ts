import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'

const BURST = 500
const ALLOWED = 10
const RESERVE = 3

interface Answer {
  readonly status: 'ok' | 'error'
  readonly error?: { readonly code: string; readonly message: string }
  readonly transaction: string
}

test('of a runaway automation exactly the permitted messages leave, also over a kill, and high priority passes', async (t) => {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: '+447700900001', profile: MF190 })
  t.after(() => stick.close())
  const [port, broker] = [await stick.listen(), await startMosquitto(t)]
  const options = [
    `--mqtt.url=mqtt://127.0.0.1:${broker}`,
    `--modems=${JSON.stringify([{ id: 'stick', port: `tcp://127.0.0.1:${port}` }])}`,
    `--journal.path=${join(temporaryFolder(t), 'journal.db')}`,
    // The hour, so that a slow machine does not come into another minute.
    `--sms.limits.per_hour=${ALLOWED}`,
    `--sms.limits.reserve_for_high=${RESERVE}`,
  ]
  const observer = await Observer.connect(t, broker, 'observer', ['zte2mqtt/#'])
  const answers = (name = '') =>
    (observer.on('stick/response/sms/send') as Answer[]).filter(({ transaction }) => transaction.startsWith(name))
  const isReady = () => (observer.on('stick/state') as { phase: string }[]).at(-1)?.phase === 'ready'
  const send = (transaction: string, priority = 'normal') =>
    observer.command('stick', 'sms/send', {
      to: '+447700900123',
      text: `message ${transaction}`,
      transaction,
      priority,
    })
  const taken = () => network.taken.map(({ submit }) => submit.content.text)

  const burst = (name: string) => Promise.all(Array.from({ length: BURST / 2 }, (_, index) => send(`${name} ${index}`)))
  const first = startBridge(t, options)
  await observer.until('the stick is ready', isReady)
  const one = burst('one')
  await observer.until(
    'some are accepted',
    () => answers().filter(({ status }) => status === 'ok').length >= ALLOWED / 2,
  )
  first.kill('SIGKILL')
  await ended(first)
  startBridge(t, options)
  await Promise.all([one, burst('two')])
  // What the first process had taken and not answered yet has no answer.
  await observer.until('the second half is answered', () => answers('two').length === BURST / 2)
  await observer.until('what was accepted is sent', () => taken().length >= ALLOWED)

  for (const { status, error } of answers()) {
    if (status === 'ok') continue
    assert.equal(error?.code, 'quota_exceeded')
    assert.match(error?.message ?? '', /^sms\.limits\.per_(hour|minute) allows 10 parts.* from 20\d\d-.*Z \(in \d+ s\)/)
  }
  for (let count = 0; count <= RESERVE; count++) await send(`alarm ${count}`, 'high')
  await observer.until('the alarms are answered', () => answers('alarm').length > RESERVE)
  // Answers of commands that come together may overtake each other.
  const outcomes = new Map(answers('alarm').map(({ transaction, status }) => [transaction, status]))
  assert.deepEqual(
    Array.from({ length: RESERVE + 1 }, (_, index) => outcomes.get(`alarm ${index}`)),
    [...Array.from({ length: RESERVE }, () => 'ok'), 'error'],
  )
  await observer.until('the alarms are sent', () => taken().length >= ALLOWED + RESERVE)
  assert.equal(taken().length, ALLOWED + RESERVE)
  assert.equal(new Set(taken()).size, ALLOWED + RESERVE)
  const events = observer.on('stick/event') as { type: string; limit?: string }[]
  assert.ok(events.some(({ type, limit }) => type === 'quota_exceeded' && limit?.startsWith('per_')))
})
