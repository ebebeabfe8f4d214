import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { K3565Z } from '../../src/simulator/profiles.ts'
import { settle, setUp } from './stick-bench.ts'

describe('the radio', () => {
  for (const [level, zoprt, on, expected] of [
    [1, 5, true, []],
    [4, 5, true, ['AT+CFUN=1']],
    [0, 5, true, ['AT+CFUN=1']],
    [1, 6, true, ['AT+ZOPRT=5']],
    [4, 6, true, ['AT+CFUN=1', 'AT+ZOPRT=5']],
    [1, 5, false, ['AT+CFUN=4']],
    [4, 5, false, []],
    // Straight from 0 to 4 leaves the SIM of ZTE sticks in between.
    [0, 5, false, ['AT+CFUN=1', 'AT+CFUN=4']],
  ] as const) {
    test(`that stands at +CFUN ${level} and +ZOPRT ${zoprt} is turned ${on ? 'on' : 'off'} by ${expected.join(', ') || 'nothing'}`, async (t) => {
      const { stick, said, open } = setUp(t)
      const modem = await open()
      const other = stick.connect(stick.interfaceOf('modem'))
      other.resume()
      other.write(`AT+CFUN=${level}\r`)
      await settle()
      stick.radio.zoprt = zoprt
      said.length = 0
      await modem.can.radio?.set(on)
      assert.deepEqual(
        said.filter((command) => command.includes('=')),
        expected,
      )
    })
  }

  test('of a modem that tells nonsense about its level is taken as on', async (t) => {
    const { said, open } = setUp(t, { profile: K3565Z })
    const modem = await open()
    said.length = 0
    await modem.can.radio?.set(true)
    assert.ok(!said.includes('AT+CFUN=1'))
  })

  test('that somebody wants to be off is turned off at the start', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open({ isRadioOff: () => true })
    assert.equal(stick.radio.isRegistered, false)
    assert.notEqual(modem.can.sms, undefined)
  })

  test('that was left with a red light is on after the start', async (t) => {
    const { stick, open } = setUp(t)
    stick.goRedLight()
    await open()
    assert.equal(stick.radio.isRegistered, true)
  })
})
