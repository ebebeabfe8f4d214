import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import { ended, Observer, run, startBridge, startMosquitto } from './house.ts'

const NUMBER = '+447700900001'
const FRIEND = '+447700900123'

type Json = Record<string, unknown>

const codeOf = ({ status, error }: Json): unknown => (status === 'ok' ? 'ok' : (error as Json)['code'])

test('messages, USSD, radio, pause and restart, asked with mosquitto_rr', async (t) => {
  const network = new CellularNetwork({ ussd: { '*100#': { text: 'Balance 12,50 EUR' } } })
  const stick = new AtStick({ network, number: NUMBER, profile: MF831, latency: { returnMs: 500 } })
  t.after(() => stick.close())
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const port = await stick.listen()
  startBridge(t, [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([{ id: 'stick', port: `tcp://127.0.0.1:${port}` }])}`,
    '--sms.after_receive=keep',
  ])
  const state = (): Json => (observer.on('stick/state') as Json[]).at(-1) ?? {}
  let asked = 0
  const ask = async (command: string, payload: string): Promise<Json> => {
    const to = ['-h', '127.0.0.1', '-p', `${brokerPort}`, '-V', '5', '-q', '1', '-W', '25']
    const topics = ['-t', `zte2mqtt/stick/command/${command}`, '-e', `replies/${++asked}`, '-m', payload]
    const before = observer.on(`stick/response/${command}`).length
    const asker = run(t, 'mosquitto_rr', [...to, ...topics])
    assert.equal(await ended(asker), 0, `${command} ${payload}: ${asker.output}`)
    const answer = JSON.parse(asker.output) as Json
    const copies = await observer.until(`the answer to ${command}`, () => {
      const all = observer.on(`stick/response/${command}`)
      return all.length > before && all
    })
    assert.deepEqual(copies.slice(before), [answer], 'one answer, the same on the topic of the modem')
    return answer
  }
  await observer.until('it is open', () => state()['phase'] === 'ready')

  for (const unknown of ['dance', 'ussd/sned', 'network_mode/get', 'sms/send/now']) {
    assert.equal(codeOf(await ask(unknown, 'PRESS')), 'unknown_command', unknown)
  }

  network.inject({ to: NUMBER, from: FRIEND, text: 'Water in the cellar' })
  await observer.until('the message', () => observer.on('stick/sms/received').length === 1)
  const history = ((await ask('sms/list', '{"limit": 5}'))['data'] as Json)['messages'] as Json[]
  assert.equal(history.length, 1)
  assert.match(JSON.stringify(history), /Water in the cellar/)
  assert.equal(stick.mailbox.store('SM').used, 1)
  assert.deepEqual(await ask('sms/delete', '{"all": "received", "transaction": "t1"}'), {
    status: 'ok',
    data: { deleted: 1 },
    transaction: 't1',
  })
  assert.equal(stick.mailbox.store('SM').used, 0)
  assert.equal(codeOf(await ask('sms/delete', '{"id": "nobody"}')), 'invalid_request')

  const reply = (await ask('ussd/send', '*100#'))['data'] as Json
  assert.deepEqual([reply['text'], reply['status']], ['Balance 12,50 EUR', 'done'])
  assert.equal(codeOf(await ask('ussd/send', '*999#')), 'rejected_by_network')

  stick.setSignal({ rsrpDbm: -71 })
  assert.equal(codeOf(await ask('refresh', 'PRESS')), 'ok')
  await observer.until('the signal', () => /-71\b/.test(JSON.stringify(state())))

  assert.equal(codeOf(await ask('radio/set', 'OFF')), 'ok')
  assert.equal(stick.radio.isRegistered, false)
  await observer.until('it is told', () => /radio\/set/.test(String(state()['problem'])))
  assert.equal(codeOf(await ask('radio/set', 'ON')), 'ok')
  assert.equal(stick.radio.isRegistered, true)

  assert.equal(codeOf(await ask('reboot', 'PRESS')), 'ok')
  await observer.until('it goes', () => state()['phase'] === 'rebooting')
  await observer.until('it is back', () => state()['phase'] === 'ready')

  assert.match(String(((await ask('pause', 'ON'))['data'] as Json)['until']), /^\d{4}-.*Z$/)
  await observer.until('it is paused', () => state()['phase'] === 'paused')
  for (const command of ['reboot', 'radio/set', 'refresh', 'ussd/send']) {
    const payload = { 'radio/set': 'OFF', 'ussd/send': '*100#' }[command] ?? 'PRESS'
    assert.equal(codeOf(await ask(command, payload)), 'modem_offline', command)
  }
  assert.equal(codeOf(await ask('sms/send', `{"to": "${FRIEND}", "text": "Hello", "id": "a"}`)), 'ok')
  assert.deepEqual((await ask('sms/cancel', 'a'))['data'], { id: 'a', status: 'cancelled' })
  assert.equal(codeOf(await ask('sms/cancel', 'a')), 'not_allowed')
  assert.equal(codeOf(await ask('pause', 'OFF')), 'ok')
  await observer.until('it is used again', () => state()['phase'] === 'ready')
  assert.equal(codeOf(await ask('sms/send', `{"to": "${FRIEND}", "text": "Hello again", "id": "b"}`)), 'ok')
  await observer.until('the other one', () => network.taken.length > 0)
  assert.equal(network.taken.length, 1, 'what was cancelled is not sent')
})
