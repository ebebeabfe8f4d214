import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { AtChannel } from '../../src/driver/at-channel.ts'
import { AtModem } from '../../src/driver/at-modem.ts'
import type { ModemError } from '../../src/modem/errors.ts'
import type { StoredSegment } from '../../src/modem/messages.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { K3565Z, MF181, MF190, MF622, MF636, MF667, MF831 } from '../../src/simulator/profiles.ts'
import { OWN_NUMBER, settle, setUp } from './stick-bench.ts'
import { createStreamPair } from './stream-pair.ts'

const HELLO = '0791447700099099040C9144770009103200004230514170908013C8329BFD0699E5EF36484F2FCBDA713A1D'
const DIRECT = `+CMT: ,36\n${HELLO}`

const BLANK = {
  manufacturer: null,
  model: null,
  firmware: null,
  hardware: null,
  imei: null,
  imsi: null,
  iccid: null,
  msisdn: null,
  locks: null,
  port: 'x',
}

describe('starting up', () => {
  const models: readonly StickProfile[] = [MF190, MF622, MF636, MF667, MF831, K3565Z, MF181]
  for (const profile of models) {
    test(`makes a ${profile.model} receive into the SIM and announce it`, async (t) => {
      const { network, stick, open } = setUp(t, { profile })
      const modem = await open()
      assert.deepEqual(modem.identity, {
        manufacturer: profile.manufacturer,
        model: profile.model,
        firmware: profile.revision,
        hardware: null,
        imei: '863071010123456',
        imsi: '244910123456789',
        iccid: '89358010123456789012',
        msisdn: OWN_NUMBER,
        locks: { status: 'unlocked', to: null, triesLeft: 5 },
        port: '/dev/ttyUSB1',
      })
      assert.deepEqual(stick.mailbox.places, ['SM', 'SM', 'SM'])
      const hint = once(modem, 'arrived')
      network.inject({ to: OWN_NUMBER, text: 'hi' })
      assert.deepEqual(await hint, [])
    })
  }

  test('falls back to the store that there is', async (t) => {
    const { stick, open } = setUp(t)
    stick.refuse('+CPMS="SM","SM","SM"', '+CMS ERROR: 302')
    const modem = await open()
    assert.deepEqual(modem.can.sms?.stores, ['ME', 'SM', 'SR'])
  })

  test('takes the store as it is where the modem cannot be told', async (t) => {
    const { stick, open } = setUp(t, { profile: { factoryStore: 'ME' } })
    for (const store of ['SM', 'ME', 'MT']) stick.refuse(`+CPMS="${store}","${store}","${store}"`)
    assert.equal((await open()).can.sms?.stores[0], 'ME')
  })

  test('gets along with a modem that refuses everything that is not needed', async (t) => {
    const { stick, open } = setUp(t)
    for (const command of [
      '+CMEE',
      '+CGMI',
      '+CGMM',
      '+CSCS',
      '+CNMI',
      '+CREG',
      '+CGREG',
      '+CNUM',
      '+ZGETICCID',
      '+ZOPRT',
    ]) {
      stick.refuse(command)
    }
    const { identity, can } = await open()
    assert.equal(identity.model, 'MF190', 'from ATI')
    assert.equal(identity.iccid, '89358010123456789012', 'from EF-ICCID')
    assert.equal(identity.msisdn, null)
    assert.notEqual(can.sms, undefined)
  })

  test('reads the own number of a modem that writes everything as UCS2', async (t) => {
    const { open } = setUp(t, { profile: { characterSets: ['UCS2'], factoryCharacterSet: 'UCS2' } })
    assert.equal((await open()).identity.msisdn, OWN_NUMBER)
  })

  test('brings back on line what another program left off line', async (t) => {
    const { stick, open } = setUp(t)
    stick.goRedLight()
    await open()
    assert.equal(stick.radio.isRegistered, true)
  })

  test('turns the radio on', async (t) => {
    const { stick, open } = setUp(t)
    const channel = new AtChannel(stick.connect(2), { pauseMs: 0 })
    await channel.send('AT+CFUN=4')
    await channel.close()
    await open()
    assert.equal(stick.radio.isRegistered, true)
  })

  test('is refused by a modem that insists on text mode', async (t) => {
    const { stick, open } = setUp(t)
    stick.refuse('+CMGF')
    await assert.rejects(open(), { code: 'sim_not_ready', message: /message store/ })
  })

  test('is refused for another IMEI, before a PIN is entered', async (t) => {
    const { said, open } = setUp(t, { sim: { pin: '1234' } })
    await assert.rejects(open({ imei: '351111111111111', pin: '1234' }), {
      code: 'modem_offline',
      message: /another IMEI/,
    })
    assert.ok(!said.some((line) => line.startsWith('AT+CPIN=')))
  })

  test('ends when the stick leaves the bus', async (t) => {
    const { stick, open } = setUp(t, { latency: { commandMs: 1 } })
    const opening = open()
    stick.dropOffBus()
    await assert.rejects(opening, { code: 'closed' })
  })

  test('ends with the reason of its signal', async (t) => {
    const { stick, open } = setUp(t)
    stick.simBusy(Number.POSITIVE_INFINITY)
    const ending = new AbortController()
    const opening = open({ pollMs: 60_000 }, ending.signal)
    await settle()
    ending.abort(new Error('the bridge ends'))
    await assert.rejects(opening, /the bridge ends/)
  })
})

