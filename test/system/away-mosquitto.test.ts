import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import { ended, Observer, startBridge, startMosquitto, temporaryFolder } from './house.ts'

const NUMBER = '+447700900001'
const FRIEND = '+447700900123'

type Json = Record<string, unknown>

for (const protocol of [5, 4]) {
  const version = protocol === 5 ? '5' : '3.1.1'
  test(`of what is asked while the bridge is away, it sends and cancels messages, and does nothing else (MQTT ${version})`, async (t) => {
    const network = new CellularNetwork({ ussd: { '*100#': { text: 'Balance 12,50 EUR' } } })
    const stick = new AtStick({ network, number: NUMBER, profile: MF831 })
    t.after(() => stick.close())
    const brokerPort = await startMosquitto(t)
    const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
    const options = [
      `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
      `--mqtt.protocol=${protocol}`,
      `--modems=${JSON.stringify([{ id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` }])}`,
      `--journal.path=${join(temporaryFolder(t), 'journal.db')}`,
    ]
    const isReady = (): boolean => (observer.on('stick/state') as Json[]).at(-1)?.['phase'] === 'ready'
    const first = startBridge(t, options)
    await observer.until('it is open', isReady)
    first.kill('SIGTERM')
    assert.equal(await ended(first), 0)
    observer.seen.length = 0

    for (const [command, payload] of [
      ['reboot', 'PRESS'],
      ['reboot', 'PRESS'],
      ['ussd/send', '*100#'],
      ['ussd/sned', '*100#'],
      ['radio/set', 'OFF'],
      ['sms/list', '{}'],
      ['sms/send', { to: FRIEND, text: 'Hello', id: 'a' }],
      ['sms/send', { to: FRIEND, text: 'Hello again', id: 'b' }],
      ['sms/cancel', 'b'],
    ] as const) {
      await observer.command('stick', command, payload)
    }
    startBridge(t, options)
    await observer.until('both messages', () =>
      ['a sent', 'b cancelled'].every((wanted) =>
        (observer.on('stick/sms/status') as Json[]).some(({ id, status }) => `${id} ${status}` === wanted),
      ),
    )
    await observer.until('it is open', isReady)
    await observer.command('stick', 'refresh', 'PRESS')
    await observer.until('what is asked now', () => observer.on('stick/response/refresh').length > 0)
    const answered = observer.seen.flatMap(({ topic }) => topic.split('/response/')[1] ?? [])
    assert.deepEqual(answered, ['sms/send', 'sms/send', 'sms/cancel', 'refresh'])
    assert.equal(network.taken.length, 1)
    assert.deepEqual(network.ussd.said, [])
    assert.equal(stick.radio.isRegistered, true)
    assert.ok(!(observer.on('stick/event') as Json[]).some(({ type }) => type === 'rebooting'))
  })
}
