import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF920V } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { MF667 } from '../../src/simulator/profiles.ts'
import { render } from '../homeassistant/jinja.ts'
import { faultsOf } from '../homeassistant/validator.ts'
import { stateFaultsOf, stateOf } from '../homeassistant/validator-states.ts'
import { Observer, startBridge, startMosquitto } from './house.ts'

const STICK = '+447700900001'
const MIFI = '+447700900002'
const CODES = { '*100#': { text: 'Your balance is 12,34 EUR' } }

type Component = Record<string, unknown>

/** As much of Home Assistant as reads what is announced and presses what is shown. */
class Dashboard {
  readonly observer: Observer

  constructor(observer: Observer) {
    this.observer = observer
  }

  component(modem: string, key: string): Component {
    const { text } =
      this.observer.seen.findLast(({ topic }) => topic === `homeassistant/device/zte2mqtt_${modem}/config`) ?? {}
    return text === undefined ? {} : (JSON.parse(text).cmps[key] ?? {})
  }

  /** `None`: unknown; `undefined`: nothing was published yet. */
  state(modem: string, key: string): string | undefined {
    const component = this.component(modem, key)
    const last = this.observer.seen.findLast(({ topic }) => topic === component.stat_t)
    return last && stateOf(component, last.text)
  }

  until(modem: string, key: string, state: string): Promise<unknown> {
    return this.observer.until(`${modem} ${key} is ${state}`, () => this.state(modem, key) === state)
  }

  async give(modem: string, key: string, value: string): Promise<void> {
    const { cmd_t, cmd_tpl } = await this.observer.until(`${modem} ${key}`, () => {
      const component = this.component(modem, key)
      return component.cmd_t === undefined ? undefined : component
    })
    const payload = cmd_tpl === undefined ? value : render(String(cmd_tpl), { value })
    await this.observer.client.publishAsync(String(cmd_t), payload, { qos: 1 })
  }

  /** Whatever would have caused a line in the log of Home Assistant. */
  complaints(): string[] {
    const announced = this.observer.seen.filter(({ topic }) => topic.startsWith('homeassistant/'))
    const components = announced.flatMap(({ text }) => Object.values<Component>(JSON.parse(text).cmps))
    const read = new Map<unknown, Component[]>()
    for (const component of components) {
      const topic = component.stat_t ?? component.t
      read.set(topic, [...(read.get(topic) ?? []), component])
    }
    const states = this.observer.seen.flatMap(({ topic, text }) =>
      (read.get(topic) ?? []).flatMap((component) =>
        stateFaultsOf(component, text).map((fault) => `${topic}: ${component.name}: ${fault}`),
      ),
    )
    return [
      ...new Set([...announced.flatMap((each) => faultsOf({ topic: each.topic, payload: each.text })), ...states]),
    ]
  }
}

async function setUp(t: TestContext) {
  const network = new CellularNetwork({ ussd: CODES })
  const stick = new AtStick({ network, number: STICK, profile: MF667 })
  const router = new GoformRouter({ network, number: MIFI, profile: MF920V, password: 'admin' })
  t.after(async () => {
    await stick.close()
    router.close()
  })
  const broker = await startMosquitto(t)
  const observer = await Observer.connect(t, broker, 'homeassistant', ['#'])
  const modems = [
    { id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` },
    { id: 'mifi', transport: 'http', url: `http://127.0.0.1:${await router.listen()}`, password: 'admin' },
  ]
  startBridge(t, [
    `--mqtt.url=mqtt://127.0.0.1:${broker}`,
    `--modems=${JSON.stringify(modems)}`,
    `--contacts=${JSON.stringify({ mifi: MIFI })}`,
    '--notify=[{"name": "The MiFi", "to": "mifi"}]',
    '--ussd.queries=[{"name": "Balance", "code": "*100#", "regex": "([0-9.,]+) ?EUR", "unit": "EUR"}]',
    '--poll.signal=1s',
    '--poll.sms=1s',
  ])
  const dashboard = new Dashboard(observer)
  for (const modem of ['stick', 'mifi']) await dashboard.until(modem, 'registered', 'ON')
  return dashboard
}

test('a message goes from the form of a stick to a MiFi, shows on both, and nothing Home Assistant reads is wrong', async (t) => {
  const dashboard = await setUp(t)
  await dashboard.give('stick', 'send', 'PRESS')
  await dashboard.until('stick', 'last_send', 'refused')
  await dashboard.give('stick', 'send_recipient', 'mfi')
  await dashboard.give('stick', 'send_message', 'Grüße 👋')
  await dashboard.until('stick', 'send_message', 'Grüße 👋')
  await dashboard.give('stick', 'send', 'PRESS')
  await dashboard.observer.until('the reason', () =>
    dashboard.observer
      .on('stick/homeassistant/last_send')
      .some((each) => /"mfi" is neither/.test(JSON.stringify(each).replaceAll('\\', ''))),
  )
  await dashboard.give('stick', 'send_recipient', 'mifi')
  await dashboard.until('stick', 'send_recipient', 'mifi')
  await dashboard.give('stick', 'send', 'PRESS')
  await dashboard.until('mifi', 'last_sms', 'Grüße 👋')
  await dashboard.until('stick', 'last_send', 'delivered')
  await dashboard.until('stick', 'send_message', '')
  await dashboard.give('stick', 'notify_the_mifi', 'He said "no"\n👋')
  await dashboard.until('mifi', 'last_sms', 'He said "no"\n👋')
  assert.deepEqual(dashboard.complaints(), [])
})

test('a balance is asked by button and by code, modes are chosen, and each modem has just what it can', async (t) => {
  const dashboard = await setUp(t)
  for (const modem of ['stick', 'mifi']) await dashboard.until(modem, 'ussd_query_balance', '12.34')
  await dashboard.give('stick', 'ussd_ask_balance', '*100#')
  await dashboard.give('mifi', 'ussd_code', '*100#')
  await dashboard.until('mifi', 'ussd_code', '')
  await dashboard.until('mifi', 'last_ussd', 'Your balance is 12,34 EUR')
  for (const modem of ['stick', 'mifi']) {
    await dashboard.give(modem, 'network_mode', 'umts')
    await dashboard.until(modem, 'network_mode', 'umts')
  }
  await dashboard.give('bridge', 'log_level', 'error')
  await dashboard.until('bridge', 'log_level', 'error')
  assert.match(dashboard.state('mifi', 'battery_charging') ?? '', /^O(N|FF)$/)
  assert.match(dashboard.state('mifi', 'battery') ?? '', /^\d+$/)
  assert.deepEqual(dashboard.component('stick', 'battery'), { p: 'sensor' })
  assert.deepEqual(dashboard.component('mifi', 'call'), { p: 'event' })
  assert.match(dashboard.state('mifi', 'data_received') ?? '', /^\d+$/)
  assert.deepEqual(dashboard.complaints(), [])
})
