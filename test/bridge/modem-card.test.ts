import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modemCard } from '../../src/bridge/modem-card.ts'
import { FakeDriver, FakeModem } from './fake-modem.ts'
import { supervise } from './supervisor-bench.ts'

const driver = new FakeDriver(() => Promise.resolve(new FakeModem()))
const nothing = async (): Promise<never> => assert.fail()
const options = { id: 'stick', name: 'Stick', driver }

test('before it was opened, a modem can nothing that anybody knows of', () => {
  const card = modemCard(options, { state: {}, identity: null }, undefined)
  assert.deepEqual(card, {
    id: 'stick',
    name: 'Stick',
    transport: 'serial',
    identity: null,
    canSend: false,
    canReboot: false,
    canUssd: false,
    canScan: false,
    canSwitchData: false,
    canSwitchUsb: false,
    networkModes: null,
    tells: [],
  })
})

test('what an open modem can is on its card, and what it told of', () => {
  const can = {
    operator: { scan: nothing, set: nothing },
    data: { set: nothing },
    ussd: { request: nothing, reply: nothing, cancel: nothing },
    usbMode: { set: nothing },
    networkMode: { modes: ['auto', 'lte'] as const, set: nothing },
    reboot: nothing,
  }
  const card = modemCard(
    options,
    { state: { sim: 'ready', battery: { percent: 1, charging: null } }, identity: null },
    { can },
  )
  const { canSend, canReboot, canUssd, canScan, canSwitchData, canSwitchUsb } = card
  assert.deepEqual([canSend, canReboot, canUssd, canScan, canSwitchData, canSwitchUsb], [false, ...Array(5).fill(true)])
  assert.deepEqual(
    [card.networkModes, card.tells],
    [
      ['auto', 'lte'],
      ['battery', 'sim'],
    ],
  )
})

test('a group of the state that a modem tells for the first time is announced, and no other change is', async (t) => {
  const { modem, outlet, pass } = supervise(t)
  await pass(1)
  assert.deepEqual(
    outlet.cards.map(({ tells }) => tells),
    [[], ['registration', 'sim', 'store']],
  )
  modem().state = { registration: { state: 'roaming', accessTechnology: null } }
  await pass(120)
  assert.equal(outlet.cards.length, 2)
  modem().state = { ...modem().state, battery: { percent: 80, charging: true } }
  await pass(120)
  assert.deepEqual(
    outlet.cards.slice(2).map(({ tells }) => tells),
    [['battery', 'registration', 'sim', 'store']],
  )
})
