import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { BorrowedMode } from '../../src/bridge/borrowed-mode.ts'
import type { FallbackPolicy } from '../../src/bridge/ussd-fallback.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import type { AtStickOptions } from '../../src/simulator/stick-hardware.ts'
import { codeOf, setUp } from './commands-bench.ts'

const BALANCE = 'Balance 12,50 EUR'
const SILENT: StickProfile = { ...MF831, ussdOnLte: '+CUSD: 4' }
const REFUSING: StickProfile = { ...MF831, ussdOnLte: '+CME ERROR: 100' }

/** An LTE stick that does USSD on 3G alone; the user chose a mode that no fallback would. */
async function onLte(
  t: TestContext,
  fallback: FallbackPolicy = 'when_idle',
  { profile = REFUSING, latency = { settleMs: 5_000 } }: Pick<AtStickOptions, 'profile' | 'latency'> = {},
) {
  const ussd = { fallback, timeoutMs: 60_000, queries: [] }
  const bench = await setUp(t, { profile, latency }, { ussd })
  bench.network.ussd.set('*100#', { text: BALANCE })
  assert.equal(codeOf(await bench.ask('network_mode/set', { zsnt: '0,0,6' })), 'ok')
  assert.ok(await bench.until(() => bench.stick.radio.isRegistered, 60))
  bench.said.length = 0
  const modes = (): string[] => bench.said.filter((line) => line.startsWith('AT+ZSNT='))
  const mode = (): string => bench.stick.radio.zsnt.join()
  const owed = () => new BorrowedMode(bench.journal, 'stick').owed
  return { ...bench, modes, mode, owed }
}

describe('a code that a stick refuses on LTE', () => {
  for (const [how, profile] of [
    ['with an error', REFUSING],
    ['with a reply', SILENT],
  ] as const) {
    test(`${how} is answered on 3G, and the stick goes back`, async (t) => {
      const { ask, outlet, network, stick, modes, mode, owed, until } = await onLte(t, 'when_idle', { profile })
      const answer = await ask('ussd/send', '*100#')
      assert.equal(
        answer.status === 'ok' && JSON.stringify(answer.data).includes(BALANCE),
        true,
        JSON.stringify(answer),
      )
      assert.ok(await until(() => owed() === null, 60))
      assert.deepEqual(modes(), ['AT+ZSNT=2,0,0', 'AT+ZSNT=0,0,6'])
      assert.equal(mode(), '0,0,6')
      assert.ok(await until(() => stick.radio.isRegistered && stick.radio.technology === 'LTE', 60))
      assert.equal(network.ussd.said.join(), '*100#', 'the network was asked once')
      assert.deepEqual(
        outlet.ussd.map(({ text }) => text),
        [BALANCE],
      )
    })
  }

  test('keeps the stick on 3G for as long as its menu is open', async (t) => {
    const { ask, network, mode, modes, owed, until, pass } = await onLte(t)
    network.ussd.set('*100#', { text: '1: Balance', menu: { 1: { text: BALANCE } } })
    assert.equal(codeOf(await ask('ussd/send', '*100#')), 'ok')
    await pass(120)
    assert.equal(mode(), '2,0,0')
    assert.equal(codeOf(await ask('ussd/reply', '1')), 'ok')
    assert.ok(await until(() => owed() === null, 60))
    assert.deepEqual(modes(), ['AT+ZSNT=2,0,0', 'AT+ZSNT=0,0,6'])
  })

  test('gives the mode back also when the network never answers', async (t) => {
    const { ask, network, mode, owed, until } = await onLte(t)
    network.ussd.set('*100#', { isSilent: true })
    assert.equal(codeOf(await ask('ussd/send', '*100#')), 'timeout')
    assert.ok(await until(() => owed() === null, 60))
    assert.equal(mode(), '0,0,6')
  })

  test('touches nothing while data is connected, with when_idle', async (t) => {
    const { ask, stick, network, modes, owed } = await onLte(t)
    assert.equal(codeOf(await ask('data/set', 'ON')), 'ok')
    const answer = await ask('ussd/send', '*100#')
    assert.equal(codeOf(answer), 'not_allowed')
    assert.match(answer.status === 'error' ? answer.error.message : '', /data is connected.*when_idle/)
    assert.deepEqual([modes(), owed(), stick.data.isActive, network.ussd.said], [[], null, true, []])
  })

  test('is moved although data is connected, with always', async (t) => {
    const { ask, mode, owed, until } = await onLte(t, 'always')
    assert.equal(codeOf(await ask('data/set', 'ON')), 'ok')
    assert.equal(codeOf(await ask('ussd/send', '*100#')), 'ok')
    assert.ok(await until(() => owed() === null, 60))
    assert.equal(mode(), '0,0,6')
  })

  test('is answered with the refusal, with never', async (t) => {
    const { ask, modes, owed, network } = await onLte(t, 'never')
    const answer = await ask('ussd/send', '*100#')
    assert.equal(codeOf(answer), 'not_allowed')
    assert.match(answer.status === 'error' ? answer.error.message : '', /refused on LTE.*never/)
    assert.deepEqual([modes(), owed(), network.ussd.said], [[], null, []])
  })

  test('needs no other network where the stick does USSD on LTE', async (t) => {
    const { ask, modes } = await onLte(t, 'when_idle', { profile: MF831 })
    assert.equal(codeOf(await ask('ussd/send', '*100#')), 'ok')
    assert.deepEqual(modes(), [])
  })
})

describe('a stick that drops off the bus while its mode is borrowed', () => {
  test('on its way to 3G gets the mode of its user when it is back', async (t) => {
    const { ask, stick, mode, owed, until, outlet, network } = await onLte(t)
    const waiting = ask('ussd/send', '*100#')
    assert.ok(await until(() => mode() === '2,0,0', 30))
    stick.dropOffBus()
    assert.equal(codeOf(await waiting), 'modem_offline')
    assert.deepEqual(owed(), { raw: '0,0,6' })
    await stick.replug()
    assert.ok(await until(() => owed() === null && outlet.phases.at(-1) === 'ready', 200))
    assert.equal(mode(), '0,0,6')
    assert.deepEqual(network.ussd.said, [], 'nothing is said again by itself')
  })

  test('with a menu open gets the mode of its user when it is back', async (t) => {
    const { ask, stick, mode, owed, until, outlet, network, driver } = await onLte(t)
    network.ussd.set('*100#', { text: '1: Balance', menu: { 1: { text: BALANCE } } })
    assert.equal(codeOf(await ask('ussd/send', '*100#')), 'ok')
    stick.dropOffBus()
    await stick.replug()
    assert.equal(mode(), '2,0,0', 'a stick remembers its mode')
    const opened = driver.opened
    assert.ok(await until(() => driver.opened > opened && outlet.phases.at(-1) === 'ready', 200))
    assert.equal(mode(), '0,0,6')
    assert.equal(owed(), null)
  })
})