describe('a SIM', () => {
  test('that is busy is waited for', async (t) => {
    const { stick, problems, open } = setUp(t)
    stick.simBusy(6)
    const modem = await open()
    assert.notEqual(modem.can.sms, undefined)
    assert.deepEqual(problems, [])
  })

  test('with a PIN is unlocked', async (t) => {
    const { problems, pinNotes, open } = setUp(t, { sim: { pin: '1234' } })
    const modem = await open({ pin: '1234' })
    assert.notEqual(modem.can.sms, undefined)
    assert.notEqual(modem.identity.imsi, null)
    assert.deepEqual([problems, pinNotes.isRefused], [[], false])
  })

  test('gets a wrong PIN once, and not again until another one is configured', async (t) => {
    const { stick, said, problems, pinNotes, open } = setUp(t, { sim: { pin: '1234' } })
    const modem = await open({ pin: '0000' })
    assert.equal(modem.can.sms, undefined)
    assert.deepEqual(await modem.readState(['sim']), { sim: 'pin_required' })
    assert.equal(problems[0]?.code, 'sim_not_ready')
    assert.match(problems[0]?.message ?? '', /refused the configured PIN/)
    assert.equal(pinNotes.isRefused, true)
    await modem.close()
    await settle()
    await open({ pin: '0000' })
    assert.equal(said.filter((line) => line.startsWith('AT+CPIN=')).length, 1)
    assert.equal(stick.sim.pinTries, 2)
  })

  test('with its last try left is not touched', async (t) => {
    const { stick, problems, open } = setUp(t, { sim: { pin: '1234' } })
    stick.sim.pinTries = 1
    const modem = await open({ pin: '1234' })
    assert.deepEqual([modem.can.sms, stick.sim.pinTries, stick.sim.isReady], [undefined, 1, false])
    assert.match(problems[0]?.message ?? '', /last try/)
  })

  test('whose modem does not count gets no second try when the connection breaks at the first', async (t) => {
    const { stick, pinNotes, open } = setUp(t, { sim: { pin: '1234' } })
    stick.refuse('+ZPINPUK')
    const isRefusedAtTry: boolean[] = []
    const enter = stick.sim.enter.bind(stick.sim)
    stick.sim.enter = (secret) => {
      isRefusedAtTry.push(pinNotes.isRefused)
      return enter(secret)
    }
    await open({ pin: '1234' })
    assert.deepEqual([isRefusedAtTry, pinNotes.isRefused], [[true], false])
  })

  const locked: readonly [string, (bench: ReturnType<typeof setUp>) => void, string, RegExp][] = [
    ['asks for a PIN that is not configured', ({ stick }) => stick.needPin('1234'), 'pin_required', /asks for its PIN/],
    [
      'asks for its PUK',
      ({ stick }) => {
        stick.needPin('1234')
        stick.sim.pinTries = 0
      },
      'puk_required',
      /PUK/,
    ],
    ['is not there', ({ stick }) => stick.simAbsent(), 'absent', /no SIM/],
    ['never becomes ready', ({ stick }) => stick.simBusy(Number.POSITIVE_INFINITY), 'unknown', /does not become ready/],
  ]
  for (const [what, arrange, sim, message] of locked) {
    test(`that ${what} leaves a modem without messages, and its state and a problem say so`, async (t) => {
      const bench = setUp(t)
      arrange(bench)
      const modem = await bench.open()
      assert.equal(modem.can.sms, undefined)
      assert.deepEqual(await modem.readState(['sim']), { sim })
      assert.match(bench.problems[0]?.message ?? '', message)
    })
  }
})

