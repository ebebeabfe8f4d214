import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setUp } from './stick-bench.ts'

const PUK = '87654321'

describe('unlocking the SIM', () => {
  test('by its PIN', async (t) => {
    const { stick, open } = setUp(t, { sim: { pin: '1234' } })
    const modem = await open()
    await modem.can.unlock?.pin('1234')
    assert.equal(stick.sim.isReady, true)
  })

  test('by a wrong PIN is tried once, and says how many tries are left', async (t) => {
    const { stick, said, open } = setUp(t, { sim: { pin: '1234' } })
    const modem = await open()
    const refused = modem.can.unlock?.pin('9999') ?? Promise.resolve()
    await assert.rejects(refused, { code: 'rejected_by_modem', cme: 16, message: /Tries left for the PIN: 2;/ })
    assert.equal(stick.sim.pinTries, 2)
    assert.equal(said.filter((line) => line.startsWith('AT+CPIN=')).length, 1)
  })

  test('is also done with the last try, because a user asks for it', async (t) => {
    const { stick, open } = setUp(t, { sim: { pin: '1234' } })
    stick.sim.pinTries = 1
    const modem = await open({ pin: '1234' })
    assert.equal(stick.sim.isReady, false, 'the bridge itself leaves the last try alone')
    await modem.can.unlock?.pin('1234')
    assert.equal(stick.sim.isReady, true)
  })

  test('by a wrong PIN with the last try says that the PUK is next', async (t) => {
    const { stick, open } = setUp(t, { sim: { pin: '1234' } })
    stick.sim.pinTries = 1
    const modem = await open()
    await assert.rejects(modem.can.unlock?.pin('9999') ?? Promise.resolve(), {
      message: /Tries left for the PUK: 10;/,
    })
    await assert.rejects(modem.can.unlock?.pin('1234') ?? Promise.resolve(), {
      code: 'sim_not_ready',
      message: /does not ask for a PIN now.*PUK/,
    })
  })

  test('by its PUK sets the new PIN', async (t) => {
    const { stick, open } = setUp(t, { sim: { pin: '1234', puk: PUK } })
    stick.sim.pinTries = 0
    const modem = await open()
    await assert.rejects(modem.can.unlock?.puk('00000000', '4321') ?? Promise.resolve(), {
      message: /refused the PUK. Tries left for the PUK: 9;/,
    })
    await modem.can.unlock?.puk(PUK, '4321')
    assert.equal(stick.sim.isReady, true)
    stick.sim.powerUp()
    assert.equal(stick.sim.enter('4321'), true)
  })

  test('that is not locked enters nothing', async (t) => {
    const { said, open } = setUp(t)
    const modem = await open()
    await assert.rejects(modem.can.unlock?.pin('1234') ?? Promise.resolve(), { code: 'invalid_request' })
    await assert.rejects(modem.can.unlock?.puk(PUK, '1234') ?? Promise.resolve(), { code: 'invalid_request' })
    assert.ok(!said.some((line) => line.startsWith('AT+CPIN=')))
  })

  test('of a modem that does not count says so', async (t) => {
    const { stick, open } = setUp(t, { sim: { pin: '1234' } })
    stick.refuse('+ZPINPUK')
    const modem = await open()
    await assert.rejects(modem.can.unlock?.pin('9999') ?? Promise.resolve(), { message: /does not tell how many/ })
  })
})

describe('what unlocking teaches about the configured PIN', () => {
  for (const [what, entered, configured, wasRefused, isRefused] of [
    ['the configured PIN was right after all', '1234', '1234', true, false],
    ['another PIN was right, so the configured one is wrong', '1234', '9999', false, true],
    ['nothing is configured', '1234', null, false, false],
    ['the configured PIN was wrong', '9999', '9999', false, true],
    ['a wrong PIN says nothing about another one', '8888', '1234', false, false],
  ] as const) {
    test(what, async (t) => {
      const { pinNotes, open, stick } = setUp(t, { sim: { pin: '1234' } })
      // So that it is not entered at the start.
      pinNotes.isRefused = true
      const modem = await open({ pin: configured })
      pinNotes.isRefused = wasRefused
      await modem.can.unlock?.pin(entered).catch(() => undefined)
      assert.equal(pinNotes.isRefused, isRefused)
      assert.equal(stick.sim.isReady, entered === '1234')
    })
  }

  test('the PUK made it wrong, or right', async (t) => {
    for (const [newPin, isRefused] of [
      ['4321', true],
      ['1234', false],
    ] as const) {
      const { pinNotes, open, stick } = setUp(t, { sim: { pin: '1234', puk: PUK } })
      stick.sim.pinTries = 0
      const modem = await open({ pin: '1234' })
      await modem.can.unlock?.puk(PUK, newPin)
      assert.equal(pinNotes.isRefused, isRefused)
    }
  })

  test('a SIM that is busy says nothing about a PIN', async (t) => {
    const { pinNotes, open, stick } = setUp(t, { sim: { pin: '1234' } })
    pinNotes.isRefused = true
    const modem = await open({ pin: '1234' })
    pinNotes.isRefused = false
    stick.refuse('+CPIN="1234"', '+CME ERROR: 14', 1)
    await assert.rejects(modem.can.unlock?.pin('1234') ?? Promise.resolve(), { code: 'sim_not_ready', cme: 14 })
    assert.equal(pinNotes.isRefused, false)
  })
})
