import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Bridge } from '../../src/bridge/bridge.ts'
import { NETWORK_COMMANDS } from '../../src/bridge/commands-network.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { Bench } from '../driver/stick-bench.ts'
import type { Given } from './commands-bench.ts'
import { codeOf, setUp } from './commands-bench.ts'
import { supervise } from './supervisor-bench.ts'

const PIN = '1234'

interface Row {
  readonly name: string
  readonly payload: unknown
  readonly stick?: Given
  /** The command that the modem gets for it. */
  readonly at: string
  readonly done: (bench: Pick<Bench, 'stick'>) => boolean
  readonly refused: string
  /** Capability without which it is not supported. */
  readonly can: string
  readonly bad: readonly (readonly [payload: unknown, says: RegExp])[]
}

const ROWS: readonly Row[] = [
  {
    name: 'network_mode/set',
    payload: 'umts',
    at: '+ZSNT=2,0,0',
    done: ({ stick }) => stick.radio.zsnt.join() === '2,0,0' && stick.radio.isRegistered,
    refused: 'rejected_by_modem',
    can: 'networkMode',
    bad: [
      [{}, /mode or zsnt/],
      [{ mode: 'lte', zsnt: '6,0,0' }, /mode or zsnt/],
      ['fast', /mode: .*"auto"/],
      [{ zsnt: '6,0' }, /zsnt: .*0,0,0/],
      [{ mode: 'lte', speed: 1 }, /speed/],
      // Not one of this stick's.
      ['gsm_preferred', /no mode gsm_preferred; it has auto/],
    ],
  },
  {
    name: 'operator/scan',
    payload: 'PRESS',
    at: '+COPS=?',
    done: () => true,
    refused: 'rejected_by_modem',
    can: 'operator',
    bad: [[{ deep: true }, /deep/]],
  },
  {
    name: 'operator/set',
    payload: '24491',
    at: '+COPS=1,2,"24491"',
    done: ({ stick }) => stick.radio.copsMode === 1,
    refused: 'rejected_by_modem',
    can: 'operator',
    bad: [
      ['2449', /code: .*MCC/],
      [{ code: 24_491 }, /code: .*text/],
      [{ code: '24491"' }, /code: /],
    ],
  },
  {
    name: 'data/set',
    payload: 'ON',
    at: '+CGACT=1,1',
    done: ({ stick }) => stick.data.isActive,
    refused: 'rejected_by_modem',
    can: 'data',
    bad: [
      ['perhaps', /connected: /],
      [{ connected: 1 }, /connected: /],
    ],
  },
  {
    name: 'sim/unlock',
    payload: { pin: PIN },
    stick: { sim: { pin: PIN } },
    at: `+CPIN="${PIN}"`,
    done: ({ stick }) => stick.sim.isReady,
    refused: 'rejected_by_modem',
    can: 'unlock',
    bad: [
      ['the usual', /pin": "1234"/],
      [PIN, /expected object/],
      [{ pin: 1234 }, /pin: .*digits in quotes/],
      [{ pin: '12"4' }, /pin: .*digits/],
      [{}, /either pin, or puk and new_pin/],
      [{ pin: PIN, puk: '12345678', new_pin: PIN }, /either pin/],
      [{ puk: '12345678' }, /either pin/],
      [{ puk: '123', new_pin: PIN }, /puk: .*eight digits/],
    ],
  },
  {
    name: 'usb_mode/set',
    payload: 'network',
    at: '+ZCDRUN=9',
    done: ({ stick }) => !stick.isOnBus,
    refused: 'rejected_by_modem',
    can: 'usbMode',
    bad: [
      ['storage', /mode: /],
      ['modem', /already/],
    ],
  },
  {
    name: 'at',
    payload: { command: 'AT+ZBANDI?' },
    at: '+ZBANDI?',
    done: () => true,
    refused: 'ok',
    can: 'raw',
    bad: [
      ['AT+CSQ', /command": "AT\+CSQ"/],
      [{ command: '' }, /command: /],
      [{ command: 'AT', timeout_ms: 10 }, /timeout_ms: /],
    ],
  },
]

test('every command of this table has its row', () => {
  assert.deepEqual(
    ROWS.map(({ name }) => name),
    NETWORK_COMMANDS.map(({ name }) => name),
  )
})

for (const row of ROWS) {
  describe(row.name, () => {
    test('is carried out', async (t) => {
      const bench = await setUp(t, row.stick)
      assert.deepEqual(codeOf(await bench.ask(row.name, row.payload)), 'ok')
      assert.ok(bench.said.includes(`AT${row.at}`), bench.said.slice(-9).join())
      assert.ok(row.done(bench))
    })

    test('tells that the modem refused it', async (t) => {
      const bench = await setUp(t, row.stick)
      bench.stick.refuse(row.at)
      assert.equal(codeOf(await bench.ask(row.name, row.payload)), row.refused)
    })

    test('is not supported by a modem that cannot', async (t) => {
      const bench = supervise(t, { allowRawAt: true })
      await bench.pass(1)
      const { journal, supervisor } = bench
      const supervisors = new Map([['stick', supervisor]])
      const bridge = new Bridge({
        pricePerPart: null,
        journal,
        supervisors,
        keepMs: 1,
        onProblem: () => {},
      })
      const payload = typeof row.payload === 'string' ? row.payload : JSON.stringify(row.payload)
      const context = { identity: 'x', messageExpiresAt: null }
      assert.equal(Object.hasOwn(bench.modem().can, row.can), false)
      const { answer } = bridge.carryOut('stick', row.name, Buffer.from(payload), context)
      assert.equal(codeOf(await answer), 'not_supported')
    })

    test('is refused while the modem is away', async (t) => {
      const bench = await setUp(t, row.stick)
      bench.stick.dropOffBus()
      await bench.pass(1)
      assert.equal(codeOf(await bench.ask(row.name, row.payload)), 'modem_offline')
    })

    test('is answered once when the modem goes away in the middle', async (t) => {
      const bench = await setUp(t, { ...row.stick, latency: { commandMs: 50 } })
      const answer = await bench.ask(row.name, row.payload, () => bench.stick.dropOffBus())
      assert.equal(codeOf(answer), 'modem_offline')
    })

    test('is answered when the modem says nothing more', async (t) => {
      const bench = await setUp(t, row.stick)
      bench.stick.hang()
      assert.equal(codeOf(await bench.ask(row.name, row.payload)), 'timeout')
    })

    for (const [payload, says] of row.bad) {
      test(`refuses ${JSON.stringify(payload)} and says what was expected`, async (t) => {
        const bench = await setUp(t, row.stick)
        bench.said.length = 0
        const answer = await bench.ask(row.name, payload)
        assert.equal(codeOf(answer), 'invalid_request')
        assert.match(answer.status === 'error' ? answer.error.message : '', says)
        assert.ok(!bench.said.some((line) => /^AT\+(?:ZSNT|COPS|CGACT|CPIN|ZCDRUN)=/.test(line)), bench.said.join())
      })
    }
  })
}

describe('more of network_mode/set', () => {
  test('takes the modem’s own words, and waits until it is registered again', async (t) => {
    const bench = await setUp(t, { latency: { settleMs: 20_000 } })
    await bench.pass(30)
    const before = Date.now()
    assert.equal(codeOf(await bench.ask('network_mode/set', { zsnt: '2,0,0' })), 'ok')
    assert.ok(Date.now() - before >= 20_000)
    assert.equal(bench.outlet.told.networkMode?.raw, '2,0,0')
    assert.equal(bench.outlet.told.registration?.state, 'home')
  })

  test('says after two minutes that there is no network in that mode', async (t) => {
    const bench = await setUp(t, { latency: { settleMs: 1_000_000 } })
    bench.stick.setRegistration(1)
    const answer = await bench.ask('network_mode/set', 'gsm')
    assert.equal(codeOf(answer), 'not_registered')
    assert.match(answer.status === 'error' ? answer.error.message : '', /mode is set, but.*120 s/)
  })

  test('waits for no network while the radio is off', async (t) => {
    const bench = await setUp(t)
    await bench.ask('radio/set', 'OFF')
    const before = Date.now()
    assert.equal(codeOf(await bench.ask('network_mode/set', 'gsm')), 'ok')
    assert.ok(Date.now() - before < 60_000)
  })
})

describe('more of the others', () => {
  test('operator/scan asked for twice is done once, and both get the networks', async (t) => {
    const bench = await setUp(t, { latency: { scanMs: 30_000 } })
    const second = bench.ask('operator/scan', 'PRESS')
    const first = await bench.ask('operator/scan', 'PRESS')
    assert.deepEqual(await second, first)
    assert.equal(bench.said.filter((line) => line === 'AT+COPS=?').length, 1)
    assert.deepEqual(first.status === 'ok' && first.data, {
      operators: [
        { name: 'Testnet', code: '24491', status: 'current', accessTechnology: 'lte' },
        { name: 'Other, Inc', code: '24405', status: 'forbidden', accessTechnology: 'gsm' },
      ],
    })
  })

  test('operator/set auto lets the modem choose', async (t) => {
    const bench = await setUp(t)
    await bench.ask('operator/set', '24491')
    assert.equal(codeOf(await bench.ask('operator/set', { code: 'auto' })), 'ok')
    assert.equal(bench.stick.radio.copsMode, 0)
  })

  test('data/set shows at once in the state', async (t) => {
    const bench = await setUp(t)
    await bench.ask('data/set', { connected: true })
    assert.deepEqual([bench.outlet.told.data?.connected, bench.outlet.told.data?.ip], [true, '10.64.7.9'])
    await bench.ask('data/set', 'off')
    assert.equal(bench.outlet.told.data?.connected, false)
  })

  test('sim/unlock makes the modem be opened again with its messages', async (t) => {
    const poll = { signalMs: 600_000, statusMs: 600_000, smsMs: 60_000, republishMs: 600_000 }
    const bench = await setUp(t, { sim: { pin: PIN } }, { poll })
    assert.equal(bench.outlet.phases.at(-1), 'unlocking')
    // No word of the modem helps.
    bench.stick.radio.reports = { '+CREG': 0, '+CGREG': 0, '+CEREG': 0 }
    assert.equal(codeOf(await bench.ask('sim/unlock', { pin: PIN })), 'ok')
    // A simulated second for each command: sooner than the next poll all the same.
    assert.ok(await bench.until(() => bench.driver.opened === 2, 15))
    assert.ok(await bench.until(() => bench.outlet.phases.at(-1) === 'ready', 200))
  })

  test('sim/unlock of a SIM that is slow to start is seen at the next look at the signal', async (t) => {
    const bench = supervise(t)
    await bench.pass(1)
    bench.modem().state = { sim: 'unknown' }
    await bench.pass(65)
    bench.modem().state = { sim: 'ready' }
    await bench.pass(32)
    assert.equal(bench.driver.opened, 2)
  })

  test('sim/unlock is never repeated, and the PIN is in no answer, event or problem', async (t) => {
    const bench = await setUp(t, { sim: { pin: PIN } })
    const answer = await bench.ask('sim/unlock', { pin: '9753' })
    await bench.pass(600)
    assert.equal(bench.said.filter((line) => line.includes('9753')).length, 1)
    const told = JSON.stringify([answer, bench.outlet.events, bench.problems, bench.outlet.problem])
    assert.ok(!told.includes('9753'))
    assert.match(told, /PIN: 2;/)
  })

  test('at gives the lines and the result, also of an error', async (t) => {
    const bench = await setUp(t)
    assert.deepEqual(await bench.ask('at', { command: 'AT+CSQ' }), {
      status: 'ok',
      data: { lines: ['+CSQ: 17,99'], result: 'OK' },
    })
    assert.deepEqual(await bench.ask('at', { command: 'AT+CPIN?', timeout_ms: 2000, transaction: 'a' }), {
      status: 'ok',
      data: { lines: ['+CPIN: READY'], result: 'OK' },
    })
    bench.stick.refuse('+CCLK', '+CME ERROR: 3')
    assert.deepEqual(await bench.ask('at', { command: 'AT+CCLK?' }), {
      status: 'ok',
      data: { lines: [], result: '+CME ERROR: 3' },
    })
  })

  test('at is not allowed unless the configuration says so, and never what would break the conversation', async (t) => {
    const shut = await setUp(t, {}, { allowRawAt: false })
    const answer = await shut.ask('at', { command: 'AT+CSQ' })
    assert.equal(codeOf(answer), 'not_allowed')
    assert.match(answer.status === 'error' ? answer.error.message : '', /allow_raw_at/)
  })

  for (const command of ['ATE1', 'AT+CMGS=20', 'AT+CSQ\r\nAT+CFUN=1,1', 'AT+CMGF=1']) {
    test(`at refuses ${JSON.stringify(command)}`, async (t) => {
      const bench = await setUp(t)
      bench.said.length = 0
      assert.equal(codeOf(await bench.ask('at', { command })), 'not_allowed')
      assert.deepEqual(bench.said, [])
    })
  }
})

test('a mode that was configured is set at every opening, and a modem that refuses it is used all the same', async (t) => {
  const bench = await setUp(t, {}, { networkMode: 'umts' })
  assert.ok(await bench.until(() => bench.stick.radio.zsnt.join() === '2,0,0', 60))
  await bench.ask('network_mode/set', 'lte')
  await bench.pass(300)
  assert.equal(bench.stick.radio.zsnt.join(), '6,0,0', 'what a user sets meanwhile stays until then')
  bench.stick.refuse('+ZSNT=2,0,0')
  bench.stick.dropOffBus()
  await bench.stick.replug()
  const isTold = (): boolean => bench.problems.some((problem) => /umts could not be set/.test(problem))
  assert.ok(await bench.until(isTold, 200), bench.problems.join())
  assert.equal(bench.outlet.phases.at(-1), 'ready')
})

test('an error of the capability itself is passed on with its number', async (t) => {
  const bench = supervise(t)
  await bench.pass(1)
  const set = async (): Promise<void> => {
    throw new ModemError('rejected_by_network', 'The network refused.', { cme: 149 })
  }
  Object.assign(bench.modem().can, { data: { set } })
  await assert.rejects(bench.supervisor.service.network.setData(true), { code: 'rejected_by_network', cme: 149 })
})