describe('the state', () => {
  test('of a 3G stick has all its groups', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.setSignal({ rssiDbm: -79, rscpDbm: -86, ecioDb: -7 })
    assert.deepEqual(await modem.readState(['signal', 'registration', 'operator', 'networkMode', 'sim', 'store']), {
      signal: {
        percent: 55,
        bars: 3,
        rssiDbm: -79,
        rscpDbm: -86,
        ecioDb: -7,
        rsrpDbm: null,
        rsrqDb: null,
        sinrDb: null,
        ber: null,
      },
      registration: { state: 'home', accessTechnology: 'hsdpa' },
      cell: { lac: '1F3C', tac: null, cellId: '02A4B1C7', pci: null, band: null, channel: null },
      operator: { name: 'Testnet', code: '24491' },
      networkMode: { mode: 'auto', raw: '0,0,0' },
      sim: 'ready',
      store: { storage: 'SM', used: 0, capacity: 50 },
    })
  })

  test('of an LTE stick has the values of LTE', async (t) => {
    const { open } = setUp(t, { profile: MF831 })
    const { signal, registration } = await (await open()).readState(['signal', 'registration'])
    assert.deepEqual([signal?.rsrpDbm, signal?.rsrqDb, signal?.sinrDb], [-98, -9.5, 11])
    assert.deepEqual(registration, { state: 'home', accessTechnology: 'lte' })
  })

  test('has the values of +CESQ where ZTE’s own command is not known', async (t) => {
    const { open } = setUp(t, { profile: { ...MF831, zrssi: 'error' } })
    const { signal } = await (await open()).readState(['signal'])
    assert.deepEqual([signal?.rsrpDbm, signal?.rsrqDb, signal?.rssiDbm], [-98, -9.5, -79])
  })

  test('without network has no values', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.setRegistration(3)
    const { signal, registration, operator } = await modem.readState(['signal', 'registration', 'operator'])
    assert.deepEqual([signal?.percent, signal?.bars, signal?.rssiDbm], [null, null, null])
    assert.deepEqual(registration, { state: 'denied', accessTechnology: null })
    assert.deepEqual(operator, { name: null, code: null })
  })

  test('leaves out a group that the modem cannot tell', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    for (const command of ['+COPS', '+CPMS']) stick.refuse(command)
    assert.deepEqual(Object.keys(await modem.readState(['operator', 'store', 'sim'])), ['sim'])
  })

  test('is not asked for again with a command that the modem does not know', async (t) => {
    const { said, open } = setUp(t)
    const modem = await open()
    await modem.readState(['signal', 'registration'])
    await modem.readState(['signal', 'registration'])
    assert.equal(said.filter((line) => line === 'AT+CESQ').length, 1)
    assert.equal(said.filter((line) => line === 'AT+CSQ').length, 2)
  })

  test('tells the operator from ZTE’s own command where the numeric form is refused', async (t) => {
    const { stick, said, open } = setUp(t)
    const modem = await open()
    stick.refuse('+COPS=3,2')
    assert.deepEqual(await modem.readState(['operator']), { operator: { name: 'Testnet', code: '24491' } })
    assert.deepEqual(await modem.readState(['operator']), { operator: { name: 'Testnet', code: '24491' } })
    assert.equal(said.filter((line) => line === 'AT+COPS=3,2').length, 1)
  })

  test('rejects when the modem went away', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    stick.dropOffBus()
    await assert.rejects(modem.readState(['signal']), { code: 'closed' })
  })
})

