import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { K3565Z, MF622, MF667, MF831 } from '../../src/simulator/profiles.ts'
import { settle, setUp } from './stick-bench.ts'

describe('what a modem can do', () => {
  for (const [profile, modes] of [
    [MF622, ['auto', 'gsm', 'umts', 'gsm_preferred', 'umts_preferred']],
    [K3565Z, ['auto', 'gsm', 'umts', 'gsm_preferred', 'umts_preferred']],
    [MF831, ['auto', 'gsm', 'umts', 'lte', 'lte_preferred']],
  ] as const) {
    test(`includes every mode that an ${profile.model} has, and each is taken`, async (t) => {
      const { stick, open } = setUp(t, { profile })
      const { networkMode } = (await open()).can
      assert.deepEqual(networkMode?.modes, modes)
      for (const mode of modes) {
        await networkMode?.set(mode)
        assert.equal(stick.radio.isRegistered, true)
      }
    })
  }

  test('leaves out what it does not know', async (t) => {
    const { stick, open } = setUp(t)
    for (const command of ['+ZSNT', '+CGACT', '+ZSEC']) stick.refuse(command)
    const modem = await open()
    assert.equal(modem.can.networkMode, undefined)
    assert.equal(modem.can.data, undefined)
    assert.equal(modem.identity.locks, null)
    assert.deepEqual(await modem.readState(['networkMode', 'data']), {})
  })

  test('tells of a lock to an operator', async (t) => {
    const { stick, open } = setUp(t)
    stick.lockToOperator('12345678')
    const modem = await open()
    assert.deepEqual(modem.identity.locks, { status: 'locked', to: 'network', triesLeft: 5 })
    assert.deepEqual(await modem.readState(['sim']), { sim: 'blocked' })
  })
})

describe('the network mode', () => {
  test('is read back', async (t) => {
    const { said, open } = setUp(t, { profile: { zsntSeparator: '=' } })
    const modem = await open()
    await modem.can.networkMode?.set('gsm')
    assert.deepEqual(said.slice(-2), ['AT+ZSNT=1,0,0', 'AT+ZSNT?'])
    assert.deepEqual(await modem.readState(['networkMode']), { networkMode: { mode: 'gsm', raw: '1,0,0' } })
  })

  test('may be given in the modem’s own words', async (t) => {
    const { open } = setUp(t)
    const modem = await open()
    await modem.can.networkMode?.set({ raw: '2, 1, 0' })
    assert.deepEqual(await modem.readState(['networkMode']), { networkMode: { mode: 'other', raw: '2,1,0' } })
  })

  test('that the modem does not have is refused without asking it', async (t) => {
    const { said, open } = setUp(t)
    const modem = await open()
    await assert.rejects(modem.can.networkMode?.set('lte') ?? Promise.resolve(), {
      code: 'invalid_request',
      message: /no mode lte; it has auto, gsm/,
    })
    assert.ok(!said.some((line) => line.startsWith('AT+ZSNT=')))
  })

  test('that the modem takes without a word and does not change is said to have failed', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.refuse('+ZSNT=1,0,0', 'OK')
    await assert.rejects(modem.can.networkMode?.set('gsm') ?? Promise.resolve(), {
      code: 'rejected_by_modem',
      message: /1,0,0.*stands in 0,0,0/,
    })
  })
})

describe('the data connection', () => {
  for (const addressIsQuoted of [true, false]) {
    test(`is switched on and off, and tells its addresses (quotes: ${addressIsQuoted})`, async (t) => {
      const { stick, open } = setUp(t, { profile: { addressIsQuoted } })
      stick.data.ipv6 = '32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1'
      const modem = await open()
      const told = async () => {
        const { data } = await modem.readState(['data'])
        return [data?.connected, data?.ip, data?.ipv6]
      }
      assert.deepEqual(await told(), [false, null, null])
      await modem.can.data?.set(true)
      await modem.can.data?.set(true)
      assert.deepEqual(await told(), [true, '10.64.7.9', '2001:db8:0:0:0:0:0:1'])
      stick.setRegistration(2)
      assert.deepEqual(await told(), [false, null, null])
      await modem.can.data?.set(false)
    })
  }

  test('that the modem takes without a word and does not change is said to have failed', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.refuse('+CGACT=1,1', 'OK')
    await assert.rejects(modem.can.data?.set(true) ?? Promise.resolve(), { message: /data on, but data is still off/ })
  })

  test('that the network refuses says so', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.setRegistration(3)
    await assert.rejects(modem.can.data?.set(true) ?? Promise.resolve(), { cme: 148 })
  })
})

describe('the USB mode', () => {
  test('network makes the stick leave the bus and come back without serial ports', async (t) => {
    const { stick, said, open } = setUp(t, { profile: MF667 })
    const modem = await open()
    const lost = once(modem, 'lost')
    await modem.can.usbMode?.set('network')
    await lost
    assert.deepEqual(said.slice(-3), ['AT+ZCDRUN=9', 'AT+ZCDRUN=F', 'AT+CFUN=1,1'])
    await settle()
    await stick.replug()
    assert.equal(stick.isOnBus, false)
    await stick.switchToModem()
    assert.equal(stick.isOnBus, true)
  })

  test('modem is the one it has: nothing is sent', async (t) => {
    const { said, open } = setUp(t)
    const modem = await open()
    await assert.rejects(modem.can.usbMode?.set('modem') ?? Promise.resolve(), { code: 'invalid_request' })
    assert.ok(!said.some((line) => line.includes('ZCDRUN')))
  })

  test('that waits for a restart which the modem refuses says what to do', async (t) => {
    const { stick, open } = setUp(t, { profile: MF667 })
    const modem = await open()
    stick.refuse('+CFUN')
    await assert.rejects(modem.can.usbMode?.set('network') ?? Promise.resolve(), { message: /Pull it out/ })
  })

  test('that the modem says to have failed stops there', async (t) => {
    const { stick, said, open } = setUp(t)
    const modem = await open()
    stick.refuse('+ZCDRUN=9', 'Open autorun state result(0:FAIL 1:SUCCESS):0\r\n\r\nOK')
    await assert.rejects(modem.can.usbMode?.set('network') ?? Promise.resolve(), { message: /AT\+ZCDRUN=9 failed/ })
    assert.equal(said.at(-1), 'AT+ZCDRUN=9')
  })

  test('that the modem refuses leaves it on the bus', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.refuse('+ZCDRUN')
    await assert.rejects(modem.can.usbMode?.set('network') ?? Promise.resolve(), { code: 'rejected_by_modem' })
    assert.equal(stick.isOnBus, true)
  })
})

describe('a raw command', () => {
  test('gets all lines and the final result code, whatever it is', async (t) => {
    const { open } = setUp(t)
    const { raw } = (await open()).can
    assert.deepEqual(await raw?.('AT+CSQ', null), ['+CSQ: 17,99', 'OK'])
    assert.deepEqual(await raw?.('AT+COPS=1,2,"00101"', 1000), ['+CME ERROR: 30'])
    assert.deepEqual(await raw?.('AT+FOO', null), ['ERROR'])
    assert.deepEqual(await raw?.('AT+CLAC', null).then((lines) => lines.at(-1)), 'OK')
  })

  test('that would break the conversation is not sent', async (t) => {
    const { said, open } = setUp(t)
    const modem = await open()
    said.length = 0
    for (const command of ['ATE1', 'AT+CMGS=23', 'AT+CSQ\rAT+CMGD=1,4']) {
      await assert.rejects(modem.can.raw?.(command, null) ?? Promise.resolve(), { code: 'not_allowed' })
    }
    assert.deepEqual(said, [])
  })
})
