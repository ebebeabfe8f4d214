import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import type { AtStickOptions } from '../../src/simulator/stick-hardware.ts'
import { ended, Observer, run, startBridge, startMosquitto } from './house.ts'

const NUMBER = '+447700900001'
const PIN = '2468'

type Json = Record<string, unknown>

/** A whole bridge, and `mosquitto_rr` as whoever asks: MQTT 5 request and response, as scripts use it. */
async function setUp(t: TestContext, given: Partial<AtStickOptions> = {}, modem: Json = {}) {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER, profile: MF831, ...given })
  t.after(() => stick.close())
  const brokerPort = await startMosquitto(t)
  const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
  const port = await stick.listen()
  const bridge = startBridge(t, [
    `--mqtt.url=mqtt://127.0.0.1:${brokerPort}`,
    `--modems=${JSON.stringify([{ id: 'stick', port: `tcp://127.0.0.1:${port}`, ...modem }])}`,
    '--log.level=trace',
    '--log.redact=false',
    '--log.trace=true',
  ])
  const state = (): Json => (observer.on('stick/state') as Json[]).at(-1) ?? {}
  await observer.until('it is open', () => ['ready', 'unlocking'].includes(String(state()['phase'])))
  let asked = 0
  const ask = async (command: string, payload: string): Promise<Json> => {
    const responseTopic = `replies/${++asked}`
    const arguments_ = ['-h', '127.0.0.1', '-p', `${brokerPort}`, '-V', '5', '-q', '1', '-W', '25']
    const topics = ['-t', `zte2mqtt/stick/command/${command}`, '-e', responseTopic, '-m', payload]
    const asker = run(t, 'mosquitto_rr', [...arguments_, ...topics])
    assert.equal(await ended(asker), 0, `${command} ${payload}: ${asker.output}`)
    const answer = JSON.parse(asker.output) as Json
    const copies = await observer.until(`the answer to ${command}`, () => {
      const all = observer.on(`stick/response/${command}`)
      return all.length > 0 && all
    })
    assert.deepEqual(copies.at(-1), answer, 'the same answer on the topic of the modem')
    return answer
  }
  return { stick, bridge, observer, state, ask }
}

const codeOf = ({ status, error }: Json): unknown => (status === 'ok' ? 'ok' : (error as Json)['code'])