describe('events', () => {
  test('name the group that an unsolicited line tells of', async (t) => {
    const { stick, open } = setUp(t, { profile: MF190 })
    const modem = await open()
    const groups: string[] = []
    modem.on('changed', (group) => groups.push(group))
    stick.setRegistration(5)
    await settle()
    assert.deepEqual([...new Set(groups)].sort(), ['operator', 'registration'])
  })

  test('bring the registration that they tell themselves, before anything is asked', async (t) => {
    const { stick, open } = setUp(t, { profile: MF190 })
    const modem = await open()
    const before = await modem.readState(['registration'])
    const heard: unknown[] = []
    modem.on('changed', (group, news) => {
      if (news !== undefined) heard.push([group, news.registration])
    })
    stick.setRegistration(5)
    await settle()
    stick.setRegistration(3)
    await settle()
    assert.deepEqual(heard.at(0), ['registration', { ...before.registration, state: 'roaming' }])
    assert.deepEqual(heard.at(-1), ['registration', { state: 'denied', accessTechnology: null }])
  })

  test('bring no registration as long as nothing is known of the other networks', async (t) => {
    const { stick, open } = setUp(t, { profile: MF190 })
    const modem = await open()
    const heard: unknown[] = []
    modem.on('changed', (_, news) => heard.push(news))
    stick.setRegistration(5)
    await settle()
    assert.ok(heard.length > 0)
    assert.ok(heard.every((news) => news === undefined))
  })

  test('bring a message that is stored nowhere', async (t) => {
    const { network, stick, open } = setUp(t)
    const modem = await open()
    const direct: (StoredSegment | undefined)[] = []
    modem.on('arrived', (segment) => direct.push(segment))
    network.inject({ to: OWN_NUMBER, text: 'flash', messageClass: 0 })
    await settle()
    assert.deepEqual([direct[0]?.store, direct[0]?.slot, direct[0]?.content.kind], ['direct', null, 'received'])
    assert.equal(stick.mailbox.store('SM').used, 0)
  })

  test('say lost once, as the last of them, when the stick leaves the bus', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    const losses: ModemError[] = []
    modem.on('lost', (cause) => losses.push(cause))
    stick.dropOffBus()
    await settle()
    await modem.close()
    assert.deepEqual(
      losses.map(({ code }) => code),
      ['closed'],
    )
  })

  test('say nothing when the bridge itself closes the modem', async (t) => {
    const { open } = setUp(t)
    const modem = await open()
    modem.on('lost', () => assert.fail('it was closed, not lost'))
    await modem.close()
    await settle()
  })

  test('of messages and of the loss wait for whoever listens first', async () => {
    const [near, far] = createStreamPair()
    const modem = new AtModem(new AtChannel(near), { identity: BLANK, stores: null, problem: null }, [DIRECT])
    far.write(`\r\n+CMT: ,36\r\n${HELLO}\r\n`)
    await settle()
    far.destroy()
    await settle()
    const heard: string[] = []
    modem.on('lost', () => heard.push('lost'))
    modem.on('arrived', (segment) => heard.push(segment?.raw ?? 'hint'))
    assert.deepEqual(heard, [], 'never while a listener is being attached')
    await settle()
    assert.deepEqual(heard, [HELLO, HELLO, 'lost'])
  })

  test('hand on a direct message whose header is broken', async () => {
    const [near, far] = createStreamPair()
    const modem = new AtModem(new AtChannel(near), { identity: BLANK, stores: null, problem: null })
    const heard: (StoredSegment | undefined)[] = []
    modem.on('arrived', (segment) => heard.push(segment))
    far.write(`\r\n+CMT: \r\n${HELLO}\r\n\r\n+CMT: ,36\r\n\r\nno PDU\r\n\r\n+CMTI: "SM"\r\n`)
    await settle()
    assert.deepEqual(
      heard.map((segment) => segment?.raw),
      [HELLO, undefined, undefined],
    )
    await modem.close()
  })
})

describe('rebooting', () => {
  test('makes the stick leave the bus', async (t) => {
    const { said, open } = setUp(t, { latency: { returnMs: 60_000 } })
    const modem = await open()
    const lost = once(modem, 'lost')
    await modem.can.reboot?.()
    await lost
    assert.equal(said.at(-1), 'AT+CFUN=1,1')
  })

  test('goes on to the next command where one is refused', async (t) => {
    const { stick, said, open } = setUp(t, { latency: { returnMs: 60_000 } })
    const modem = await open()
    stick.refuse('+CFUN=1,1')
    await modem.can.reboot?.()
    assert.deepEqual(said.slice(-3), ['AT+CFUN=1,1', 'AT+ZRST', 'AT+CFUN=6'])
  })

  test('is not supported where all of them are refused', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    for (const command of ['+CFUN', '+ZRST']) stick.refuse(command)
    await assert.rejects(modem.can.reboot?.() ?? Promise.resolve(), { code: 'not_supported' })
  })

  test('has succeeded when the stick leaves without a word', async () => {
    const [near, far] = createStreamPair()
    const modem = new AtModem(new AtChannel(near), { identity: BLANK, stores: null, problem: null })
    far.on('data', () => far.destroy())
    await modem.can.reboot?.()
  })
})