describe('commands asked with mosquitto_rr', () => {
  test('about network and data are carried out, and show in state and info', async (t) => {
    const { stick, observer, state, ask } = await setUp(t)
    const info = await observer.until('the info', () => {
      const last = (observer.on('stick/info') as Json[]).at(-1)
      return last?.['network_modes'] != null && last
    })
    assert.deepEqual(info['network_modes'], ['auto', 'gsm', 'umts', 'lte', 'lte_preferred'])
    assert.deepEqual(info['locks'], { status: 'unlocked', to: null, tries_left: 5 })
    assert.equal(info['msisdn'], null)
    assert.deepEqual(state()['cell'], {
      lac: null,
      tac: '1F3C',
      cell_id: '02A4B1C7',
      pci: null,
      band: null,
      channel: null,
    })
    assert.deepEqual([state()['network_mode'], state()['network_mode_raw']], ['auto', '0,0,0'])
    assert.equal(state()['battery'], null)

    assert.deepEqual(await ask('network_mode/set', 'umts'), { status: 'ok', data: {}, transaction: null })
    await observer.until(
      'the mode',
      () => state()['network_mode'] === 'umts' && state()['access_technology'] === 'hsdpa',
    )
    assert.equal((state()['cell'] as Json)['lac'], '1F3C')
    assert.deepEqual(await ask('network_mode/set', '{"zsnt": "6,0,0", "transaction": "t1"}'), {
      status: 'ok',
      data: {},
      transaction: 't1',
    })
    await observer.until('the other mode', () => state()['network_mode'] === 'lte')
    assert.equal(codeOf(await ask('network_mode/set', 'gsm_preferred')), 'invalid_request')

    assert.deepEqual((await ask('operator/scan', 'PRESS'))['data'], {
      operators: [
        { name: 'Testnet', code: '24491', status: 'current', access_technology: 'lte' },
        { name: 'Other, Inc', code: '24405', status: 'forbidden', access_technology: 'gsm' },
      ],
    })
    assert.equal(codeOf(await ask('operator/set', '24491')), 'ok')
    assert.equal(codeOf(await ask('operator/set', '{"code": "24405"}')), 'not_registered')
    assert.equal(codeOf(await ask('operator/set', 'auto')), 'ok')

    assert.equal(codeOf(await ask('data/set', 'ON')), 'ok')
    await observer.until('the data', () => (state()['data'] as Json)['ip'] === '10.64.7.9')
    assert.equal(codeOf(await ask('data/set', '{"connected": false}')), 'ok')
    await observer.until('no data', () => (state()['data'] as Json)['connected'] === false)

    assert.equal(codeOf(await ask('at', '{"command": "AT+CSQ"}')), 'not_allowed')
    stick.dropOffBus()
    await observer.until('it is gone', () => state()['link'] === 'down')
    for (const [command, payload] of [
      ['network_mode/set', 'auto'],
      ['operator/scan', 'x'],
      ['operator/set', 'auto'],
      ['data/set', 'ON'],
      ['sim/unlock', '{"pin": "2468"}'],
      ['usb_mode/set', 'network'],
    ] as const) {
      assert.equal(codeOf(await ask(command, payload)), 'modem_offline', command)
    }
  })

  test('unlock the SIM, and nothing in the log or on MQTT tells the PIN', async (t) => {
    const { stick, bridge, observer, state, ask } = await setUp(t, { sim: { pin: PIN } })
    const refused = await ask('sim/unlock', '{"pin": "1357"}')
    assert.equal(codeOf(refused), 'rejected_by_modem')
    assert.match(JSON.stringify(refused), /PIN: 2;/)
    assert.equal(codeOf(await ask('sim/unlock', `{"pin": "${PIN}"}`)), 'ok')
    await observer.until('ready', () => state()['phase'] === 'ready' && state()['registration'] === 'home')
    assert.equal(stick.sim.pinTries, 3)
    stick.dropOffBus()
    await observer.until('it is gone', () => state()['link'] === 'down')
    // The conversation is told when the modem fails.
    assert.match(bridge.output, /"exchanges":\[.*AT\+CPIN=\\"<4>\\" → OK/)
    const told = observer.seen.filter(({ topic }) => !topic.includes('/command/')).map(({ text }) => text)
    for (const secret of ['1357', PIN]) assert.ok(!`${bridge.output}${told}`.includes(`"${secret}`), secret)
  })

  test('raw AT commands, a mode from the configuration, and leaving for the network mode', async (t) => {
    const { stick, observer, state, ask } = await setUp(t, {}, { allow_raw_at: true, network_mode: 'umts' })
    await observer.until('the configured mode', () => stick.radio.zsnt.join() === '2,0,0')
    assert.deepEqual((await ask('at', '{"command": "AT+CGMM"}'))['data'], { lines: ['MF831'], result: 'OK' })
    assert.deepEqual((await ask('at', '{"command": "AT+FOO", "timeout_ms": 3000}'))['data'], {
      lines: [],
      result: 'ERROR',
    })
    assert.equal(codeOf(await ask('at', '{"command": "AT+CMGS=23"}')), 'not_allowed')
    assert.equal(codeOf(await ask('at', 'AT+CSQ')), 'invalid_request')
    assert.equal(codeOf(await ask('usb_mode/set', 'modem')), 'invalid_request')
    assert.equal(codeOf(await ask('usb_mode/set', 'network')), 'ok')
    await observer.until('it is gone', () => state()['link'] === 'down')
    assert.equal(stick.isOnBus, false)
  })
})
